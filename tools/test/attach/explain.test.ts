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
  test(`${name} is explained in two lines, without a stack trace`, () => {
    const error = Object.assign(new Error('what AWS says'), { name });
    const text = explain(error);
    assert.match(text, advice);
    assert.equal(text.split('\n').length, 2);
    assert.ok(text.startsWith(`${name}: what AWS says\n`));
  });
}

test('an error of the tool is its message alone', () => {
  assert.equal(explain(new ToolError('what to do')), 'what to do');
});

test('an error that nobody has thought of is shown in one line', () => {
  assert.equal(explain(new TypeError('odd')), 'TypeError: odd');
});
