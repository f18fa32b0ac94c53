import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { SalesforceCustomAuth } from '../lib/salesforce-custom-auth.ts';
import { basics, environmentOf, FUNCTIONS, idOf, statementsOf } from './resources.ts';
import { BINARIES, MODES, SECRET_ARN, SETTINGS, template, temporaryDirectory } from './support.ts';

test('Define and Create may write to their log group and record traces, and do nothing else', () => {
  assert.deepEqual(statementsOf('Define'), basics('Define'));
  assert.deepEqual(statementsOf('Create'), basics('Create'));
});

for (const mode of ['id_token', 'access_token_jwt', 'unchecked'] as const) {
  test(`in mode ${mode}, Verify may also list the users of this pool, and do nothing else`, () => {
    assert.deepEqual(statementsOf('Verify', template(MODES[mode])), [...basics('Verify'), listUsers()]);
  });
}

test('in mode introspection, Verify may also read that secret', () => {
  const statements = statementsOf('Verify', template(MODES.introspection));
  assert.deepEqual(statements, [...basics('Verify'), listUsers(), readSecret([SECRET_ARN, `${SECRET_ARN}-??????`])]);
});

test('in directory mode event, Verify may not list users', () => {
  assert.deepEqual(statementsOf('Verify', template({ directoryMode: 'event' })), basics('Verify'));
});

test('to link users, Verify may also update the users of this pool', () => {
  const statements = statementsOf('Verify', template({ linkOnFirstSignIn: true }));
  assert.deepEqual(statements, [...basics('Verify'), listUsers(), updateUsers()]);
});

test('without listing users, Verify may still link them', () => {
  const statements = statementsOf('Verify', template({ directoryMode: 'event', linkOnFirstSignIn: true }));
  assert.deepEqual(statements, [...basics('Verify'), updateUsers()]);
});

test('for one-time use, Verify may also put items into that table', () => {
  const from = template({ oneTimeUse: true });
  assert.deepEqual(statementsOf('Verify', from), [...basics('Verify'), listUsers(), putItem(from)]);
});

test('with everything switched on, Verify has each permission once, and the others have none of them', () => {
  const everything = template({ ...MODES.introspection, linkOnFirstSignIn: true, oneTimeUse: true });
  assert.deepEqual(statementsOf('Verify', everything), [
    ...basics('Verify'),
    listUsers(),
    updateUsers(),
    readSecret([SECRET_ARN, `${SECRET_ARN}-??????`]),
    putItem(everything),
  ]);
  assert.deepEqual(statementsOf('Define', everything), basics('Define'));
  assert.deepEqual(statementsOf('Create', everything), basics('Create'));
});

test('without tracing, no function may record traces', () => {
  const untraced = template({ tracing: false });
  for (const name of FUNCTIONS) {
    assert.ok(!JSON.stringify(statementsOf(name, untraced)).includes('xray'), name);
  }
});

test('a secret without its suffix is granted with any suffix of six characters, and told as it is', () => {
  const partial = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:salesforce/introspection';
  const from = template({ ...MODES.introspection, salesforceIntrospectionSecretArn: partial });
  assert.deepEqual(statementsOf('Verify', from).at(-1), readSecret(`${partial}-??????`));
  assert.equal(environmentOf(from, 'Verify').SALESFORCE_INTROSPECTION_SECRET_ARN, partial);
});

test('a secret of the same stack is granted and told by reference, without a cycle', () => {
  const own = new Stack(new App({ outdir: temporaryDirectory() }), 'Own');
  const secret = new Secret(own, 'Secret');
  const userPool = new UserPool(own, 'UserPool');
  new SalesforceCustomAuth(own, 'CustomAuth', {
    ...SETTINGS,
    ...MODES.introspection,
    salesforceIntrospectionSecretArn: secret.secretArn,
    userPool,
    binariesDirectory: BINARIES,
  });
  const from = Template.fromStack(own);
  const reference = own.resolve(secret.secretArn);
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
