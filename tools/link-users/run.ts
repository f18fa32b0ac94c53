import { leavesEmailUnverified } from '../../cdk/lib/saml-providers.ts';
import { Application, stepsOf } from './apply.ts';
import { classify, type Row } from './classify.ts';
import type { Person } from './people.ts';
import type { Pool } from './pool.ts';
import type { Profile } from './profile.ts';
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

/** Reads the pool, reports on it, and does what is permitted. */
export async function linkUsers(task: Task, surroundings: Surroundings): Promise<number> {
  const { pool, stopping, say, keep } = surroundings;
  if (task.provider !== undefined && !(await isUsable(task.provider, task.apply, surroundings))) {
    return EXIT.incomplete;
  }
  const profiles = await readAll(pool, stopping, say);
  if (profiles === undefined) {
    say('Interrupted while reading: nothing was changed, and there is no report. Run again.');
    return EXIT.interrupted;
  }
  const rows = classify(profiles, task.people, task.provider);
  say(`\n${summaryOf(rows)}\n`);

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

/** Whether the provider's identities may be looked at, and linked if that is asked for. */
async function isUsable(provider: string, apply: boolean, { pool, say }: Surroundings): Promise<boolean> {
  const mapping = await pool.mappingOf(provider);
  if (mapping === undefined) {
    say('The pool has no identity provider of the name that PROVIDER gives.');
    return false;
  }
  if (!leavesEmailUnverified(mapping)) {
    return true;
  }
  say(
    'PROVIDER maps email and not email_verified: each sign-in through it makes the address of a linked profile ' +
      'unverified, and Verify denies the person. Map both first: docs/saml.md says how.' +
      (apply ? ' Nothing was changed.' : ''),
  );
  return !apply;
}

async function readAll(pool: Pool, stopping: () => boolean, say: (line: string) => void) {
  const profiles = new Map<string, Profile>();
  for await (const page of pool.pages()) {
    // A profile can turn up on two pages while others come and go.
    for (const profile of page) {
      profiles.set(profile.username, profile);
    }
    say(`read ${profiles.size} profiles`);
    if (stopping()) {
      return undefined;
    }
  }
  return [...profiles.values()];
}

async function applyAll(rows: readonly Row[], task: Task, { pool, stopping, say }: Surroundings) {
  const results = new Map<Row, string>();
  const steps = rows.filter((row) => stepsOf(row) !== '');
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
