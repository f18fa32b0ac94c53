import {
  AdminCreateUserCommand,
  AdminLinkProviderForUserCommand,
  type CognitoIdentityProviderClient,
  DescribeIdentityProviderCommand,
  DescribeUserPoolCommand,
  ListUsersCommand,
  type UserType,
} from '@aws-sdk/client-cognito-identity-provider';
import { ToolError } from '../tool-error.ts';
import type { RateLimiter } from './rate-limiter.ts';

/** The part of the AWS client that is used. */
export type Client = Pick<CognitoIdentityProviderClient, 'send'>;

/** A user pool. All calls go through the rate limiter. */
export class Pool {
  readonly #client: Client;
  readonly #rateLimiter: RateLimiter;
  readonly id: string;

  constructor(client: Client, rateLimiter: RateLimiter, id: string) {
    this.#client = client;
    this.#rateLimiter = rateLimiter;
    this.id = id;
  }

  /**
   * All profiles, page by page. An empty page can have a next page. ListUsers and not AdminGetUser, because
   * AdminGetUser makes users count as active, and active users cost money.
   */
  async *profilePages(): AsyncGenerator<UserType[]> {
    let token: string | undefined;
    do {
      const request = new ListUsersCommand({
        UserPoolId: this.id,
        Limit: 60,
        PaginationToken: token,
      });
      const page = await this.#rateLimiter.call('list', () => this.#client.send(request));
      yield page.Users ?? [];
      token = page.PaginationToken || undefined;
    } while (token !== undefined);
  }

  /** The attributes of the pool that this provider maps; `undefined` if the pool has no such provider. */
  async mappedAttributes(name: string): Promise<string[] | undefined> {
    const request = new DescribeIdentityProviderCommand({ UserPoolId: this.id, ProviderName: name });
    try {
      const { IdentityProvider: provider } = await this.#rateLimiter.call('list', () => this.#client.send(request));
      if (provider === undefined) {
        throw new ToolError(`Cognito returned no data for the provider ${name}: run this again`);
      }
      const mapping = Object.entries(provider.AttributeMapping ?? {});
      return mapping.filter(([, source]) => source !== '').map(([attribute]) => attribute);
    } catch (error) {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') {
        return undefined;
      }
      throw error;
    }
  }

  /** `UsernameAttributes`: the attributes that users sign in with as user name. */
  async usernameAttributes(): Promise<readonly string[]> {
    const request = new DescribeUserPoolCommand({ UserPoolId: this.id });
    const pool = await this.#rateLimiter.call('list', () => this.#client.send(request));
    return pool.UserPool?.UsernameAttributes ?? [];
  }

  /**
   * Creates a local profile with a verified address and returns its user name. If the user name exists, this fails and
   * does not use the existing profile, because an attacker could have created it and know its password.
   */
  async createProfile(username: string, email: string): Promise<string> {
    const request = new AdminCreateUserCommand({
      UserPoolId: this.id,
      Username: username,
      MessageAction: 'SUPPRESS',
      UserAttributes: [
        { Name: 'email', Value: email },
        { Name: 'email_verified', Value: 'true' },
      ],
    });
    const created = await this.#rateLimiter.call('create', () => this.#client.send(request));
    return created.User?.Username ?? username;
  }

  /** Links a SAML identity, so that its next sign-in ends in the local profile. */
  async linkIdentity(username: string, provider: string, nameId: string): Promise<void> {
    const request = new AdminLinkProviderForUserCommand({
      UserPoolId: this.id,
      DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: username },
      SourceUser: {
        ProviderName: provider,
        ProviderAttributeName: 'Cognito_Subject',
        ProviderAttributeValue: nameId,
      },
    });
    await this.#rateLimiter.call('update', () => this.#client.send(request));
  }
}
