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
import type { Pace } from './pace.ts';

/** The part of the AWS client that is used. */
export type Client = Pick<CognitoIdentityProviderClient, 'send'>;

/** A user pool, asked at a measured pace. */
export class Pool {
  readonly #client: Client;
  readonly #pace: Pace;
  readonly id: string;

  constructor(client: Client, pace: Pace, id: string) {
    this.#client = client;
    this.#pace = pace;
    this.id = id;
  }

  /**
   * All profiles, page by page. A page may be empty and still not be the last. AdminGetUser would make people count as
   * active users, which costs.
   */
  async *pages(): AsyncGenerator<UserType[]> {
    let token: string | undefined;
    do {
      const request = new ListUsersCommand({
        UserPoolId: this.id,
        Limit: 60,
        PaginationToken: token,
      });
      const page = await this.#pace.call('list', () => this.#client.send(request));
      yield page.Users ?? [];
      token = page.PaginationToken || undefined;
    } while (token !== undefined);
  }

  /** The attributes of the pool to which this provider maps anything; `undefined` if there is no such provider. */
  async mappedAttributes(name: string): Promise<string[] | undefined> {
    const request = new DescribeIdentityProviderCommand({ UserPoolId: this.id, ProviderName: name });
    try {
      const { IdentityProvider: provider } = await this.#pace.call('list', () => this.#client.send(request));
      if (provider === undefined) {
        throw new ToolError(`Cognito says nothing about the provider ${name}: run this again`);
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

  /** `UsernameAttributes`: the attributes that are user names in the pool. */
  async usernameAttributes(): Promise<readonly string[]> {
    const request = new DescribeUserPoolCommand({ UserPoolId: this.id });
    const pool = await this.#pace.call('list', () => this.#client.send(request));
    return pool.UserPool?.UsernameAttributes ?? [];
  }

  /**
   * Creates a local profile with a verified address and returns its user name. One that is there already is an error
   * and not a shortcut: somebody else may have made it, and would know its password.
   */
  async create(username: string, email: string): Promise<string> {
    const request = new AdminCreateUserCommand({
      UserPoolId: this.id,
      Username: username,
      MessageAction: 'SUPPRESS',
      UserAttributes: [
        { Name: 'email', Value: email },
        { Name: 'email_verified', Value: 'true' },
      ],
    });
    const created = await this.#pace.call('create', () => this.#client.send(request));
    return created.User?.Username ?? username;
  }

  /** Makes the next sign-in of a federated identity end in a local profile. */
  async link(username: string, provider: string, nameId: string): Promise<void> {
    const request = new AdminLinkProviderForUserCommand({
      UserPoolId: this.id,
      DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: username },
      SourceUser: {
        ProviderName: provider,
        ProviderAttributeName: 'Cognito_Subject',
        ProviderAttributeValue: nameId,
      },
    });
    await this.#pace.call('update', () => this.#client.send(request));
  }
}
