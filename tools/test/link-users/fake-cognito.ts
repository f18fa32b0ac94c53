import { CognitoIdentityProviderServiceException, type UserType } from '@aws-sdk/client-cognito-identity-provider';
import type { Client } from '../../link-users/pool.ts';
import type { Clock } from '../../link-users/rate-limiter.ts';

export const POOL = 'eu-central-1_AbCdEf123';
export const PROVIDER = 'Okta';

type Input = Record<string, unknown>;

/** An error of the AWS client. */
export function awsError(name: string, message = 'message of AWS'): Error {
  return new CognitoIdentityProviderServiceException({ name, message, $fault: 'client', $metadata: {} });
}

/** A clock that advances only in `sleep`. */
export class FakeClock implements Clock {
  time = 0;
  now(): number {
    return this.time;
  }
  async sleep(milliseconds: number): Promise<void> {
    this.time += milliseconds;
  }
}

/** A user pool that behaves as AWS documents. */
export class FakeCognito {
  readonly users = new Map<string, UserType>();
  /** All calls, with the name of the operation and the input. */
  readonly calls: { name: string; input: Input }[] = [];
  /** Called before each call. It can throw the error of the call. */
  before: (name: string, input: Input) => void = () => {};
  pageSize = 2;
  usernameAttributes = ['email'];
  /** The attribute mapping of the provider, by attributes of the pool. */
  mapping: Record<string, string> | undefined = { email: 'mail', email_verified: 'verified' };
  /** Whether the response of DescribeIdentityProvider has the provider. */
  describesProvider = true;
  #created = 0;

  /** The client that the tool uses. */
  get client(): Client {
    const send = async (command: { constructor: { name: string }; input: Input }) => {
      const name = command.constructor.name.replace(/Command$/, '');
      this.calls.push({ name, input: command.input });
      this.before(name, command.input);
      return this.#respond(name, command.input);
    };
    return { send } as unknown as Client;
  }

  /** The operations that change the pool. */
  writes(): string[] {
    return this.calls.map(({ name }) => name).filter((name) => name.startsWith('Admin'));
  }

  addProfile(username: string, attributes: Record<string, string>, other: Partial<UserType> = {}): UserType {
    const user: UserType = {
      Username: username,
      Enabled: true,
      UserStatus: 'CONFIRMED',
      Attributes: Object.entries({ sub: `sub-of-${username}`, ...attributes }).map(([Name, Value]) => ({
        Name,
        Value,
      })),
      ...other,
    };
    this.users.set(username, user);
    return user;
  }

  /** Adds a local profile that can sign in. */
  addLocal(username: string, email: string, other: Partial<UserType> = {}): UserType {
    return this.addProfile(username, { email, email_verified: 'true' }, other);
  }

  /** Adds a profile as Cognito creates it at the first SAML sign-in. */
  addFederated(nameId: string, attributes: Record<string, string>, provider = PROVIDER): UserType {
    const identities = JSON.stringify([{ userId: nameId, providerName: provider, primary: true }]);
    const status = { UserStatus: 'EXTERNAL_PROVIDER' } as const;
    return this.addProfile(`${provider}_${nameId}`, { identities, ...attributes }, status);
  }

  /** The user name of the profile with this SAML identity. */
  linkedTo(nameId: string): string | undefined {
    const hasIdentity = (user: UserType) => this.#attribute(user, 'identities')?.includes(`"userId":"${nameId}"`);
    return [...this.users.values()].find(hasIdentity)?.Username;
  }

  #attribute(user: UserType, name: string): string | undefined {
    return user.Attributes?.find((attribute) => attribute.Name === name)?.Value;
  }

  #respond(name: string, input: Input): unknown {
    switch (name) {
      case 'ListUsers':
        return this.#list(input);
      case 'DescribeUserPool':
        return { UserPool: { UsernameAttributes: this.usernameAttributes } };
      case 'DescribeIdentityProvider':
        if (input.ProviderName !== PROVIDER) {
          throw awsError('ResourceNotFoundException');
        }
        return {
          IdentityProvider: this.describesProvider
            ? { ProviderName: PROVIDER, ProviderType: 'SAML', AttributeMapping: this.mapping }
            : undefined,
        };
      case 'AdminCreateUser':
        return this.#create(input);
      case 'AdminLinkProviderForUser':
        return this.#link(input);
      default:
        throw new Error(`the tool does not use ${name}`);
    }
  }

  #list({ PaginationToken }: Input): unknown {
    const all = [...this.users.values()];
    const start = Number(PaginationToken ?? 0);
    const next = start + this.pageSize;
    return { Users: all.slice(start, next), PaginationToken: next < all.length ? String(next) : undefined };
  }

  #create({ UserAttributes }: Input): unknown {
    const attributes = UserAttributes as { Name: string; Value: string }[];
    const email = attributes.find(({ Name }) => Name === 'email')?.Value;
    const isLocal = (user: UserType) => user.UserStatus !== 'EXTERNAL_PROVIDER';
    if ([...this.users.values()].some((user) => isLocal(user) && this.#attribute(user, 'email') === email)) {
      throw awsError('UsernameExistsException');
    }
    this.#created += 1;
    const byName = Object.fromEntries(attributes.map(({ Name, Value }) => [Name, Value]));
    return { User: this.addProfile(`created-${this.#created}`, byName, { UserStatus: 'FORCE_CHANGE_PASSWORD' }) };
  }

  #link({ DestinationUser, SourceUser }: Input): unknown {
    const nameId = (SourceUser as Record<string, string>).ProviderAttributeValue ?? '';
    const destination = this.users.get((DestinationUser as Record<string, string>).ProviderAttributeValue ?? '');
    if (!destination) {
      throw awsError('UserNotFoundException');
    }
    if (this.linkedTo(nameId)) {
      throw awsError('InvalidParameterException', 'Merging is not currently supported');
    }
    const identities = JSON.stringify([{ userId: nameId, providerName: PROVIDER, primary: false }]);
    destination.Attributes?.push({ Name: 'identities', Value: identities });
    return {};
  }
}
