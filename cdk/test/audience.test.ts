import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readContext } from '../lib/context.ts';
import { configurationErrorFor, settingNamesIn } from './configuration-errors.ts';
import { MODE_NAMES, MODES, SECRET_ARN, SETTINGS, stack } from './fixtures.ts';

test('the context of mode id_token is parsed', () => {
  const settings = readContext({
    ...SETTINGS,
    salesforceAudienceMode: 'id_token',
    salesforceClientIds: '3MVG9.one',
    salesforceIssuers: 'https://acme.my.site.com/, https://acme.my.site.com',
    salesforceRequireAtHash: 'true',
    salesforceRequireNonce: false,
  });
  assert.deepEqual(settings.salesforceIssuers, ['https://acme.my.site.com/', 'https://acme.my.site.com']);
  assert.equal(settings.salesforceRequireAtHash, true);
  assert.equal(settings.salesforceRequireNonce, false);
});

for (const mode of MODE_NAMES) {
  test(`mode ${mode} accepts the settings that it needs, and does not change them`, () => {
    const { binariesDirectory: _, ephemeral: __, ...settings } = readContext({ ...SETTINGS, ...MODES[mode] });
    assert.deepEqual(settings, {
      ...SETTINGS,
      ...MODES[mode],
      directoryMode: 'list_users',
      linkOnFirstSignIn: false,
      oneTimeUse: false,
    });
  });

  for (const [name, onlyMode, value] of [
    ['salesforceIssuers', 'id_token', 'https://acme.my.salesforce.com'],
    ['salesforceRequireAtHash', 'id_token', 'true'],
    ['salesforceRequireAtHash', 'id_token', 'false'],
    ['salesforceRequireNonce', 'id_token', 'true'],
    ['salesforceRequireNonce', 'id_token', 'false'],
    ['salesforceIntrospectionSecretArn', 'introspection', SECRET_ARN],
  ] as const) {
    if (mode === onlyMode) {
      test(`mode ${mode} accepts ${name}=${value}`, () => {
        assert.ok(readContext({ ...SETTINGS, ...MODES[mode], [name]: value }));
      });
    } else {
      test(`mode ${mode} rejects ${name}=${value}`, () => {
        const problem = `${name} is used only with salesforceAudienceMode=${onlyMode}; remove it`;
        assert.equal(configurationErrorFor({ ...MODES[mode], [name]: value }), `cannot synthesize: ${problem}`);
      });
    }
  }
}

for (const mode of ['id_token', 'introspection', 'access_token_jwt'] as const) {
  for (const [value, problem] of [
    [undefined, 'is not set; set it with -c salesforceClientIds='],
    ['', 'is empty; '],
    [[], 'is empty; '],
    ['two words', 'has a bad entry 1, which is not a consumer key'],
  ] as const) {
    test(`mode ${mode}: salesforceClientIds=${JSON.stringify(value)} ${problem}`, () => {
      const message = configurationErrorFor({ ...MODES[mode], salesforceClientIds: value });
      assert.ok(message.startsWith(`cannot synthesize: salesforceClientIds ${problem}`));
    });
  }
}

for (const [mode, name, value, problem] of [
  ['id_token', 'salesforceIssuers', '', 'is empty'],
  ['id_token', 'salesforceIssuers', [], 'is empty'],
  ['id_token', 'salesforceIssuers', 'https://acme.my.salesforce.com,', 'has a bad entry 2, which is empty'],
  ['id_token', 'salesforceIssuers', 'acme.my.salesforce.com', 'has a bad entry 1, which is not a URL'],
  ['id_token', 'salesforceIssuers', ['https://a.example,https://b.example'], 'has a bad entry 1, which is more than'],
  ['id_token', 'salesforceIssuers', 'http://acme.my.site.com', 'has a bad entry 1, which does not start with https'],
  ['id_token', 'salesforceIssuers', true, 'is neither'],
  ['id_token', 'salesforceRequireAtHash', '', 'is neither true nor false'],
  ['id_token', 'salesforceRequireAtHash', 'yes', 'is neither true nor false'],
  ['id_token', 'salesforceRequireNonce', 'True', 'is neither true nor false'],
  ['id_token', 'salesforceRequireNonce', 1, 'is neither true nor false'],
  ['introspection', 'salesforceIntrospectionSecretArn', undefined, 'is not set; set it with -c '],
  ['introspection', 'salesforceIntrospectionSecretArn', '', 'is empty'],
  ['introspection', 'salesforceIntrospectionSecretArn', [SECRET_ARN], 'is not a string'],
  ['introspection', 'salesforceIntrospectionSecretArn', 'salesforce/introspection', 'is not the ARN of a secret'],
] as const) {
  test(`mode ${mode}: ${name}=${JSON.stringify(value)} ${problem}`, () => {
    const message = configurationErrorFor({ ...MODES[mode], [name]: value });
    assert.ok(message.startsWith(`cannot synthesize: ${name} ${problem}`), message);
  });
}

test('the message about an unused setting does not also say that it is malformed', () => {
  const message = configurationErrorFor({ salesforceIssuers: '' });
  assert.equal(
    message,
    'cannot synthesize: salesforceIssuers is used only with salesforceAudienceMode=id_token; remove it',
  );
});

test('the message suggests a mode that checks the audience', () => {
  assert.match(
    configurationErrorFor({ salesforceAudienceMode: undefined }),
    /set it with -c salesforceAudienceMode=id_token$/,
  );
});

test('without a usable mode, the settings of all modes are still checked', () => {
  const message = configurationErrorFor({
    salesforceAudienceMode: 'none',
    salesforceClientIds: '',
    salesforceIssuers: '',
    salesforceRequireAtHash: '',
    salesforceRequireNonce: '',
    salesforceIntrospectionSecretArn: '',
  });
  assert.deepEqual(settingNamesIn(message), [
    'salesforceAudienceMode',
    'salesforceClientIds',
    'salesforceIssuers',
    'salesforceRequireAtHash',
    'salesforceRequireNonce',
    'salesforceIntrospectionSecretArn',
  ]);
});

test('unused props are rejected like unused context', () => {
  assert.throws(() => stack({ salesforceRequireNonce: false }), {
    name: 'ConfigurationError',
    message: /^cannot synthesize: salesforceRequireNonce is used only with salesforceAudienceMode=id_token;/,
  });
});
