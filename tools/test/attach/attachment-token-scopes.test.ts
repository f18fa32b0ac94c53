import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ARNS, ATTACH, arn, DETACH, FakeAccount, OUTPUTS, PRE_TOKEN, WHOLE_POOL } from './fake-account.ts';
import { runRequest } from './run-request.ts';

/** A pool without a Pre Token Generation trigger, and a stack with one. */
function fakeAccount(): FakeAccount {
  const account = new FakeAccount();
  account.stacks.Triggers = { ...OUTPUTS, PreTokenGenerationFunctionArn: arn('our-pre-token') };
  account.pool.LambdaConfig = { ...OTHERS };
  return account;
}

const { PreTokenGeneration: _legacy, PreTokenGenerationConfig: _config, ...OTHERS } = WHOLE_POOL.LambdaConfig;

test('Pre Token Generation is attached and detached with the other triggers', async () => {
  const account = fakeAccount();
  await runRequest(ATTACH, account);
  assert.deepEqual(account.pool.LambdaConfig, { ...OTHERS, ...ARNS, ...PRE_TOKEN });
  await runRequest(DETACH, account);
  assert.deepEqual(account.pool.LambdaConfig, OTHERS);
});

test('the printed difference has both members for Pre Token Generation', async () => {
  const { printed } = await runRequest({ ...ATTACH, dryRun: true }, fakeAccount());
  const paths = printed.split('\n').flatMap((line) => /^[+-] LambdaConfig\.([\w.]+)/.exec(line)?.[1] ?? []);
  assert.deepEqual(paths, [
    'CreateAuthChallenge',
    'DefineAuthChallenge',
    'PreTokenGeneration',
    'PreTokenGenerationConfig.LambdaArn',
    'PreTokenGenerationConfig.LambdaVersion',
    'VerifyAuthChallengeResponse',
  ]);
});

for (const config of [
  { PreTokenGeneration: arn('another') },
  { PreTokenGenerationConfig: { LambdaArn: arn('another'), LambdaVersion: 'V2_0' } },
  WHOLE_POOL.LambdaConfig,
] as const) {
  test(`a pool with another Pre Token Generation function is rejected: ${Object.keys(config)}`, async () => {
    const account = fakeAccount();
    account.pool.LambdaConfig = { ...config };
    const { error } = await runRequest(ATTACH, account);
    assert.match(error, /PreTokenGeneration(Config)?: arn:.*:(another|pre-token)\n/);
    assert.deepEqual(account.updates, []);
  });

  test(`detach keeps another Pre Token Generation function: ${Object.keys(config)}`, async () => {
    const account = fakeAccount();
    account.pool.LambdaConfig = { ...config, ...ARNS };
    const { printed } = await runRequest(DETACH, account);
    assert.deepEqual(account.pool.LambdaConfig, config);
    assert.match(printed, /stay:\n {2}PreTokenGeneration/);
  });
}

test('without tokenScopes, a pool with another Pre Token Generation function is accepted', async () => {
  const account = new FakeAccount();
  assert.equal((await runRequest(ATTACH, account)).error, '');
  assert.deepEqual(account.pool.LambdaConfig, { ...WHOLE_POOL.LambdaConfig, ...ARNS });
});

test('attach changes version 1 of the event to version 2', async () => {
  const account = fakeAccount();
  const version1 = { ...PRE_TOKEN.PreTokenGenerationConfig, LambdaVersion: 'V1_0' } as const;
  account.pool.LambdaConfig = { ...OTHERS, ...ARNS, ...PRE_TOKEN, PreTokenGenerationConfig: version1 };
  const { printed } = await runRequest(ATTACH, account);
  assert.match(printed, /^\+ LambdaConfig\.PreTokenGenerationConfig\.LambdaVersion: "V2_0"$/m);
  assert.deepEqual(account.pool.LambdaConfig, { ...OTHERS, ...ARNS, ...PRE_TOKEN });
});

test('attach adds Pre Token Generation to triggers that are attached already', async () => {
  const account = fakeAccount();
  account.pool.LambdaConfig = { ...OTHERS, ...ARNS };
  await runRequest(ATTACH, account);
  assert.deepEqual(account.pool.LambdaConfig, { ...OTHERS, ...ARNS, ...PRE_TOKEN });
});
