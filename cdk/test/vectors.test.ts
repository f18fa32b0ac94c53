import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readContext } from '../lib/context.ts';
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
