import type { Person } from '../../link-users/judge.ts';
import { Pace } from '../../link-users/pace.ts';
import { Pool } from '../../link-users/pool.ts';
import { linkUsers, type Task } from '../../link-users/run.ts';
import { FakeClock, FakeCognito, POOL, PROVIDER } from './fake.ts';

/** The people on the list. */
export const PEOPLE: Person[] = [1, 2, 3].map((index) => ({
  email: `person${index}@acme.example`,
  nameId: `id-${index}`,
  line: index + 1,
}));

/** An operator's desk: one pool, and a command that is typed again and again. */
export class Desk {
  readonly cognito = new FakeCognito();
  readonly clock = new FakeClock();
  readonly said: string[] = [];
  report = '';
  stopping = false;

  run(change: Partial<Task> = {}): Promise<number> {
    const task = { provider: PROVIDER, people: PEOPLE, showEmail: false, apply: true };
    return linkUsers(
      { ...task, ...change },
      {
        pool: new Pool(
          this.cognito.client,
          new Pace(
            this.clock,
            () => 1,
            () => {},
          ),
          POOL,
        ),
        stopping: () => this.stopping,
        say: (line) => this.said.push(line),
        keep: (report) => {
          this.report = report;
        },
      },
    );
  }

  /** The local profile that each identity of the list signs in to. */
  linked(): (string | undefined)[] {
    return PEOPLE.map(({ nameId }) => this.cognito.linkedTo(nameId));
  }
}
