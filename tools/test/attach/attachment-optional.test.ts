import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask } from './desk.ts';
import { ARNS, ATTACH, arn, DETACH, ForgetfulAccount, OUTPUTS, PRE_TOKEN, WHOLE_POOL } from './pools.ts';

/** A pool without a trigger that is invoked before tokens are made, and a stack that has one. */
function account(): ForgetfulAccount {
  const account = new ForgetfulAccount();
  account.outputsOf.Triggers = { ...OUTPUTS, PreTokenGenerationFunctionArn: arn('our-pre-token') };
  account.pool.LambdaConfig = { ...OTHERS };
  return account;
}

const { PreTokenGeneration: _legacy, PreTokenGenerationConfig: _config, ...OTHERS } = WHOLE_POOL.LambdaConfig;

test('a trigger that is switched on is attached and detached with the others', async () => {
  const subject = account();
  await ask(ATTACH, subject);
  assert.deepEqual(subject.pool.LambdaConfig, { ...OTHERS, ...ARNS, ...PRE_TOKEN });
  await ask(DETACH, subject);
  assert.deepEqual(subject.pool.LambdaConfig, OTHERS);
});

test('the printed difference names both members by which the pool knows it', async () => {
  const { printed } = await ask({ ...ATTACH, dryRun: true }, account());
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
  test(`a pool that makes its tokens with another function is refused: ${Object.keys(config)}`, async () => {
    const subject = account();
    subject.pool.LambdaConfig = { ...config };
    const { error } = await ask(ATTACH, subject);
    assert.match(error, /PreTokenGeneration(Config)?: arn:.*:(another|pre-token)\n/);
    assert.deepEqual(subject.updates, []);
  });

  test(`detach leaves another function that makes tokens: ${Object.keys(config)}`, async () => {
    const subject = account();
    subject.pool.LambdaConfig = { ...config, ...ARNS };
    const { printed } = await ask(DETACH, subject);
    assert.deepEqual(subject.pool.LambdaConfig, config);
    assert.match(printed, /stay:\n {2}PreTokenGeneration/);
  });
}

test("without the setting, another function that makes tokens stands in nobody's way", async () => {
  const subject = new ForgetfulAccount();
  assert.equal((await ask(ATTACH, subject)).error, '');
  assert.deepEqual(subject.pool.LambdaConfig, { ...WHOLE_POOL.LambdaConfig, ...ARNS });
});

test('an attachment to the first version of the event is raised to the second', async () => {
  const subject = account();
  const old = { ...PRE_TOKEN.PreTokenGenerationConfig, LambdaVersion: 'V1_0' } as const;
  subject.pool.LambdaConfig = { ...OTHERS, ...ARNS, ...PRE_TOKEN, PreTokenGenerationConfig: old };
  const { printed } = await ask(ATTACH, subject);
  assert.match(printed, /^\+ LambdaConfig\.PreTokenGenerationConfig\.LambdaVersion: "V2_0"$/m);
  assert.deepEqual(subject.pool.LambdaConfig, { ...OTHERS, ...ARNS, ...PRE_TOKEN });
});

test('a setting that is switched on later adds its trigger to those that are attached', async () => {
  const subject = account();
  subject.pool.LambdaConfig = { ...OTHERS, ...ARNS };
  await ask(ATTACH, subject);
  assert.deepEqual(subject.pool.LambdaConfig, { ...OTHERS, ...ARNS, ...PRE_TOKEN });
});
