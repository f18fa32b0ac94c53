import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Template } from 'aws-cdk-lib/assertions';
import { MODES, template, triggersStack } from './fixtures.ts';
import { FUNCTIONS, functionId } from './template-resources.ts';

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title: string;
    readonly metrics?: readonly unknown[][];
    readonly alarms?: readonly string[];
    readonly annotations?: { readonly horizontal: readonly { readonly value: number; readonly label: string }[] };
  };
}

/** The widgets by title. References are replaced by the logical ids that they refer to. */
function widgetsOf(from: Template): Record<string, Widget> {
  const [dashboard] = Object.values(from.findResources('AWS::CloudWatch::Dashboard'));
  assert.ok(dashboard);
  const parts: (string | Record<string, unknown>)[] = dashboard.Properties.DashboardBody['Fn::Join'][1];
  const logicalId = (part: Record<string, unknown>) => String(part.Ref ?? (part['Fn::GetAtt'] as string[])[0]);
  const body = JSON.parse(parts.map((part) => (typeof part === 'string' ? part : logicalId(part))).join(''));
  return Object.fromEntries(body.widgets.map((widget: Widget) => [widget.properties.title, widget]));
}

const WIDGETS = widgetsOf(template(MODES.id_token));

function metricsOf(title: string): string {
  return JSON.stringify(WIDGETS[title]?.properties.metrics);
}

test('a search finds the refusals, so the graph shows new reasons', () => {
  const verify = functionId('Verify');
  assert.ok(
    metricsOf('Refusals by reason').includes(
      `SEARCH('{SalesforceCognitoAuth,FunctionName,Reason} MetricName=\\"Refusals\\" FunctionName=\\"${verify}\\"', ` +
        `'Sum', 300)`,
    ),
  );
});

test('the graphs of durations show p50 and p99', () => {
  for (const statistic of ['p50', 'p99']) {
    assert.ok(metricsOf('How long Verify takes').includes(statistic));
    for (const service of ['UserInfoLatency', 'DirectoryLatency']) {
      const metrics = WIDGETS['How long the services take']?.properties.metrics ?? [];
      assert.ok(metrics.some((metric) => metric.includes(service) && JSON.stringify(metric).includes(statistic)));
    }
  }
});

test('the graphs show errors, throttles and concurrency of every function', () => {
  for (const name of FUNCTIONS) {
    for (const metric of ['Errors', 'Throttles']) {
      assert.ok(metricsOf('Errors and throttles').includes(`"${metric}","FunctionName","${functionId(name)}"`));
    }
    assert.ok(metricsOf('Cold starts and concurrency').includes(functionId(name)));
  }
});

test('the graph of the calls shows the quotas as calls a minute', () => {
  const quotas = WIDGETS['Calls to Cognito in this account, against its default quotas']?.properties.annotations;
  assert.deepEqual(
    quotas?.horizontal.map(({ value }) => value),
    [30 * 60, 120 * 60],
  );
});

test('the graph of durations shows the configured threshold of the alarm Slow', () => {
  const annotations = (from: Template) =>
    widgetsOf(from)['How long Verify takes']?.properties.annotations?.horizontal.map(({ value }) => value);
  assert.deepEqual(annotations(template()), [3000, 5000]);
  assert.deepEqual(annotations(template({ alarmThresholds: { Slow: 2500 } })), [2500, 5000]);
  assert.deepEqual(annotations(template({ alarms: false })), [5000]);
});

test('the dashboard shows the state of every alarm', () => {
  const from = template(MODES.id_token);
  const alarms = Object.keys(from.findResources('AWS::CloudWatch::Alarm'));
  assert.deepEqual(widgetsOf(from).Alarms?.properties.alarms?.toSorted(), alarms.sort());
});

test('alarms and dashboard can be disabled separately', () => {
  const withoutAlarms = template({ alarms: false });
  withoutAlarms.resourceCountIs('AWS::CloudWatch::Alarm', 0);
  assert.equal(widgetsOf(withoutAlarms).Alarms, undefined);
  const withoutDashboard = template({ dashboard: false });
  withoutDashboard.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
  assert.ok(Object.keys(withoutDashboard.findResources('AWS::CloudWatch::Alarm')).length > 5);
});

test('an ephemeral stack has no alarms and no dashboard by default', () => {
  for (const from of [template({ ephemeral: true }), Template.fromStack(triggersStack({ ephemeral: true }))]) {
    from.resourceCountIs('AWS::CloudWatch::Alarm', 0);
    from.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
  }
  template({ ephemeral: true, dashboard: true }).resourceCountIs('AWS::CloudWatch::Dashboard', 1);
});

test('the dashboard of an existing pool has the same widgets as that of a new pool', () => {
  assert.deepEqual(Object.keys(widgetsOf(Template.fromStack(triggersStack()))), Object.keys(widgetsOf(template())));
});

test('Verify prints every one of its metrics that the dashboard shows', () => {
  const printed = readFileSync(new URL('recordings/verify/denied-email-mismatch.jsonl', import.meta.url), 'utf8');
  const metrics = Object.values(WIDGETS).flatMap(({ properties }) => properties.metrics ?? []);
  const names = metrics.filter(([namespace]) => namespace === 'SalesforceCognitoAuth').map(([, name]) => String(name));
  assert.ok(names.length >= 8);
  for (const name of names.filter((candidate) => candidate !== 'ColdStarts')) {
    assert.ok(printed.includes(`"Name":"${name}"`), name);
  }
});
