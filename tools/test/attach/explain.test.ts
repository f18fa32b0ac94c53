import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain } from '../../attach/explain.ts';
import { ToolError } from '../../tool-error.ts';

for (const [name, advice] of [
  ['AccessDeniedException', /docs\/operations\.md/],
  ['CredentialsProviderError', /AWS_PROFILE/],
  ['InvalidParameterException', /nothing was changed/],
  ['FeatureUnavailableInTierException', /Essentials or Plus/],
  ['ResourceNotFoundException', /check POOL/],
  ['ValidationError', /STACK=/],
] as const) {
  test(`${name} gives two lines with advice, without a stack trace`, () => {
    const error = Object.assign(new Error('message of AWS'), { name });
    const text = explain(error);
    assert.match(text, advice);
    assert.equal(text.split('\n').length, 2);
    assert.ok(text.startsWith(`${name}: message of AWS\n`));
  });
}

test('a ToolError gives only its message', () => {
  assert.equal(explain(new ToolError('message')), 'message');
});

test('an unexpected error gives one line', () => {
  assert.equal(explain(new TypeError('unexpected')), 'TypeError: unexpected');
});
