import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statesOf } from './cloudwatch/alarm.ts';
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

test('a line comes to each value of each metric in each set of dimensions', () => {
  const found = fromEmbeddedMetrics(LINE, 7);
  assert.deepEqual(
    found.map(({ name, dimensions, value }) => [name, dimensions, value]),
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

test('a report has a duration, and is an error unless it was a success', () => {
  const report = (status: string) =>
    fromPlatformReport({ type: 'platform.report', record: { status, metrics: { durationMs: 5 } } }, 'f', 7)
      .filter(({ value }) => value > 0)
      .map(({ name }) => name);
  assert.deepEqual(report('success'), ['Duration']);
  assert.deepEqual(report('timeout'), ['Errors', 'Duration']);
  assert.deepEqual(fromPlatformReport({ type: 'platform.start' }, 'f', 7), []);
});

test('a metric with other dimensions is another metric, and periods do not mix', () => {
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

/** The states of an alarm for two bad periods of three, for a value in each period or `undefined`. */
function statesFor(values: readonly (number | undefined)[], furtherBack = 0, change: object = {}): string {
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
  return statesOf(alarm, String, datapoints, span, furtherBack)
    .map((state) => (state === 'ALARM' ? '!' : '.'))
    .join('');
}

test('an alarm goes off when enough of the last periods reach the threshold, and no sooner', () => {
  assert.equal(statesFor([5, 4, 4, 5, 4, 5, 4, 4, 4]), '.....!...');
  assert.equal(statesFor([5, 5, 4, 4, 4], 2), '.!!..');
});

test('a missing value is a good one, unless an older one is found in its place', () => {
  const values = [5, undefined, undefined, undefined, 5, undefined, undefined];
  assert.equal(statesFor(values), '.......');
  assert.equal(statesFor(values, 2), '....!..');
  assert.equal(statesFor([5, 4, 4, undefined, 5], 2), '.....');
});

test('an alarm that is not played here is an error', () => {
  for (const change of [
    { MetricName: undefined, Metrics: [] },
    { Statistic: undefined },
    { ComparisonOperator: 'LessThanThreshold' },
    { TreatMissingData: 'breaching' },
  ]) {
    assert.throws(() => statesFor([5], 0, change), JSON.stringify(change));
  }
});
