import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences, diffLines, missingMembers } from '../../attach/difference.ts';

test('a diff line has the path, and the removed value is before the added one', () => {
  const before = { a: { b: 1, c: ['x'] }, d: true };
  const after = { a: { b: 2, c: ['x'], e: 'new' } };
  assert.deepEqual(diffLines(differences(before, after)), ['- a.b: 1', '+ a.b: 2', '+ a.e: "new"', '- d: true']);
});

test('null and structures without members are ignored, empty texts and lists are not', () => {
  assert.deepEqual(differences({ a: null, b: {} }, {}), []);
  assert.deepEqual(diffLines(differences({ a: '', b: [] }, {})), ['- a: ""', '- b: []']);
});

test('the order of members is ignored, the order of a list is not', () => {
  assert.deepEqual(differences({ a: 1, b: 2 }, { b: 2, a: 1 }), []);
  assert.equal(differences({ a: [1, 2] }, { a: [2, 1] }).length, 1);
});

test('a missing member is found inside lists and structures', () => {
  const whole = { a: { b: 1 }, c: [{ d: 1 }, { d: 2, e: 3 }], f: null, g: 0 };
  assert.deepEqual(missingMembers({ a: {}, c: [{ d: 1 }, { d: 2 }], g: 0 }, whole), ['a.b', 'c[1].e']);
});

test('a value that the SDK parsed into another type is not missing', () => {
  assert.deepEqual(missingMembers({ date: new Date() }, { date: 1795172447.3 }), []);
});
