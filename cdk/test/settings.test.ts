import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lazy } from 'aws-cdk-lib';
import { readContext } from '../lib/context.ts';
import { ConfigurationError } from '../lib/settings-reader.ts';
import { SETTINGS, stack } from './support.ts';

test('context from the command line is read', () => {
  const { binariesDirectory, ...settings } = readContext({
    salesforceDomainUrl: 'https://acme.my.salesforce.com/',
    salesforceOrganizationIds: '00DSG000009FYVd2AO, 00D000000000062',
    salesforceAudienceMode: 'unchecked',
    salesforceClientIds: '3MVG9.one,3MVG9.two',
    directoryMode: 'list_users',
    allowedEmailDomains: 'acme.com, Mail.Acme-Group.example',
    allowedClientIds: '1example23456789',
    ephemeral: 'true',
  });
  assert.match(binariesDirectory, /target.lambda$/);
  assert.deepEqual(settings, {
    salesforceDomainUrl: 'https://acme.my.salesforce.com',
    salesforceOrganizationIds: ['00DSG000009FYVd2AO', '00D000000000062'],
    salesforceAudienceMode: 'unchecked',
    salesforceClientIds: ['3MVG9.one', '3MVG9.two'],
    directoryMode: 'list_users',
    allowedEmailDomains: ['acme.com', 'Mail.Acme-Group.example'],
    allowedClientIds: ['1example23456789'],
    ephemeral: true,
  });
});

test('context from cdk.json is read', () => {
  const settings = readContext({ ...SETTINGS, ephemeral: false, binariesDir: '/elsewhere' });
  assert.deepEqual(settings, {
    ...SETTINGS,
    directoryMode: 'list_users',
    ephemeral: false,
    binariesDirectory: '/elsewhere',
  });
});

for (const name of Object.keys(SETTINGS)) {
  test(`${name} is required`, () => {
    assert.match(
      refusalOf({ [name]: undefined }),
      new RegExp(`^cannot synthesize: ${name} is not set; set it with -c `),
    );
  });

  test(`${name} is refused when empty`, () => {
    assert.match(refusalOf({ [name]: '' }), new RegExp(`^cannot synthesize: ${name} is empty; `));
  });
}

for (const [name, value, problem] of [
  ['salesforceDomainUrl', 'https://login.salesforce.com', 'is a host that serves every organization'],
  ['salesforceDomainUrl', ['https://acme.my.salesforce.com'], 'is not a string'],
  ['salesforceOrganizationIds', [], 'is empty'],
  ['salesforceOrganizationIds', '00DSG000009FYVd,', 'has a bad entry 2, which is empty'],
  ['salesforceOrganizationIds', '00DSG000009FYVd,,00D000000000062', 'has a bad entry 2, which is empty'],
  ['salesforceOrganizationIds', '*', 'has a bad entry 1, which is not an organization id'],
  ['salesforceOrganizationIds', [42], 'has a bad entry 1, which is not a string'],
  ['salesforceOrganizationIds', { id: '00DSG000009FYVd' }, 'is neither'],
  ['salesforceAudienceMode', 'none', 'is none of id_token, introspection, access_token_jwt, unchecked'],
  ['salesforceAudienceMode', 'UNCHECKED', 'is none of'],
  ['salesforceAudienceMode', 'id_token', 'is not supported in this version, which supports unchecked'],
  ['salesforceAudienceMode', 'introspection', 'is not supported in this version, which supports unchecked'],
  ['salesforceAudienceMode', 'access_token_jwt', 'is not supported in this version, which supports unchecked'],
  ['salesforceClientIds', '', 'is empty'],
  ['salesforceClientIds', [], 'is empty'],
  ['salesforceClientIds', 'two words', 'has a bad entry 1, which is not a consumer key'],
  ['salesforceClientIds', ['a,b'], 'has a bad entry 1, which is not a consumer key'],
  ['directoryMode', 'event', 'is not supported in this version, which supports list_users'],
  ['directoryMode', 'all', 'is none of list_users, event'],
  ['allowedEmailDomains', '', 'is empty'],
  ['allowedEmailDomains', [], 'is empty'],
  ['allowedEmailDomains', ['acme.com', ''], 'has a bad entry 2, which is empty'],
  ['allowedEmailDomains', 'acme.com,', 'has a bad entry 2, which is empty'],
  ['allowedEmailDomains', '*', 'has a bad entry 1, which is not an e-mail domain'],
  ['allowedEmailDomains', '*.acme.com', 'has a bad entry 1, which is not an e-mail domain'],
  ['allowedEmailDomains', '@acme.com', 'has a bad entry 1, which is not an e-mail domain'],
  ['allowedEmailDomains', 'alice@acme.com', 'has a bad entry 1, which is not an e-mail domain'],
  ['allowedEmailDomains', '.acme.com', 'has a bad entry 1, which is not an e-mail domain'],
  ['allowedEmailDomains', 'acme.com.', 'has a bad entry 1, which is not an e-mail domain'],
  ['allowedEmailDomains', 'acme..com', 'has a bad entry 1, which is not an e-mail domain'],
  ['allowedEmailDomains', 'acme_group.com', 'has a bad entry 1, which is not an e-mail domain'],
  ['allowedEmailDomains', 'acme.com/', 'has a bad entry 1, which is not an e-mail domain'],
  ['allowedEmailDomains', 'äcme.example', 'has a bad entry 1, which is not an e-mail domain'],
  ['allowedEmailDomains', ['acme.com,acme.example'], 'has a bad entry 1, which is not an e-mail domain'],
  ['allowedEmailDomains', [42], 'has a bad entry 1, which is not a string'],
  ['allowedClientIds', '', 'is empty'],
  ['allowedClientIds', [], 'is empty'],
  ['allowedClientIds', 'a-b', 'has a bad entry 1, which is not an app client id'],
  ['ephemeral', 'yes', 'is neither true nor false'],
  ['binariesDir', '', 'is empty'],
  ['salesforceIntrospectionSecretArn', 'arn', 'is not supported in this version; remove it'],
  ['salesforceIssuers', 'https://acme.example', 'is not supported in this version; remove it'],
  ['salesforceOrganisationIds', '00DSG000009FYVd', 'is not a setting; the settings are salesforceDomainUrl, '],
  ['SALESFORCE_CLIENT_IDS', 'a', 'is not a setting'],
  ['allowedClients', 'a', 'is not a setting'],
  ['allowedEmailDomain', 'acme.com', 'is not a setting'],
  ['directorymode', 'event', 'is not a setting'],
] as const) {
  test(`${name}=${JSON.stringify(value)} ${problem}`, () => {
    assert.ok(refusalOf({ [name]: value }).startsWith(`cannot synthesize: ${name} ${problem}`));
  });
}

