import type { Class } from './classes.ts';
import type { Person } from './people.ts';
import { comparable, counting, isPlainEmail, ownIdentity, type Profile } from './profile.ts';

/** One line of the report: a profile of the pool, or a person who has none yet. */
export interface Row {
  readonly class: Class;
  readonly profile?: Profile | undefined;
  readonly person?: Person | undefined;
  readonly note?: string;
}

const STATUSES_THAT_SIGN_IN = ['CONFIRMED', 'FORCE_CHANGE_PASSWORD'];

// Cognito links no more to one profile.
const MOST_IDENTITIES = 5;

/** Sorts every profile and every person of the list into its class; `provider` is the one to be linked. */
export function classify(profiles: readonly Profile[], people: readonly Person[], provider?: string): Row[] {
  const pool = new Index(profiles, people);
  const rows = profiles.map((profile): Row => {
    const own = ownIdentity(profile);
    const person = pool.personOf(profile);
    const found = own ? federated(profile, own, pool, provider) : local(profile, pool, person, provider);
    return { profile, person, ...found };
  });
  const listed = new Set(rows.map((row) => row.person));
  const absent = people.filter((person) => !listed.has(person));
  return [...rows, ...absent.map((person): Row => ({ person, ...newcomer(person, pool, provider) }))];
}

type Found = Pick<Row, 'class' | 'note'>;

function local(profile: Profile, pool: Index, person: Person | undefined, provider: string | undefined): Found {
  const problem = problemOf(profile);
  if (problem) {
    return { class: problem };
  }
  if (!STATUSES_THAT_SIGN_IN.includes(profile.status)) {
    return { class: 'not-confirmed', note: profile.status };
  }
  if (!profile.emailVerified) {
    return { class: 'email-unverified' };
  }
  const others = pool.othersWithEmailOf(profile);
  if (others.some((other) => other.status !== 'EXTERNAL_PROVIDER')) {
    return { class: 'duplicate-email' };
  }
  const linked = profile.identities.filter((identity) => provider === undefined || identity.provider === provider);
  if (person && linked.some((identity) => identity.userId !== person.nameId)) {
    return { class: 'identity-conflict', note: 'linked to another identity than the list says' };
  }
  if (others.length > 0) {
    return { class: 'blocked-by-federated' };
  }
  if (linked.length > 0) {
    return { class: 'linked' };
  }
  if (!person) {
    return { class: 'can-sign-in' };
  }
  if (pool.holderOf(person.nameId, provider)) {
    return { class: 'identity-conflict', note: 'another profile has the identity' };
  }
  if (profile.identities.length >= MOST_IDENTITIES) {
    return { class: 'identity-conflict', note: `${MOST_IDENTITIES} identities are linked already` };
  }
  return { class: 'needs-link' };
}

function federated(
  profile: Profile,
  own: { readonly provider: string; readonly userId: string },
  pool: Index,
  provider: string | undefined,
): Found {
  if (provider !== undefined && own.provider !== provider) {
    return { class: 'other-provider', note: own.provider };
  }
  const problem = problemOf(profile);
  if (problem) {
    return { class: problem };
  }
  if (profile.status !== 'EXTERNAL_PROVIDER') {
    return { class: 'federated-with-password', note: profile.status };
  }
  const others = pool.othersWithEmailOf(profile);
  return { class: others.length > 1 || others.some(ownIdentity) ? 'duplicate-email' : 'federated' };
}

function newcomer(person: Person, pool: Index, provider: string | undefined): Found {
  const taken = pool.holderOf(person.nameId, provider);
  return taken
    ? { class: 'identity-conflict', note: 'a profile with another address has the identity' }
    : { class: 'needs-profile-and-link' };
}

function problemOf(profile: Profile): Class | undefined {
  if (!profile.enabled) {
    return 'disabled';
  }
  if (profile.email === undefined || profile.email === '') {
    return 'email-missing';
  }
  return isPlainEmail(profile.email) ? undefined : 'email-invalid';
}

class Index {
  readonly #byEmail = new Map<string, Profile[]>();
  readonly #holders = new Map<string, Profile>();
  readonly #personByEmail: ReadonlyMap<string, Person>;

  constructor(profiles: readonly Profile[], people: readonly Person[]) {
    for (const profile of profiles) {
      const email = comparable(profile.email ?? '');
      const sharing = this.#byEmail.get(email);
      if (sharing) {
        sharing.push(profile);
      } else {
        this.#byEmail.set(email, [profile]);
      }
      const own = ownIdentity(profile);
      for (const { provider, userId } of own ? [own, ...profile.identities] : profile.identities) {
        this.#holders.set(holderKey(userId, provider), profile);
      }
    }
    this.#personByEmail = new Map(people.map((person) => [comparable(person.email), person]));
  }

  /** The other enabled profiles that count, federated ones included. */
  othersWithEmailOf(profile: Profile): Profile[] {
    return counting(this.#withEmailOf(profile)).filter((other) => other !== profile && other.enabled);
  }

  personOf(profile: Profile): Person | undefined {
    return profile.email === undefined ? undefined : this.#personByEmail.get(comparable(profile.email));
  }

  holderOf(nameId: string, provider: string | undefined): Profile | undefined {
    return provider === undefined ? undefined : this.#holders.get(holderKey(nameId, provider));
  }

  #withEmailOf(profile: Profile): readonly Profile[] {
    return this.#byEmail.get(comparable(profile.email ?? '')) ?? [];
  }
}

/** Letter case is ignored, because a pool may ignore it: better one question too many than somebody's profile. */
function holderKey(userId: string, provider: string): string {
  return JSON.stringify([provider, userId.toLowerCase()]);
}
