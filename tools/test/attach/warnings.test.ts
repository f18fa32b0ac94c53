import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { UserPoolClientType, UserPoolType } from '@aws-sdk/client-cognito-identity-provider';
import type { DeployedTriggers } from '../../attach/deployed-triggers.ts';
import { warningsFor as warningsOf } from '../../attach/warnings.ts';
import { ARNS, CLIENT, PRE_TOKEN } from './pools.ts';

const OFF: UserPoolType = { MfaConfiguration: 'OFF', AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } };
const DEPLOYED: DeployedTriggers = {
  triggers: ARNS,
  allowedClientIds: [CLIENT.ClientId ?? ''],
  linkOnFirstSignIn: false,
  linkSamlProviders: [],
};

function warningsFor(pool: UserPoolType, clients: UserPoolClientType[], deployed: DeployedTriggers): string[] {
  return warningsOf({ pool, clients, providers: [] }, deployed);
}

test('where only the listed client allows the flow there is nothing to warn of', () => {
  assert.deepEqual(warningsFor(OFF, [CLIENT], DEPLOYED), []);
});

describe('without an allow-list, an app client is listed', () => {
  for (const [title, flows, listed] of [
    ['that allows CUSTOM_AUTH', ['ALLOW_CUSTOM_AUTH'], true],
    ['that allows it under its old name', ['CUSTOM_AUTH_FLOW_ONLY'], true],
    ['that names no flows', undefined, true],
    ['whose list of flows is empty', [], true],
    ['that allows other flows: it is not', ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'], false],
  ] as const) {
    test(title, () => {
      const client: UserPoolClientType = { ClientId: '2example', ...(flows && { ExplicitAuthFlows: [...flows] }) };
      const text = warningsFor(OFF, [CLIENT, client], { ...DEPLOYED, allowedClientIds: undefined }).join();
      assert.match(text, /1example23456789 app/);
      assert.equal(text.includes('2example'), listed);
      assert.match(text, /allowedClientIds/);
    });
  }
});

test('an allow-list that names a client which cannot use the flow is pointed out', () => {
  const [warning] = warningsFor(OFF, [CLIENT], { ...DEPLOYED, allowedClientIds: ['1example23456789', '3example'] });
  assert.match(warning ?? '', /: 3example$/);
});

test('a pool in which no client allows the flow is pointed out', () => {
  const [warning] = warningsFor(OFF, [{ ...CLIENT, ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'] }], DEPLOYED);
  assert.match(warning ?? '', /no app client of the pool allows CUSTOM_AUTH/);
});

for (const mfa of ['ON', 'OPTIONAL'] as const) {
  test(`a pool with MFA ${mfa} is warned about`, () => {
    assert.match(
      warningsFor({ ...OFF, MfaConfiguration: mfa }, [CLIENT], DEPLOYED).join(),
      new RegExp(`MFA is ${mfa}`),
    );
  });
}

test('a pool that tracks devices is warned about', () => {
  const tracking = { ...OFF, DeviceConfiguration: { ChallengeRequiredOnNewDevice: false } };
  assert.match(warningsFor(tracking, [CLIENT], DEPLOYED).join(), /DEVICE_KEY/);
});

for (const [title, pool, warns] of [
  ['anybody can sign up with any address', {}, true],
  ['anybody can sign up, and the user name is a telephone number', { UsernameAttributes: ['phone_number'] }, true],
  ['the e-mail address is the user name', { UsernameAttributes: ['phone_number', 'email'] }, false],
  ['the e-mail address is an alias', { AliasAttributes: ['email'] }, false],
  ['administrators alone create users', { AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } }, false],
] satisfies [string, UserPoolType, boolean][]) {
  test(`a pool in which ${title} is ${warns ? '' : 'not '}warned about`, () => {
    const { AdminCreateUserConfig: _, ...open } = OFF;
    const text = warningsFor({ ...open, ...pool }, [CLIENT], DEPLOYED).join();
    assert.equal(/about 180 unverified accounts/.test(text), warns, text);
  });
}

describe('with links', () => {
  const linking = { ...DEPLOYED, linkOnFirstSignIn: true };
  const pool: UserPoolType = { ...OFF, SchemaAttributes: [{ Name: 'custom:salesforce_user_id' }] };

  test('a pool without the attribute is pointed out', () => {
    assert.match(warningsFor(OFF, [CLIENT], linking).join(), /no custom:salesforce_user_id/);
  });

  test('a client that can write the link is pointed out', () => {
    const { WriteAttributes: _, ...everything } = CLIENT;
    assert.match(warningsFor(pool, [everything], linking).join(), /can write custom:salesforce_user_id.*1example/);
    const listed = { ...CLIENT, WriteAttributes: ['custom:salesforce_user_id'] };
    assert.match(warningsFor(pool, [listed], linking).join(), /can write/);
  });

  test('a pool that has the attribute, and no client that can write it, is fine', () => {
    assert.deepEqual(warningsFor(pool, [CLIENT], linking), []);
  });
});

describe('with scopes', () => {
  const scoping = { ...DEPLOYED, triggers: { ...ARNS, ...PRE_TOKEN } };

  test('a pool of the plan Lite is pointed out, and no other', () => {
    const inPlan = (UserPoolTier: 'LITE' | 'ESSENTIALS' | 'PLUS') => ({ ...OFF, UserPoolTier });
    assert.match(warningsFor(inPlan('LITE'), [CLIENT], scoping).join(), /plan is Lite/);
    assert.deepEqual(warningsFor(inPlan('LITE'), [CLIENT], DEPLOYED), []);
    assert.deepEqual(warningsFor(inPlan('ESSENTIALS'), [CLIENT], scoping), []);
    assert.deepEqual(warningsFor(inPlan('PLUS'), [CLIENT], scoping), []);
  });

  for (const [title, change, listed] of [
    ['passwords', { ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH', 'ALLOW_USER_SRP_AUTH'] }, true],
    ['the choice of a factor', { ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH', 'ALLOW_USER_AUTH'] }, true],
    ['whatever the default is', { ExplicitAuthFlows: [] }, true],
    ['managed login', { AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ['code'] }, true],
    ['CUSTOM_AUTH alone: it is not', { ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH'] }, false],
    ['no OAuth flow in spite of a list: it is not', { AllowedOAuthFlows: ['code'] }, false],
  ] satisfies [string, UserPoolClientType, boolean][]) {
    test(`a listed client is pointed out that allows ${title}`, () => {
      const client = { ...CLIENT, ...change };
      assert.equal(/other ways.*1example/.test(warningsFor(OFF, [client], scoping).join()), listed);
      assert.deepEqual(warningsFor(OFF, [client], DEPLOYED), []);
    });
  }

  test('a client that is not listed may allow what it likes', () => {
    const other: UserPoolClientType = { ClientId: '2example', ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'] };
    assert.deepEqual(warningsFor(OFF, [CLIENT, other], scoping), []);
  });
});
