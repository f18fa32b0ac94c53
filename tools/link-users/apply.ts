import type { Row } from './classify.ts';
import type { Pool } from './pool.ts';
import { masked } from './profile.ts';

/** What was done for a row, in words for the report. */
export type Results = ReadonlyMap<Row, string>;

/** What would be done for a row, in words for the report; nothing for most of them. */
export function stepsOf(row: Row): string {
  switch (row.class) {
    case 'needs-link':
      return 'link';
    case 'needs-profile-and-link':
      return 'create, link';
    default:
      return '';
  }
}

/** Carries out the steps, one person after the other. */
export class Application {
  readonly #pool: Pool;
  readonly #provider: string;
  #localName: Promise<(email: string) => string> | undefined;

  constructor(pool: Pool, provider: string) {
    this.#pool = pool;
    this.#provider = provider;
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

  async #steps({ class: found, profile, person }: Row): Promise<string> {
    if (found === 'needs-link' && profile && person) {
      await this.#pool.link(profile.username, this.#provider, person.nameId);
      return 'done: linked';
    }
    if (found === 'needs-profile-and-link' && person) {
      const username = await this.#create(person.email);
      await this.#pool.link(username, this.#provider, person.nameId);
      return 'done: created and linked';
    }
    return '';
  }

  async #create(email: string): Promise<string> {
    this.#localName ??= this.#pool.localNames();
    return await this.#pool.create((await this.#localName)(email), email);
  }
}
