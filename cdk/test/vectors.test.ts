import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readContext } from '../lib/context.ts';
import { findAmbiguities, leavesEmailUnverified } from '../lib/saml-providers.ts';
import { configurationErrorFor } from './configuration-errors.ts';
import { SETTINGS } from './fixtures.ts';

interface Vector {
  readonly context: string;
  readonly accepted: readonly string[];
  readonly refused: readonly string[];
}

/** Values of settings. The tests of the functions read the same file, so that synthesis and functions agree. */
const VECTORS: Readonly<Record<string, Vector>> = JSON.parse(
  readFileSync(new URL('../../shared/settings/vectors.json', import.meta.url), 'utf8'),
);

/** Other settings that a setting requires. */
const REQUIRED_WITH: Readonly<Record<string, Record<string, unknown>>> = {
  salesforceIssuers: { salesforceAudienceMode: 'id_token', salesforceClientIds: ['ours'] },
  tokenScopes: { allowedClientIds: ['1example23456789'] },
  samlNameIdAttribute: { linkSamlProviders: ['Okta'] },
};

for (const [variable, { context, accepted, refused }] of Object.entries(VECTORS)) {
  const required = REQUIRED_WITH[context] ?? {};

  test(`synthesis accepts as ${context} the values that the function accepts as ${variable}`, () => {
    for (const value of accepted) {
      assert.ok(readContext({ ...SETTINGS, ...required, [context]: value }), value);
    }
  });

  test(`synthesis rejects as ${context} the values that the function rejects as ${variable}`, () => {
    for (const value of refused) {
      assert.match(configurationErrorFor({ ...required, [context]: value }), new RegExp(`\\b${context}\\b`), value);
    }
  });
}

/** Attribute mappings and provider names. The tests of Pre Sign-up's rules read the same file. */
const LINKING_VECTORS: Readonly<Record<'mappings' | 'names', Record<string, string[][]>>> = JSON.parse(
  readFileSync(new URL('../../shared/linking/vectors.json', import.meta.url), 'utf8'),
);

test('a mapping leaves the address unverified if Pre Sign-up refuses to link with it', () => {
  for (const [verdict, mappings] of Object.entries(LINKING_VECTORS.mappings)) {
    for (const attributes of mappings) {
      const mapping = Object.fromEntries(attributes.map((attribute) => [attribute, 'source']));
      assert.equal(leavesEmailUnverified(mapping), verdict === 'refused', attributes.join());
    }
  }
});

test('two provider names are ambiguous if they are ambiguous to Pre Sign-up', () => {
  for (const [verdict, pairs] of Object.entries(LINKING_VECTORS.names)) {
    for (const [listed = '', other = ''] of pairs) {
      assert.equal(
        findAmbiguities([listed], [listed, other]).length > 0,
        verdict === 'ambiguous',
        `${listed} ${other}`,
      );
    }
  }
});
