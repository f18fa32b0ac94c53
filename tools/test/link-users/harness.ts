import type { Person } from '../../link-users/judge.ts';
import { Pool } from '../../link-users/pool.ts';
import { RateLimiter } from '../../link-users/rate-limiter.ts';
import { linkUsers, type Options } from '../../link-users/run.ts';
import { FakeClock, FakeCognito, POOL, PROVIDER } from './fake-cognito.ts';

/** The people on the provider's list. */
export const PEOPLE: Person[] = [1, 2, 3].map((index) => ({
  email: `person${index}@acme.example`,
  nameId: `id-${index}`,
  line: index + 1,
}));

/** A fake pool, and the tool, which a test can run on it more than once. */
export class Harness {
  readonly cognito = new FakeCognito();
  readonly clock = new FakeClock();
  readonly printed: string[] = [];
  report = '';
  interrupted = false;

  /** Runs the tool with APPLY=1 and the whole list, unless `change` says otherwise. Returns the exit code. */
  run(change: Partial<Options> = {}): Promise<number> {
    const rateLimiter = new RateLimiter(
      this.clock,
      () => 1,
      () => {},
    );
    return linkUsers(
      { provider: PROVIDER, people: PEOPLE, showEmail: false, apply: true, ...change },
      {
        pool: new Pool(this.cognito.client, rateLimiter, POOL),
        isInterrupted: () => this.interrupted,
        print: (line) => this.printed.push(line),
        saveReport: (report) => {
          this.report = report;
        },
      },
    );
  }

  /** For each person on the list, the local profile to which the identity is linked. */
  linkedProfiles(): (string | undefined)[] {
    return PEOPLE.map(({ nameId }) => this.cognito.linkedTo(nameId));
  }
}
