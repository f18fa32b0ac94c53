import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ClientAttributes, UserPool } from 'aws-cdk-lib/aws-cognito';
import type { AppClientProps } from '../lib/app-client.ts';
import { SalesforceCustomAuth } from '../lib/salesforce-custom-auth.ts';
import { BINARIES, MODES, POOL_ID, SETTINGS, template, temporaryDirectory } from './fixtures.ts';

const CLIENT = 'AWS::Cognito::UserPoolClient';

/** The properties of the only app client, without its pool. */
function clientIn(from: Template): Record<string, unknown> {
  const clients = Object.values(from.findResources(CLIENT));
  assert.equal(clients.length, 1);
  const { UserPoolId: _, ...properties } = clients[0]?.Properties ?? {};
  return properties;
}

function templateWithClient(props?: AppClientProps, imported = false): Template {
  const own = new Stack(new App({ outdir: temporaryDirectory() }), 'Own', { env: { region: 'eu-central-1' } });
  const userPool = imported ? UserPool.fromUserPoolId(own, 'Pool', POOL_ID) : new UserPool(own, 'Pool');
  const settings = { ...SETTINGS, ...MODES.id_token };
  new SalesforceCustomAuth(own, 'Auth', { ...settings, userPool, binariesDirectory: BINARIES }).addClient('App', props);
  return Template.fromStack(own);
}

test('a client that addClient adds to a new or an imported pool has the properties of the client of the stack', () => {
  const ofStack = clientIn(template());
  assert.deepEqual(clientIn(templateWithClient()), ofStack);
  assert.deepEqual(clientIn(templateWithClient({}, true)), ofStack);
});

test('each refresh invalidates the old refresh token after ten seconds', () => {
  template().hasResourceProperties(CLIENT, {
    RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 10 },
    ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH'],
  });
});

test('without rotation, the client allows REFRESH_TOKEN_AUTH', () => {
  templateWithClient({ rotateRefreshTokens: false }).hasResourceProperties(CLIENT, {
    RefreshTokenRotation: { Feature: 'DISABLED', RetryGracePeriodSeconds: Match.absent() },
    ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  });
});

test('options change only their own properties of the client', () => {
  const changed = templateWithClient({
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
  assert.deepEqual(clientIn(changed), {
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

test('the stack passes options to its client', () => {
  const changed = template({ appClient: { refreshTokenValidity: Duration.hours(1) } });
  assert.deepEqual(clientIn(changed), { ...clientIn(template()), RefreshTokenValidity: 60 });
});

for (const [title, writeAttributes] of [
  ['the e-mail address', new ClientAttributes().withStandardAttributes({ givenName: true, email: true })],
  ['email_verified', new ClientAttributes().withStandardAttributes({ emailVerified: true })],
  ['the link', new ClientAttributes().withCustomAttributes('salesforce_user_id')],
  ['all attributes, by an empty list', new ClientAttributes()],
] as const) {
  test(`a client that could write ${title} is rejected, and the message names writeAttributes`, () => {
    assert.throws(
      () => templateWithClient({ writeAttributes }),
      /^ConfigurationError: cannot synthesize: writeAttributes of App /,
    );
  });
}
