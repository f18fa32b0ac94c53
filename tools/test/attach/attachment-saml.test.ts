import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask } from './desk.ts';
import { ARNS, ATTACH, arn, DETACH, ForgetfulAccount, OUTPUTS, WHOLE_POOL } from './pools.ts';

const PRE_SIGN_UP = { PreSignUp: arn('our-pre-sign-up') };
const { PreSignUp: _theirs, ...OTHERS } = WHOLE_POOL.LambdaConfig;
const BOTH = { email: 'mail', email_verified: 'verified' };

/** A pool that nothing looks at sign-ups of, and a stack with our trigger for that. */
function account(outputs: Readonly<Record<string, string>> = {}): ForgetfulAccount {
  const account = new ForgetfulAccount();
  const ours = { PreSignUpFunctionArn: PRE_SIGN_UP.PreSignUp, LinkSamlProviders: 'Okta,Entra' };
  account.outputsOf.Triggers = { ...OUTPUTS, ...ours, ...outputs };
  account.pool.LambdaConfig = { ...OTHERS };
  account.mappings = { Okta: BOTH, Entra: BOTH, Google: { email: 'email' } };
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

for (const names of ['email', 'local']) {
  test(`createLocalProfiles=${names} is refused for a pool whose users sign in with telephone numbers alone`, async () => {
    const subject = account({ CreateLocalProfiles: names });
    subject.pool.UsernameAttributes = ['phone_number'];
    const { error } = await ask(ATTACH, subject);
    assert.match(error, /in this pool no profile can be created: its users sign in with phone_number/);
    assert.deepEqual(subject.updates, []);
  });
}

for (const other of ['Okta_Partners', 'okta', 'ENTRA_ID']) {
  test(`a pool with a provider ${other}, from which a user name does not tell a listed one, is refused`, async () => {
    const subject = account();
    subject.mappings[other] = BOTH;
    const { error } = await ask(ATTACH, subject);
    assert.ok(error.includes(`the pool has a provider ${other}: a user name does not tell the two apart`), error);
    assert.deepEqual(subject.updates, []);
    await ask(DETACH, subject);
  });
}

test('a listed provider that leaves the address unverified is warned of, and other providers are not', async () => {
  const subject = account();
  subject.mappings.Okta = { email: 'mail' };
  const { printed } = await ask({ ...ATTACH, dryRun: true }, subject);
  assert.match(printed, /warning: the SAML provider Okta maps email and not email_verified/);
  assert.doesNotMatch(printed, /SAML provider (Entra|Google)/);
});

test('a provider that maps no address leaves the address as it is, and is not warned of', async () => {
  const subject = account();
  subject.mappings.Okta = { 'custom:name_id': 'id' };
  assert.doesNotMatch((await ask({ ...ATTACH, dryRun: true }, subject)).printed, /email_verified/);
});

test('a listed provider that the pool does not have is warned of', async () => {
  const subject = account();
  delete subject.mappings.Entra;
  const { printed } = await ask({ ...ATTACH, dryRun: true }, subject);
  assert.match(printed, /warning: linkSamlProviders names Entra, and the pool has no provider of this name/);
});

test('a stack that does not say which providers it links is detached and not attached', async () => {
  const subject = account();
  delete subject.outputsOf.Triggers?.LinkSamlProviders;
  assert.match((await ask(ATTACH, subject)).error, /does not say which SAML providers it links: deploy it again/);
  subject.pool.LambdaConfig = { ...OTHERS, ...ARNS, ...PRE_SIGN_UP };
  await ask(DETACH, subject);
  assert.deepEqual(subject.pool.LambdaConfig, OTHERS);
});

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
