import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Stage } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { AARCH64, binaries, MODE_NAMES, MODES, stack, template } from './fixtures.ts';
import {
  arnOf,
  FUNCTIONS,
  functionId,
  idOf,
  logGroupId,
  propertiesOf,
  roleId,
  TEMPLATE,
} from './template-resources.ts';

test('the pool has each function as the trigger of the same name', () => {
  TEMPLATE.hasResourceProperties('AWS::Cognito::UserPool', {
    LambdaConfig: Match.objectEquals({
      DefineAuthChallenge: arnOf('Define'),
      CreateAuthChallenge: arnOf('Create'),
      VerifyAuthChallengeResponse: arnOf('Verify'),
    }),
  });
});

test('the package of each function contains only the binary of that function', () => {
  const directory = binaries();
  writeFileSync(join(directory, 'verify-auth-challenge', 'bootstrap.zip'), 'left over from a build');
  const assembly = Stage.of(stack({ binariesDirectory: directory }))?.synth();
  assert.ok(assembly);
  const assets = readdirSync(assembly.directory).filter((name) => name.startsWith('asset.'));
  const synthesized = assembly.getStackByName('Test').template.Resources;
  for (const name of FUNCTIONS) {
    const key: string = synthesized[functionId(name)].Properties.Code.S3Key;
    const asset = assets.find((candidate) => `${candidate}.zip` === `asset.${key}`) ?? '';
    assert.deepEqual(readdirSync(join(assembly.directory, asset)), ['bootstrap']);
    const content = readFileSync(join(assembly.directory, asset, 'bootstrap'), 'latin1');
    assert.ok(content.endsWith(`${name.toLowerCase()}-auth-challenge`), name);
  }
});

for (const name of FUNCTIONS) {
  test(`only Cognito can invoke ${name}, and only for this pool`, () => {
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
          SourceArn: { 'Fn::GetAtt': [idOf('AWS::Cognito::UserPool', 'UserPool'), 'Arn'] },
        },
      ],
    );
  });

  test(`${name} has the timeout of Cognito, five seconds`, () => {
    assert.equal(propertiesOf(name).Timeout, 5);
  });

  test(`${name} logs JSON from level INFO to its own log group`, () => {
    assert.deepEqual(propertiesOf(name).LoggingConfig, {
      ApplicationLogLevel: 'INFO',
      LogFormat: 'JSON',
      LogGroup: { Ref: logGroupId(name) },
    });
  });

  test(`${name} is traced, unless tracing is false`, () => {
    assert.deepEqual(propertiesOf(name).TracingConfig, { Mode: 'Active' });
    const withoutTracing = template({ tracing: false }).findResources('AWS::Lambda::Function')[functionId(name)];
    assert.equal(withoutTracing?.Properties.TracingConfig, undefined);
  });

  test(`${name} is a bootstrap binary on Amazon Linux 2023`, () => {
    assert.equal(propertiesOf(name).Runtime, 'provided.al2023');
    assert.equal(propertiesOf(name).Handler, 'bootstrap');
  });

  test(`${name} has a role without managed policies`, () => {
    const role = TEMPLATE.findResources('AWS::IAM::Role')[roleId(name)];
    assert.deepEqual(Object.keys(role?.Properties), ['AssumeRolePolicyDocument']);
    assert.deepEqual(propertiesOf(name).Role, { 'Fn::GetAtt': [roleId(name), 'Arn'] });
  });
}

test('no variable raises the log level, because the event contains a token', () => {
  assert.ok(!JSON.stringify(TEMPLATE.toJSON()).includes('RUST_LOG'));
});

test('the functions have the architecture of the binaries', () => {
  TEMPLATE.allResourcesProperties('AWS::Lambda::Function', { Architectures: ['x86_64'] });
  const arm = template({ binariesDirectory: binaries(AARCH64) });
  arm.allResourcesProperties('AWS::Lambda::Function', { Architectures: ['arm64'] });
});

test('logs are kept for three months, and are retained when the stack is deleted', () => {
  TEMPLATE.resourceCountIs('AWS::Logs::LogGroup', 3);
  TEMPLATE.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
  TEMPLATE.allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Retain' });
});

test('the table of used tokens has the key and the TTL attribute that Verify writes, and on-demand billing', () => {
  const [table] = Object.values(template({ oneTimeUse: true }).findResources('AWS::DynamoDB::Table'));
  assert.deepEqual(table?.Properties, {
    KeySchema: [{ AttributeName: 'token_hash', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'token_hash', AttributeType: 'S' }],
    TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
    BillingMode: 'PAY_PER_REQUEST',
  });
});

test('the table of used tokens is retained when the stack is deleted, like the logs', () => {
  template({ oneTimeUse: true }).allResources('AWS::DynamoDB::Table', { DeletionPolicy: 'Retain' });
});

test('without oneTimeUse, the stack has no table', () => {
  TEMPLATE.resourceCountIs('AWS::DynamoDB::Table', 0);
});

test('the stack has only the three functions, so it has no custom resource either', () => {
  TEMPLATE.resourceCountIs('AWS::Lambda::Function', FUNCTIONS.length);
});

test('synthesis warns that the audience is unchecked', () => {
  Annotations.fromStack(stack()).hasWarning('/Test/CustomAuth', Match.stringLikeRegexp('any app in the organization'));
});

for (const mode of MODE_NAMES.filter((name) => name !== 'unchecked')) {
  test(`in mode ${mode}, synthesis does not warn`, () => {
    Annotations.fromStack(stack(MODES[mode])).hasNoWarning('*', Match.anyValue());
  });
}
