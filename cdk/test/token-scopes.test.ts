import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { FeaturePlan, UserPool, UserPoolOperation } from 'aws-cdk-lib/aws-cognito';
import { AwsSolutionsChecks } from 'cdk-nag';
import { SalesforceCustomAuth } from '../lib/salesforce-custom-auth.ts';
import { refusalOf } from './refusal.ts';
import { idOf, writeTraces } from './resources.ts';
import { BINARIES, MODES, POOL_ID, SETTINGS, stack, template, temporaryDirectory, triggersStack } from './support.ts';

const CLIENTS = { allowedClientIds: ['1example23456789', '2example23456789'] };
const SCOPES = { ...MODES.id_token, ...CLIENTS, tokenScopes: ['orders/read', 'orders/write'] };
const FUNCTION = 'CustomAuthPreTokenGeneration';

for (const [title, from] of [
  ['for a pool of its own', template(SCOPES)],
  ['for an existing pool', Template.fromStack(triggersStack(SCOPES))],
] as const) {
  describe(title, () => {
    const id = idOf('AWS::Lambda::Function', FUNCTION, from);

    test('the fourth function is told the app clients and the scopes, and nothing else', () => {
      assert.deepEqual(from.findResources('AWS::Lambda::Function')[id]?.Properties.Environment.Variables, {
        ALLOWED_CLIENT_IDS: '1example23456789,2example23456789',
        TOKEN_SCOPES: 'orders/read,orders/write',
      });
    });

    test('it may write to its log group and record traces, and do nothing else', () => {
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

    test('only Cognito may invoke it', () => {
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

test('the pool invokes it with the second version of the event, which alone can add scopes', () => {
  const from = template(SCOPES);
  const arn = { 'Fn::GetAtt': [idOf('AWS::Lambda::Function', FUNCTION, from), 'Arn'] };
  from.hasResourceProperties('AWS::Cognito::UserPool', {
    LambdaConfig: {
      PreTokenGenerationConfig: { LambdaArn: arn, LambdaVersion: 'V2_0' },
      PreTokenGeneration: Match.absent(),
    },
  });
});

test('an output has the ARN by which it is attached to an existing pool', () => {
  const from = Template.fromStack(triggersStack(SCOPES));
  const arn = { 'Fn::GetAtt': [idOf('AWS::Lambda::Function', FUNCTION, from), 'Arn'] };
  assert.deepEqual(from.findOutputs('*').PreTokenGenerationFunctionArn?.Value, arn);
});

test('cdk-nag has no finding, and synthesis warns of nothing', () => {
  for (const subject of [stack(SCOPES), triggersStack(SCOPES)]) {
    assert.deepEqual(new AwsSolutionsChecks().validateScope(subject).violations, []);
    Annotations.fromStack(subject).hasNoWarning('*', Match.anyValue());
  }
});

test('without the setting nothing is invoked before tokens are made, and no fourth function exists', () => {
  const from = template(CLIENTS);
  from.resourceCountIs('AWS::Lambda::Function', 3);
  from.hasResourceProperties('AWS::Cognito::UserPool', { LambdaConfig: { PreTokenGenerationConfig: Match.absent() } });
});

test('scopes without a list of app clients are refused, by context and by props', () => {
  const problem = /cannot synthesize: tokenScopes needs allowedClientIds/;
  assert.match(refusalOf({ tokenScopes: 'orders/read' }), problem);
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
    const refusal = refusalOf({ ...CLIENTS, tokenScopes: value });
    assert.ok(refusal.startsWith(`cannot synthesize: tokenScopes ${problem}`), refusal);
  });
}

for (const name of ['tokenScope', 'TOKEN_SCOPES', 'tokenscopes']) {
  test(`${name} is refused, not ignored`, () => {
    assert.match(refusalOf({ [name]: 'orders/read' }), new RegExp(`^cannot synthesize: ${name} is not a setting`));
  });
}

test('a scope is as long as Cognito can have it', () => {
  const longest = 'a'.repeat(513);
  assert.ok(template({ ...SCOPES, tokenScopes: [longest, 'https://api.acme.example/orders.read', '*'] }));
});

for (const [plan, warns] of [
  [FeaturePlan.LITE, true],
  [FeaturePlan.ESSENTIALS, false],
  [FeaturePlan.PLUS, false],
  [undefined, false],
] as const) {
  test(`a pool of the plan ${plan} is ${warns ? '' : 'not '}warned about`, () => {
    const own = ownStack();
    const userPool = new UserPool(own, 'Pool', plan && { featurePlan: plan });
    new SalesforceCustomAuth(own, 'CustomAuth', { ...SETTINGS, ...SCOPES, userPool, binariesDirectory: BINARIES });
    const found = Annotations.fromStack(own).findWarning(
      '*',
      Match.stringLikeRegexp('featurePlan of userPool is LITE'),
    );
    assert.equal(found.length, warns ? 1 : 0);
  });
}

test('a pool that makes its tokens with another function is refused', () => {
  const own = ownStack();
  const props = { ...SETTINGS, ...MODES.id_token, binariesDirectory: BINARIES };
  const other = new SalesforceCustomAuth(own, 'One', { ...props, userPool: new UserPool(own, 'First') });
  const userPool = new UserPool(own, 'Second');
  userPool.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION, other.defineFunction);
  assert.throws(
    () => new SalesforceCustomAuth(own, 'Two', { ...props, ...SCOPES, userPool }),
    /userPool has a trigger for preTokenGeneration already/,
  );
});

test('an imported pool may invoke the function', () => {
  const own = ownStack();
  const userPool = UserPool.fromUserPoolId(own, 'Pool', POOL_ID);
  new SalesforceCustomAuth(own, 'CustomAuth', { ...SETTINGS, ...SCOPES, userPool, binariesDirectory: BINARIES });
  Template.fromStack(own).resourceCountIs('AWS::Lambda::Permission', 4);
});

function ownStack(): Stack {
  return new Stack(new App({ outdir: temporaryDirectory() }), 'Own', { env: { region: 'eu-central-1' } });
}
