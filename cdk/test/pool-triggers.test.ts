import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Mfa, UserPool, UserPoolOperation } from 'aws-cdk-lib/aws-cognito';
import { SalesforceCustomAuth } from '../lib/salesforce-custom-auth.ts';
import { BINARIES, MODES, SETTINGS, temporaryDirectory } from './fixtures.ts';

for (const [mfa, mfaConfiguration] of [
  [Mfa.REQUIRED, 'ON'],
  [Mfa.OPTIONAL, 'OPTIONAL'],
] as const) {
  test(`synthesis warns if the MFA of the pool is ${mfaConfiguration}`, () => {
    const warning = Match.stringLikeRegexp(`the mfa of userPool is ${mfaConfiguration}`);
    Annotations.fromStack(stackWithPool({ mfa })).hasWarning('/Own/CustomAuth', warning);
  });
}

for (const props of [{}, { mfa: Mfa.OFF }]) {
  test(`synthesis does not warn about a pool with ${JSON.stringify(props)}`, () => {
    Annotations.fromStack(stackWithPool(props)).hasNoWarning('*', Match.anyValue());
  });
}

test('a pool that already has one of the triggers is rejected', () => {
  const stack = new Stack(new App({ outdir: temporaryDirectory() }), 'Own');
  const first = addAuth(stack, new UserPool(stack, 'First'), 'One');
  const second = new UserPool(stack, 'Second');
  second.addTrigger(UserPoolOperation.CREATE_AUTH_CHALLENGE, first.createFunction);
  assert.throws(() => addAuth(stack, second, 'Two'), /createAuthChallenge already exists/);
});

function stackWithPool(props: { mfa?: Mfa }): Stack {
  const stack = new Stack(new App({ outdir: temporaryDirectory() }), 'Own');
  addAuth(stack, new UserPool(stack, 'UserPool', props), 'CustomAuth');
  return stack;
}

function addAuth(stack: Stack, userPool: UserPool, id: string): SalesforceCustomAuth {
  const props = { ...SETTINGS, ...MODES.id_token, userPool, binariesDirectory: BINARIES };
  return new SalesforceCustomAuth(stack, id, props);
}
