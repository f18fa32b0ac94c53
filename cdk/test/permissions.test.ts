import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { SalesforceCustomAuth } from '../lib/salesforce-custom-auth.ts';
import { BINARIES, MODES, SECRET_ARN, SETTINGS, template, temporaryDirectory } from './fixtures.ts';
import { basicStatements, environmentOf, FUNCTIONS, idOf, statementsOf } from './template-resources.ts';

test('Define and Create can only write to their log group and record traces', () => {
  assert.deepEqual(statementsOf('Define'), basicStatements('Define'));
  assert.deepEqual(statementsOf('Create'), basicStatements('Create'));
});

for (const mode of ['id_token', 'access_token_jwt', 'unchecked'] as const) {
  test(`in mode ${mode}, the only further permission of Verify is to list the users of this pool`, () => {
    assert.deepEqual(statementsOf('Verify', template(MODES[mode])), [...basicStatements('Verify'), listUsers()]);
  });
}

test('in mode introspection, Verify can also read the secret', () => {
  const statements = statementsOf('Verify', template(MODES.introspection));
  assert.deepEqual(statements, [
    ...basicStatements('Verify'),
    listUsers(),
    readSecret([SECRET_ARN, `${SECRET_ARN}-??????`]),
  ]);
});

test('in directory mode event, Verify cannot list users', () => {
  assert.deepEqual(statementsOf('Verify', template({ directoryMode: 'event' })), basicStatements('Verify'));
});

test('with linkOnFirstSignIn, Verify can also update the users of this pool', () => {
  const statements = statementsOf('Verify', template({ linkOnFirstSignIn: true }));
  assert.deepEqual(statements, [...basicStatements('Verify'), listUsers(), updateUsers()]);
});

test('in directory mode event with linkOnFirstSignIn, Verify can update users but not list them', () => {
  const statements = statementsOf('Verify', template({ directoryMode: 'event', linkOnFirstSignIn: true }));
  assert.deepEqual(statements, [...basicStatements('Verify'), updateUsers()]);
});

test('with oneTimeUse, Verify can also put items into its table', () => {
  const from = template({ oneTimeUse: true });
  assert.deepEqual(statementsOf('Verify', from), [...basicStatements('Verify'), listUsers(), putItem(from)]);
});

test('with all of these settings, only Verify has these permissions, and each of them once', () => {
  const withAll = template({ ...MODES.introspection, linkOnFirstSignIn: true, oneTimeUse: true });
  assert.deepEqual(statementsOf('Verify', withAll), [
    ...basicStatements('Verify'),
    listUsers(),
    updateUsers(),
    readSecret([SECRET_ARN, `${SECRET_ARN}-??????`]),
    putItem(withAll),
  ]);
  assert.deepEqual(statementsOf('Define', withAll), basicStatements('Define'));
  assert.deepEqual(statementsOf('Create', withAll), basicStatements('Create'));
});

test('without tracing, no function can record traces', () => {
  const withoutTracing = template({ tracing: false });
  for (const name of FUNCTIONS) {
    assert.ok(!JSON.stringify(statementsOf(name, withoutTracing)).includes('xray'), name);
  }
});

test('for a secret ARN without suffix, the policy allows any suffix, and the variable has the ARN unchanged', () => {
  const partial = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:salesforce/introspection';
  const from = template({ ...MODES.introspection, salesforceIntrospectionSecretArn: partial });
  assert.deepEqual(statementsOf('Verify', from).at(-1), readSecret(`${partial}-??????`));
  assert.equal(environmentOf(from, 'Verify').SALESFORCE_INTROSPECTION_SECRET_ARN, partial);
});

test('for a secret of the same stack, policy and variable have a reference, without a dependency cycle', () => {
  const stack = new Stack(new App({ outdir: temporaryDirectory() }), 'Own');
  const secret = new Secret(stack, 'Secret');
  const userPool = new UserPool(stack, 'UserPool');
  new SalesforceCustomAuth(stack, 'CustomAuth', {
    ...SETTINGS,
    ...MODES.introspection,
    salesforceIntrospectionSecretArn: secret.secretArn,
    userPool,
    binariesDirectory: BINARIES,
  });
  const from = Template.fromStack(stack);
  const reference = stack.resolve(secret.secretArn);
  assert.deepEqual(Object.keys(reference), ['Ref']);
  from.hasResourceProperties('AWS::IAM::Policy', { PolicyDocument: { Statement: [readSecret(reference)] } });
  from.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { SALESFORCE_INTROSPECTION_SECRET_ARN: reference } },
  });
});

function listUsers(): object {
  return allow('cognito-idp:ListUsers', { 'Fn::GetAtt': [idOf('AWS::Cognito::UserPool', 'UserPool'), 'Arn'] });
}

function updateUsers(): object {
  const pool = { 'Fn::GetAtt': [idOf('AWS::Cognito::UserPool', 'UserPool'), 'Arn'] };
  return allow('cognito-idp:AdminUpdateUserAttributes', pool);
}

function readSecret(arn: unknown): object {
  return allow('secretsmanager:GetSecretValue', arn);
}

function putItem(from: Template): object {
  return allow('dynamodb:PutItem', { 'Fn::GetAtt': [idOf('AWS::DynamoDB::Table', 'CustomAuthTokenUse', from), 'Arn'] });
}

function allow(action: string, resource: unknown): object {
  return { Action: action, Effect: 'Allow', Resource: resource };
}