test('an e-mail domain is as long as Verify accepts, and no longer', () => {
  const longest = `${'a'.repeat(240)}.com`;
  assert.deepEqual(readContext({ ...SETTINGS, allowedEmailDomains: longest }).allowedEmailDomains, [longest]);
  assert.match(refusalOf({ allowedEmailDomains: `a${longest}` }), /has a bad entry 1, which is not an e-mail domain/);
});

test('one message names every problem', () => {
  const lines = refusalOf({
    salesforceDomainUrl: undefined,
    salesforceOrganizationIds: undefined,
    salesforceAudienceMode: undefined,
    allowedClientIds: '',
    salesforceIssuers: 'a',
    ephemeral: 'yes',
  }).split('\n');
  const names = lines.map((line) => line.replace('cannot synthesize: ', '').trim().split(' ')[0]);
  assert.deepEqual(names, [
    'salesforceDomainUrl',
    'salesforceOrganizationIds',
    'salesforceAudienceMode',
    'allowedClientIds',
    'salesforceIssuers',
    'ephemeral',
  ]);
});

test('a message never repeats a value', () => {
  const secret = 's3cret/value';
  const message = refusalOf({
    salesforceDomainUrl: secret,
    salesforceOrganizationIds: secret,
    salesforceAudienceMode: secret,
    salesforceClientIds: `${secret} `.repeat(2),
    directoryMode: secret,
    allowedEmailDomains: secret,
    allowedClientIds: secret,
    ephemeral: secret,
    salesforceIssuers: secret,
    salesforceSecret: secret,
  });
  assert.ok(!message.includes('s3cret'));
});

test("settings of CDK's own do not matter", () => {
  assert.ok(
    readContext({ ...SETTINGS, 'aws:cdk:version-reporting': true, '@aws-cdk/core:newStyleStackSynthesis': true }),
  );
});

test('props are checked like context', () => {
  assert.throws(() => stack({ salesforceOrganizationIds: [] }), {
    name: 'ConfigurationError',
    message: /^cannot synthesize: salesforceOrganizationIds is empty/,
  });
});

test('an app client that is known only after the deployment is refused', () => {
  assert.throws(() => stack({ allowedClientIds: [Lazy.string({ produce: () => 'later' })] }), /dependency cycle/);
});

function refusalOf(change: Record<string, unknown>): string {
  try {
    readContext({ ...SETTINGS, ...change });
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.message;
  }
  assert.fail('was accepted');
}
