import type { UserType } from '@aws-sdk/client-cognito-identity-provider';

/** A user of an identity provider, as the pool's `identities` attribute names it. */
export interface Identity {
  readonly provider: string;
  readonly userId: string;
  /** Whether the profile was made for this identity, rather than linked to it later. */
  readonly primary: boolean;
}

/** A user profile of the pool, as far as signing in depends on it. */
export interface Profile {
  readonly username: string;
  readonly sub: string;
  readonly email: string | undefined;
  readonly emailVerified: boolean;
  readonly enabled: boolean;
  readonly status: string;
  readonly identities: readonly Identity[];
}

/** Reads what ListUsers returns. */
export function profileOf(user: UserType): Profile {
  const attributes: Record<string, string> = {};
  for (const { Name, Value } of user.Attributes ?? []) {
    if (Name !== undefined && Value !== undefined) {
      attributes[Name] = Value;
    }
  }
  return {
    username: user.Username ?? '',
    sub: attributes.sub ?? '',
    email: attributes.email,
    emailVerified: attributes.email_verified?.toLowerCase() === 'true',
    enabled: user.Enabled === true,
    status: user.UserStatus ?? 'UNKNOWN',
    identities: identitiesOf(attributes.identities),
  };
}

/** The identity that a profile was made for at its first federated sign-in; a local profile has none. */
export function ownIdentity(profile: Profile): Identity | undefined {
  const primary = profile.identities.find((identity) => identity.primary);
  if (primary || profile.status !== 'EXTERNAL_PROVIDER') {
    return primary;
  }
  const [provider = '', ...rest] = profile.username.split('_');
  return { provider, userId: rest.join('_'), primary: true };
}

/**
 * Of profiles that have an address, those that count: a local one in which it is not verified does not, beside an enabled
 * local one in which it is. Anybody can sign up with any address, and would keep its owner from being linked. A federated
 * one counts either way, because its next sign-in may verify the address. `decide` of the pre sign-up trigger does the same.
 */
export function counting(sharing: readonly Profile[]): readonly Profile[] {
  const isLocal = (profile: Profile) => ownIdentity(profile) === undefined;
  const verified = sharing.some((profile) => isLocal(profile) && profile.enabled && profile.emailVerified);
  return verified ? sharing.filter((profile) => profile.emailVerified || !isLocal(profile)) : sharing;
}

/** The form in which addresses are compared; Verify compares them in the same way. */
export function comparable(email: string): string {
  return email.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Whether Verify would accept the address: the unquoted form of RFC 5321 in ASCII, short enough for a filter. */
export function isPlainEmail(email: string): boolean {
  const dotted = (characters: string) => `[${characters}]+(?:\\.[${characters}]+)*`;
  const form = new RegExp(`^${dotted("\\w!#$%&'*+/=?^`{|}~-")}@${dotted('A-Za-z0-9-')}$`);
  return email.length <= 246 && form.test(email);
}

/** The first letter and the domain: enough to recognize an address, not enough to learn it. */
export function masked(text: string): string {
  return text.replace(/([^\s@])[^\s@]*@/g, '$1***@');
}

function identitiesOf(text: string | undefined): Identity[] {
  let entries: unknown;
  try {
    entries = JSON.parse(text ?? '[]');
  } catch {
    return [];
  }
  const found: Identity[] = [];
  for (const entry of Array.isArray(entries) ? entries : []) {
    const { providerName, userId, primary } = entry ?? {};
    if (typeof providerName === 'string' && typeof userId === 'string') {
      found.push({ provider: providerName, userId, primary: String(primary).toLowerCase() === 'true' });
    }
  }
  return found;
}
