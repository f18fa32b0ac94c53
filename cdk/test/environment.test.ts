import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MODES, SECRET_ARN, template } from './fixtures.ts';
import { environmentOf, idOf, TEMPLATE } from './template-resources.ts';

test('without optional settings, the functions get only the required variables', () => {
  assert.deepEqual(environmentOf(TEMPLATE, 'Define'), undefined);
  assert.deepEqual(environmentOf(TEMPLATE, 'Create'), { SALESFORCE_DOMAIN_URL: 'https://acme.my.salesforce.com' });
  assert.deepEqual(environmentOf(TEMPLATE, 'Verify'), {
    SALESFORCE_DOMAIN_URL: 'https://acme.my.salesforce.com',
    SALESFORCE_ORGANIZATION_IDS: '00DSG000009FYVd2AO',
    SALESFORCE_AUDIENCE_MODE: 'unchecked',
    DIRECTORY_MODE: 'list_users',
  });
});

test('optional settings become variables only of the functions that read them', () => {
  const withOptional = template({
    salesforceOrganizationIds: ['00DSG000009FYVd2AO', '00D000000000062'],
    salesforceClientIds: ['3MVG9.one', '3MVG9.two'],
    allowedEmailDomains: ['acme.com', 'acme.example'],
    allowedClientIds: ['1example23456789', '2example23456789'],
  });
  assert.deepEqual(environmentOf(withOptional, 'Define'), { ALLOWED_CLIENT_IDS: '1example23456789,2example23456789' });
  assert.deepEqual(environmentOf(withOptional, 'Create'), { SALESFORCE_DOMAIN_URL: 'https://acme.my.salesforce.com' });
  assert.deepEqual(environmentOf(withOptional, 'Verify'), {
    SALESFORCE_DOMAIN_URL: 'https://acme.my.salesforce.com',
    SALESFORCE_ORGANIZATION_IDS: '00DSG000009FYVd2AO,00D000000000062',
    SALESFORCE_AUDIENCE_MODE: 'unchecked',
    SALESFORCE_CLIENT_IDS: '3MVG9.one,3MVG9.two',
    DIRECTORY_MODE: 'list_users',
    ALLOWED_EMAIL_DOMAINS: 'acme.com,acme.example',
  });
});

const REQUIRED = {
  SALESFORCE_DOMAIN_URL: 'https://acme.my.salesforce.com',
  SALESFORCE_ORGANIZATION_IDS: '00DSG000009FYVd2AO',
};

for (const [mode, variables] of [
  ['id_token', { SALESFORCE_CLIENT_IDS: '3MVG9.one' }],
  ['introspection', { SALESFORCE_CLIENT_IDS: '3MVG9.one', SALESFORCE_INTROSPECTION_SECRET_ARN: SECRET_ARN }],
  ['access_token_jwt', { SALESFORCE_CLIENT_IDS: '3MVG9.one' }],
  ['unchecked', {}],
] as const) {
  test(`in mode ${mode}, Verify gets only the variables that the mode needs`, () => {
    assert.deepEqual(environmentOf(template(MODES[mode]), 'Verify'), {
      ...REQUIRED,
      SALESFORCE_AUDIENCE_MODE: mode,
      ...variables,
      DIRECTORY_MODE: 'list_users',
    });
  });
}

test('the options of mode id_token become variables of Verify, with unchanged issuers', () => {
  const from = template({
    ...MODES.id_token,
    salesforceIssuers: ['https://acme.my.site.com/', 'https://acme.my.site.com'],
    salesforceRequireAtHash: true,
    salesforceRequireNonce: true,
  });
  assert.deepEqual(environmentOf(from, 'Verify'), {
    ...REQUIRED,
    SALESFORCE_AUDIENCE_MODE: 'id_token',
    SALESFORCE_CLIENT_IDS: '3MVG9.one',
    SALESFORCE_ISSUERS: 'https://acme.my.site.com/,https://acme.my.site.com',
    SALESFORCE_REQUIRE_AT_HASH: 'true',
    SALESFORCE_REQUIRE_NONCE: 'true',
    DIRECTORY_MODE: 'list_users',
  });
});

test('the directory mode, links and one-time use become variables of Verify', () => {
  const from = template({ directoryMode: 'event', linkOnFirstSignIn: true, oneTimeUse: true });
  assert.deepEqual(environmentOf(from, 'Verify'), {
    ...REQUIRED,
    SALESFORCE_AUDIENCE_MODE: 'unchecked',
    DIRECTORY_MODE: 'event',
    LINK_ON_FIRST_SIGN_IN: 'true',
    TOKEN_USE_TABLE: { Ref: idOf('AWS::DynamoDB::Table', 'CustomAuthTokenUse', from) },
  });
});

test('a flag with the value false gives the same variables as an unset flag', () => {
  const off = { salesforceRequireAtHash: false, salesforceRequireNonce: false };
  const from = template({ ...MODES.id_token, ...off, linkOnFirstSignIn: false, oneTimeUse: false });
  assert.deepEqual(environmentOf(from, 'Verify'), environmentOf(template(MODES.id_token), 'Verify'));
});
