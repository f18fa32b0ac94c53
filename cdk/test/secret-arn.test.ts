import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lazy, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { parseSecretArn, secretResources } from '../lib/secret-arn.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret';

test('the ARN of a secret is kept as it is', () => {
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

test('anything else is refused', () => {
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

test('what is known only after the deployment is accepted', () => {
  const arn = new Secret(new Stack(), 'Secret').secretArn;
  assert.deepEqual(parseSecretArn(arn), { value: arn });
});

test('an ARN that is partly known is checked in that part', () => {
  const stack = new Stack();
  const secret = Secret.fromSecretNameV2(stack, 'Secret', 'salesforce');
  assert.deepEqual(parseSecretArn(secret.secretArn), { value: secret.secretArn });
  const parameter = stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: 'salesforce' });
  assert.ok('problem' in parseSecretArn(parameter));
});

test('an ARN that may be complete or not is named in both forms', () => {
  for (const name of ['salesforce-Ab12Cd', 'prod/salesforce-client']) {
    assert.deepEqual(secretResources(`${ARN}:${name}`), [`${ARN}:${name}`, `${ARN}:${name}-??????`]);
  }
});

test('an ARN without suffix is completed with six characters', () => {
  for (const name of ['salesforce', 'acme-salesforce', 'salesforce-Ab12C', 'salesforce-Ab12Cd7', 'salesforce-Ab1_Cd']) {
    assert.deepEqual(secretResources(`${ARN}:${name}`), [`${ARN}:${name}-??????`]);
  }
});

test('a token is taken for a complete ARN', () => {
  const arn = Lazy.string({ produce: () => 'later' });
  assert.deepEqual(secretResources(arn), [arn]);
});

test('the ARN of a secret that is known by name is completed', () => {
  for (const name of ['salesforce', Lazy.string({ produce: () => 'later' })]) {
    const { secretArn } = Secret.fromSecretNameV2(new Stack(), 'Secret', name);
    assert.deepEqual(secretResources(secretArn), [`${secretArn}-??????`]);
  }
});
