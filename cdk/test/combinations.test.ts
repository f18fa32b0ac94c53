import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { AwsSolutionsChecks } from 'cdk-nag';
import { MODE_NAMES, MODES, SECRET_ARN, stack } from './support.ts';

for (const mode of MODE_NAMES) {
  for (const directoryMode of ['list_users', 'event'] as const) {
    for (const linkOnFirstSignIn of [false, true]) {
      for (const oneTimeUse of [false, true]) {
        const switches = { directoryMode, linkOnFirstSignIn, oneTimeUse };
        const subject = stack({ ...MODES[mode], ...switches });
        const title = `${mode} with ${JSON.stringify(switches)}`;

        test(`cdk-nag has no finding: ${title}`, () => {
          assert.deepEqual(findingsIn(subject), []);
        });

        test(`no resources depend on each other in a circle: ${title}`, () => {
          assert.ok(Template.fromStack(subject));
        });
      }
    }
  }
}

test('cdk-nag has no finding: a secret without its suffix', () => {
  const salesforceIntrospectionSecretArn = SECRET_ARN.replace(/-\w{6}$/, '');
  assert.deepEqual(findingsIn(stack({ ...MODES.introspection, salesforceIntrospectionSecretArn })), []);
});

test('cdk-nag finds what is not acknowledged', () => {
  const unsafe = stack({ oneTimeUse: true });
  new Table(unsafe, 'Unsafe', { partitionKey: { name: 'id', type: AttributeType.STRING } });
  assert.deepEqual(findingsIn(unsafe), ['AwsSolutions-DDB3']);
});

function findingsIn(scope: Stack): string[] {
  return new AwsSolutionsChecks().validateScope(scope).violations.map(({ ruleName }) => ruleName);
}
