import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Mfa, UserPool, UserPoolOperation } from 'aws-cdk-lib/aws-cognito';
import { SalesforceCustomAuth } from '../lib/salesforce-custom-auth.ts';
import { BINARIES, MODES, SETTINGS, temporaryDirectory } from './support.ts';

for (const [mfa, word] of [
  [Mfa.REQUIRED, 'ON'],
  [Mfa.OPTIONAL, 'OPTIONAL'],
] as const) {
  test(`synthesis warns of a pool whose MFA is ${word}`, () => {
    const warning = Match.stringLikeRegexp(`the mfa of userPool is ${word}`);
    Annotations.fromStack(withPool({ mfa })).hasWarning('/Own/CustomAuth', warning);
  });
}

for (const props of [{}, { mfa: Mfa.OFF }]) {
  test(`synthesis warns of nothing for a pool made with ${JSON.stringify(props)}`, () => {
    Annotations.fromStack(withPool(props)).hasNoWarning('*', Match.anyValue());
  });
}

test('a pool that has one of the triggers is refused', () => {
  const stack = new Stack(new App({ outdir: temporaryDirectory() }), 'Own');
  const first = add(stack, new UserPool(stack, 'First'), 'One');
  const second = new UserPool(stack, 'Second');
  second.addTrigger(UserPoolOperation.CREATE_AUTH_CHALLENGE, first.createFunction);
  assert.throws(() => add(stack, second, 'Two'), /createAuthChallenge already exists/);
});

function withPool(props: { mfa?: Mfa }): Stack {
  const stack = new Stack(new App({ outdir: temporaryDirectory() }), 'Own');
  add(stack, new UserPool(stack, 'UserPool', props), 'CustomAuth');
  return stack;
}

function add(stack: Stack, userPool: UserPool, id: string): SalesforceCustomAuth {
  const props = { ...SETTINGS, ...MODES.id_token, userPool, binariesDirectory: BINARIES };
  return new SalesforceCustomAuth(stack, id, props);
}
