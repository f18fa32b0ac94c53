import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readContext } from '../lib/context.ts';
import { configurationErrorFor } from './configuration-errors.ts';
import { SETTINGS, stack, template } from './fixtures.ts';
import { alarmsOf } from './template-resources.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:alarms';

test('the context is parsed, and unset settings stay unset', () => {
  const { alarms, alarmTopicArn, dashboard, tracing } = readContext({
    ...SETTINGS,
    alarms: 'true',
    alarmTopicArn: TOPIC,
    dashboard: 'false',
    tracing: 'false',
  });
  assert.deepEqual([alarms, alarmTopicArn, dashboard, tracing], [true, TOPIC, false, false]);
  assert.ok(!('alarms' in readContext(SETTINGS)));
});

test('the topic is notified when an alarm goes off and when it is over', () => {
  template({ alarmTopicArn: TOPIC }).allResourcesProperties('AWS::CloudWatch::Alarm', {
    AlarmActions: [TOPIC],
    OKActions: [TOPIC],
  });
  const withoutTopic = Object.values(template().findResources('AWS::CloudWatch::Alarm'));
  assert.ok(withoutTopic.every(({ Properties }) => !('AlarmActions' in Properties)));
});

for (const [name, value, problem] of [
  ['alarms', 'yes', 'is neither true nor false'],
  ['dashboard', '1', 'is neither true nor false'],
  ['tracing', 'Active', 'is neither true nor false'],
  ['alarmTopicArn', '', 'is empty'],
  ['alarmTopicArn', 'alarms', 'is not the ARN of a standard SNS topic'],
  ['alarmTopicArn', `${TOPIC}.fifo`, 'is not the ARN of a standard SNS topic'],
  ['alarmTopicArn', 'arn:aws:sqs:eu-central-1:123456789012:alarms', 'is not the ARN of a standard SNS topic'],
  ['alarmThresholds', '', 'has a bad entry 1'],
  ['alarmThresholds', 'DenialSurge', 'has a bad entry 1'],
  ['alarmThresholds', 'DenialSurge=', 'has a bad entry 1'],
  ['alarmThresholds', 'Slow=4000,DenialSurge=many', 'has a bad entry 2'],
  ['alarmThresholds', 'DenialSurge=0', 'has a bad entry 1'],
  ['alarmThresholds', 'DenialSurge=-5', 'has a bad entry 1'],
  ['alarmThresholds', 'DenialSurge=5,DenialSurge=6', 'has a bad entry 2'],
  ['alarmThresholds', { DenialSurge: '500' }, 'has a bad entry 1'],
  ['alarmThresholds', { DenialSurge: Number.NaN }, 'has a bad entry 1'],
  ['alarmThresholds', {}, 'has no pairs of a name and a number'],
  ['alarmThresholds', [500], 'has no pairs of a name and a number'],
  ['alarmThresholds', 500, 'has no pairs of a name and a number'],
  ['alarm', 'true', 'is not a setting'],
  ['alarmThreshold', 'DenialSurge=500', 'is not a setting'],
  ['alarmTopic', TOPIC, 'is not a setting'],
  ['dashboards', 'true', 'is not a setting'],
  ['xray', 'false', 'is not a setting'],
] as const) {
  test(`${name}=${JSON.stringify(value)} ${problem}`, () => {
    const message = configurationErrorFor({ [name]: value });
    assert.ok(message.startsWith(`cannot synthesize: ${name} ${problem}`), message);
    assert.ok(!message.includes(TOPIC));
  });
}

test('a topic or thresholds without alarms are rejected, also in an ephemeral stack', () => {
  for (const [name, value] of [
    ['alarmTopicArn', TOPIC],
    ['alarmThresholds', { DenialSurge: 500 }],
  ] as const) {
    const message = new RegExp(`^cannot synthesize: ${name} has no effect without alarms`);
    assert.match(configurationErrorFor({ alarms: 'false', [name]: value }), message);
    assert.throws(() => stack({ ephemeral: true, [name]: value }), { message });
  }
});

test('a threshold changes only its own alarm', () => {
  const { alarmThresholds } = readContext({ ...SETTINGS, alarmThresholds: 'DenialSurge=500, Unavailable=0.05' });
  assert.deepEqual(alarmThresholds, { DenialSurge: 500, Unavailable: 0.05 });
  const [before, after] = [alarmsOf(template()), alarmsOf(template({ alarmThresholds }))];
  const changed = Object.entries(after).filter(([name, { Threshold }]) => Threshold !== before[name]?.Threshold);
  assert.deepEqual(Object.fromEntries(changed.map(([name, { Threshold }]) => [name, Threshold])), alarmThresholds);
});

test('a threshold without effect is rejected', () => {
  for (const [change, problem] of [
    [
      { alarmThresholds: { Denials: 500 } },
      /names an alarm that this stack does not have; its alarms are Unavailable, Slow, /,
    ],
    [
      { alarmThresholds: { DirectoryThrottled: 5 }, directoryMode: 'event' },
      /names an alarm that this stack does not have/,
    ],
    [{ alarmThresholds: { VerifyErrors: 20 } }, /sets VerifyErrors above 1, but its metric is a rate/],
  ] as const) {
    assert.throws(() => stack(change), { name: 'ConfigurationError', message: problem });
  }
});
