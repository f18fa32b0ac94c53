import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { AwsSolutionsChecks } from 'cdk-nag';
import { MODE_NAMES, MODES, SECRET_ARN, stack } from './fixtures.ts';

for (const mode of MODE_NAMES) {
  for (const directoryMode of ['list_users', 'event'] as const) {
    for (const linkOnFirstSignIn of [false, true]) {
      for (const oneTimeUse of [false, true]) {
        const options = { directoryMode, linkOnFirstSignIn, oneTimeUse };
        const combined = stack({ ...MODES[mode], ...options });
        const title = `${mode} with ${JSON.stringify(options)}`;

        test(`cdk-nag has no finding: ${title}`, () => {
          assert.deepEqual(findingsIn(combined), []);
        });

        test(`the resources have no dependency cycle: ${title}`, () => {
          assert.ok(Template.fromStack(combined));
        });
      }
    }
  }
}

test('cdk-nag has no finding: a secret without its suffix', () => {
  const salesforceIntrospectionSecretArn = SECRET_ARN.replace(/-\w{6}$/, '');
  assert.deepEqual(findingsIn(stack({ ...MODES.introspection, salesforceIntrospectionSecretArn })), []);
});

test('cdk-nag still reports what is not acknowledged', () => {
  const unsafe = stack({ oneTimeUse: true });
  new Table(unsafe, 'Unsafe', { partitionKey: { name: 'id', type: AttributeType.STRING } });
  assert.deepEqual(findingsIn(unsafe), ['AwsSolutions-DDB3']);
});

function findingsIn(scope: Stack): string[] {
  return new AwsSolutionsChecks().validateScope(scope).violations.map(({ ruleName }) => ruleName);
}
