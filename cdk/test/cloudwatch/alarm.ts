import assert from 'node:assert/strict';
import type { Datapoint } from './datapoints.ts';
import { type Series, seriesOf } from './statistics.ts';

/** What an alarm says after a period. */
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

/** Finds the value that a reference of the template has. */
export type Resolve = (reference: unknown) => string;

/** A stretch of time, in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * How many periods more than it evaluates CloudWatch looks at, to find values in place of missing ones. AWS gives no
 * number and has 2 in its example, so an alarm has to go off without any, and to be quiet with them.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export const FURTHER_BACK = [0, 2] as const;

/** The state after each period of the span, as CloudWatch finds it from the datapoints. */
export function statesOf(
  alarm: AlarmProperties,
  resolve: Resolve,
  datapoints: readonly Datapoint[],
  span: Span,
  furtherBack: number,
): State[] {
  assert.equal(alarm.ComparisonOperator, 'GreaterThanOrEqualToThreshold', 'the only comparison that is played here');
  assert.equal(alarm.TreatMissingData, 'notBreaching', 'the only treatment of missing data that is played here');
  const values = valuesOf(alarm, resolve, datapoints);
  const period = alarm.Period * 1000;
  const states: State[] = [];
  for (let start = Math.floor(span.from / period) * period; start < span.to; start += period) {
    const looked = Array.from({ length: alarm.EvaluationPeriods + furtherBack }, (_, back) => start - back * period);
    const found = looked.flatMap((time) => values.get(time) ?? []).slice(0, alarm.EvaluationPeriods);
    const breaching = found.filter((value) => value >= alarm.Threshold);
    states.push(breaching.length >= alarm.DatapointsToAlarm ? 'ALARM' : 'OK');
  }
  return states;
}

function valuesOf(alarm: AlarmProperties, resolve: Resolve, datapoints: readonly Datapoint[]): Series {
  const { Namespace: namespace, MetricName: name } = alarm;
  const statistic = alarm.Statistic ?? alarm.ExtendedStatistic;
  assert.ok(namespace && name && statistic, 'not an alarm about one metric');
  const dimensions = Object.fromEntries(alarm.Dimensions.map(({ Name, Value }) => [Name, resolve(Value)]));
  return seriesOf(datapoints, { namespace, name, dimensions }, statistic, alarm.Period * 1000);
}
