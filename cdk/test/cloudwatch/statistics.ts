import assert from 'node:assert/strict';
import type { Datapoint } from './datapoints.ts';

/** The value of each period that has one, by the start of the period in milliseconds. */
export type Series = ReadonlyMap<number, number>;

/** Which values a metric of a template is about. */
export interface Selection {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The statistic of each period: periods start at full multiples of their length. */
export function seriesOf(
  datapoints: readonly Datapoint[],
  selection: Selection,
  statistic: string,
  period: number,
): Series {
  const values = new Map<number, number[]>();
  for (const { time, value } of datapoints.filter((datapoint) => isOf(datapoint, selection))) {
    const start = Math.floor(time / period) * period;
    values.set(start, [...(values.get(start) ?? []), value]);
  }
  return new Map([...values].map(([start, inPeriod]) => [start, aggregate(inPeriod, statistic)]));
}

/** A metric is its namespace, its name and all of its dimensions: with one more, or one less, it is another metric. */
function isOf(datapoint: Datapoint, { namespace, name, dimensions }: Selection): boolean {
  const sorted = (of: Readonly<Record<string, string>>) => JSON.stringify(Object.entries(of).sort());
  return (
    datapoint.namespace === namespace && datapoint.name === name && sorted(datapoint.dimensions) === sorted(dimensions)
  );
}

function aggregate(values: readonly number[], statistic: string): number {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'Average':
      return sum / values.length;
    default:
      return percentile(values, statistic);
  }
}

function percentile(values: readonly number[], statistic: string): number {
  const [, percent] = /^p(\d+(?:\.\d+)?)$/.exec(statistic) ?? [];
  assert.ok(percent, `the statistic ${statistic} is not played here`);
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.ceil((Number(percent) / 100) * sorted.length) - 1] ?? Number.NaN;
}
