import type { UserType } from '@aws-sdk/client-cognito-identity-provider';
import { applyRow } from './apply.ts';
import { type Judgement, judge, type Person, type PoolDescription, type Row } from './judge.ts';
import type { Pool } from './pool.ts';
import { type Results, reportCsv, summarize } from './report.ts';

/** The options of a run. */
export interface Options {
  /** The SAML provider whose identities are linked. */
  readonly provider: string | undefined;
  /** The people on the provider's list. */
  readonly people: readonly Person[];
  readonly showEmail: boolean;
  /** Whether to change the pool. */
  readonly apply: boolean;
}

/** What a run uses outside of itself. */
export interface Dependencies {
  readonly pool: Pool;
  /** Whether the operator has pressed Ctrl-C: the run finishes the current step and ends. */
  readonly isInterrupted: () => boolean;
  /** Shows a line to the operator. */
  readonly print: (line: string) => void;
  readonly saveReport: (report: string) => void;
}

/** The exit codes. */
export const EXIT = { complete: 0, incomplete: 1, interrupted: 130 } as const;

/** Thrown if the operator interrupts the run while it reads the pool. */
class Interrupted extends Error {}

/** Reads the pool, writes the report, and with `apply` links identities and creates profiles. Returns the exit code. */
export async function linkUsers(options: Options, dependencies: Dependencies): Promise<number> {
  const { pool, print, saveReport } = dependencies;
  const description = await describePool(options, dependencies);
  // Checks the list and the provider first, because reading the pool takes minutes.
  if (description === undefined || !canUseProvider(await judge(description, options.people), options, print)) {
    return EXIT.incomplete;
  }
  const usernameAttributes = options.apply ? await pool.usernameAttributes() : [];
  let judgement: Judgement;
  try {
    judgement = await judge({ ...description, usernameAttributes }, options.people, readPages(dependencies));
  } catch (error) {
    if (error instanceof Interrupted) {
      print('Interrupted while reading the pool: nothing was changed, and no report was written. Run this again.');
      return EXIT.interrupted;
    }
    throw error;
  }
  print(`\n${summarize(judgement)}\n`);

  const { rows } = judgement;
  const { results, interrupted, failed } = await applyRows(rows, options, dependencies);
  saveReport(reportCsv(rows, results, options.showEmail));
  if (interrupted) {
    print('Interrupted after the current person. Run the same command again to continue.');
    return EXIT.interrupted;
  }
  if (failed > 0) {
    print(`${failed} failed: see the column result of the report. Run the same command again to retry them.`);
  }
  return failed > 0 ? EXIT.incomplete : EXIT.complete;
}

async function describePool(
  { provider: name }: Options,
  { pool, print }: Dependencies,
): Promise<PoolDescription | undefined> {
  if (name === undefined) {
    return { poolId: pool.id };
  }
  const mappedAttributes = await pool.mappedAttributes(name);
  if (mappedAttributes === undefined) {
    print('The pool has no identity provider with the name in PROVIDER. Correct PROVIDER and run this again.');
    return undefined;
  }
  return { poolId: pool.id, provider: { name, mappedAttributes } };
}

/** Prints the problem of the provider. A run without `apply` continues, because it only writes the report. */
function canUseProvider({ providerProblem }: Judgement, { apply }: Options, print: (line: string) => void): boolean {
  if (providerProblem === null) {
    return true;
  }
  print(
    `${providerProblem}: PROVIDER maps email but not email_verified, so each sign-in through it marks the address of ` +
      'a linked profile as unverified, and Verify then denies the user. Map both first: docs/saml.md says how.' +
      (apply ? ' Nothing was changed.' : ''),
  );
  return !apply;
}

async function* readPages({ pool, isInterrupted, print }: Dependencies): AsyncGenerator<UserType[]> {
  let read = 0;
  for await (const page of pool.profilePages()) {
    yield page;
    read += page.length;
    print(`read ${read} profiles`);
    if (isInterrupted()) {
      throw new Interrupted();
    }
  }
}

async function applyRows(
  rows: readonly Row[],
  options: Options,
  { pool, isInterrupted, print }: Dependencies,
): Promise<{ results: Results; interrupted: boolean; failed: number }> {
  const results = new Map<Row, string>();
  const withSteps = rows.filter(({ steps }) => steps.length > 0);
  const due = options.apply ? withSteps : [];
  for (const row of options.apply ? [] : withSteps) {
    results.set(row, 'not done: needs APPLY=1');
  }
  let done = 0;
  let failed = 0;
  if (options.provider !== undefined) {
    for (const row of due) {
      if (isInterrupted()) {
        break;
      }
      const result = await applyRow(pool, options.provider, row);
      results.set(row, result);
      done += 1;
      failed += result.startsWith('done') ? 0 : 1;
      print(`applied ${done} of ${due.length}${failed > 0 ? `, ${failed} failed` : ''}`);
    }
  }
  for (const row of due.slice(done)) {
    results.set(row, 'not done: interrupted');
  }
  return { results, interrupted: done < due.length, failed };
}
