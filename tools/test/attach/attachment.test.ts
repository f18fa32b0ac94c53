import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UpdateUserPoolRequest$ } from '@aws-sdk/client-cognito-identity-provider';
import { mfaInput, wholeInput } from '../../attach/update-input.ts';
import { ask } from './desk.ts';
import { ARNS, ATTACH, arn, DETACH, ForgetfulAccount, WHOLE_POOL } from './pools.ts';

test('attach and detach keep every setting of a pool that forgets what it is not given', async () => {
  const account = new ForgetfulAccount();
  await ask(ATTACH, account);
  assert.deepEqual(account.pool, {
    ...WHOLE_POOL,
    LambdaConfig: { ...WHOLE_POOL.LambdaConfig, ...ARNS },
    LastModifiedDate: account.pool.LastModifiedDate,
  });
  await ask(DETACH, account);
  assert.deepEqual(account.pool, { ...WHOLE_POOL, LastModifiedDate: account.pool.LastModifiedDate });
});

test('every member that UpdateUserPool has in the model of the SDK is handed back', () => {
  const [, , , , members] = UpdateUserPoolRequest$;
  assert.deepEqual(Object.keys(wholeInput({})).sort(), [...members].sort());
});

test('the way back configures no factor where MFA is off', () => {
  const factors = { SoftwareTokenMfaConfiguration: { Enabled: true } };
  assert.deepEqual(mfaInput({ MfaConfiguration: 'OPTIONAL', ...factors }), {
    MfaConfiguration: 'OPTIONAL',
    ...factors,
  });
  for (const off of [{ MfaConfiguration: 'OFF', ...factors }, factors, {}] as const) {
    assert.deepEqual(mfaInput(off), { MfaConfiguration: 'OFF' });
  }
});

test('a setting that the pool does not have is not sent', async () => {
  const account = new ForgetfulAccount();
  delete account.pool.DeviceConfiguration;
  delete account.pool.SmsConfiguration;
  await ask(ATTACH, account);
  assert.ok(!('DeviceConfiguration' in (account.updates[0] ?? {})));
  assert.ok(!('SmsConfiguration' in account.pool));
});

test('the printed difference is that of the triggers alone', async () => {
  const { printed } = await ask(ATTACH, new ForgetfulAccount());
  assert.deepEqual(
    printed.split('\n').filter((line) => /^[+-]/.test(line)),
    Object.entries(ARNS)
      .map(([trigger, value]) => `+ LambdaConfig.${trigger}: "${value}"`)
      .sort(),
  );
});

test('a dry run writes nothing', async () => {
  const account = new ForgetfulAccount();
  const { printed } = await ask({ ...ATTACH, dryRun: true }, account);
  assert.match(printed, /nothing was changed, because of DRY_RUN$/);
  assert.deepEqual([account.updates, account.pool], [[], WHOLE_POOL]);
});

test('attaching what is attached writes nothing', async () => {
  const account = new ForgetfulAccount();
  await ask(ATTACH, account);
  const { printed } = await ask(ATTACH, account);
  assert.match(printed, /nothing to do/);
  assert.equal(account.updates.length, 1);
});

test('an attachment that was left half-way is completed', async () => {
  const account = new ForgetfulAccount();
  account.pool.LambdaConfig = { DefineAuthChallenge: ARNS.DefineAuthChallenge };
  await ask(ATTACH, account);
  assert.deepEqual(account.pool.LambdaConfig, ARNS);
});

for (const trigger of Object.keys(ARNS)) {
  test(`a pool whose ${trigger} is another function is refused, and nothing is written`, async () => {
    const account = new ForgetfulAccount();
    account.pool.LambdaConfig = { [trigger]: arn('another') };
    const { error } = await ask(ATTACH, account);
    assert.match(error, new RegExp(`${trigger}: ${arn('another')}`));
    assert.deepEqual(account.updates, []);
  });
}

