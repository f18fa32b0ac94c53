import type { Row } from './classify.ts';
import type { Journal } from './journal.ts';
import { nameOf, type Pool } from './pool.ts';
import { counting, masked, ownIdentity, type Profile } from './profile.ts';

/** What may be done; the report alone needs none of it. */
export interface Permission {
  readonly apply: boolean;
  /** Also what makes people lose their `sub`. */
  readonly replaceFederated: boolean;
}

/** What was done for a row, in words for the report. */
export type Results = ReadonlyMap<Row, string>;

/** What would be done for a row, in words for the report; nothing for most of them. */
export function stepsOf(row: Row): string {
  switch (row.class) {
    case 'needs-link':
      return 'link';
    case 'needs-profile-and-link':
      return 'create, link';
    case 'loses-sub':
      return row.local ? 'delete, link' : 'create, delete, link';
    default:
      return '';
  }
}

/** Why a row with steps is not carried out; nothing if it is. */
export function heldBack(row: Row, permission: Permission): string | undefined {
  if (row.class === 'loses-sub' && !permission.replaceFederated) {
    return 'not done: needs APPLY=1 REPLACE_FEDERATED=1, and the sub changes';
  }
  return permission.apply ? undefined : 'not done: needs APPLY=1';
}

/** Carries out the steps, one person after the other. */
export class Application {
  readonly #pool: Pool;
  readonly #provider: string;
  readonly #journal: Journal;
  #localName: Promise<(email: string) => string> | undefined;

  constructor(pool: Pool, provider: string, journal: Journal) {
    this.#pool = pool;
    this.#provider = provider;
    this.#journal = journal;
  }

  /** @returns what was done, in words for the report; a failure leaves what another run goes on from */
  async carryOut(row: Row): Promise<string> {
    try {
      return await this.#steps(row);
    } catch (error) {
      const cause = error instanceof Error ? `${error.name}: ${masked(error.message)}` : 'unknown';
      return `failed: ${cause}`;
    }
  }

  async #steps({ class: found, profile, person, local }: Row): Promise<string> {
    if (found === 'needs-link' && profile && person) {
      await this.#link(profile.username, person.nameId);
      return 'done: linked';
    }
    if (found === 'needs-profile-and-link' && person) {
      await this.#link(await this.#create(person.email), person.nameId);
      return 'done: created and linked';
    }
    if (found === 'loses-sub' && profile) {
      return await this.#replace(profile, local);
    }
    return '';
  }

  async #replace(profile: Profile, local: Profile | undefined): Promise<string> {
    const own = ownIdentity(profile);
    const { email } = profile;
    if (!own || email === undefined || !areStill(await this.#pool.withEmail(email), [profile, local])) {
      return 'failed: the profiles with the address have changed meanwhile';
    }
    const username = local?.username ?? (await this.#createUnlessTaken(email));
    const deleted = { username: profile.username, attributes: profile.attributes };
    this.#journal.add({ event: 'replacing', email, provider: own.provider, nameId: own.userId, deleted });
    await this.#pool.remove(profile.username);
    await this.#link(username ?? (await this.#create(email)), own.userId);
    return 'done: replaced, the sub has changed';
  }

  /** First, because what keeps a profile from being created is better met while the other one is still there. */
  async #createUnlessTaken(email: string): Promise<string | undefined> {
    try {
      return await this.#create(email);
    } catch (error) {
      // Nobody but the federated profile has the address, and it may be what the address is taken by.
      if (['UsernameExistsException', 'AliasExistsException'].includes(nameOf(error))) {
        return undefined;
      }
      throw error;
    }
  }

  async #create(email: string): Promise<string> {
    this.#localName ??= this.#pool.localNames();
    const username = await this.#pool.create((await this.#localName)(email), email);
    this.#journal.add({ event: 'created', username });
    return username;
  }

  async #link(username: string, nameId: string): Promise<void> {
    await this.#pool.link(username, this.#provider, nameId);
    this.#journal.add({ event: 'linked', username, provider: this.#provider, nameId });
  }
}

function areStill(now: readonly Profile[], before: readonly (Profile | undefined)[]): boolean {
  const decisive = (profiles: readonly Profile[]) =>
    profiles
      .map(({ username, email, emailVerified, enabled, status, identities }) =>
        JSON.stringify([username, email, emailVerified, enabled, status, identities]),
      )
      .sort();
  const expected = decisive(before.filter((profile) => profile !== undefined));
  return JSON.stringify(decisive(counting(now))) === JSON.stringify(expected);
}
