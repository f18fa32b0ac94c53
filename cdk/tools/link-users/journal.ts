import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { ConfigurationError } from '../../lib/settings-reader.ts';
import type { Person } from './people.ts';

/** Something that was done, or is about to be done where doing it half would lose a person. */
export type Entry =
  | { readonly event: 'created'; readonly username: string }
  | { readonly event: 'linked'; readonly username: string; readonly provider: string; readonly nameId: string }
  | {
      readonly event: 'replacing';
      /** The address of the local profile that the identity goes to; it may not be there yet. */
      readonly email: string;
      readonly provider: string;
      readonly nameId: string;
      /** The federated profile that is deleted, in full: nothing else keeps it. */
      readonly deleted: { readonly username: string; readonly attributes: Readonly<Record<string, string>> };
    };

/**
 * What was done to a pool, one JSON object a line, never rewritten.
 *
 * The pool itself shows what remains to be done, with one exception: once a federated profile is deleted, nothing there
 * says to whom its identity belongs. That is written here, and to the disk, before the profile is deleted.
 */
export class Journal {
  readonly #path: string;
  readonly #pool: string;

  constructor(path: string, pool: string) {
    this.#path = path;
    this.#pool = pool;
  }

  /** @throws if it cannot be written, and then nothing else may be done either */
  add(entry: Entry): void {
    // It names people and holds what was deleted.
    const file = openSync(this.#path, 'a', 0o600);
    try {
      writeSync(file, `${JSON.stringify({ time: new Date().toISOString(), pool: this.#pool, ...entry })}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  /** The people at `provider` whose link has to follow, because their federated profile may be gone already. */
  unfinished(provider: string | undefined): Person[] {
    const open = new Map<string, Person>();
    for (const entry of this.#entries()) {
      if (entry.event === 'created' || entry.provider !== provider) {
        continue;
      }
      if (entry.event === 'replacing') {
        open.set(entry.nameId, { email: entry.email, nameId: entry.nameId, line: undefined });
      } else {
        open.delete(entry.nameId);
      }
    }
    return [...open.values()];
  }

  #entries(): Entry[] {
    if (!existsSync(this.#path)) {
      return [];
    }
    const lines = readFileSync(this.#path, 'utf8').split('\n');
    const entries: Entry[] = [];
    for (const [index, line] of lines.entries()) {
      if (line === '') {
        continue;
      }
      const entry = parsed(line);
      // A machine that went down while writing leaves half a last line: what it announced was not begun.
      if (entry === undefined && index === lines.length - 1) {
        continue;
      }
      if (entry === undefined || entry.pool !== this.#pool) {
        throw new ConfigurationError(`JOURNAL: line ${index + 1} is not of a journal of this pool`);
      }
      entries.push(entry);
    }
    return entries;
  }
}

function parsed(line: string): (Entry & { pool: string }) | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
