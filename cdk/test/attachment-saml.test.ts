import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask } from './desk.ts';
import { ARNS, ATTACH, arn, DETACH, ForgetfulAccount, OUTPUTS, WHOLE_POOL } from './pools.ts';

const PRE_SIGN_UP = { PreSignUp: arn('our-pre-sign-up') };
const { PreSignUp: _theirs, ...OTHERS } = WHOLE_POOL.LambdaConfig;

/** A pool that nothing looks at sign-ups of, and a stack with our trigger for that. */
function account(outputs: Readonly<Record<string, string>> = {}): ForgetfulAccount {
  const account = new ForgetfulAccount();
  account.outputsOf.Triggers = { ...OUTPUTS, PreSignUpFunctionArn: PRE_SIGN_UP.PreSignUp, ...outputs };
  account.pool.LambdaConfig = { ...OTHERS };
  return account;
}

test('the trigger is attached and detached with the others', async () => {
  const subject = account();
  await ask(ATTACH, subject);
  assert.deepEqual(subject.pool.LambdaConfig, { ...OTHERS, ...ARNS, ...PRE_SIGN_UP });
  await ask(DETACH, subject);
  assert.deepEqual(subject.pool.LambdaConfig, OTHERS);
});

test('a pool that looks at sign-ups with another function is refused, and detach leaves that function', async () => {
  const another = { PreSignUp: arn('another') };
  const subject = account();
  subject.pool.LambdaConfig = { ...another };
  const { error } = await ask(ATTACH, subject);
  assert.match(error, /PreSignUp: arn:.*:another\n/);
  assert.deepEqual(subject.updates, []);
  subject.pool.LambdaConfig = { ...another, ...ARNS };
  await ask(DETACH, subject);
  assert.deepEqual(subject.pool.LambdaConfig, another);
});

for (const [names, attributes, expected] of [
  ['email', ['email'], undefined],
  ['email', ['email', 'phone_number'], undefined],
  ['email', [], 'local'],
  ['email', undefined, 'local'],
  ['local', ['email'], 'email'],
  ['local', ['phone_number'], undefined],
  ['local', undefined, undefined],
] as const) {
  const fits = expected === undefined;
  test(`createLocalProfiles=${names} ${fits ? 'fits' : 'is refused for'} a pool with the user names ${attributes}`, async () => {
    const subject = account({ CreateLocalProfiles: names });
    subject.pool.UsernameAttributes = attributes && [...attributes];
    const { error } = await ask(ATTACH, subject);
    assert.equal(error.includes(`in this pool it has to be ${expected}`), !fits, error);
    assert.equal(subject.updates.length, fits ? 1 : 0);
  });
}

for (const [caseSensitive, outputs, warns] of [
  [false, {}, true],
  [false, { SamlNameIdAttribute: 'custom:name_id' }, false],
  [true, {}, false],
] as const) {
  test(`a pool that ${caseSensitive ? 'tells letter case apart' : 'folds letter case'} ${Object.keys(outputs)}: ${warns ? '' : 'no '}warning`, async () => {
    const subject = account(outputs);
    subject.pool.UsernameConfiguration = { CaseSensitive: caseSensitive };
    const { printed } = await ask({ ...ATTACH, dryRun: true }, subject);
    assert.equal(printed.includes('warning: samlNameIdAttribute is not set'), warns, printed);
  });
}
