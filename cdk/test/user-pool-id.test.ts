import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readContext } from '../lib/context.ts';
import { regionOf, triggersStackName } from '../lib/user-pool-id.ts';
import { configurationErrorFor, settingNamesIn } from './configuration-errors.ts';
import { SETTINGS } from './fixtures.ts';

for (const [id, region] of [
  ['eu-central-1_AbCdEf123', 'eu-central-1'],
  ['us-gov-west-1_0aZ', 'us-gov-west-1'],
  ['ap-southeast-2_x', 'ap-southeast-2'],
] as const) {
  test(`the pool ${id} is in ${region}`, () => {
    assert.equal(regionOf(id), region);
  });
}

for (const id of [
  'AbCdEf123',
  'eu-central-1',
  'eu-central-1_',
  '_AbCdEf123',
  'eu-central-1_AbCd-Ef',
  'eu-central-1_AbCdEf123 ',
  'arn:aws:cognito-idp:eu-central-1:111122223333:userpool/eu-central-1_AbCdEf123',
  `eu-central-1_${'a'.repeat(43)}`,
]) {
  test(`${JSON.stringify(id)} is rejected as the id of a pool`, () => {
    assert.deepEqual(settingNamesIn(configurationErrorFor({ userPoolId: id })), ['userPoolId']);
  });
}

for (const name of ['userPoolID', 'user_pool_id', 'poolId', 'existingUserPoolId', 'userPool']) {
  test(`the context ${name} is rejected, because the app would create a new pool`, () => {
    const message = configurationErrorFor({ [name]: 'eu-central-1_AbCdEf123' });
    assert.deepEqual(settingNamesIn(message), [name]);
    assert.match(message, /userPoolId$/);
  });
}

test('without userPoolId in the context, the props do not have it', () => {
  assert.ok(!('userPoolId' in readContext(SETTINGS)));
});

test('the name of the stack contains the pool id, and CloudFormation accepts it', () => {
  assert.equal(triggersStackName('eu-central-1_AbCdEf123'), 'SalesforceTriggers-eu-central-1-AbCdEf123');
  assert.match(triggersStackName(`eu-central-1_${'a'.repeat(42)}`), /^[A-Za-z][A-Za-z0-9-]{0,127}$/);
});
