import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ClientAttributes, UserPool } from 'aws-cdk-lib/aws-cognito';
import type { AppClientProps } from '../lib/app-client.ts';
import { SalesforceCustomAuth } from '../lib/salesforce-custom-auth.ts';
import { BINARIES, MODES, POOL_ID, SETTINGS, template, temporaryDirectory } from './support.ts';

const CLIENT = 'AWS::Cognito::UserPoolClient';

/** The properties of the only app client, but for the pool that it belongs to. */
function clientIn(from: Template): Record<string, unknown> {
  const clients = Object.values(from.findResources(CLIENT));
  assert.equal(clients.length, 1);
  const { UserPoolId: _, ...properties } = clients[0]?.Properties ?? {};
  return properties;
}

function withClient(props?: AppClientProps, imported = false): Template {
  const own = new Stack(new App({ outdir: temporaryDirectory() }), 'Own', { env: { region: 'eu-central-1' } });
  const userPool = imported ? UserPool.fromUserPoolId(own, 'Pool', POOL_ID) : new UserPool(own, 'Pool');
  const settings = { ...SETTINGS, ...MODES.id_token };
  new SalesforceCustomAuth(own, 'Auth', { ...settings, userPool, binariesDirectory: BINARIES }).addClient('App', props);
  return Template.fromStack(own);
}

test("a client for a pool of one's own is as safe as that of the stack", () => {
  const ours = clientIn(template());
  assert.deepEqual(clientIn(withClient()), ours);
  assert.deepEqual(clientIn(withClient({}, true)), ours);
});

test('each refresh ends the old refresh token after a few seconds', () => {
  template().hasResourceProperties(CLIENT, {
    RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 10 },
    ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH'],
  });
});

test('without rotation, the client may refresh with REFRESH_TOKEN_AUTH', () => {
  withClient({ rotateRefreshTokens: false }).hasResourceProperties(CLIENT, {
    RefreshTokenRotation: { Feature: 'DISABLED', RetryGracePeriodSeconds: Match.absent() },
    ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  });
});

test('what can be chosen is chosen, and the rest stays safe', () => {
  const chosen = withClient({
    userPoolClientName: 'orders',
    generateSecret: true,
    accessTokenValidity: Duration.minutes(10),
    idTokenValidity: Duration.minutes(20),
    refreshTokenValidity: Duration.hours(2),
    refreshTokenRotationGracePeriod: Duration.seconds(0),
    authSessionValidity: Duration.minutes(3),
    writeAttributes: new ClientAttributes().withStandardAttributes({ locale: true }),
    readAttributes: new ClientAttributes().withStandardAttributes({ email: true }),
  });
  assert.deepEqual(clientIn(chosen), {
    ...clientIn(template()),
    ClientName: 'orders',
    GenerateSecret: true,
    AccessTokenValidity: 10,
    IdTokenValidity: 20,
    RefreshTokenValidity: 120,
    RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 0 },
    AuthSessionValidity: 3,
    WriteAttributes: ['locale'],
    ReadAttributes: ['email'],
  });
});

test('the client of the stack can be changed in the same way', () => {
  const changed = template({ appClient: { refreshTokenValidity: Duration.hours(1) } });
  assert.deepEqual(clientIn(changed), { ...clientIn(template()), RefreshTokenValidity: 60 });
});

for (const [title, writeAttributes] of [
  ['the address', new ClientAttributes().withStandardAttributes({ givenName: true, email: true })],
  ['whether it is verified', new ClientAttributes().withStandardAttributes({ emailVerified: true })],
  ['the link', new ClientAttributes().withCustomAttributes('salesforce_user_id')],
  ['everything, by an empty list', new ClientAttributes()],
] as const) {
  test(`a client that may write ${title} is refused by the name of the prop`, () => {
    assert.throws(
      () => withClient({ writeAttributes }),
      /^ConfigurationError: cannot synthesize: writeAttributes of App /,
    );
  });
}
