import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lazy, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { parseSecretArn, secretResources } from '../lib/secret-arn.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret';

test('the ARN of a secret is returned unchanged', () => {
  for (const arn of [
    `${ARN}:salesforce-Ab12Cd`,
    `${ARN}:acme/salesforce_1+2=3.x@y-Ab12Cd`,
    `${ARN}:salesforce`,
    'arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:salesforce-Ab12Cd',
    'arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:salesforce-Ab12Cd',
  ]) {
    assert.deepEqual(parseSecretArn(arn), { value: arn });
  }
});

test('text that is not the ARN of a secret is rejected', () => {
  for (const text of [
    'salesforce',
    ARN,
    `${ARN}:`,
    `${ARN}:*`,
    `${ARN}:salesforce-??????`,
    `${ARN}:two words-Ab12Cd`,
    `${ARN}:salesforce-Ab12Cd:client_secret::`,
    `${ARN}:salesforce-Ab12Cd,${ARN}:salesforce-Ab12Cd`,
    ` ${ARN}:salesforce-Ab12Cd`,
    `${ARN}:salesforce-Ab12Cd\n`,
    'arn:aws:secretsmanager:*:123456789012:secret:salesforce-Ab12Cd',
    'arn:aws:secretsmanager:eu-central-1:*:secret:salesforce-Ab12Cd',
    'arn:aws:secretsmanager:eu-central-1:12345678901:secret:salesforce-Ab12Cd',
    'arn:aws:secretsmanager::123456789012:secret:salesforce-Ab12Cd',
    'arn:aws:ssm:eu-central-1:123456789012:parameter/salesforce',
    'arn:acme:secretsmanager:eu-central-1:123456789012:secret:salesforce-Ab12Cd',
  ]) {
    assert.deepEqual(parseSecretArn(text), { problem: 'is not the ARN of a secret in Secrets Manager' }, text);
  }
});

test('an ARN that is a CDK token is accepted', () => {
  const arn = new Secret(new Stack(), 'Secret').secretArn;
  assert.deepEqual(parseSecretArn(arn), { value: arn });
});

test('in an ARN with CDK tokens, the other parts are checked', () => {
  const stack = new Stack();
  const secret = Secret.fromSecretNameV2(stack, 'Secret', 'salesforce');
  assert.deepEqual(parseSecretArn(secret.secretArn), { value: secret.secretArn });
  const parameter = stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: 'salesforce' });
  assert.ok('problem' in parseSecretArn(parameter));
});

test('for an ARN that may or may not be complete, the policy names both forms', () => {
  for (const name of ['salesforce-Ab12Cd', 'prod/salesforce-client']) {
    assert.deepEqual(secretResources(`${ARN}:${name}`), [`${ARN}:${name}`, `${ARN}:${name}-??????`]);
  }
});

test('for an ARN without suffix, the policy allows any six characters', () => {
  for (const name of ['salesforce', 'acme-salesforce', 'salesforce-Ab12C', 'salesforce-Ab12Cd7', 'salesforce-Ab1_Cd']) {
    assert.deepEqual(secretResources(`${ARN}:${name}`), [`${ARN}:${name}-??????`]);
  }
});

test('a CDK token counts as a complete ARN', () => {
  const arn = Lazy.string({ produce: () => 'later' });
  assert.deepEqual(secretResources(arn), [arn]);
});

test('for a secret that is imported by name, the policy allows any six characters', () => {
  for (const name of ['salesforce', Lazy.string({ produce: () => 'later' })]) {
    const { secretArn } = Secret.fromSecretNameV2(new Stack(), 'Secret', name);
    assert.deepEqual(secretResources(secretArn), [`${secretArn}-??????`]);
  }
});
