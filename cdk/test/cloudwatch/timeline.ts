import { readFileSync } from 'node:fs';
import { type Datapoint, fromEmbeddedMetrics, fromPlatformReport, lambdaDatapoint } from './datapoints.ts';

const RECORDINGS = new URL('../recordings/', import.meta.url);

/** The names of the functions in the recordings. The keys are the prefixes of the functions' alarms. */
export const FUNCTION_NAMES = {
  Define: 'define-auth-challenge',
  Create: 'create-auth-challenge',
  Verify: 'verify-auth-challenge',
  PreTokenGeneration: 'pre-token-generation',
  PreSignUp: 'pre-sign-up',
} as const;

export type RecordedFunction = keyof typeof FUNCTION_NAMES;

const MINUTE = 60_000;

/** A full hour, so that the first period of every alarm starts here. */
const START = Date.UTC(2026, 0, 1);

/** A number of invocations that are evenly distributed over a range of minutes. */
export interface Schedule {
  readonly times: number;
  readonly from: number;
  readonly to: number;
}

/** Collects the datapoints of recorded invocations. */
export class Timeline {
  readonly datapoints: Datapoint[] = [];

  /** Changes each recorded line before it is parsed. */
  readonly #change: (line: string) => string;

  constructor(change: (line: string) => string = (line) => line) {
    this.#change = change;
  }

  /** Adds invocations of Verify: the lines that it printed, and the report of Lambda at the end. */
  verify(
    recording: string,
    schedule: Schedule,
    report = recording.startsWith('unavailable') ? 'error' : 'success',
  ): this {
    return this.#add(schedule, (time) => [
      ...this.#printedLines(`verify/${recording}`, time),
      ...this.#report('Verify', report, time),
    ]);
  }

  /** Adds successful invocations of Pre Sign-up with the lines that it printed. */
  preSignUp(recording: string, schedule: Schedule): this {
    return this.#add(schedule, (time) => [
      ...this.#printedLines(`pre-sign-up/${recording}`, time),
      ...this.#report('PreSignUp', 'success', time),
    ]);
  }

  /** Adds invocations for which only the report of Lambda exists. */
  reported(trigger: RecordedFunction, report: string, schedule: Schedule): this {
    return this.#add(schedule, (time) => this.#report(trigger, report, time));
  }

  /** Adds invocations that Lambda throttled. They leave no log line, so there is no recording. */
  throttled(trigger: RecordedFunction, schedule: Schedule): this {
    return this.#add(schedule, (time) => [lambdaDatapoint('Throttles', FUNCTION_NAMES[trigger], time, 1)]);
  }

  #printedLines(recording: string, time: number): Datapoint[] {
    return recordedLines(recording).flatMap((line) => fromEmbeddedMetrics(JSON.parse(this.#change(line)), time));
  }

  #report(trigger: RecordedFunction, report: string, time: number): Datapoint[] {
    return recordedLines(`platform/${report}`).flatMap((line) =>
      fromPlatformReport(JSON.parse(this.#change(line)), FUNCTION_NAMES[trigger], time),
    );
  }

  #add({ times, from, to }: Schedule, invocation: (time: number) => Datapoint[]): this {
    for (let count = 0; count < times; count++) {
      this.datapoints.push(...invocation(START + Math.floor((from + ((to - from) * count) / times) * MINUTE)));
    }
    return this;
  }

  /** The time range of the first `minutes` minutes. */
  span(minutes: number): { from: number; to: number } {
    return { from: START, to: START + minutes * MINUTE };
  }
}

const CACHE = new Map<string, string[]>();

/** The lines of a recording. They are cached, because a timeline uses a recording hundreds of times. */
function recordedLines(recording: string): string[] {
  const lines =
    CACHE.get(recording) ??
    readFileSync(new URL(`${recording}.jsonl`, RECORDINGS), 'utf8')
      .trim()
      .split('\n');
  CACHE.set(recording, lines);
  return lines;
}
