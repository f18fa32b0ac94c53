import assert from 'node:assert/strict';
import type { Datapoint } from './datapoints.ts';
import { evaluate } from './expression.ts';
import { type Series, seriesOf } from './statistics.ts';

/** What an alarm says after a period. */
export type State = 'OK' | 'ALARM';

interface MetricOfTemplate {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
}

interface Query {
  readonly Id: string;
  readonly Expression?: string;
  readonly MetricStat?: { readonly Metric: MetricOfTemplate; readonly Period: number; readonly Stat: string };
  readonly ReturnData?: boolean;
}

/** The properties of `AWS::CloudWatch::Alarm` in a template. */
export interface AlarmProperties extends Partial<MetricOfTemplate> {
  readonly AlarmDescription: string;
  readonly Metrics?: readonly Query[];
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly Period?: number;
  readonly Threshold: number;
  readonly ComparisonOperator: string;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
  readonly TreatMissingData: string;
}

/** Finds the value that a reference of the template has. */
export type Resolve = (reference: unknown) => string;

/** A stretch of time, in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The state after each period of the span, as CloudWatch finds it from the datapoints. */
export function statesOf(
  alarm: AlarmProperties,
  resolve: Resolve,
  datapoints: readonly Datapoint[],
  span: Span,
): State[] {
  assert.equal(alarm.ComparisonOperator, 'GreaterThanOrEqualToThreshold', 'the only comparison that is played here');
  assert.equal(alarm.TreatMissingData, 'notBreaching', 'the only treatment of missing data that is played here');
  const period = periodOf(alarm);
  const periods: number[] = [];
  for (let start = Math.floor(span.from / period) * period; start < span.to; start += period) {
    periods.push(start);
  }
  const series = valuesOf(alarm, resolve, datapoints, periods, period);
  const breaches = periods.map((start) => (series.get(start) ?? Number.NEGATIVE_INFINITY) >= alarm.Threshold);
  return breaches.map((_, last) => {
    const looked = breaches.slice(Math.max(0, last + 1 - alarm.EvaluationPeriods), last + 1);
    return looked.filter(Boolean).length >= alarm.DatapointsToAlarm ? 'ALARM' : 'OK';
  });
}

function valuesOf(
  alarm: AlarmProperties,
  resolve: Resolve,
  datapoints: readonly Datapoint[],
  periods: readonly number[],
  period: number,
): Series {
  const select = (metric: Partial<MetricOfTemplate>, statistic: string | undefined) => {
    assert.ok(metric.Namespace && metric.MetricName && statistic, 'a metric without name or statistic');
    const dimensions = Object.fromEntries((metric.Dimensions ?? []).map(({ Name, Value }) => [Name, resolve(Value)]));
    return seriesOf(
      datapoints,
      { namespace: metric.Namespace, name: metric.MetricName, dimensions },
      statistic,
      period,
    );
  };
  if (!alarm.Metrics) {
    return select(alarm, alarm.Statistic ?? alarm.ExtendedStatistic);
  }
  const stats = alarm.Metrics.flatMap(({ Id, MetricStat }) => (MetricStat ? [[Id, MetricStat] as const] : []));
  const series = Object.fromEntries(stats.map(([id, { Metric, Stat }]) => [id, select(Metric, Stat)]));
  const returned = alarm.Metrics.filter(({ ReturnData }) => ReturnData !== false);
  assert.equal(returned.length, 1, 'an alarm is about one value');
  const [{ Expression } = {}] = returned;
  assert.ok(Expression, 'the value that is returned is no expression');
  return evaluate(Expression, series, periods);
}

/** In milliseconds; the same for all metrics of an expression. */
function periodOf(alarm: AlarmProperties): number {
  const periods = alarm.Metrics?.flatMap(({ MetricStat }) => MetricStat?.Period ?? []) ?? [alarm.Period];
  assert.equal(new Set(periods).size, 1, 'an alarm has one period');
  return (periods[0] ?? Number.NaN) * 1000;
}
