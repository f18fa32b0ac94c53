import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readContext } from '../lib/context.ts';
import { namesIn, refusalOf } from './refusal.ts';
import { MODE_NAMES, MODES, SECRET_ARN, SETTINGS, stack } from './support.ts';

test('context of mode id_token is read', () => {
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
  test(`mode ${mode} is accepted with what it needs, and read unchanged`, () => {
    const { binariesDirectory: _, ephemeral: __, ...settings } = readContext({ ...SETTINGS, ...MODES[mode] });
    assert.deepEqual(settings, {
      ...SETTINGS,
      ...MODES[mode],
      directoryMode: 'list_users',
      linkOnFirstSignIn: false,
      oneTimeUse: false,
    });
  });

  for (const [name, owner, value] of [
    ['salesforceIssuers', 'id_token', 'https://acme.my.salesforce.com'],
    ['salesforceRequireAtHash', 'id_token', 'true'],
    ['salesforceRequireAtHash', 'id_token', 'false'],
    ['salesforceRequireNonce', 'id_token', 'true'],
    ['salesforceRequireNonce', 'id_token', 'false'],
    ['salesforceIntrospectionSecretArn', 'introspection', SECRET_ARN],
  ] as const) {
    if (mode === owner) {
      test(`mode ${mode} accepts ${name}=${value}`, () => {
        assert.ok(readContext({ ...SETTINGS, ...MODES[mode], [name]: value }));
      });
    } else {
      test(`mode ${mode} refuses ${name}=${value}`, () => {
        const problem = `${name} is used with salesforceAudienceMode=${owner} alone; remove it`;
        assert.equal(refusalOf({ ...MODES[mode], [name]: value }), `cannot synthesize: ${problem}`);
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
      const message = refusalOf({ ...MODES[mode], salesforceClientIds: value });
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
    const message = refusalOf({ ...MODES[mode], [name]: value });
    assert.ok(message.startsWith(`cannot synthesize: ${name} ${problem}`), message);
  });
}

test('what is not used is not also called malformed', () => {
  const message = refusalOf({ salesforceIssuers: '' });
  assert.equal(
    message,
    'cannot synthesize: salesforceIssuers is used with salesforceAudienceMode=id_token alone; remove it',
  );
});

test('the mode that the message suggests is one that checks', () => {
  assert.match(refusalOf({ salesforceAudienceMode: undefined }), /set it with -c salesforceAudienceMode=id_token$/);
});

test('without a usable mode, the settings of every mode are still checked', () => {
  const message = refusalOf({
    salesforceAudienceMode: 'none',
    salesforceClientIds: '',
    salesforceIssuers: '',
    salesforceRequireAtHash: '',
    salesforceRequireNonce: '',
    salesforceIntrospectionSecretArn: '',
  });
  assert.deepEqual(namesIn(message), [
    'salesforceAudienceMode',
    'salesforceClientIds',
    'salesforceIssuers',
    'salesforceRequireAtHash',
    'salesforceRequireNonce',
    'salesforceIntrospectionSecretArn',
  ]);
});

test('props of a mode that does not use them are refused like context', () => {
  assert.throws(() => stack({ salesforceRequireNonce: false }), {
    name: 'ConfigurationError',
    message: /^cannot synthesize: salesforceRequireNonce is used with salesforceAudienceMode=id_token alone/,
  });
});
