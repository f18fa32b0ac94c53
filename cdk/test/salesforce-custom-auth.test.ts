import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Stage } from 'aws-cdk-lib';
import { Annotations, Match, type Template } from 'aws-cdk-lib/assertions';
import { AARCH64, binaries, stack, template } from './support.ts';

const FUNCTIONS = ['Define', 'Create', 'Verify'] as const;
type FunctionName = (typeof FUNCTIONS)[number];

const TEMPLATE = template();

test('each trigger of the pool is the function of its name', () => {
  TEMPLATE.hasResourceProperties('AWS::Cognito::UserPool', {
    LambdaConfig: Match.objectEquals({
      DefineAuthChallenge: arnOf('Define'),
      CreateAuthChallenge: arnOf('Create'),
      VerifyAuthChallengeResponse: arnOf('Verify'),
    }),
  });
});

test('each function runs the binary of its name, and nothing else is packaged', () => {
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
  test(`only Cognito may invoke ${name}, and only for this pool`, () => {
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

  test(`${name} gives up when Cognito does`, () => {
    assert.equal(propertiesOf(name).Timeout, 5);
  });

  test(`${name} logs JSON from INFO upwards to a log group of its own`, () => {
    assert.deepEqual(propertiesOf(name).LoggingConfig, {
      ApplicationLogLevel: 'INFO',
      LogFormat: 'JSON',
      LogGroup: { Ref: logGroupId(name) },
    });
  });

  test(`${name} is a bootstrap binary on Amazon Linux 2023`, () => {
    assert.equal(propertiesOf(name).Runtime, 'provided.al2023');
    assert.equal(propertiesOf(name).Handler, 'bootstrap');
  });

  test(`${name} has a role to which nothing is attached but its policies`, () => {
    const role = TEMPLATE.findResources('AWS::IAM::Role')[roleId(name)];
    assert.deepEqual(Object.keys(role?.Properties), ['AssumeRolePolicyDocument']);
    assert.deepEqual(propertiesOf(name).Role, { 'Fn::GetAtt': [roleId(name), 'Arn'] });
  });
}

test('Define and Create may write to their log group and do nothing else', () => {
  assert.deepEqual(statementsOf('Define'), [writeLogs('Define')]);
  assert.deepEqual(statementsOf('Create'), [writeLogs('Create')]);
});

test('Verify may also list the users of this pool, and do nothing else', () => {
  const listUsers = {
    Action: 'cognito-idp:ListUsers',
    Effect: 'Allow',
    Resource: { 'Fn::GetAtt': [idOf('AWS::Cognito::UserPool', 'UserPool'), 'Arn'] },
  };
  assert.deepEqual(statementsOf('Verify'), [writeLogs('Verify'), listUsers]);
});

test('without optional settings the environment is exactly the required one', () => {
  assert.deepEqual(environmentOf(TEMPLATE, 'Define'), undefined);
  assert.deepEqual(environmentOf(TEMPLATE, 'Create'), { SALESFORCE_DOMAIN_URL: 'https://acme.my.salesforce.com' });
  assert.deepEqual(environmentOf(TEMPLATE, 'Verify'), {
    SALESFORCE_DOMAIN_URL: 'https://acme.my.salesforce.com',
    SALESFORCE_ORGANIZATION_IDS: '00DSG000009FYVd2AO',
    SALESFORCE_AUDIENCE_MODE: 'unchecked',
    DIRECTORY_MODE: 'list_users',
  });
});

test('optional settings reach the function that reads them, and no other', () => {
  const full = template({
    salesforceOrganizationIds: ['00DSG000009FYVd2AO', '00D000000000062'],
    salesforceClientIds: ['3MVG9.one', '3MVG9.two'],
    allowedEmailDomains: ['acme.com', 'acme.example'],
    allowedClientIds: ['1example23456789', '2example23456789'],
  });
  assert.deepEqual(environmentOf(full, 'Define'), { ALLOWED_CLIENT_IDS: '1example23456789,2example23456789' });
  assert.deepEqual(environmentOf(full, 'Create'), { SALESFORCE_DOMAIN_URL: 'https://acme.my.salesforce.com' });
  assert.deepEqual(environmentOf(full, 'Verify'), {
    SALESFORCE_DOMAIN_URL: 'https://acme.my.salesforce.com',
    SALESFORCE_ORGANIZATION_IDS: '00DSG000009FYVd2AO,00D000000000062',
    SALESFORCE_AUDIENCE_MODE: 'unchecked',
    SALESFORCE_CLIENT_IDS: '3MVG9.one,3MVG9.two',
    DIRECTORY_MODE: 'list_users',
    ALLOWED_EMAIL_DOMAINS: 'acme.com,acme.example',
  });
});

test('no function can be told to log more, because the event holds a token', () => {
  assert.ok(!JSON.stringify(TEMPLATE.toJSON()).includes('RUST_LOG'));
});

test('the functions are deployed for the processor that the binaries were built for', () => {
  TEMPLATE.allResourcesProperties('AWS::Lambda::Function', { Architectures: ['x86_64'] });
  const arm = template({ binariesDirectory: binaries(AARCH64) });
  arm.allResourcesProperties('AWS::Lambda::Function', { Architectures: ['arm64'] });
});

test('logs are kept for three months, and outlive the stack', () => {
  TEMPLATE.resourceCountIs('AWS::Logs::LogGroup', 3);
  TEMPLATE.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
  TEMPLATE.allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Retain' });
});

test('nothing but the expected functions is created, so no custom resource either', () => {
  TEMPLATE.resourceCountIs('AWS::Lambda::Function', FUNCTIONS.length);
});

test('synthesis warns that the audience is unchecked', () => {
  Annotations.fromStack(stack()).hasWarning('/Test/CustomAuth', Match.stringLikeRegexp('any app in the organization'));
});

function idOf(type: string, prefix: string): string {
  const ids = Object.keys(TEMPLATE.findResources(type)).filter((id) => new RegExp(`^${prefix}[0-9A-F]{8}$`).test(id));
  assert.equal(ids.length, 1, `${type} ${prefix}`);
  return ids[0] ?? '';
}

function functionId(name: FunctionName): string {
  return idOf('AWS::Lambda::Function', `CustomAuth${name}`);
}

function roleId(name: FunctionName): string {
  return idOf('AWS::IAM::Role', `CustomAuth${name}Role`);
}

function logGroupId(name: FunctionName): string {
  return idOf('AWS::Logs::LogGroup', `CustomAuth${name}Logs`);
}

function arnOf(name: FunctionName): object {
  return { 'Fn::GetAtt': [functionId(name), 'Arn'] };
}

function propertiesOf(name: FunctionName): Record<string, unknown> {
  return TEMPLATE.findResources('AWS::Lambda::Function')[functionId(name)]?.Properties;
}

function environmentOf(from: Template, name: FunctionName): unknown {
  return from.findResources('AWS::Lambda::Function')[functionId(name)]?.Properties.Environment?.Variables;
}

/** Every statement of every policy that names the function's role. */
function statementsOf(name: FunctionName): unknown[] {
  return Object.values(TEMPLATE.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(roleId(name)))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

function writeLogs(name: FunctionName): object {
  return {
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Effect: 'Allow',
    Resource: { 'Fn::GetAtt': [logGroupId(name), 'Arn'] },
  };
}
