import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Template } from 'aws-cdk-lib/assertions';
import { FUNCTIONS, functionId } from './resources.ts';
import { MODES, template, triggersStack } from './support.ts';

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title: string;
    readonly metrics?: readonly unknown[][];
    readonly alarms?: readonly string[];
    readonly annotations?: { readonly horizontal: readonly { readonly value: number; readonly label: string }[] };
  };
}

/** The widgets by their titles. References are replaced by the ids that they refer to. */
function widgetsOf(from: Template): Record<string, Widget> {
  const [dashboard] = Object.values(from.findResources('AWS::CloudWatch::Dashboard'));
  assert.ok(dashboard);
  const parts: (string | Record<string, unknown>)[] = dashboard.Properties.DashboardBody['Fn::Join'][1];
  const named = (part: Record<string, unknown>) => String(part.Ref ?? (part['Fn::GetAtt'] as string[])[0]);
  const body = JSON.parse(parts.map((part) => (typeof part === 'string' ? part : named(part))).join(''));
  return Object.fromEntries(body.widgets.map((widget: Widget) => [widget.properties.title, widget]));
}

const WIDGETS = widgetsOf(template(MODES.id_token));

function metricsOf(title: string): string {
  return JSON.stringify(WIDGETS[title]?.properties.metrics);
}

test('refusals are searched, so that a new reason is in the graph', () => {
  const verify = functionId('Verify');
  assert.ok(
    metricsOf('Refusals by reason').includes(
      `SEARCH('{SalesforceCognitoAuth,FunctionName,Reason} MetricName=\\"Refusals\\" FunctionName=\\"${verify}\\"', 'Sum', 300)`,
    ),
  );
});

test('times are shown in the middle and at the slow end', () => {
  for (const statistic of ['p50', 'p99']) {
    assert.ok(metricsOf('How long Verify takes').includes(statistic));
    for (const service of ['UserInfoLatency', 'DirectoryLatency']) {
      const shown = WIDGETS['How long the services take']?.properties.metrics ?? [];
      assert.ok(shown.some((metric) => metric.includes(service) && JSON.stringify(metric).includes(statistic)));
    }
  }
});

test('errors, throttles and concurrency of every function are shown', () => {
  for (const name of FUNCTIONS) {
    for (const metric of ['Errors', 'Throttles']) {
      assert.ok(metricsOf('Errors and throttles').includes(`"${metric}","FunctionName","${functionId(name)}"`));
    }
    assert.ok(metricsOf('Cold starts and concurrency').includes(functionId(name)));
  }
});

test('the quotas stand in the graph of the calls, a minute each', () => {
  const quotas = WIDGETS['Calls to Cognito in this account, against its default quotas']?.properties.annotations;
  assert.deepEqual(
    quotas?.horizontal.map(({ value }) => value),
    [30 * 60, 120 * 60],
  );
});

test('the threshold of the alarm Slow stands in the graph, as it is set', () => {
  const drawn = (from: Template) =>
    widgetsOf(from)['How long Verify takes']?.properties.annotations?.horizontal.map(({ value }) => value);
  assert.deepEqual(drawn(template()), [3000, 5000]);
  assert.deepEqual(drawn(template({ alarmThresholds: { Slow: 2500 } })), [2500, 5000]);
  assert.deepEqual(drawn(template({ alarms: false })), [5000]);
});

test('every alarm stands on the dashboard', () => {
  const from = template(MODES.id_token);
  const alarms = Object.keys(from.findResources('AWS::CloudWatch::Alarm'));
  assert.deepEqual(widgetsOf(from).Alarms?.properties.alarms?.toSorted(), alarms.sort());
});

test('without alarms, or without a dashboard, the rest is there', () => {
  const unalarmed = template({ alarms: false });
  unalarmed.resourceCountIs('AWS::CloudWatch::Alarm', 0);
  assert.equal(widgetsOf(unalarmed).Alarms, undefined);
  const plain = template({ dashboard: false });
  plain.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
  assert.ok(Object.keys(plain.findResources('AWS::CloudWatch::Alarm')).length > 5);
});

test('nobody watches a stack that is made to be thrown away, unless told to', () => {
  for (const from of [template({ ephemeral: true }), Template.fromStack(triggersStack({ ephemeral: true }))]) {
    from.resourceCountIs('AWS::CloudWatch::Alarm', 0);
    from.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
  }
  template({ ephemeral: true, dashboard: true }).resourceCountIs('AWS::CloudWatch::Dashboard', 1);
});

test('an existing pool is watched like a new one', () => {
  assert.deepEqual(Object.keys(widgetsOf(Template.fromStack(triggersStack()))), Object.keys(widgetsOf(template())));
});

test('every metric of Verify that is shown is one that Verify prints', () => {
  const printed = readFileSync(new URL('recordings/verify/denied-email-mismatch.jsonl', import.meta.url), 'utf8');
  const shown = Object.values(WIDGETS).flatMap(({ properties }) => properties.metrics ?? []);
  const names = shown.filter(([namespace]) => namespace === 'SalesforceCognitoAuth').map(([, name]) => String(name));
  assert.ok(names.length >= 8);
  for (const name of names.filter((candidate) => candidate !== 'ColdStarts')) {
    assert.ok(printed.includes(`"Name":"${name}"`), name);
  }
});
