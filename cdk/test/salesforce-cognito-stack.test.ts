import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { template } from './fixtures.ts';

const TEMPLATE = template();
const POOL = 'AWS::Cognito::UserPool';
const CLIENT = 'AWS::Cognito::UserPoolClient';

test('users sign in with their e-mail address, and letter case is ignored', () => {
  TEMPLATE.hasResourceProperties(POOL, {
    UsernameAttributes: ['email'],
    AliasAttributes: Match.absent(),
    UsernameConfiguration: { CaseSensitive: false },
  });
});

test('only an administrator creates users', () => {
  TEMPLATE.hasResourceProperties(POOL, { AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } });
});

test('a changed e-mail address counts only after the user has confirmed it', () => {
  TEMPLATE.hasResourceProperties(POOL, {
    UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
    AutoVerifiedAttributes: ['email'],
  });
});

test('no attribute is required, because every client would have to be able to write it', () => {
  const [pool] = Object.values(TEMPLATE.findResources(POOL));
  assert.ok(pool?.Properties.Schema.every((attribute: object) => !('Required' in attribute)));
});

test('the pool has a mutable attribute for the link to a Salesforce user', () => {
  TEMPLATE.hasResourceProperties(POOL, {
    Schema: [
      {
        Name: 'salesforce_user_id',
        AttributeDataType: 'String',
        StringAttributeConstraints: { MaxLength: '64' },
        Mutable: true,
      },
    ],
  });
});

test('passwords need 14 characters of all four kinds', () => {
  TEMPLATE.hasResourceProperties(POOL, {
    Policies: {
      PasswordPolicy: {
        MinimumLength: 14,
        RequireLowercase: true,
        RequireUppercase: true,
        RequireNumbers: true,
        RequireSymbols: true,
      },
    },
  });
});

test('the pool is retained when the stack is deleted', () => {
  TEMPLATE.hasResource(POOL, { DeletionPolicy: 'Retain', Properties: { DeletionProtection: 'ACTIVE' } });
});

test('deleting an ephemeral stack deletes users, logs and used tokens', () => {
  const ephemeral = template({ ephemeral: true, oneTimeUse: true });
  ephemeral.hasResource(POOL, { DeletionPolicy: 'Delete', Properties: { DeletionProtection: 'INACTIVE' } });
  ephemeral.allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete' });
  ephemeral.allResources('AWS::DynamoDB::Table', { DeletionPolicy: 'Delete' });
});

test('the client allows only CUSTOM_AUTH', () => {
  TEMPLATE.hasResourceProperties(CLIENT, { ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH'] });
});

test('the client has no OAuth flows', () => {
  TEMPLATE.hasResourceProperties(CLIENT, {
    AllowedOAuthFlowsUserPoolClient: false,
    AllowedOAuthFlows: Match.absent(),
    AllowedOAuthScopes: Match.absent(),
    CallbackURLs: Match.absent(),
  });
});

test('the client has no secret, because a browser cannot keep one', () => {
  TEMPLATE.hasResourceProperties(CLIENT, { GenerateSecret: false });
});

test('the client hides whether a user exists', () => {
  TEMPLATE.hasResourceProperties(CLIENT, { PreventUserExistenceErrors: 'ENABLED' });
});

test('users cannot write the e-mail address, email_verified or the link through the client', () => {
  TEMPLATE.hasResourceProperties(CLIENT, { WriteAttributes: ['family_name', 'given_name'] });
});

test('refresh tokens last eight hours and can be revoked', () => {
  TEMPLATE.hasResourceProperties(CLIENT, {
    RefreshTokenValidity: 480,
    AccessTokenValidity: 60,
    IdTokenValidity: 60,
    TokenValidityUnits: { RefreshToken: 'minutes', AccessToken: 'minutes', IdToken: 'minutes' },
    EnableTokenRevocation: true,
  });
});

test('a challenge can be answered for five minutes', () => {
  TEMPLATE.hasResourceProperties(CLIENT, { AuthSessionValidity: 5 });
});

test('the pool has no other client', () => {
  TEMPLATE.resourceCountIs(CLIENT, 1);
});

test('the outputs have the names that tools and docs use', () => {
  assert.deepEqual(Object.keys(TEMPLATE.findOutputs('*')).sort(), [
    'CreateFunctionName',
    'DefineFunctionName',
    'UserPoolClientId',
    'UserPoolId',
    'VerifyFunctionName',
  ]);
});

test('with oneTimeUse, an output names the table', () => {
  const outputs = template({ oneTimeUse: true }).findOutputs('*');
  assert.equal(Object.keys(outputs).length, 6);
  assert.match(outputs.TokenUseTableName?.Value.Ref, /^CustomAuthTokenUse[0-9A-F]{8}$/);
});

for (const [output, resource] of [
  ['UserPoolId', /^UserPool[0-9A-F]{8}$/],
  ['UserPoolClientId', /^UserPoolClient[0-9A-F]{8}$/],
  ['DefineFunctionName', /^CustomAuthDefine[0-9A-F]{8}$/],
  ['CreateFunctionName', /^CustomAuthCreate[0-9A-F]{8}$/],
  ['VerifyFunctionName', /^CustomAuthVerify[0-9A-F]{8}$/],
] as const) {
  test(`the output ${output} refers to its resource`, () => {
    assert.match(TEMPLATE.findOutputs(output)[output]?.Value.Ref, resource);
  });
}