test('detach leaves the triggers of others, and says which', async () => {
  const account = new ForgetfulAccount();
  account.pool.LambdaConfig = { ...ARNS, DefineAuthChallenge: arn('another'), PreSignUp: arn('pre-sign-up') };
  const { printed } = await ask(DETACH, account);
  assert.deepEqual(account.pool.LambdaConfig, {
    DefineAuthChallenge: arn('another'),
    PreSignUp: arn('pre-sign-up'),
  });
  assert.match(printed, new RegExp(`stay:\\n  DefineAuthChallenge: ${arn('another')}`));
});

test('a setting that the SDK does not know is refused, not reset', async () => {
  for (const raw of [{ Novelty: { Mode: 'ON' } }, { Policies: { ...WHOLE_POOL.Policies, Novelty: [1] } }]) {
    const account = new ForgetfulAccount();
    account.raw = raw;
    const { error } = await ask(ATTACH, account);
    assert.match(error, /(Policies\.)?Novelty/);
    assert.deepEqual(account.updates, []);
  }
});

test('what is null counts as not there', async () => {
  const account = new ForgetfulAccount();
  account.raw = { Novelty: null };
  assert.equal((await ask(ATTACH, account)).error, '');
});

test('a change by somebody else before the update is noticed, and nothing is written', async () => {
  for (const change of [
    (account: ForgetfulAccount) => {
      account.pool.UserPoolTags = { team: 'another' };
    },
    (account: ForgetfulAccount) => {
      account.pool.LastModifiedDate = new Date();
    },
    (account: ForgetfulAccount) => {
      account.mfa = { MfaConfiguration: 'ON' };
    },
  ]) {
    const account = new ForgetfulAccount();
    account.meanwhile = change;
    assert.match((await ask(ATTACH, account)).error, /somebody else has changed the pool/);
    assert.deepEqual(account.updates, []);
  }
});

test('a new user in the meantime is no change of the pool', async () => {
  const account = new ForgetfulAccount();
  account.meanwhile = () => {
    account.pool.EstimatedNumberOfUsers = (account.pool.EstimatedNumberOfUsers ?? 0) + 1;
  };
  assert.equal((await ask(ATTACH, account)).error, '');
});

test('an update that changes something else is reported, with the way back', async () => {
  const account = new ForgetfulAccount();
  account.alsoOnUpdate = () => {
    delete account.pool.UserPoolTags;
  };
  const { error } = await ask(ATTACH, account);
  assert.match(error, /^- UserPoolTags\.team: "web"$/m);
  assert.match(error, /the way back$/);
});

test('an update that resets the details of MFA is reported', async () => {
  const account = new ForgetfulAccount();
  account.alsoOnUpdate = () => {
    account.mfa = { MfaConfiguration: 'ON' };
  };
  const { error } = await ask(ATTACH, account);
  assert.match(error, /^- GetUserPoolMfaConfig\.SoftwareTokenMfaConfiguration\.Enabled: true$/m);
});

test('an update without effect is reported', async () => {
  const account = new ForgetfulAccount();
  account.alsoOnUpdate = () => {
    account.pool.LambdaConfig = {};
  };
  assert.match((await ask(ATTACH, account)).error, /^- LambdaConfig\.DefineAuthChallenge/m);
});

test('functions that were deployed for another pool are refused', async () => {
  const account = new ForgetfulAccount();
  account.outputsOf.Triggers = { ...account.outputsOf.Triggers, UserPoolId: 'eu-west-1_Another' };
  const { error } = await ask(ATTACH, account);
  assert.match(error, /are for the pool eu-west-1_Another.*userPoolId=eu-west-1_AbCdEf123/s);
});

test('a stack without the outputs is refused, and the message tells how to name another', async () => {
  const { error } = await ask({ ...ATTACH, stack: 'Another' }, new ForgetfulAccount());
  assert.match(error, /the stack Another has no output DefineFunctionArn: .*STACK=/);
});
