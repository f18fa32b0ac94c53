import assert from 'node:assert/strict';
import type { Datapoint } from './datapoints.ts';
import { type Series, seriesOf } from './statistics.ts';

/** The state of an alarm after a period. */
export type State = 'OK' | 'ALARM';

/** The properties of `AWS::CloudWatch::Alarm` in a template. */
export interface AlarmProperties {
  readonly AlarmDescription: string;
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly Period: number;
  readonly Threshold: number;
  readonly ComparisonOperator: string;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
  readonly TreatMissingData: string;
}

/** Returns the value of a reference in the template. */
export type Resolve = (reference: unknown) => string;

/** A time range, in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * How many periods before the evaluated range CloudWatch takes values from, in place of missing ones. AWS documents no
 * number; its example has 2. The tests evaluate each alarm with both numbers.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export const EXTRA_PERIODS = [0, 2] as const;

/** The state after each period of the span, as CloudWatch would calculate it from the datapoints. */
export function alarmStates(
  alarm: AlarmProperties,
  resolve: Resolve,
  datapoints: readonly Datapoint[],
  span: Span,
  extraPeriods: number,
): State[] {
  assert.equal(
    alarm.ComparisonOperator,
    'GreaterThanOrEqualToThreshold',
    'the only comparison that the simulation supports',
  );
  assert.equal(
    alarm.TreatMissingData,
    'notBreaching',
    'the only treatment of missing data that the simulation supports',
  );
  const values = valuesOf(alarm, resolve, datapoints);
  const period = alarm.Period * 1000;
  const states: State[] = [];
  for (let start = Math.floor(span.from / period) * period; start < span.to; start += period) {
    const starts = Array.from({ length: alarm.EvaluationPeriods + extraPeriods }, (_, back) => start - back * period);
    const evaluated = starts.flatMap((time) => values.get(time) ?? []).slice(0, alarm.EvaluationPeriods);
    const breaching = evaluated.filter((value) => value >= alarm.Threshold);
    states.push(breaching.length >= alarm.DatapointsToAlarm ? 'ALARM' : 'OK');
  }
  return states;
}

function valuesOf(alarm: AlarmProperties, resolve: Resolve, datapoints: readonly Datapoint[]): Series {
  const { Namespace: namespace, MetricName: name } = alarm;
  const statistic = alarm.Statistic ?? alarm.ExtendedStatistic;
  assert.ok(namespace && name && statistic, 'the alarm is not on a single metric');
  const dimensions = Object.fromEntries(alarm.Dimensions.map(({ Name, Value }) => [Name, resolve(Value)]));
  return seriesOf(datapoints, { namespace, name, dimensions }, statistic, alarm.Period * 1000);
}
