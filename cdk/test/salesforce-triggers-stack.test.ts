import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { AwsSolutionsChecks } from 'cdk-nag';
import { SalesforceCustomAuth } from '../lib/salesforce-custom-auth.ts';
import { SalesforceTriggersStack } from '../lib/salesforce-triggers-stack.ts';
import { ConfigurationError } from '../lib/settings-reader.ts';
import { BINARIES, MODE_NAMES, MODES, POOL_ID, SETTINGS, temporaryDirectory, triggersStack } from './fixtures.ts';
import { arnOf, basicStatements, environmentOf, FUNCTIONS, functionId, statementsOf } from './template-resources.ts';

const STACK = triggersStack();
const TEMPLATE = Template.fromStack(STACK);
const POOL_ARN = {
  'Fn::Join': [
    '',
    [
      'arn:',
      { Ref: 'AWS::Partition' },
      ':cognito-idp:eu-central-1:',
      { Ref: 'AWS::AccountId' },
      `:userpool/${POOL_ID}`,
    ],
  ],
};

for (const name of FUNCTIONS) {
  test(`only Cognito can invoke ${name}, and only for the existing pool`, () => {
    const permissions = Object.values(TEMPLATE.findResources('AWS::Lambda::Permission')).filter(
      ({ Properties }) => Properties.FunctionName['Fn::GetAtt'][0] === functionId(name),
    );
    assert.deepEqual(
      permissions.map(({ Properties }) => Properties),
      [
        {
          Action: 'lambda:InvokeFunction',
          FunctionName: arnOf(name),
          Principal: 'cognito-idp.amazonaws.com',
          SourceArn: POOL_ARN,
        },
      ],
    );
  });
}

test('the stack has no pool and no app client', () => {
  TEMPLATE.resourcePropertiesCountIs('AWS::Cognito::UserPool', {}, 0);
  TEMPLATE.resourceCountIs('AWS::Cognito::UserPoolClient', 0);
  TEMPLATE.resourceCountIs('AWS::Lambda::Function', FUNCTIONS.length);
});

test('with linkOnFirstSignIn, Verify can list and update users of the existing pool only', () => {
  const from = Template.fromStack(triggersStack({ linkOnFirstSignIn: true }));
  assert.deepEqual(statementsOf('Verify', from), [
    ...basicStatements('Verify'),
    { Action: 'cognito-idp:ListUsers', Effect: 'Allow', Resource: POOL_ARN },
    { Action: 'cognito-idp:AdminUpdateUserAttributes', Effect: 'Allow', Resource: POOL_ARN },
  ]);
});

test('the functions are deployed in the Region of the pool', () => {
  assert.equal(STACK.region, 'eu-central-1');
});

test('the outputs have the names that make attach reads', () => {
  const outputs = TEMPLATE.findOutputs('*');
  assert.deepEqual(Object.keys(outputs).sort(), [
    'CreateFunctionArn',
    'CreateFunctionName',
    'DefineFunctionArn',
    'DefineFunctionName',
    'UserPoolId',
    'VerifyFunctionArn',
    'VerifyFunctionName',
  ]);
  assert.equal(outputs.UserPoolId?.Value, POOL_ID);
  for (const name of FUNCTIONS) {
    assert.deepEqual(outputs[`${name}FunctionArn`]?.Value, arnOf(name));
  }
});

test('settings that make attach needs are outputs too', () => {
  const settings = { allowedClientIds: ['1example', '2example'], linkOnFirstSignIn: true, oneTimeUse: true };
  const from = Template.fromStack(triggersStack(settings));
  assert.equal(from.findOutputs('AllowedClientIds').AllowedClientIds?.Value, '1example,2example');
  assert.equal(from.findOutputs('LinkOnFirstSignIn').LinkOnFirstSignIn?.Value, 'true');
  assert.ok(from.findOutputs('TokenUseTableName').TokenUseTableName);
  assert.deepEqual(environmentOf(from, 'Define'), { ALLOWED_CLIENT_IDS: '1example,2example' });
});

test('without an allow-list, synthesis warns that every app client can use the triggers', () => {
  const warning = Match.stringLikeRegexp('allowedClientIds is not set');
  Annotations.fromStack(STACK).hasWarning('/Test/CustomAuth', warning);
  const withList = triggersStack({ ...MODES.id_token, allowedClientIds: ['1example'] });
  Annotations.fromStack(withList).hasNoWarning('*', Match.anyValue());
});

for (const mode of MODE_NAMES) {
  test(`cdk-nag has no finding for an existing pool: ${mode} with links and one-time use`, () => {
    const stack = triggersStack({ ...MODES[mode], linkOnFirstSignIn: true, oneTimeUse: true });
    assert.deepEqual(new AwsSolutionsChecks().validateScope(stack).violations, []);
  });
}

test('logs are retained when the stack is deleted, unless it is ephemeral', () => {
  TEMPLATE.allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Retain' });
  const ephemeral = Template.fromStack(triggersStack({ ephemeral: true, oneTimeUse: true }));
  ephemeral.allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete' });
  ephemeral.allResources('AWS::DynamoDB::Table', { DeletionPolicy: 'Delete' });
});

test('a malformed pool id is rejected, and the message names userPoolId', () => {
  const props = { ...SETTINGS, binariesDirectory: BINARIES, userPoolId: 'AbCdEf123' };
  assert.throws(
    () => new SalesforceTriggersStack(new App(), 'Wrong', props),
    (error) => {
      return error instanceof ConfigurationError && /userPoolId is not the id of a user pool/.test(error.message);
    },
  );
});

test('an imported pool of another Region is rejected, and the message names userPool', () => {
  const stack = new Stack(new App({ outdir: temporaryDirectory() }), 'Own', { env: { region: 'us-east-1' } });
  const userPool = UserPool.fromUserPoolId(stack, 'Pool', POOL_ID);
  const props = { ...SETTINGS, userPool, binariesDirectory: BINARIES };
  assert.throws(
    () => new SalesforceCustomAuth(stack, 'CustomAuth', props),
    /the stack in us-east-1, userPool in eu-central-1/,
  );
});
