import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asLines, differences, missingIn } from '../../attach/difference.ts';

test('a difference is told by its path, what goes before what comes', () => {
  const before = { a: { b: 1, c: ['x'] }, d: true };
  const after = { a: { b: 2, c: ['x'], e: 'new' } };
  assert.deepEqual(asLines(differences(before, after)), ['- a.b: 1', '+ a.b: 2', '+ a.e: "new"', '- d: true']);
});

test('null and a structure without members are no difference, an empty text or list is', () => {
  assert.deepEqual(differences({ a: null, b: {} }, {}), []);
  assert.deepEqual(asLines(differences({ a: '', b: [] }, {})), ['- a: ""', '- b: []']);
});

test('the order of members is no difference, that of a list is', () => {
  assert.deepEqual(differences({ a: 1, b: 2 }, { b: 2, a: 1 }), []);
  assert.equal(differences({ a: [1, 2] }, { a: [2, 1] }).length, 1);
});

test('a missing member is found inside of lists and structures', () => {
  const whole = { a: { b: 1 }, c: [{ d: 1 }, { d: 2, e: 3 }], f: null, g: 0 };
  assert.deepEqual(missingIn({ a: {}, c: [{ d: 1 }, { d: 2 }], g: 0 }, whole), ['a.b', 'c[1].e']);
});

test('a value that was read as another type is not missing', () => {
  assert.deepEqual(missingIn({ date: new Date() }, { date: 1795172447.3 }), []);
});
