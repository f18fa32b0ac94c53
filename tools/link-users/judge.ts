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

/** The program that holds the rules (tools/judge-profiles). */
const PROGRAM = fileURLToPath(new URL('../../target/local/judge-profiles', import.meta.url));

/** What is known of the pool. */
export interface Subject {
  readonly poolId: string;
  /** The SAML provider to be linked, and the attributes of the pool to which it maps anything. */
  readonly provider?: { readonly name: string; readonly mappedAttributes: readonly string[] } | undefined;
  readonly usernameAttributes?: readonly string[];
}

/** A person on the identity provider's list. */
export interface Person {
  readonly email: string;
  readonly nameId: string;
  /** The line of the list. */
  readonly line: number;
}

/** One line of the report: a profile of the pool, or a person who has none yet. */
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
  /** The calls that the verdict asks for, in order. */
  readonly steps: readonly ('create' | 'link')[];
  readonly newUsername: string | null;
}

/** What the program says. */
export interface Judgement {
  /** Every verdict with what to do about it, in the order of the report. */
  readonly verdicts: readonly (readonly [string, string])[];
  /** Why no identity of the provider may be linked. */
  readonly providerProblem: string | null;
  readonly rows: readonly Row[];
}

/**
 * Judges the users of a pool, page by page.
 *
 * @throws ToolError if the list cannot be used, with what the program says of it; whatever `pages` throws
 */
export async function judge(
  subject: Subject,
  people: readonly Person[],
  pages: AsyncIterable<readonly UserType[]> | Iterable<readonly UserType[]> = [],
): Promise<Judgement> {
  if (!existsSync(PROGRAM)) {
    throw new ToolError(`${PROGRAM} is missing: make link-users builds it`);
  }
  // In a process group of its own, so that Ctrl-C does not end it. It ends when its input does.
  const program = spawn(PROGRAM, { stdio: 'pipe', detached: true });
  const fed = pipeline(Readable.from(lines(subject, people, pages)), program.stdin).catch((error: unknown) => error);
  const [said, output, ended] = await Promise.all([text(program.stderr), read(program.stdout), once(program, 'close')]);
  const failure = await fed;
  // A program that has ended reads no more. Why it has, it says itself.
  if (failure !== undefined && (failure as { code?: unknown }).code !== 'EPIPE') {
    throw failure;
  }
  const [code] = ended;
  if (code !== 0 || failure !== undefined) {
    throw new ToolError(said.trim() || `judge-profiles ended with ${code}`);
  }
  const [first, ...rows] = output;
  return { ...(first as Omit<Judgement, 'rows'>), rows: rows as Row[] };
}

async function* lines(
  subject: Subject,
  people: readonly Person[],
  pages: AsyncIterable<readonly UserType[]> | Iterable<readonly UserType[]>,
): AsyncGenerator<string> {
  yield line(subject);
  for (const person of people) {
    yield line({ person });
  }
  for await (const page of pages) {
    yield page.map((user) => line({ user })).join('');
  }
}

/** Half a surrogate pair is not valid in JSON that others read, and anybody can sign up with one. */
function line(value: unknown): string {
  const wellFormed = (_: string, member: unknown) =>
    typeof member === 'string' ? Buffer.from(member).toString() : member;
  return `${JSON.stringify(value, wellFormed)}\n`;
}

async function read(output: Readable): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const text of createInterface({ input: output })) {
    values.push(JSON.parse(text));
  }
  return values;
}
