import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type { UserType } from '@aws-sdk/client-cognito-identity-provider';
import { ToolError } from '../tool-error.ts';

/** The program with the rules (tools/judge-profiles). */
const JUDGE_PROFILES = fileURLToPath(new URL('../../target/local/judge-profiles', import.meta.url));

/** The pool, the provider, and the settings of the pool that the rules need. */
export interface PoolDescription {
  readonly poolId: string;
  /** The SAML provider whose identities are linked, and the attributes of the pool that it maps. */
  readonly provider?: { readonly name: string; readonly mappedAttributes: readonly string[] } | undefined;
  readonly usernameAttributes?: readonly string[];
}

/** A person on the identity provider's list (IDENTITIES). */
export interface Person {
  readonly email: string;
  readonly nameId: string;
  /** The number of the line on the list, from 1. */
  readonly line: number;
}

/** A line of the report: a profile of the pool, or a person without a profile. */
export interface Row {
  readonly verdict: string;
  readonly profile: {
    readonly username: string;
    readonly sub: string | null;
    readonly email: string | null;
    readonly status: string;
    readonly enabled: boolean;
    readonly providers: readonly string[];
  } | null;
  readonly person: Person | null;
  /** The calls that the verdict requires, in their order. */
  readonly steps: readonly ('create' | 'link')[];
  readonly newUsername: string | null;
}

/** The output of the program. */
export interface Judgement {
  /** All verdicts with advice, in the order of the report. */
  readonly verdicts: readonly (readonly [string, string])[];
  /** Why no identity of the provider can be linked; `null` if they can. */
  readonly providerProblem: string | null;
  readonly rows: readonly Row[];
}

/**
 * Judges the users of a pool, page by page.
 *
 * @throws ToolError if the list cannot be used, with the message of the program; and every error that `pages` throws
 */
export async function judge(
  description: PoolDescription,
  people: readonly Person[],
  pages: AsyncIterable<readonly UserType[]> | Iterable<readonly UserType[]> = [],
): Promise<Judgement> {
  if (!existsSync(JUDGE_PROFILES)) {
    throw new ToolError(`${JUDGE_PROFILES} is missing: run make link-users, which builds it`);
  }
  // A separate process group, so that Ctrl-C does not end the program. It exits at the end of its input.
  const program = spawn(JUDGE_PROFILES, { stdio: 'pipe', detached: true });
  const input = Readable.from(inputLines(description, people, pages));
  const inputResult = pipeline(input, program.stdin).catch((error: unknown) => error);
  const [errorOutput, output, exit] = await Promise.all([
    text(program.stderr),
    parseLines(program.stdout),
    once(program, 'close'),
  ]);
  const inputError = await inputResult;
  // EPIPE means that the program exited before the end of its input. Its error output has the reason.
  if (inputError !== undefined && (inputError as { code?: unknown }).code !== 'EPIPE') {
    throw inputError;
  }
  const [exitCode] = exit;
  if (exitCode !== 0 || inputError !== undefined) {
    throw new ToolError(errorOutput.trim() || `judge-profiles failed with exit code ${exitCode}`);
  }
  const [header, ...rows] = output;
  return { ...(header as Omit<Judgement, 'rows'>), rows: rows as Row[] };
}

async function* inputLines(
  description: PoolDescription,
  people: readonly Person[],
  pages: AsyncIterable<readonly UserType[]> | Iterable<readonly UserType[]>,
): AsyncGenerator<string> {
  yield jsonLine(description);
  for (const person of people) {
    yield jsonLine({ person });
  }
  for await (const page of pages) {
    yield page.map((user) => jsonLine({ user })).join('');
  }
}

/**
 * Replaces lone surrogates. Anyone can sign up with one in an attribute, and the JSON parser of the program would
 * reject the line.
 */
function jsonLine(value: unknown): string {
  const wellFormed = (_: string, member: unknown) =>
    typeof member === 'string' ? Buffer.from(member).toString() : member;
  return `${JSON.stringify(value, wellFormed)}\n`;
}

async function parseLines(output: Readable): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const line of createInterface({ input: output })) {
    values.push(JSON.parse(line));
  }
  return values;
}
