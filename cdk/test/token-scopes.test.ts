import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { FeaturePlan, UserPool, UserPoolOperation } from 'aws-cdk-lib/aws-cognito';
import { AwsSolutionsChecks } from 'cdk-nag';
import { SalesforceCustomAuth } from '../lib/salesforce-custom-auth.ts';
import { configurationErrorFor } from './configuration-errors.ts';
import { BINARIES, MODES, POOL_ID, SETTINGS, stack, template, temporaryDirectory, triggersStack } from './fixtures.ts';
import { idOf, writeTraces } from './template-resources.ts';

const CLIENTS = { allowedClientIds: ['1example23456789', '2example23456789'] };
const SCOPES = { ...MODES.id_token, ...CLIENTS, tokenScopes: ['orders/read', 'orders/write'] };
const FUNCTION = 'CustomAuthPreTokenGeneration';

for (const [title, from] of [
  ['for a new pool', template(SCOPES)],
  ['for an existing pool', Template.fromStack(triggersStack(SCOPES))],
] as const) {
  describe(title, () => {
    const id = idOf('AWS::Lambda::Function', FUNCTION, from);

    test('the function gets only the app clients and the scopes as variables', () => {
      assert.deepEqual(from.findResources('AWS::Lambda::Function')[id]?.Properties.Environment.Variables, {
        ALLOWED_CLIENT_IDS: '1example23456789,2example23456789',
        TOKEN_SCOPES: 'orders/read,orders/write',
      });
    });

    test('it can only write to its log group and record traces', () => {
      const role = idOf('AWS::IAM::Role', `${FUNCTION}Role`, from);
      const policies = Object.values(from.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
        JSON.stringify(Properties.Roles).includes(role),
      );
      assert.deepEqual(
        policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement),
        [
          {
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            Effect: 'Allow',
            Resource: { 'Fn::GetAtt': [idOf('AWS::Logs::LogGroup', `${FUNCTION}Logs`, from), 'Arn'] },
          },
          writeTraces(),
        ],
      );
    });

    test('only Cognito can invoke it', () => {
      const permissions = Object.values(from.findResources('AWS::Lambda::Permission')).filter(
        ({ Properties }) => Properties.FunctionName['Fn::GetAtt'][0] === id,
      );
      assert.equal(permissions.length, 1);
      assert.equal(permissions[0]?.Properties.Principal, 'cognito-idp.amazonaws.com');
      assert.ok(permissions[0]?.Properties.SourceArn);
    });

    test('an output names it', () => {
      assert.deepEqual(from.findOutputs('*').PreTokenGenerationFunctionName?.Value, { Ref: id });
    });
  });
}

test('the pool invokes it with version 2 of the event, because version 1 cannot add scopes', () => {
  const from = template(SCOPES);
  const arn = { 'Fn::GetAtt': [idOf('AWS::Lambda::Function', FUNCTION, from), 'Arn'] };
  from.hasResourceProperties('AWS::Cognito::UserPool', {
    LambdaConfig: {
      PreTokenGenerationConfig: { LambdaArn: arn, LambdaVersion: 'V2_0' },
      PreTokenGeneration: Match.absent(),
    },
  });
});

test('an output has the ARN that make attach reads', () => {
  const from = Template.fromStack(triggersStack(SCOPES));
  const arn = { 'Fn::GetAtt': [idOf('AWS::Lambda::Function', FUNCTION, from), 'Arn'] };
  assert.deepEqual(from.findOutputs('*').PreTokenGenerationFunctionArn?.Value, arn);
});

test('cdk-nag has no finding, and synthesis does not warn', () => {
  for (const synthesized of [stack(SCOPES), triggersStack(SCOPES)]) {
    assert.deepEqual(new AwsSolutionsChecks().validateScope(synthesized).violations, []);
    Annotations.fromStack(synthesized).hasNoWarning('*', Match.anyValue());
  }
});

test('without tokenScopes, there is no Pre Token Generation function and no such trigger', () => {
  const from = template(CLIENTS);
  from.resourceCountIs('AWS::Lambda::Function', 3);
  from.hasResourceProperties('AWS::Cognito::UserPool', { LambdaConfig: { PreTokenGenerationConfig: Match.absent() } });
});

