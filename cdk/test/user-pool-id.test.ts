import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readContext } from '../lib/context.ts';
import { regionOf, triggersStackName } from '../lib/user-pool-id.ts';
import { namesIn, refusalOf } from './refusal.ts';
import { SETTINGS } from './support.ts';

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
  test(`${JSON.stringify(id)} is refused as the id of a pool`, () => {
    assert.deepEqual(namesIn(refusalOf({ userPoolId: id })), ['userPoolId']);
  });
}

for (const name of ['userPoolID', 'user_pool_id', 'poolId', 'existingUserPoolId', 'userPool']) {
  test(`the context ${name} is refused, because a new pool would be made`, () => {
    const refusal = refusalOf({ [name]: 'eu-central-1_AbCdEf123' });
    assert.deepEqual(namesIn(refusal), [name]);
    assert.match(refusal, /userPoolId$/);
  });
}

test('without an id there is none in the props', () => {
  assert.ok(!('userPoolId' in readContext(SETTINGS)));
});

test('the name of the stack tells the pool, and is one that CloudFormation accepts', () => {
  assert.equal(triggersStackName('eu-central-1_AbCdEf123'), 'SalesforceTriggers-eu-central-1-AbCdEf123');
  assert.match(triggersStackName(`eu-central-1_${'a'.repeat(42)}`), /^[A-Za-z][A-Za-z0-9-]{0,127}$/);
});
