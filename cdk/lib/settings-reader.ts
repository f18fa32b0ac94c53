/** A parsed value, or a problem: text that follows the setting's name in a message and does not repeat the value. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string };

/** A mistake in the configuration. The operator sees only the message, without a stack trace. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * Reads named settings and collects all problems, so that one failed synthesis reports every problem.
 *
 * No message repeats a value, because a secret that was pasted into the wrong setting would appear in a build log.
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

  /** Reads a required setting. `example` is a value for the message. */
  required<T>(name: string, example: string, parse: (value: unknown) => Parsed<T>): T | undefined {
    if (this.#source[name] === undefined) {
      this.addProblem(name, `is not set; set it with -c ${name}=${example}`);
    }
    return this.optional(name, example, parse);
  }

  /** Reads an optional setting. If it is set, it has to be usable. */
  optional<T>(name: string, example: string, parse: (value: unknown) => Parsed<T>): T | undefined {
    const value = this.#source[name];
    if (value === undefined) {
      return undefined;
    }
    const parsed = parse(value);
    if ('value' in parsed) {
      return parsed.value;
    }
    this.addProblem(name, `${parsed.problem}; set it with -c ${name}=${example}`);
    return undefined;
  }

  /** Adds a problem to the message of {@link finish}. */
  addProblem(name: string, problem: string): void {
    this.#problems.push(`${name} ${problem}`);
  }

  /**
   * Returns the result if there were no problems.
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

/** Parses a string that is not blank with `parse`. */
export function text<T>(parse: (value: string) => Parsed<T>): (value: unknown) => Parsed<T> {
  return (value) => {
    if (typeof value !== 'string') {
      return { problem: 'is not a string' };
    }
    return value.trim() === '' ? { problem: 'is empty' } : parse(value);
  };
}

/** Parses one of the given words. */
export function oneOf<T extends string>(words: readonly T[]): (value: unknown) => Parsed<T> {
  return text((value) => {
    const word = words.find((candidate) => candidate === value);
    return word === undefined ? { problem: `is not one of ${words.join(', ')}` } : { value: word };
  });
}

/** Parses `true` or `false`: a string from the command line, or a boolean from cdk.json. */
export function flag(value: unknown): Parsed<boolean> {
  if (value === true || value === 'true') {
    return { value: true };
  }
  return value === false || value === 'false' ? { value: false } : { problem: 'is neither true nor false' };
}

/**
 * Parses a comma-separated string, or an array, with at least one entry.
 *
 * An empty list is a mistake, for example an unset shell variable. If it meant "no restriction", the mistake would
 * disable a restriction.
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

/** Parses numbers above zero with their names: an object, or pairs like `name=1,other=2.5`. */
export function numbers(value: unknown): Parsed<Readonly<Record<string, number>>> {
  const entries = typeof value === 'string' ? value.split(',').map(parsePair) : Object.entries(value ?? {});
  if (entries.length === 0 || (typeof value !== 'string' && typeof value !== 'object') || Array.isArray(value)) {
    return { problem: 'has no pairs of a name and a number' };
  }
  const named = new Map<string, number>();
  for (const [index, [name, number]] of entries.entries()) {
    if (name === '' || named.has(name) || typeof number !== 'number' || !Number.isFinite(number) || number <= 0) {
      return { problem: `has a bad entry ${index + 1}: each entry needs a name of its own and a number above zero` };
    }
    named.set(name, number);
  }
  return { value: Object.fromEntries(named) };
}

/** Accepts only decimal digits. `Number` would also accept `0x10`, `1e3` and the empty string. */
function parsePair(text: string): readonly [string, unknown] {
  const [, name = '', number] = /^\s*(\w+)=(\d+(?:\.\d+)?)\s*$/.exec(text) ?? [];
  return [name, Number(number)];
}
