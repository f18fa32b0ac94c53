import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readContext } from '../lib/context.ts';
import { ambiguitiesOf, leavesEmailUnverified } from '../lib/saml-providers.ts';
import { refusalOf } from './refusal.ts';
import { SETTINGS } from './support.ts';

interface Vector {
  readonly context: string;
  readonly accepted: readonly string[];
  readonly refused: readonly string[];
}

/** The functions read the same values; their tests have the same file. */
const VECTORS: Readonly<Record<string, Vector>> = JSON.parse(
  readFileSync(new URL('../../shared/settings/vectors.json', import.meta.url), 'utf8'),
);

/** Without which a setting is of no use, and so refused. */
const NEEDED: Readonly<Record<string, Record<string, unknown>>> = {
  salesforceIssuers: { salesforceAudienceMode: 'id_token', salesforceClientIds: ['ours'] },
  tokenScopes: { allowedClientIds: ['1example23456789'] },
  samlNameIdAttribute: { linkSamlProviders: ['Okta'] },
};

for (const [variable, { context, accepted, refused }] of Object.entries(VECTORS)) {
  const needed = NEEDED[context] ?? {};

  test(`synthesis accepts for ${context} what the function accepts for ${variable}`, () => {
    for (const value of accepted) {
      assert.ok(readContext({ ...SETTINGS, ...needed, [context]: value }), value);
    }
  });

  test(`synthesis refuses for ${context} what the function refuses for ${variable}`, () => {
    for (const value of refused) {
      assert.match(refusalOf({ ...needed, [context]: value }), new RegExp(`\\b${context}\\b`), value);
    }
  });
}

/** The pre sign-up trigger judges the same lists; the tests of its rules have the same file. */
const LINKING: Readonly<Record<'mappings' | 'names', Record<string, string[][]>>> = JSON.parse(
  readFileSync(new URL('../../shared/linking/vectors.json', import.meta.url), 'utf8'),
);

test('a mapping is refused for linking if the trigger refuses it', () => {
  for (const [verdict, mappings] of Object.entries(LINKING.mappings)) {
    for (const mapped of mappings) {
      const mapping = Object.fromEntries(mapped.map((attribute) => [attribute, 'source']));
      assert.equal(leavesEmailUnverified(mapping), verdict === 'refused', mapped.join());
    }
  }
});

test('two names are ambiguous if the trigger cannot tell their user names apart', () => {
  for (const [verdict, pairs] of Object.entries(LINKING.names)) {
    for (const [listed = '', other = ''] of pairs) {
      assert.equal(ambiguitiesOf([listed], [listed, other]).length > 0, verdict === 'ambiguous', `${listed} ${other}`);
    }
  }
});
