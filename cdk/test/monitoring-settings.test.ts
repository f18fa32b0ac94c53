import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readContext } from '../lib/context.ts';
import { refusalOf } from './refusal.ts';
import { SETTINGS, stack, template } from './support.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:alarms';

test('context is read, and nothing is added to it', () => {
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

test('the topic is told when an alarm goes off and when it is over', () => {
  template({ alarmTopicArn: TOPIC }).allResourcesProperties('AWS::CloudWatch::Alarm', {
    AlarmActions: [TOPIC],
    OKActions: [TOPIC],
  });
  const untold = Object.values(template().findResources('AWS::CloudWatch::Alarm'));
  assert.ok(untold.every(({ Properties }) => !('AlarmActions' in Properties)));
});

for (const [name, value, problem] of [
  ['alarms', 'yes', 'is neither true nor false'],
  ['dashboard', '1', 'is neither true nor false'],
  ['tracing', 'Active', 'is neither true nor false'],
  ['alarmTopicArn', '', 'is empty'],
  ['alarmTopicArn', 'alarms', 'is not the ARN of a standard topic in SNS'],
  ['alarmTopicArn', `${TOPIC}.fifo`, 'is not the ARN of a standard topic in SNS'],
  ['alarmTopicArn', 'arn:aws:sqs:eu-central-1:123456789012:alarms', 'is not the ARN of a standard topic in SNS'],
  ['alarm', 'true', 'is not a setting'],
  ['alarmTopic', TOPIC, 'is not a setting'],
  ['dashboards', 'true', 'is not a setting'],
  ['xray', 'false', 'is not a setting'],
] as const) {
  test(`${name}=${JSON.stringify(value)} ${problem}`, () => {
    const message = refusalOf({ [name]: value });
    assert.ok(message.startsWith(`cannot synthesize: ${name} ${problem}`), message);
    assert.ok(!message.includes(TOPIC));
  });
}

test('a topic without alarms is refused, also where nobody asked for alarms', () => {
  assert.match(
    refusalOf({ alarms: 'false', alarmTopicArn: TOPIC }),
    /^cannot synthesize: alarmTopicArn is told of alarms/,
  );
  assert.throws(() => stack({ ephemeral: true, alarmTopicArn: TOPIC }), /alarmTopicArn is told of alarms/);
});
