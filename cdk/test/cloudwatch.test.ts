import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromEmbeddedMetrics, fromPlatformReport } from './cloudwatch/datapoints.ts';
import { evaluate } from './cloudwatch/expression.ts';
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

test('a report is an invocation, and an error unless it was a success', () => {
  const report = (status: string) =>
    fromPlatformReport({ type: 'platform.report', record: { status, metrics: { durationMs: 5 } } }, 'f', 7)
      .filter(({ value }) => value > 0)
      .map(({ name }) => name);
  assert.deepEqual(report('success'), ['Invocations', 'Duration']);
  assert.deepEqual(report('timeout'), ['Invocations', 'Errors', 'Duration']);
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

test('an expression is computed period by period, and is missing where something in it is', () => {
  const series = {
    a: new Map([
      [0, 10],
      [1, 2],
    ]),
    b: new Map([[0, 4]]),
  };
  const result = (text: string) => Object.fromEntries(evaluate(text, series, [0, 1]));
  assert.deepEqual(result('a + 2 * b'), { 0: 18 });
  assert.deepEqual(result('(a + 2) * b'), { 0: 48 });
  assert.deepEqual(result('a - FILL(b, 0)'), { 0: 6, 1: 2 });
  assert.deepEqual(result('IF(a >= 5, 100 * a, 0)'), { 0: 1000, 1: 0 });
  assert.deepEqual(result('a / (FILL(b, 0) - 4)'), { 1: -0.5 });
});

test('what is not known of the language is an error', () => {
  for (const text of ['c', 'a +', 'a b', 'MAX(a)', 'FILL(a, REPEAT)', 'IF(a, 1)', '(a', '1']) {
    assert.throws(() => evaluate(text, { a: new Map([[0, 1]]) }, [0]), text);
  }
});
