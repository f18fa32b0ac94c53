import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UpdateUserPoolRequest$ } from '@aws-sdk/client-cognito-identity-provider';
import { mfaInput, wholeInput } from '../../attach/update-input.ts';
import { ARNS, ATTACH, arn, DETACH, FakeAccount, WHOLE_POOL } from './fake-account.ts';
import { runRequest } from './run-request.ts';

test('attach and detach keep every setting, although the pool resets omitted settings', async () => {
  const account = new FakeAccount();
  await runRequest(ATTACH, account);
  assert.deepEqual(account.pool, {
    ...WHOLE_POOL,
    LambdaConfig: { ...WHOLE_POOL.LambdaConfig, ...ARNS },
    LastModifiedDate: account.pool.LastModifiedDate,
  });
  await runRequest(DETACH, account);
  assert.deepEqual(account.pool, { ...WHOLE_POOL, LastModifiedDate: account.pool.LastModifiedDate });
});

test('the update has every member that the SDK knows for UpdateUserPool', () => {
  const [, , , , members] = UpdateUserPoolRequest$;
  assert.deepEqual(Object.keys(wholeInput({})).sort(), [...members].sort());
});

test('the input that restores MFA has no factors if MFA is off', () => {
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
  const account = new FakeAccount();
  delete account.pool.DeviceConfiguration;
  delete account.pool.SmsConfiguration;
  await runRequest(ATTACH, account);
  assert.ok(!('DeviceConfiguration' in (account.updates[0] ?? {})));
  assert.ok(!('SmsConfiguration' in account.pool));
});

test('the printed difference has only the triggers', async () => {
  const { printed } = await runRequest(ATTACH, new FakeAccount());
  assert.deepEqual(
    printed.split('\n').filter((line) => /^[+-]/.test(line)),
    Object.entries(ARNS)
      .map(([trigger, value]) => `+ LambdaConfig.${trigger}: "${value}"`)
      .sort(),
  );
});

test('a dry run changes nothing', async () => {
  const account = new FakeAccount();
  const { printed } = await runRequest({ ...ATTACH, dryRun: true }, account);
  assert.match(printed, /nothing was changed, because DRY_RUN is set$/);
  assert.deepEqual([account.updates, account.pool], [[], WHOLE_POOL]);
});

test('attaching again makes no update', async () => {
  const account = new FakeAccount();
  await runRequest(ATTACH, account);
  const { printed } = await runRequest(ATTACH, account);
  assert.match(printed, /nothing to do/);
  assert.equal(account.updates.length, 1);
});

test('attach completes a partial attachment', async () => {
  const account = new FakeAccount();
  account.pool.LambdaConfig = { DefineAuthChallenge: ARNS.DefineAuthChallenge };
  await runRequest(ATTACH, account);
  assert.deepEqual(account.pool.LambdaConfig, ARNS);
});

for (const trigger of Object.keys(ARNS)) {
  test(`a pool with another function as ${trigger} is rejected without an update`, async () => {
    const account = new FakeAccount();
    account.pool.LambdaConfig = { [trigger]: arn('another') };
    const { error } = await runRequest(ATTACH, account);
    assert.match(error, new RegExp(`${trigger}: ${arn('another')}`));
    assert.deepEqual(account.updates, []);
  });
}

test('detach keeps triggers that are other functions, and lists them', async () => {
  const account = new FakeAccount();
  account.pool.LambdaConfig = { ...ARNS, DefineAuthChallenge: arn('another'), PreSignUp: arn('pre-sign-up') };
  const { printed } = await runRequest(DETACH, account);
  assert.deepEqual(account.pool.LambdaConfig, {
    DefineAuthChallenge: arn('another'),
    PreSignUp: arn('pre-sign-up'),
  });
  assert.match(printed, new RegExp(`stay:\\n  DefineAuthChallenge: ${arn('another')}`));
});

test('a pool with a setting that the SDK does not know is rejected, so the setting is not reset', async () => {
  for (const unknownMembers of [
    { NewSetting: { Mode: 'ON' } },
    { Policies: { ...WHOLE_POOL.Policies, NewSetting: [1] } },
  ]) {
    const account = new FakeAccount();
    account.unknownMembers = unknownMembers;
    const { error } = await runRequest(ATTACH, account);
    assert.match(error, /(Policies\.)?NewSetting/);
    assert.deepEqual(account.updates, []);
  }
});

test('an unknown member with the value null is ignored', async () => {
  const account = new FakeAccount();
  account.unknownMembers = { NewSetting: null };
  assert.equal((await runRequest(ATTACH, account)).error, '');
});

test('a change by another caller just before the update stops the run without an update', async () => {
  for (const change of [
    (account: FakeAccount) => {
      account.pool.UserPoolTags = { team: 'another' };
    },
    (account: FakeAccount) => {
      account.pool.LastModifiedDate = new Date();
    },
    (account: FakeAccount) => {
      account.mfa = { MfaConfiguration: 'ON' };
    },
  ]) {
    const account = new FakeAccount();
    account.afterRead = change;
    assert.match((await runRequest(ATTACH, account)).error, /the pool was changed in the meantime/);
    assert.deepEqual(account.updates, []);
  }
});

test('a new user in the meantime does not count as a change of the pool', async () => {
  const account = new FakeAccount();
  account.afterRead = () => {
    account.pool.EstimatedNumberOfUsers = (account.pool.EstimatedNumberOfUsers ?? 0) + 1;
  };
  assert.equal((await runRequest(ATTACH, account)).error, '');
});

test('an update that changes another setting is reported, with the commands that restore it', async () => {
  const account = new FakeAccount();
  account.afterUpdate = () => {
    delete account.pool.UserPoolTags;
  };
  const { error } = await runRequest(ATTACH, account);
  assert.match(error, /^- UserPoolTags\.team: "web"$/m);
  assert.match(error, /the restore commands$/);
});

test('an update that resets the details of MFA is reported', async () => {
  const account = new FakeAccount();
  account.afterUpdate = () => {
    account.mfa = { MfaConfiguration: 'ON' };
  };
  const { error } = await runRequest(ATTACH, account);
  assert.match(error, /^- GetUserPoolMfaConfig\.SoftwareTokenMfaConfiguration\.Enabled: true$/m);
});

test('an update without effect is reported', async () => {
  const account = new FakeAccount();
  account.afterUpdate = () => {
    account.pool.LambdaConfig = {};
  };
  assert.match((await runRequest(ATTACH, account)).error, /^- LambdaConfig\.DefineAuthChallenge/m);
});

test('functions that were deployed for another pool are rejected', async () => {
  const account = new FakeAccount();
  account.stacks.Triggers = { ...account.stacks.Triggers, UserPoolId: 'eu-west-1_Another' };
  const { error } = await runRequest(ATTACH, account);
  assert.match(error, /are for the pool eu-west-1_Another.*userPoolId=eu-west-1_AbCdEf123/s);
});

test('a stack without the outputs is rejected, and the message says how to name another stack', async () => {
  const { error } = await runRequest({ ...ATTACH, stack: 'Another' }, new FakeAccount());
  assert.match(error, /the stack Another has no output DefineFunctionArn: .*STACK=/);
});
