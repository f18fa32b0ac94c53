import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lazy } from 'aws-cdk-lib';
import { readContext } from '../lib/context.ts';
import { configurationErrorFor, settingNamesIn } from './configuration-errors.ts';
import { SETTINGS, stack } from './fixtures.ts';

test('context from the command line is parsed', () => {
  const { binariesDirectory, ...settings } = readContext({
    salesforceDomainUrl: 'https://acme.my.salesforce.com/',
    salesforceOrganizationIds: '00DSG000009FYVd2AO, 00D000000000062',
    salesforceAudienceMode: 'unchecked',
    salesforceClientIds: '3MVG9.one,3MVG9.two',
    directoryMode: 'event',
    linkOnFirstSignIn: 'true',
    oneTimeUse: 'false',
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
    directoryMode: 'event',
    allowedEmailDomains: ['acme.com', 'Mail.Acme-Group.example'],
    linkOnFirstSignIn: true,
    oneTimeUse: false,
    allowedClientIds: ['1example23456789'],
    ephemeral: true,
  });
});

test('context from cdk.json is parsed', () => {
  const settings = readContext({ ...SETTINGS, ephemeral: false, binariesDir: '/elsewhere' });
  assert.deepEqual(settings, {
    ...SETTINGS,
    directoryMode: 'list_users',
    linkOnFirstSignIn: false,
    oneTimeUse: false,
    ephemeral: false,
    binariesDirectory: '/elsewhere',
  });
});

for (const name of Object.keys(SETTINGS)) {
  test(`${name} is required`, () => {
    assert.match(
      configurationErrorFor({ [name]: undefined }),
      new RegExp(`^cannot synthesize: ${name} is not set; set it with -c `),
    );
  });

  test(`${name} is rejected if it is empty`, () => {
    assert.match(configurationErrorFor({ [name]: '' }), new RegExp(`^cannot synthesize: ${name} is empty; `));
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
  ['salesforceAudienceMode', 'none', 'is not one of id_token, introspection, access_token_jwt, unchecked'],
  ['salesforceAudienceMode', 'UNCHECKED', 'is not one of'],
  ['salesforceClientIds', '', 'is empty'],
  ['salesforceClientIds', [], 'is empty'],
  ['salesforceClientIds', 'two words', 'has a bad entry 1, which is not a consumer key'],
  ['salesforceClientIds', ['a,b'], 'has a bad entry 1, which is not a consumer key'],
  ['directoryMode', 'all', 'is not one of list_users, event'],
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
  ['linkOnFirstSignIn', '', 'is neither true nor false'],
  ['linkOnFirstSignIn', 'TRUE', 'is neither true nor false'],
  ['oneTimeUse', '', 'is neither true nor false'],
  ['oneTimeUse', 1, 'is neither true nor false'],
  ['ephemeral', 'yes', 'is neither true nor false'],
  ['binariesDir', '', 'is empty'],
  ['salesforceOrganisationIds', '00DSG000009FYVd', 'is not a setting; the settings are salesforceDomainUrl, '],
  ['SALESFORCE_CLIENT_IDS', 'a', 'is not a setting'],
  ['allowedClients', 'a', 'is not a setting'],
  ['allowedEmailDomain', 'acme.com', 'is not a setting'],
  ['directorymode', 'event', 'is not a setting'],
  ['salesforceIssuer', 'https://acme.my.salesforce.com', 'is not a setting'],
  ['LINK_ON_FIRST_SIGN_IN', 'true', 'is not a setting'],
  ['linkOnFirstSignin', 'true', 'is not a setting'],
  ['onetimeUse', 'true', 'is not a setting'],
  ['tokenUseTable', 'tokens', 'is not a setting'],
] as const) {
  test(`${name}=${JSON.stringify(value)} ${problem}`, () => {
    assert.ok(configurationErrorFor({ [name]: value }).startsWith(`cannot synthesize: ${name} ${problem}`));
  });
}

test('an e-mail domain can be as long as Verify accepts, and not longer', () => {
  const longest = `${'a'.repeat(240)}.com`;
  assert.deepEqual(readContext({ ...SETTINGS, allowedEmailDomains: longest }).allowedEmailDomains, [longest]);
  assert.match(
    configurationErrorFor({ allowedEmailDomains: `a${longest}` }),
    /has a bad entry 1, which is not an e-mail domain/,
  );
});

test('one message names every problem', () => {
  const message = configurationErrorFor({
    salesforceDomainUrl: undefined,
    salesforceOrganizationIds: undefined,
    salesforceAudienceMode: undefined,
    salesforceIssuers: 'a',
    linkOnFirstSignIn: 'yes',
    oneTimeUse: 'yes',
    allowedClientIds: '',
    salesforceIssuer: 'a',
    ephemeral: 'yes',
  });
  assert.deepEqual(settingNamesIn(message), [
    'salesforceDomainUrl',
    'salesforceOrganizationIds',
    'salesforceAudienceMode',
    'salesforceIssuers',
    'linkOnFirstSignIn',
    'oneTimeUse',
    'allowedClientIds',
    'salesforceIssuer',
    'ephemeral',
  ]);
});

test('a message never repeats a value', () => {
  const secret = 's3cret/value';
  const message = configurationErrorFor({
    salesforceDomainUrl: secret,
    salesforceOrganizationIds: secret,
    salesforceAudienceMode: secret,
    salesforceClientIds: `${secret} `.repeat(2),
    directoryMode: secret,
    allowedEmailDomains: secret,
    allowedClientIds: secret,
    ephemeral: secret,
    salesforceIssuers: secret,
    salesforceRequireAtHash: secret,
    salesforceRequireNonce: secret,
    salesforceIntrospectionSecretArn: secret,
    linkOnFirstSignIn: secret,
    oneTimeUse: secret,
    salesforceSecret: secret,
  });
  assert.ok(!message.includes('s3cret'));
});

test("CDK's own context is ignored", () => {
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

test('the id of an app client that is known only after the deployment is rejected', () => {
  assert.throws(() => stack({ allowedClientIds: [Lazy.string({ produce: () => 'later' })] }), /dependency cycle/);
});
