import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readIdentityList } from '../../link-users/identity-list.ts';
import { readSettings } from '../../link-users/settings.ts';
import { POOL } from './fake-cognito.ts';

/** The message of the ConfigurationError that `read` throws. */
function errorOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    assert.equal((error as Error).name, 'ConfigurationError');
    return (error as Error).message;
  }
  assert.fail('the input was accepted');
}

test('the list is read by the names of its columns', () => {
  const text =
    '\uFEFFdepartment,NAME_ID,email\r\n"Sales, EMEA","a ""b""",alice@acme.example\r\n\r\n,x,bob@acme.example\r\n';
  assert.deepEqual(readIdentityList(text), [
    { email: 'alice@acme.example', nameId: 'a "b"', line: 2 },
    { email: 'bob@acme.example', nameId: 'x', line: 4 },
  ]);
});

test('a list without the columns email and name_id is rejected', () => {
  assert.match(
    errorOf(() => readIdentityList('mail,id\n')),
    /columns email and name_id/,
  );
});

test('without APPLY, the run changes nothing and masks addresses', () => {
  const { apply, showEmail, region } = readSettings({ POOL });
  assert.deepEqual([apply, showEmail, region], [false, false, 'eu-central-1']);
});

test('a flag other than 1 or 0 is rejected', () => {
  assert.match(
    errorOf(() => readSettings({ POOL, PROVIDER: 'Okta', APPLY: 'false' })),
    /APPLY must be 1 or 0/,
  );
});

test('a report that would overwrite the list is rejected', () => {
  assert.match(
    errorOf(() => readSettings({ POOL, PROVIDER: 'Okta', IDENTITIES: 'people.csv', REPORT: './people.csv' })),
    /different files/,
  );
});

test('pool ids of all Regions are accepted, and a malformed id is rejected', () => {
  for (const [id, region] of [
    ['us-gov-west-1_0aZ', 'us-gov-west-1'],
    ['ap-southeast-12_x', 'ap-southeast-12'],
    ['eusc-de-east-1_x', 'eusc-de-east-1'],
  ] as const) {
    assert.equal(readSettings({ POOL: id }).region, region);
  }
  assert.match(
    errorOf(() => readSettings({ POOL: `eu-central-1_${'a'.repeat(43)}` })),
    /POOL must be the id of a user pool/,
  );
});
