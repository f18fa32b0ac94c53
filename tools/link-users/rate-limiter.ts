/** Time, replaceable in tests. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

// All pools of the account in a Region share the quotas: 30 calls a second for ListUsers, which AWS does not raise, 25
// for linking and deleting, 50 for creating. Verify and other callers need most of them.
const CALLS_PER_SECOND = { list: 5, create: 10, update: 10 } as const;

/** A group of calls that share a quota. */
export type Quota = keyof typeof CALLS_PER_SECOND;

const ATTEMPTS = 8;
/** In milliseconds. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

/** Makes calls at a fixed rate for each quota, and retries them after transient errors with exponential backoff. */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #print: (line: string) => void;
  /** The time at which the next call of each quota may start. */
  readonly #nextStart = new Map<Quota, number>();

  constructor(clock: Clock, random: () => number, print: (line: string) => void) {
    this.#clock = clock;
    this.#random = random;
    this.#print = print;
  }

  /** Returns the result of `call`. Throws its last error after eight attempts, or an error that is not transient. */
  async call<T>(quota: Quota, call: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      await this.#waitForStart(quota);
      try {
        return await call();
      } catch (error) {
        if (attempt === ATTEMPTS || !isTransient(error)) {
          throw error;
        }
        const longest = Math.min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE);
        const pause = longest * (0.5 + this.#random() / 2);
        const name = error instanceof Error ? error.name : 'an error';
        this.#print(`${name}: trying again in ${Math.ceil(pause / 1_000)} s`);
        await this.#clock.sleep(pause);
      }
    }
  }

  async #waitForStart(quota: Quota): Promise<void> {
    const now = this.#clock.now();
    const start = Math.max(now, this.#nextStart.get(quota) ?? now);
    this.#nextStart.set(quota, start + 1_000 / CALLS_PER_SECOND[quota]);
    if (start > now) {
      await this.#clock.sleep(start - now);
    }
  }
}

const TRANSIENT_ERRORS = new Set([
  'TooManyRequestsException',
  'ThrottlingException',
  'TimeoutError',
  'ECONNRESET',
  'ECONNREFUSED',
  'ETIMEDOUT',
  'EPIPE',
]);

function isTransient(error: unknown): boolean {
  const { name, code, $metadata } = error as {
    name?: unknown;
    code?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  return (
    TRANSIENT_ERRORS.has(String(name)) || TRANSIENT_ERRORS.has(String(code)) || ($metadata?.httpStatusCode ?? 0) >= 500
  );
}
