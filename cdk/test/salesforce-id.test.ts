import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caseChecksum, parseOrganizationId } from '../lib/salesforce-id.ts';

test('the checksum encodes which letters are upper case', () => {
  for (const [id, checksum] of [
    ['00DSG000009FYVd', '2AO'],
    ['00D000000000062', 'EAA'],
    ['000000000000000', 'AAA'],
    ['ABCDEFGHIJKLMNO', '555'],
  ] as const) {
    assert.equal(caseChecksum(id), checksum, id);
  }
});

test('an organization id of 15 characters, or of 18 with the right checksum, is accepted', () => {
  for (const id of ['00DSG000009FYVd', '00DSG000009FYVd2AO']) {
    assert.deepEqual(parseOrganizationId(id), { value: id });
  }
});

test('text of another form is rejected', () => {
  for (const id of [
    '',
    '00D',
    '00DSG000009FYV',
    '00DSG000009FYVd2',
    '00DSG000009FYVd2AO0',
    '00DSG000009FYV_',
    '00DSG000009FYVd2ao',
    ' 00DSG000009FYVd',
    '00DSG000009FYVd\n',
    '*',
  ]) {
    assert.match(problemOf(id), /15 or 18/, JSON.stringify(id));
  }
});

test('the id of a user is rejected', () => {
  assert.match(problemOf('005SG000009FYVd'), /starts with 00D/);
});

test('a letter in the wrong case is rejected by the checksum', () => {
  for (const id of ['00DSG000009FYvd2AO', '00dSG000009FYVd2AO', '00DSG000009FYVd2AA']) {
    assert.ok(problemOf(id), id);
  }
});

function problemOf(id: string): string {
  const parsed = parseOrganizationId(id);
  return 'problem' in parsed ? parsed.problem : '';
}
