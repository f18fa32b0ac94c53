import type { Row } from './judge.ts';
import type { Pool } from './pool.ts';
import { masked } from './report.ts';

/** Carries out the steps of a row. */
export class Application {
  readonly #pool: Pool;
  readonly #provider: string;

  constructor(pool: Pool, provider: string) {
    this.#pool = pool;
    this.#provider = provider;
  }

  /** @returns what was done, in words for the report; a failure leaves what another run goes on from */
  async carryOut(row: Row): Promise<string> {
    try {
      return `done: ${await this.#steps(row)}`;
    } catch (error) {
      const cause = error instanceof Error ? `${error.name}: ${masked(error.message)}` : 'unknown';
      return `failed: ${cause}`;
    }
  }

  async #steps({ steps, profile, person, newUsername }: Row): Promise<string> {
    const done: string[] = [];
    let username = profile?.username;
    for (const step of steps) {
      if (step === 'create' && person && newUsername !== null) {
        username = await this.#pool.create(newUsername, person.email);
        done.push('created');
      } else if (step === 'link' && person && username !== undefined) {
        await this.#pool.link(username, this.#provider, person.nameId);
        done.push('linked');
      } else {
        throw new Error(`the verdict does not say whom to ${step}`);
      }
    }
    return done.join(' and ');
  }
}
