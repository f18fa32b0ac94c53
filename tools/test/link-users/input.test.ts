import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPeople } from '../../link-users/people.ts';
import { isPlainEmail } from '../../link-users/profile.ts';
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
  assert.deepEqual(readPeople(text), [
    { email: 'alice@acme.example', nameId: 'a "b"', line: 2 },
    { email: 'bob@acme.example', nameId: 'x', line: 4 },
  ]);
});

test('a list without its columns is refused', () => {
  assert.match(
    refusal(() => readPeople('mail,id\n')),
    /columns email and name_id/,
  );
});

test('a list with a person twice is refused as a whole, by line', () => {
  const text = 'email,name_id\nalice@acme.example,1\nALICE@acme.example,2\nbob@acme.example,1\n';
  const message = refusal(() => readPeople(text));
  assert.match(message, /line 3: the same email as line 2\n +line 4: the same name_id as line 2$/);
});

test('a refused list does not show what stands in it', () => {
  assert.doesNotMatch(
    refusal(() => readPeople('email,name_id\nnot-an-address,secret-id\n')),
    /not-an-address|secret-id/,
  );
});

test('the same addresses are refused as Verify refuses', () => {
  const refused = ['', 'alice', 'alice@', '@acme.example', 'a..b@acme.example', 'a@b@c', 'a b@c', 'jürgen@c', '"a"@c'];
  assert.deepEqual(refused.filter(isPlainEmail), []);
});

test('an address of 246 characters is the longest', () => {
  const address = `${'a'.repeat(246 - '@acme.example'.length)}@acme.example`;
  assert.deepEqual([isPlainEmail(address), isPlainEmail(`a${address}`)], [true, false]);
});

test('without APPLY nothing is permitted', () => {
  const { apply, showEmail, region } = readSettings({ POOL });
  assert.deepEqual([apply, showEmail, region], [false, false, 'eu-central-1']);
});

test('files are relative to where make was called', () => {
  const { report } = readSettings({ POOL, INIT_CWD: '/operator', REPORT: 'out/report.csv' });
  assert.equal(report, '/operator/out/report.csv');
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
