import { readFileSync } from 'node:fs';
import { type Datapoint, fromEmbeddedMetrics, fromPlatformReport, ofLambda } from './datapoints.ts';

const RECORDINGS = new URL('../recordings/', import.meta.url);

/** The functions, as the recordings name them. */
export const FUNCTION_NAMES = {
  Define: 'define-auth-challenge',
  Create: 'create-auth-challenge',
  Verify: 'verify-auth-challenge',
  PreTokenGeneration: 'pre-token-generation',
  PreSignUp: 'pre-sign-up',
} as const;

export type RecordedFunction = keyof typeof FUNCTION_NAMES;

const MINUTE = 60_000;

/** A full hour, so that the first period of every alarm starts with it. */
const START = Date.UTC(2026, 0, 1);

/** How often, and over which minutes of the timeline. */
export interface Often {
  readonly times: number;
  readonly from: number;
  readonly to: number;
}

/** Recorded invocations, played one after the other. */
export class Timeline {
  readonly datapoints: Datapoint[] = [];

  /** Changes each recorded line before it is played. */
  readonly #change: (line: string) => string;

  constructor(change: (line: string) => string = (line) => line) {
    this.#change = change;
  }

  /** Plays an invocation of Verify: the lines that it printed, and the report of the platform that ends it. */
  verify(recording: string, often: Often, report = recording.startsWith('unavailable') ? 'error' : 'success'): this {
    return this.#play(often, (time) => [
      ...this.#printed(`verify/${recording}`, time),
      ...this.#report('Verify', report, time),
    ]);
  }

  /** Plays an invocation of Pre Sign-up that printed lines. */
  signUp(recording: string, often: Often): this {
    return this.#play(often, (time) => [
      ...this.#printed(`pre-sign-up/${recording}`, time),
      ...this.#report('PreSignUp', 'success', time),
    ]);
  }

  /** Plays an invocation of which there is nothing but the report of the platform. */
  reported(trigger: RecordedFunction, report: string, often: Often): this {
    return this.#play(often, (time) => this.#report(trigger, report, time));
  }

  /** Plays invocations that Lambda refused. They leave no line anywhere, so their count is not a recording. */
  throttled(trigger: RecordedFunction, often: Often): this {
    return this.#play(often, (time) => [ofLambda('Throttles', FUNCTION_NAMES[trigger], time, 1)]);
  }

  #printed(recording: string, time: number): Datapoint[] {
    return read(recording).flatMap((line) => fromEmbeddedMetrics(JSON.parse(this.#change(line)), time));
  }

  #report(trigger: RecordedFunction, report: string, time: number): Datapoint[] {
    return read(`platform/${report}`).flatMap((line) =>
      fromPlatformReport(JSON.parse(this.#change(line)), FUNCTION_NAMES[trigger], time),
    );
  }

  #play({ times, from, to }: Often, invocation: (time: number) => Datapoint[]): this {
    for (let count = 0; count < times; count++) {
      this.datapoints.push(...invocation(START + Math.floor((from + ((to - from) * count) / times) * MINUTE)));
    }
    return this;
  }

  /** The given minutes, from the start. */
  span(minutes: number): { from: number; to: number } {
    return { from: START, to: START + minutes * MINUTE };
  }
}

const READ = new Map<string, string[]>();

/** A busy day plays a recording hundreds of times. */
function read(recording: string): string[] {
  const lines =
    READ.get(recording) ??
    readFileSync(new URL(`${recording}.jsonl`, RECORDINGS), 'utf8')
      .trim()
      .split('\n');
  READ.set(recording, lines);
  return lines;
}
