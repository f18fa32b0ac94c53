import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readList } from '../../link-users/list.ts';
import { readSettings } from '../../link-users/settings.ts';
import { POOL } from './fake.ts';

/** What a reader refuses with. */
function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    assert.equal((error as Error).name, 'ConfigurationError');
    return (error as Error).message;
  }
  assert.fail('was accepted');
}

test('the list is read by the names of its columns', () => {
  const text =
    '\uFEFFdepartment,NAME_ID,email\r\n"Sales, EMEA","a ""b""",alice@acme.example\r\n\r\n,x,bob@acme.example\r\n';
  assert.deepEqual(readList(text), [
    { email: 'alice@acme.example', nameId: 'a "b"', line: 2 },
    { email: 'bob@acme.example', nameId: 'x', line: 4 },
  ]);
});

test('a list without its columns is refused', () => {
  assert.match(
    refusal(() => readList('mail,id\n')),
    /columns email and name_id/,
  );
});

test('without APPLY nothing is permitted', () => {
  const { apply, showEmail, region } = readSettings({ POOL });
  assert.deepEqual([apply, showEmail, region], [false, false, 'eu-central-1']);
});

test('a switch is 1 or 0, and never anything that merely looks like no', () => {
  assert.match(
    refusal(() => readSettings({ POOL, PROVIDER: 'Okta', APPLY: 'false' })),
    /APPLY must be 1 or 0/,
  );
});

test('a report does not overwrite the list', () => {
  assert.match(
    refusal(() => readSettings({ POOL, PROVIDER: 'Okta', IDENTITIES: 'people.csv', REPORT: './people.csv' })),
    /two files/,
  );
});

test('the pool of any Region is taken, and the id of none is not', () => {
  for (const [id, region] of [
    ['us-gov-west-1_0aZ', 'us-gov-west-1'],
    ['ap-southeast-12_x', 'ap-southeast-12'],
    ['eusc-de-east-1_x', 'eusc-de-east-1'],
  ] as const) {
    assert.equal(readSettings({ POOL: id }).region, region);
  }
  assert.match(
    refusal(() => readSettings({ POOL: `eu-central-1_${'a'.repeat(43)}` })),
    /POOL must be the id of a user pool/,
  );
});
