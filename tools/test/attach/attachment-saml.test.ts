import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ARNS, ATTACH, arn, DETACH, FakeAccount, OUTPUTS, WHOLE_POOL } from './fake-account.ts';
import { runRequest } from './run-request.ts';

const PRE_SIGN_UP = { PreSignUp: arn('our-pre-sign-up') };
const { PreSignUp: _other, ...OTHERS } = WHOLE_POOL.LambdaConfig;
const BOTH = { email: 'mail', email_verified: 'verified' };

/** A pool without a Pre Sign-up trigger, and a stack with one. */
function fakeAccount(outputs: Readonly<Record<string, string>> = {}): FakeAccount {
  const account = new FakeAccount();
  const samlOutputs = { PreSignUpFunctionArn: PRE_SIGN_UP.PreSignUp, LinkSamlProviders: 'Okta,Entra' };
  account.stacks.Triggers = { ...OUTPUTS, ...samlOutputs, ...outputs };
  account.pool.LambdaConfig = { ...OTHERS };
  account.mappings = { Okta: BOTH, Entra: BOTH, Google: { email: 'email' } };
  return account;
}

test('Pre Sign-up is attached and detached with the other triggers', async () => {
  const account = fakeAccount();
  await runRequest(ATTACH, account);
  assert.deepEqual(account.pool.LambdaConfig, { ...OTHERS, ...ARNS, ...PRE_SIGN_UP });
  await runRequest(DETACH, account);
  assert.deepEqual(account.pool.LambdaConfig, OTHERS);
});

test('a pool with another Pre Sign-up function is rejected, and detach keeps that function', async () => {
  const another = { PreSignUp: arn('another') };
  const account = fakeAccount();
  account.pool.LambdaConfig = { ...another };
  const { error } = await runRequest(ATTACH, account);
  assert.match(error, /PreSignUp: arn:.*:another\n/);
  assert.deepEqual(account.updates, []);
  account.pool.LambdaConfig = { ...another, ...ARNS };
  await runRequest(DETACH, account);
  assert.deepEqual(account.pool.LambdaConfig, another);
});

for (const [naming, attributes, expected] of [
  ['email', ['email'], undefined],
  ['email', ['email', 'phone_number'], undefined],
  ['email', [], 'local'],
  ['email', undefined, 'local'],
  ['local', ['email'], 'email'],
  ['local', undefined, undefined],
] as const) {
  const fits = expected === undefined;
  const verdict = fits ? 'accepted' : 'rejected';
  test(`createLocalProfiles=${naming} is ${verdict} for a pool with the user names ${attributes}`, async () => {
    const account = fakeAccount({ CreateLocalProfiles: naming });
    account.pool.UsernameAttributes = attributes && [...attributes];
    const { error } = await runRequest(ATTACH, account);
    assert.equal(error.includes(`in this pool it has to be ${expected}`), !fits, error);
    assert.equal(account.updates.length, fits ? 1 : 0);
  });
}

for (const naming of ['email', 'local']) {
  test(`createLocalProfiles=${naming} is rejected for a pool with phone numbers as the only user names`, async () => {
    const account = fakeAccount({ CreateLocalProfiles: naming });
    account.pool.UsernameAttributes = ['phone_number'];
    const { error } = await runRequest(ATTACH, account);
    assert.match(error, /in this pool no profile can be created: its users sign in with phone_number/);
    assert.deepEqual(account.updates, []);
  });
}

for (const other of ['Okta_Partners', 'okta', 'ENTRA_ID']) {
  test(`a pool with the ambiguous provider ${other} is rejected`, async () => {
    const account = fakeAccount();
    account.mappings[other] = BOTH;
    const { error } = await runRequest(ATTACH, account);
    assert.ok(error.includes(`the pool has a provider ${other}: a user name of ${other} could be read`), error);
    assert.deepEqual(account.updates, []);
    await runRequest(DETACH, account);
  });
}

test('attach warns only about listed providers that leave the address unverified', async () => {
  const account = fakeAccount();
  account.mappings.Okta = { email: 'mail' };
  const { printed } = await runRequest({ ...ATTACH, dryRun: true }, account);
  assert.match(printed, /warning: the SAML provider Okta maps email but not email_verified/);
  assert.doesNotMatch(printed, /SAML provider (Entra|Google)/);
});

test('attach does not warn about a provider that does not map the address', async () => {
  const account = fakeAccount();
  account.mappings.Okta = { 'custom:name_id': 'id' };
  assert.doesNotMatch((await runRequest({ ...ATTACH, dryRun: true }, account)).printed, /email_verified/);
});

test('attach warns about a listed provider that the pool does not have', async () => {
  const account = fakeAccount();
  delete account.mappings.Entra;
  const { printed } = await runRequest({ ...ATTACH, dryRun: true }, account);
  assert.match(printed, /warning: linkSamlProviders names Entra, but the pool has no provider with this name/);
});

test('a stack without the output LinkSamlProviders can be detached but not attached', async () => {
  const account = fakeAccount();
  delete account.stacks.Triggers?.LinkSamlProviders;
  assert.match((await runRequest(ATTACH, account)).error, /the stack has no output LinkSamlProviders: deploy it again/);
  account.pool.LambdaConfig = { ...OTHERS, ...ARNS, ...PRE_SIGN_UP };
  await runRequest(DETACH, account);
  assert.deepEqual(account.pool.LambdaConfig, OTHERS);
});

for (const [caseSensitive, outputs, warns] of [
  [false, {}, true],
  [false, { SamlNameIdAttribute: 'custom:name_id' }, false],
  [true, {}, false],
] as const) {
  const title = `a pool with CaseSensitive=${caseSensitive} and outputs ${JSON.stringify(outputs)}`;
  test(`attach ${warns ? 'warns' : 'does not warn'} about NameIDs for ${title}`, async () => {
    const account = fakeAccount(outputs);
    account.pool.UsernameConfiguration = { CaseSensitive: caseSensitive };
    const { printed } = await runRequest({ ...ATTACH, dryRun: true }, account);
    assert.equal(printed.includes('warning: samlNameIdAttribute is not set'), warns, printed);
  });
}
