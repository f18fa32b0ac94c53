import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { UserPoolClientType, UserPoolType } from '@aws-sdk/client-cognito-identity-provider';
import type { DeployedTriggers } from '../../attach/deployed-triggers.ts';
import { warningsFor } from '../../attach/warnings.ts';
import { ARNS, CLIENT, PRE_TOKEN } from './fake-account.ts';

/** A pool without MFA and without self sign-up. */
const POOL: UserPoolType = { MfaConfiguration: 'OFF', AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } };
const DEPLOYED: DeployedTriggers = {
  triggers: ARNS,
  allowedClientIds: [CLIENT.ClientId ?? ''],
  linkOnFirstSignIn: false,
  linkSamlProviders: [],
};

function warnings(pool: UserPoolType, clients: UserPoolClientType[], deployed: DeployedTriggers): string[] {
  return warningsFor({ pool, clients, providers: [] }, deployed);
}

test('there is no warning if only the listed app client allows CUSTOM_AUTH', () => {
  assert.deepEqual(warnings(POOL, [CLIENT], DEPLOYED), []);
});

describe('without allowedClientIds, the warning names an app client', () => {
  for (const [title, flows, named] of [
    ['that allows CUSTOM_AUTH', ['ALLOW_CUSTOM_AUTH'], true],
    ['that allows it under its old name', ['CUSTOM_AUTH_FLOW_ONLY'], true],
    ['that has no list of flows', undefined, true],
    ['whose list of flows is empty', [], true],
    ['only if it allows CUSTOM_AUTH', ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'], false],
  ] as const) {
    test(title, () => {
      const client: UserPoolClientType = { ClientId: '2example', ...(flows && { ExplicitAuthFlows: [...flows] }) };
      const text = warnings(POOL, [CLIENT, client], { ...DEPLOYED, allowedClientIds: undefined }).join();
      assert.match(text, /1example23456789 app/);
      assert.equal(text.includes('2example'), named);
      assert.match(text, /allowedClientIds/);
    });
  }
});

test('a listed app client that does not exist causes a warning', () => {
  const [warning] = warnings(POOL, [CLIENT], { ...DEPLOYED, allowedClientIds: ['1example23456789', '3example'] });
  assert.match(warning ?? '', /: 3example$/);
});

test('a pool in which no app client allows CUSTOM_AUTH causes a warning', () => {
  const [warning] = warnings(POOL, [{ ...CLIENT, ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'] }], DEPLOYED);
  assert.match(warning ?? '', /no app client of the pool allows CUSTOM_AUTH/);
});

for (const mfa of ['ON', 'OPTIONAL'] as const) {
  test(`MFA ${mfa} causes a warning`, () => {
    assert.match(warnings({ ...POOL, MfaConfiguration: mfa }, [CLIENT], DEPLOYED).join(), new RegExp(`MFA is ${mfa}`));
  });
}

test('device tracking causes a warning', () => {
  const tracking = { ...POOL, DeviceConfiguration: { ChallengeRequiredOnNewDevice: false } };
  assert.match(warnings(tracking, [CLIENT], DEPLOYED).join(), /DEVICE_KEY/);
});

for (const [title, pool, warns] of [
  ['anyone can sign up with any address', {}, true],
  ['anyone can sign up, and the user name is a phone number', { UsernameAttributes: ['phone_number'] }, true],
  ['the e-mail address is the user name', { UsernameAttributes: ['phone_number', 'email'] }, false],
  ['the e-mail address is an alias', { AliasAttributes: ['email'] }, false],
  ['only administrators create users', { AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } }, false],
] satisfies [string, UserPoolType, boolean][]) {
  test(`a pool in which ${title} causes ${warns ? 'a' : 'no'} warning`, () => {
    const { AdminCreateUserConfig: _, ...open } = POOL;
    const text = warnings({ ...open, ...pool }, [CLIENT], DEPLOYED).join();
    assert.equal(/about 180 unverified accounts/.test(text), warns, text);
  });
}

describe('with linkOnFirstSignIn', () => {
  const withLinks = { ...DEPLOYED, linkOnFirstSignIn: true };
  const pool: UserPoolType = { ...POOL, SchemaAttributes: [{ Name: 'custom:salesforce_user_id' }] };

  test('a pool without the attribute causes a warning', () => {
    assert.match(warnings(POOL, [CLIENT], withLinks).join(), /no custom:salesforce_user_id/);
  });

  test('an app client that can write the link causes a warning', () => {
    const { WriteAttributes: _, ...writesAll } = CLIENT;
    assert.match(warnings(pool, [writesAll], withLinks).join(), /can write custom:salesforce_user_id.*1example/);
    const writesLink = { ...CLIENT, WriteAttributes: ['custom:salesforce_user_id'] };
    assert.match(warnings(pool, [writesLink], withLinks).join(), /can write/);
  });

  test('a pool with the attribute and without an app client that can write it causes no warning', () => {
    assert.deepEqual(warnings(pool, [CLIENT], withLinks), []);
  });
});

describe('with tokenScopes', () => {
  const withScopes = { ...DEPLOYED, triggers: { ...ARNS, ...PRE_TOKEN } };

  test('only the plan Lite causes a warning', () => {
    const inPlan = (UserPoolTier: 'LITE' | 'ESSENTIALS' | 'PLUS') => ({ ...POOL, UserPoolTier });
    assert.match(warnings(inPlan('LITE'), [CLIENT], withScopes).join(), /plan is Lite/);
    assert.deepEqual(warnings(inPlan('LITE'), [CLIENT], DEPLOYED), []);
    assert.deepEqual(warnings(inPlan('ESSENTIALS'), [CLIENT], withScopes), []);
    assert.deepEqual(warnings(inPlan('PLUS'), [CLIENT], withScopes), []);
  });

  for (const [title, change, warns] of [
    ['passwords', { ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH', 'ALLOW_USER_SRP_AUTH'] }, true],
    ['the choice of a factor', { ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH', 'ALLOW_USER_AUTH'] }, true],
    ['the default flows', { ExplicitAuthFlows: [] }, true],
    ['managed login', { AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ['code'] }, true],
    ['only CUSTOM_AUTH', { ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH'] }, false],
    ['no OAuth flow, although it lists one', { AllowedOAuthFlows: ['code'] }, false],
  ] satisfies [string, UserPoolClientType, boolean][]) {
    test(`a listed app client that allows ${title} causes ${warns ? 'a' : 'no'} warning`, () => {
      const client = { ...CLIENT, ...change };
      assert.equal(/other ways.*1example/.test(warnings(POOL, [client], withScopes).join()), warns);
      assert.deepEqual(warnings(POOL, [client], DEPLOYED), []);
    });
  }

  test('an app client that is not listed causes no warning', () => {
    const other: UserPoolClientType = { ClientId: '2example', ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'] };
    assert.deepEqual(warnings(POOL, [CLIENT, other], withScopes), []);
  });
});
