/** Time, replaceable in tests. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

// Of the quota that all pools of the account share in a Region, Verify and the sign-ins of everybody else need the
// larger part: ListUsers has 30 a second that nobody can raise, linking and deleting 25, creating 50.
const CALLS_PER_SECOND = { list: 5, create: 10, update: 10 } as const;

/** A group of calls that share a quota. */
export type Quota = keyof typeof CALLS_PER_SECOND;

const ATTEMPTS = 8;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

/** Makes calls no faster than their quota allows, and again where Cognito asks for patience. */
export class Pace {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #say: (line: string) => void;
  readonly #next = new Map<Quota, number>();

  constructor(clock: Clock, random: () => number, say: (line: string) => void) {
    this.#clock = clock;
    this.#random = random;
    this.#say = say;
  }

  /** The answer to `call`; its last error, once patience is at an end or waiting cannot help. */
  async call<T>(quota: Quota, call: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      await this.#turn(quota);
      try {
        return await call();
      } catch (error) {
        if (attempt === ATTEMPTS || !isPassing(error)) {
          throw error;
        }
        const longest = Math.min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE);
        const pause = longest * (0.5 + this.#random() / 2);
        this.#say(`${error instanceof Error ? error.name : 'an error'}: again in ${Math.ceil(pause / 1_000)} s`);
        await this.#clock.sleep(pause);
      }
    }
  }

  async #turn(quota: Quota): Promise<void> {
    const now = this.#clock.now();
    const turn = Math.max(now, this.#next.get(quota) ?? now);
    this.#next.set(quota, turn + 1_000 / CALLS_PER_SECOND[quota]);
    if (turn > now) {
      await this.#clock.sleep(turn - now);
    }
  }
}

const PASSING = new Set([
  'TooManyRequestsException',
  'ThrottlingException',
  'TimeoutError',
  'ECONNRESET',
  'ECONNREFUSED',
  'ETIMEDOUT',
  'EPIPE',
]);

function isPassing(error: unknown): boolean {
  const { name, code, $metadata } = error as {
    name?: unknown;
    code?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  return PASSING.has(String(name)) || PASSING.has(String(code)) || ($metadata?.httpStatusCode ?? 0) >= 500;
}
