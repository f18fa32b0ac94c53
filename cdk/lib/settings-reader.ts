/** A usable value, or what is wrong with it: words that follow the setting's name and never repeat its value. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string };

/** A mistake of the person who runs the app. The message is meant for that person; a stack trace would bury it. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * Reads named settings and remembers everything that is wrong with them, so that one failed synth is enough to
 * learn about all of it.
 *
 * A value is never repeated in a message: a secret pasted into the wrong setting would end up in a build log.
 */
export class SettingsReader {
  readonly #source: Readonly<Record<string, unknown>>;
  readonly #problems: string[] = [];

  constructor(source: Readonly<Record<string, unknown>>) {
    this.#source = source;
  }

  /** The names that the source sets. */
  names(): string[] {
    return Object.keys(this.#source).filter((name) => this.#source[name] !== undefined);
  }

  /** A setting without which nothing may be deployed. */
  required<T>(name: string, example: string, parse: (value: unknown) => Parsed<T>): T | undefined {
    if (this.#source[name] === undefined) {
      this.refuse(name, `is not set; set it with -c ${name}=${example}`);
    }
    return this.optional(name, example, parse);
  }

  /** A setting that may be absent; present, it must be usable. */
  optional<T>(name: string, example: string, parse: (value: unknown) => Parsed<T>): T | undefined {
    const value = this.#source[name];
    if (value === undefined) {
      return undefined;
    }
    const parsed = parse(value);
    if ('value' in parsed) {
      return parsed.value;
    }
    this.refuse(name, `${parsed.problem}; set it with -c ${name}=${example}`);
    return undefined;
  }

  /** Notes a problem. */
  refuse(name: string, problem: string): void {
    this.#problems.push(`${name} ${problem}`);
  }

  /**
   * Hands the result on, unless anything was wrong.
   *
   * @throws ConfigurationError that names every problem
   */
  finish<T>(result: T | undefined): T {
    if (result === undefined || this.#problems.length > 0) {
      throw new ConfigurationError(`cannot synthesize: ${this.#problems.join('\n  ')}`);
    }
    return result;
  }
}

/** A string that `parse` accepts. */
export function text<T>(parse: (value: string) => Parsed<T>): (value: unknown) => Parsed<T> {
  return (value) => {
    if (typeof value !== 'string') {
      return { problem: 'is not a string' };
    }
    return value.trim() === '' ? { problem: 'is empty' } : parse(value);
  };
}

/** One of the given words. */
export function oneOf<T extends string>(words: readonly T[]): (value: unknown) => Parsed<T> {
  return text((value) => {
    const word = words.find((candidate) => candidate === value);
    return word === undefined ? { problem: `is none of ${words.join(', ')}` } : { value: word };
  });
}

/** The command line hands on strings, cdk.json also booleans. Nothing else is guessed at. */
export function flag(value: unknown): Parsed<boolean> {
  if (value === true || value === 'true') {
    return { value: true };
  }
  return value === false || value === 'false' ? { value: false } : { problem: 'is neither true nor false' };
}

/**
 * A comma-separated string, or an array, with at least one entry.
 *
 * A list that is given but names nothing is a mistake, for example an unset shell variable: read as "no
 * restriction", it would switch a restriction off.
 */
export function list<T>(parse: (entry: string) => Parsed<T>): (value: unknown) => Parsed<readonly T[]> {
  return (value) => {
    const entries: unknown = typeof value === 'string' ? value.split(',') : value;
    if (!Array.isArray(entries)) {
      return { problem: 'is neither a comma-separated string nor an array' };
    }
    if (entries.length === 0 || (typeof value === 'string' && value.trim() === '')) {
      return { problem: 'is empty' };
    }
    const values: T[] = [];
    for (const [index, entry] of entries.entries()) {
      const parsed = text(parse)(typeof entry === 'string' ? entry.trim() : entry);
      if ('problem' in parsed) {
        return { problem: `has a bad entry ${index + 1}, which ${parsed.problem}` };
      }
      values.push(parsed.value);
    }
    return { value: values };
  };
}

/** Numbers above zero by their names: an object, or pairs like `name=1,other=2.5`. */
export function numbers(value: unknown): Parsed<Readonly<Record<string, number>>> {
  const entries = typeof value === 'string' ? value.split(',').map(pair) : Object.entries(value ?? {});
  if (entries.length === 0 || (typeof value !== 'string' && typeof value !== 'object') || Array.isArray(value)) {
    return { problem: 'has no pairs of a name and a number' };
  }
  const named = new Map<string, number>();
  for (const [index, [name, number]] of entries.entries()) {
    if (name === '' || named.has(name) || typeof number !== 'number' || !Number.isFinite(number) || number <= 0) {
      return { problem: `has a bad entry ${index + 1}, which is no new name with a number above zero` };
    }
    named.set(name, number);
  }
  return { value: Object.fromEntries(named) };
}

/** What is no number by its digits alone, like `0x10`, `1e3` or nothing, is none. */
function pair(text: string): readonly [string, unknown] {
  const [, name = '', number] = /^\s*(\w+)=(\d+(?:\.\d+)?)\s*$/.exec(text) ?? [];
  return [name, Number(number)];
}