test('tokenScopes without allowedClientIds is rejected, in context and in props', () => {
  const problem = /cannot synthesize: tokenScopes needs allowedClientIds/;
  assert.match(configurationErrorFor({ tokenScopes: 'orders/read' }), problem);
  for (const make of [stack, triggersStack]) {
    assert.throws(() => make({ tokenScopes: ['orders/read'] }), problem);
  }
});

for (const [value, problem] of [
  ['', 'is empty'],
  ['orders/read,', 'has a bad entry 2, which is empty'],
  [[], 'is empty'],
  ['orders read', 'has a bad entry 1, which is not a scope'],
  [['orders/read,orders/write'], 'has a bad entry 1, which is not a scope'],
  ['a"b', 'has a bad entry 1, which is not a scope'],
  ['a\\b', 'has a bad entry 1, which is not a scope'],
  ['\u00e4', 'has a bad entry 1, which is not a scope'],
  [`${'a'.repeat(514)}`, 'has a bad entry 1, which is not a scope'],
  ['openid', 'has a bad entry 1, which is reserved'],
  ['orders/read,Profile', 'has a bad entry 2, which is reserved'],
  ['offline_access', 'has a bad entry 1, which is reserved'],
  ['aws.cognito.signin.user.admin', 'has a bad entry 1, which is reserved'],
] as const) {
  test(`tokenScopes=${JSON.stringify(value).slice(0, 40)} ${problem}`, () => {
    const message = configurationErrorFor({ ...CLIENTS, tokenScopes: value });
    assert.ok(message.startsWith(`cannot synthesize: tokenScopes ${problem}`), message);
  });
}

for (const name of ['tokenScope', 'TOKEN_SCOPES', 'tokenscopes']) {
  test(`${name} is rejected, not ignored`, () => {
    assert.match(
      configurationErrorFor({ [name]: 'orders/read' }),
      new RegExp(`^cannot synthesize: ${name} is not a setting`),
    );
  });
}

test('a scope can be as long as Cognito allows', () => {
  const longest = 'a'.repeat(513);
  assert.ok(template({ ...SCOPES, tokenScopes: [longest, 'https://api.acme.example/orders.read', '*'] }));
});

for (const [plan, warns] of [
  [FeaturePlan.LITE, true],
  [FeaturePlan.ESSENTIALS, false],
  [FeaturePlan.PLUS, false],
  [undefined, false],
] as const) {
  test(`synthesis ${warns ? 'warns' : 'does not warn'} about a pool with the plan ${plan}`, () => {
    const stack = emptyStack();
    const userPool = new UserPool(stack, 'Pool', plan && { featurePlan: plan });
    new SalesforceCustomAuth(stack, 'CustomAuth', { ...SETTINGS, ...SCOPES, userPool, binariesDirectory: BINARIES });
    const found = Annotations.fromStack(stack).findWarning(
      '*',
      Match.stringLikeRegexp('featurePlan of userPool is LITE'),
    );
    assert.equal(found.length, warns ? 1 : 0);
  });
}

test('a pool with another Pre Token Generation function is rejected', () => {
  const stack = emptyStack();
  const props = { ...SETTINGS, ...MODES.id_token, binariesDirectory: BINARIES };
  const other = new SalesforceCustomAuth(stack, 'One', { ...props, userPool: new UserPool(stack, 'First') });
  const userPool = new UserPool(stack, 'Second');
  userPool.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION, other.defineFunction);
  assert.throws(
    () => new SalesforceCustomAuth(stack, 'Two', { ...props, ...SCOPES, userPool }),
    /userPool already has a preTokenGeneration trigger/,
  );
});

test('an imported pool can invoke the function', () => {
  const stack = emptyStack();
  const userPool = UserPool.fromUserPoolId(stack, 'Pool', POOL_ID);
  new SalesforceCustomAuth(stack, 'CustomAuth', { ...SETTINGS, ...SCOPES, userPool, binariesDirectory: BINARIES });
  Template.fromStack(stack).resourceCountIs('AWS::Lambda::Permission', 4);
});

function emptyStack(): Stack {
  return new Stack(new App({ outdir: temporaryDirectory() }), 'Own', { env: { region: 'eu-central-1' } });
}
