import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, Stack } from 'aws-cdk-lib';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { checkRegions } from '../lib/regions.ts';

const poolOf = (scope: Stack) => UserPool.fromUserPoolId(scope, 'Imported', 'eu-west-1_AbCdEf123');
const secret = (region: string) => `arn:aws:secretsmanager:${region}:123456789012:secret:salesforce-Ab12Cd`;
const topic = (region: string) => `arn:aws:sns:${region}:123456789012:alarms`;

function stack(region?: string): Stack {
  return new Stack(new App(), 'Stack', region === undefined ? {} : { env: { region } });
}

test('everything in one Region is accepted', () => {
  const own = stack('eu-west-1');
  checkRegions(own, {
    userPool: poolOf(own),
    salesforceIntrospectionSecretArn: secret('eu-west-1'),
    alarmTopicArn: topic('eu-west-1'),
  });
});

test('a Region that is known after the deployment alone is not compared', () => {
  const anywhere = stack();
  const userPool = new UserPool(anywhere, 'Pool');
  checkRegions(anywhere, { userPool, salesforceIntrospectionSecretArn: secret('eu-west-1') });
  checkRegions(stack('eu-west-1'), { userPool, alarmTopicArn: anywhere.formatArn({ service: 'sns', resource: 'a' }) });
});

for (const [what, region, arns] of [
  ['the pool', 'us-east-1', {}],
  ['the secret', 'eu-west-1', { salesforceIntrospectionSecretArn: secret('us-east-1') }],
  ['the topic', 'eu-west-1', { alarmTopicArn: topic('us-east-1') }],
  ['the topic, while the stack may be anywhere', undefined, { alarmTopicArn: topic('us-east-1') }],
] as const) {
  test(`another Region of ${what} is refused, and named`, () => {
    const own = stack(region);
    assert.throws(() => checkRegions(own, { userPool: poolOf(own), ...arns }), {
      name: 'ConfigurationError',
      message: /in one Region, and there is .*(eu-west-1.*us-east-1|us-east-1.*eu-west-1)/,
    });
  });
}
