import type { UserType } from '@aws-sdk/client-cognito-identity-provider';
import { Application } from './apply.ts';
import { type Judgement, judge, type Person, type Row, type Subject } from './judge.ts';
import type { Pool } from './pool.ts';
import { reportOf, summaryOf } from './report.ts';

/** What one run is about. */
export interface Task {
  readonly provider: string | undefined;
  readonly people: readonly Person[];
  readonly showEmail: boolean;
  /** Whether anything may be changed. */
  readonly apply: boolean;
}

/** What one run has to do with. */
export interface Surroundings {
  readonly pool: Pool;
  /** Whether to finish what is under way and end. */
  readonly stopping: () => boolean;
  /** Shows a line to the operator. */
  readonly say: (line: string) => void;
  /** Keeps the report. */
  readonly keep: (report: string) => void;
}

/** How a run ended, as its exit code. */
export const EXIT = { complete: 0, incomplete: 1, interrupted: 130 } as const;

/** Thrown when the operator ends the run while the pool is read. */
class Interrupted extends Error {}

/** Reads the pool, reports on it, and does what is permitted. */
export async function linkUsers(task: Task, surroundings: Surroundings): Promise<number> {
  const { pool, say, keep } = surroundings;
  const subject = await subjectOf(task, surroundings);
  // The list and the provider are judged before the pool is read, which takes minutes.
  if (subject === undefined || !isUsable(await judge(subject, task.people), task, say)) {
    return EXIT.incomplete;
  }
  const usernameAttributes = task.apply ? await pool.usernameAttributes() : [];
  let judgement: Judgement;
  try {
    judgement = await judge({ ...subject, usernameAttributes }, task.people, pagesOf(surroundings));
  } catch (error) {
    if (error instanceof Interrupted) {
      say('Interrupted while reading: nothing was changed, and there is no report. Run again.');
      return EXIT.interrupted;
    }
    throw error;
  }
  say(`\n${summaryOf(judgement)}\n`);

  const { rows } = judgement;
  const { results, interrupted, failed } = await applyAll(rows, task, surroundings);
  keep(reportOf(rows, results, task.showEmail));
  if (interrupted) {
    say('Interrupted between two people. Run the same command again to go on.');
    return EXIT.interrupted;
  }
  if (failed > 0) {
    say(`${failed} failed; the report says which. Run the same command again to try them again.`);
  }
  return failed > 0 ? EXIT.incomplete : EXIT.complete;
}

async function subjectOf({ provider: name }: Task, { pool, say }: Surroundings): Promise<Subject | undefined> {
  if (name === undefined) {
    return { poolId: pool.id };
  }
  const mappedAttributes = await pool.mappedAttributes(name);
  if (mappedAttributes === undefined) {
    say('The pool has no identity provider of the name that PROVIDER gives.');
    return undefined;
  }
  return { poolId: pool.id, provider: { name, mappedAttributes } };
}

/** Whether the provider's identities may be looked at, and linked if that is asked for. */
function isUsable({ providerProblem }: Judgement, { apply }: Task, say: (line: string) => void): boolean {
  if (providerProblem === null) {
    return true;
  }
  say(
    `${providerProblem}: PROVIDER maps email and not email_verified, so each sign-in through it makes the address of a ` +
      'linked profile unverified, and Verify denies the person. Map both first: docs/saml.md says how.' +
      (apply ? ' Nothing was changed.' : ''),
  );
  return !apply;
}

async function* pagesOf({ pool, stopping, say }: Surroundings): AsyncGenerator<UserType[]> {
  let read = 0;
  for await (const page of pool.pages()) {
    yield page;
    read += page.length;
    say(`read ${read} profiles`);
    if (stopping()) {
      throw new Interrupted();
    }
  }
}

async function applyAll(rows: readonly Row[], task: Task, { pool, stopping, say }: Surroundings) {
  const results = new Map<Row, string>();
  const steps = rows.filter(({ steps }) => steps.length > 0);
  const due = task.apply ? steps : [];
  for (const row of task.apply ? [] : steps) {
    results.set(row, 'not done: needs APPLY=1');
  }
  let done = 0;
  let failed = 0;
  if (task.provider !== undefined && due.length > 0) {
    const application = new Application(pool, task.provider);
    for (const row of due) {
      if (stopping()) {
        break;
      }
      const result = await application.carryOut(row);
      results.set(row, result);
      done += 1;
      failed += result.startsWith('done') ? 0 : 1;
      say(`applied ${done} of ${due.length}${failed > 0 ? `, ${failed} failed` : ''}`);
    }
  }
  for (const row of due.slice(done)) {
    results.set(row, 'not done: interrupted');
  }
  return { results, interrupted: done < due.length, failed };
}
