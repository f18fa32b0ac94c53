import assert from 'node:assert/strict';
import type { Datapoint } from './datapoints.ts';

/** The values of the periods that have one, by the start of the period in milliseconds. */
export type Series = ReadonlyMap<number, number>;

/** The metric of an alarm. */
export interface MetricKey {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The statistic of the metric for each period. Periods start at multiples of their length. */
export function seriesOf(
  datapoints: readonly Datapoint[],
  metric: MetricKey,
  statistic: string,
  period: number,
): Series {
  const values = new Map<number, number[]>();
  for (const { time, value } of datapoints.filter((datapoint) => isOfMetric(datapoint, metric))) {
    const start = Math.floor(time / period) * period;
    values.set(start, [...(values.get(start) ?? []), value]);
  }
  return new Map([...values].map(([start, inPeriod]) => [start, aggregate(inPeriod, statistic)]));
}

/**
 * CloudWatch identifies a metric by namespace, name and all dimensions. One dimension more or less is another metric.
 */
function isOfMetric(datapoint: Datapoint, { namespace, name, dimensions }: MetricKey): boolean {
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
  assert.ok(percent, `the simulation does not support the statistic ${statistic}`);
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.ceil((Number(percent) / 100) * sorted.length) - 1] ?? Number.NaN;
}
