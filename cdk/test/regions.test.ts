import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, Stack } from 'aws-cdk-lib';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { checkRegions } from '../lib/regions.ts';

const importedPool = (scope: Stack) => UserPool.fromUserPoolId(scope, 'Imported', 'eu-west-1_AbCdEf123');
const secretArn = (region: string) => `arn:aws:secretsmanager:${region}:123456789012:secret:salesforce-Ab12Cd`;
const topicArn = (region: string) => `arn:aws:sns:${region}:123456789012:alarms`;

function stack(region?: string): Stack {
  return new Stack(new App(), 'Stack', region === undefined ? {} : { env: { region } });
}

test('resources in one Region are accepted', () => {
  const own = stack('eu-west-1');
  checkRegions(own, {
    userPool: importedPool(own),
    salesforceIntrospectionSecretArn: secretArn('eu-west-1'),
    alarmTopicArn: topicArn('eu-west-1'),
  });
});

test('a Region that is known only after the deployment is not compared', () => {
  const withoutRegion = stack();
  const userPool = new UserPool(withoutRegion, 'Pool');
  checkRegions(withoutRegion, { userPool, salesforceIntrospectionSecretArn: secretArn('eu-west-1') });
  checkRegions(stack('eu-west-1'), {
    userPool,
    alarmTopicArn: withoutRegion.formatArn({ service: 'sns', resource: 'a' }),
  });
});

for (const [what, region, arns] of [
  ['the pool', 'us-east-1', {}],
  ['the secret', 'eu-west-1', { salesforceIntrospectionSecretArn: secretArn('us-east-1') }],
  ['the topic', 'eu-west-1', { alarmTopicArn: topicArn('us-east-1') }],
  ['the topic, if the stack has no Region', undefined, { alarmTopicArn: topicArn('us-east-1') }],
] as const) {
  test(`another Region of ${what} is rejected, and the message names both`, () => {
    const own = stack(region);
    assert.throws(() => checkRegions(own, { userPool: importedPool(own), ...arns }), {
      name: 'ConfigurationError',
      message: /in one Region: .*(eu-west-1.*us-east-1|us-east-1.*eu-west-1)/,
    });
  });
}
