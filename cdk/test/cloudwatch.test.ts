import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alarmStates } from './cloudwatch/alarm.ts';
import { fromEmbeddedMetrics, fromPlatformReport } from './cloudwatch/datapoints.ts';
import { seriesOf } from './cloudwatch/statistics.ts';

const LINE = {
  _aws: {
    Timestamp: 0,
    CloudWatchMetrics: [
      { Namespace: 'N', Dimensions: [['A'], ['A', 'B']], Metrics: [{ Name: 'M' }, { Name: 'Absent' }] },
    ],
  },
  A: 'a',
  B: 'b',
  M: [1, 2],
};

test('a metric line gives a datapoint for each value of each metric in each set of dimensions', () => {
  const datapoints = fromEmbeddedMetrics(LINE, 7);
  assert.deepEqual(
    datapoints.map(({ name, dimensions, value }) => [name, dimensions, value]),
    [
      ['M', { A: 'a' }, 1],
      ['M', { A: 'a' }, 2],
      ['M', { A: 'a', B: 'b' }, 1],
      ['M', { A: 'a', B: 'b' }, 2],
    ],
  );
  assert.deepEqual(fromEmbeddedMetrics({ ...LINE, A: undefined }, 7), []);
  assert.deepEqual(fromEmbeddedMetrics({ verdict: 'denied' }, 7), []);
});

test('a report gives a duration, and an error unless its status is success', () => {
  const report = (status: string) =>
    fromPlatformReport({ type: 'platform.report', record: { status, metrics: { durationMs: 5 } } }, 'f', 7)
      .filter(({ value }) => value > 0)
      .map(({ name }) => name);
  assert.deepEqual(report('success'), ['Duration']);
  assert.deepEqual(report('timeout'), ['Errors', 'Duration']);
  assert.deepEqual(fromPlatformReport({ type: 'platform.start' }, 'f', 7), []);
});

test('metrics with different dimensions are separate, and so are periods', () => {
  const at = (time: number, value: number, dimensions = { A: 'a' }) => ({
    namespace: 'N',
    name: 'M',
    dimensions,
    time,
    value,
  });
  const datapoints = [at(0, 1), at(9, 2), at(10, 4), at(10, 8, { A: 'b' })];
  const selection = { namespace: 'N', name: 'M', dimensions: { A: 'a' } };
  const entries = (statistic: string) => [...seriesOf(datapoints, selection, statistic, 10)];
  assert.deepEqual(entries('Sum'), [
    [0, 3],
    [10, 4],
  ]);
  assert.deepEqual(entries('Average'), [
    [0, 1.5],
    [10, 4],
  ]);
  assert.deepEqual(entries('p99'), [
    [0, 2],
    [10, 4],
  ]);
  assert.throws(() => entries('TM99'));
});

/**
 * The states of an alarm on two breaching periods of three, as `!` for ALARM and `.` for OK. `undefined` is a period
 * without a value.
 */
function statesFor(values: readonly (number | undefined)[], extraPeriods = 0, change: object = {}): string {
  const alarm = {
    AlarmDescription: '',
    Namespace: 'N',
    MetricName: 'M',
    Dimensions: [{ Name: 'A', Value: 'a' }],
    Statistic: 'Sum',
    Period: 10,
    Threshold: 5,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    EvaluationPeriods: 3,
    DatapointsToAlarm: 2,
    TreatMissingData: 'notBreaching',
    ...change,
  };
  const datapoints = values.flatMap((value, index) =>
    value === undefined ? [] : [{ namespace: 'N', name: 'M', dimensions: { A: 'a' }, time: index * 10_000, value }],
  );
  const span = { from: 0, to: values.length * 10_000 };
  return alarmStates(alarm, String, datapoints, span, extraPeriods)
    .map((state) => (state === 'ALARM' ? '!' : '.'))
    .join('');
}

test('an alarm goes off when enough of the last periods reach the threshold, and not earlier', () => {
  assert.equal(statesFor([5, 4, 4, 5, 4, 5, 4, 4, 4]), '.....!...');
  assert.equal(statesFor([5, 5, 4, 4, 4], 2), '.!!..');
});

test('a missing value is not breaching, unless CloudWatch takes an older value in its place', () => {
  const values = [5, undefined, undefined, undefined, 5, undefined, undefined];
  assert.equal(statesFor(values), '.......');
  assert.equal(statesFor(values, 2), '....!..');
  assert.equal(statesFor([5, 4, 4, undefined, 5], 2), '.....');
});

test('an alarm that the simulation does not support is an error', () => {
  for (const change of [
    { MetricName: undefined, Metrics: [] },
    { Statistic: undefined },
    { ComparisonOperator: 'LessThanThreshold' },
    { TreatMissingData: 'breaching' },
  ]) {
    assert.throws(() => statesFor([5], 0, change), JSON.stringify(change));
  }
});
