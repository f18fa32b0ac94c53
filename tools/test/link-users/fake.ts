import { CognitoIdentityProviderServiceException, type UserType } from '@aws-sdk/client-cognito-identity-provider';
import type { Clock } from '../../link-users/pace.ts';
import type { Client } from '../../link-users/pool.ts';

export const POOL = 'eu-central-1_AbCdEf123';
export const PROVIDER = 'Okta';

type Input = Record<string, unknown>;

/** An error as the AWS client throws it. */
export function awsError(name: string, message = 'no more was said'): Error {
  return new CognitoIdentityProviderServiceException({ name, message, $fault: 'client', $metadata: {} });
}

/** Time that passes only while somebody sleeps. */
export class FakeClock implements Clock {
  time = 0;
  now(): number {
    return this.time;
  }
  async sleep(milliseconds: number): Promise<void> {
    this.time += milliseconds;
  }
}

/** A user pool, as far as the documentation says how one behaves. */
export class FakeCognito {
  readonly users = new Map<string, UserType>();
  /** Every call, by name, with its input. */
  readonly calls: { name: string; input: Input }[] = [];
  /** Called before each call; may throw in its place. */
  before: (name: string, input: Input) => void = () => {};
  pageSize = 2;
  usernameAttributes = ['email'];
  /** What the provider maps, by the attributes of the pool. */
  mapping: Record<string, string> | undefined = { email: 'mail', email_verified: 'verified' };
  /** Whether the answer about the provider describes it. */
  described = true;
  #created = 0;

  /** The client that the tool uses. */
  get client(): Client {
    const send = async (command: { constructor: { name: string }; input: Input }) => {
      const name = command.constructor.name.replace(/Command$/, '');
      this.calls.push({ name, input: command.input });
      this.before(name, command.input);
      return this.#answer(name, command.input);
    };
    return { send } as unknown as Client;
  }

  /** The calls that change something. */
  writes(): string[] {
    return this.calls.map(({ name }) => name).filter((name) => name.startsWith('Admin'));
  }

  add(username: string, attributes: Record<string, string>, other: Partial<UserType> = {}): UserType {
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

  /** A local profile with which nothing is wrong. */
  addLocal(username: string, email: string, other: Partial<UserType> = {}): UserType {
    return this.add(username, { email, email_verified: 'true' }, other);
  }

  /** A profile that Cognito made at the first SAML sign-in. */
  addFederated(nameId: string, attributes: Record<string, string>, provider = PROVIDER): UserType {
    const identities = JSON.stringify([{ userId: nameId, providerName: provider, primary: true }]);
    const status = { UserStatus: 'EXTERNAL_PROVIDER' } as const;
    return this.add(`${provider}_${nameId}`, { identities, ...attributes }, status);
  }

  /** Who signs in when a SAML identity does: a profile that is linked to it. */
  linkedTo(nameId: string): string | undefined {
    const holds = (user: UserType) => this.#attribute(user, 'identities')?.includes(`"userId":"${nameId}"`);
    return [...this.users.values()].find(holds)?.Username;
  }

  #attribute(user: UserType, name: string): string | undefined {
    return user.Attributes?.find((attribute) => attribute.Name === name)?.Value;
  }

  #answer(name: string, input: Input): unknown {
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
          IdentityProvider: this.described
            ? { ProviderName: PROVIDER, ProviderType: 'SAML', AttributeMapping: this.mapping }
            : undefined,
        };
      case 'AdminCreateUser':
        return this.#create(input);
      case 'AdminLinkProviderForUser':
        return this.#link(input);
      default:
        throw new Error(`${name} is not part of the tool`);
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
    const given = Object.fromEntries(attributes.map(({ Name, Value }) => [Name, Value]));
    return { User: this.add(`created-${this.#created}`, given, { UserStatus: 'FORCE_CHANGE_PASSWORD' }) };
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
