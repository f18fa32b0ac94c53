import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { judge } from '../../link-users/judge.ts';
import { awsError, POOL } from './fake-cognito.ts';
import { Harness, PEOPLE } from './harness.ts';

test('the report covers all pages of the pool', async () => {
  const harness = new Harness();
  for (let index = 0; index < 7; index += 1) {
    harness.cognito.addLocal(`user${index}`, `user${index}@acme.example`);
  }
  await harness.run({ apply: false, people: [] });
  assert.equal(harness.report.split('\n').length, 1 + 7 + 1);
});

test('identities are linked to local profiles, and missing local profiles are created first', async () => {
  const harness = new Harness();
  harness.cognito.addLocal('one', 'person1@acme.example');
  assert.equal(await harness.run(), 0);
  assert.deepEqual(harness.linkedProfiles(), ['one', 'created-1', 'created-2']);
});

test('a created profile has a verified address, and Cognito sends no message', async () => {
  const harness = new Harness();
  await harness.run({ people: PEOPLE.slice(0, 1) });
  const { input } = harness.cognito.calls.find(({ name }) => name === 'AdminCreateUser') ?? assert.fail();
  assert.deepEqual(input, {
    UserPoolId: POOL,
    Username: 'person1@acme.example',
    MessageAction: 'SUPPRESS',
    UserAttributes: [
      { Name: 'email', Value: 'person1@acme.example' },
      { Name: 'email_verified', Value: 'true' },
    ],
  });
});

test('if e-mail is not the user name, the user name is derived from the address', async () => {
  const harness = new Harness();
  harness.cognito.usernameAttributes = [];
  await harness.run({ people: PEOPLE.slice(0, 1) });
  const created = harness.cognito.calls.find(({ name }) => name === 'AdminCreateUser');
  assert.equal(created?.input.Username, 'local-d8d1fc175022a1801b9fb654abacad6a');
});

test('an unusable list ends the run before the pool is read, and the message does not quote it', async () => {
  const harness = new Harness();
  const people = [...PEOPLE, { email: 'PERSON1@acme.example', nameId: 'secret-id', line: 5 }];
  await assert.rejects(harness.run({ people }), ({ name, message }: Error) => {
    assert.equal(name, 'ToolError');
    assert.match(message, /line 5: the same email as line 2$/);
    assert.doesNotMatch(message, /secret-id|person1/i);
    return true;
  });
  assert.deepEqual(
    harness.cognito.calls.map(({ name }) => name),
    ['DescribeIdentityProvider'],
  );
});

test('an error of AWS while the pool is read ends the run with that error', async () => {
  const harness = new Harness();
  harness.cognito.before = (name) => {
    if (name === 'ListUsers' && harness.cognito.calls.filter((call) => call.name === name).length === 2) {
      throw awsError('AccessDeniedException');
    }
  };
  for (let index = 0; index < 7; index += 1) {
    harness.cognito.addLocal(`user${index}`, `user${index}@acme.example`);
  }
  await assert.rejects(harness.run(), { name: 'AccessDeniedException' });
  assert.deepEqual(harness.cognito.writes(), []);
});

test('a user with a lone surrogate in an attribute is in the report', async () => {
  const harness = new Harness();
  harness.cognito.addProfile('mallory', { email: 'mallory@acme.example', name: '\ud83d' });
  assert.equal(await harness.run({ people: [] }), 0);
  assert.match(harness.report, /email-unverified,mallory/);
});

test('docs/saml.md explains exactly the verdicts of the tool', async () => {
  const guide = readFileSync(new URL('../../../docs/saml.md', import.meta.url), 'utf8');
  const section = guide.split('\n## ').find((text) => text.startsWith('What the report says')) ?? '';
  const { verdicts } = await judge({ poolId: POOL }, []);
  assert.deepEqual(
    [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name),
    verdicts.map(([verdict]) => verdict),
  );
});

test('a second run changes nothing', async () => {
  const harness = new Harness();
  await harness.run();
  const before = harness.cognito.writes().length;
  assert.equal(await harness.run(), 0);
  assert.equal(harness.cognito.writes().length, before);
});

test('an interrupted run finishes the current person and says how to continue', async () => {
  const harness = new Harness();
  harness.cognito.before = (name) => {
    harness.interrupted ||= name === 'AdminCreateUser';
  };
  assert.equal(await harness.run(), 130);
  assert.deepEqual(harness.linkedProfiles(), ['created-1', undefined, undefined]);
  assert.match(harness.printed.at(-1) ?? '', /Run the same command again/);
  assert.match(harness.report, /not done: interrupted/);
});

test('an interruption while reading changes nothing', async () => {
  const harness = new Harness();
  harness.interrupted = true;
  assert.equal(await harness.run(), 130);
  assert.deepEqual(harness.cognito.writes(), []);
});

test('a throttled call is retried', async () => {
  const harness = new Harness();
  let throttled = 3;
  harness.cognito.before = () => {
    if (throttled > 0) {
      throttled -= 1;
      throw awsError('TooManyRequestsException');
    }
  };
  assert.equal(await harness.run(), 0);
  assert.ok(!harness.linkedProfiles().includes(undefined));
});

test('a failure for one person does not stop the others', async () => {
  const harness = new Harness();
  harness.cognito.before = (name, input) => {
    if (name === 'AdminCreateUser' && input.Username === 'person2@acme.example') {
      throw awsError('UserLambdaValidationException', 'person2@acme.example is not welcome');
    }
  };
  assert.equal(await harness.run(), 1);
  assert.deepEqual(harness.linkedProfiles(), ['created-1', undefined, 'created-2']);
  assert.match(harness.report, /failed: UserLambdaValidationException: p\*\*\*@acme\.example is not welcome/);
});

test('a local profile that was created after the pool was read is not linked', async () => {
  const harness = new Harness();
  harness.cognito.before = (name) => {
    if (name === 'AdminCreateUser' && !harness.cognito.users.has('mallory')) {
      harness.cognito.addProfile('mallory', { email: 'person1@acme.example', email_verified: 'false' });
    }
  };
  assert.equal(await harness.run({ people: PEOPLE.slice(0, 1) }), 1);
  assert.equal(harness.cognito.linkedTo('id-1'), undefined);
});

test('a PROVIDER that the pool does not have ends the run', async () => {
  const harness = new Harness();
  assert.equal(await harness.run({ provider: 'Otka' }), 1);
  assert.deepEqual(harness.cognito.writes(), []);
});

test('for a provider that leaves the address unverified, only a run without APPLY writes a report', async () => {
  const harness = new Harness();
  harness.cognito.mapping = { email: 'mail' };
  assert.equal(await harness.run(), 1);
  assert.deepEqual([harness.cognito.writes(), harness.report], [[], '']);
  assert.match(harness.printed.join('\n'), /maps email but not email_verified.*Nothing was changed/);
  assert.equal(await harness.run({ apply: false }), 0);
  assert.match(harness.printed.join('\n'), /maps email but not email_verified/);
});

test('a response without the provider ends the run', async () => {
  const harness = new Harness();
  harness.cognito.describesProvider = false;
  await assert.rejects(harness.run(), /returned no data for the provider Okta/);
  assert.deepEqual(harness.cognito.writes(), []);
});

for (const mapping of [undefined, { 'custom:name_id': 'id' }]) {
  test(`APPLY links identities of a provider with the mapping ${JSON.stringify(mapping)}`, async () => {
    const harness = new Harness();
    harness.cognito.mapping = mapping;
    assert.equal(await harness.run(), 0);
    assert.ok(!harness.linkedProfiles().includes(undefined));
  });
}

test('the report masks addresses, also in user names', async () => {
  const harness = new Harness();
  harness.cognito.addFederated('carol@acme.example', { email: 'carol@acme.example', sub: 'sub-of-carol' });
  await harness.run({ apply: false });
  assert.doesNotMatch(harness.report, /carol@|person1@/);
});

test('SHOW_EMAIL shows addresses', async () => {
  const harness = new Harness();
  await harness.run({ apply: false, showEmail: true });
  assert.match(harness.report, /person1@acme\.example/);
});

test('a user name that starts like a formula is escaped', async () => {
  const harness = new Harness();
  harness.cognito.addLocal('=HYPERLINK("https://evil.example")', 'evil@acme.example');
  await harness.run({ apply: false, people: [] });
  assert.match(harness.report, /,"'=HYPERLINK\(""https/);
});

test('without APPLY, the pool is not changed', async () => {
  const harness = new Harness();
  harness.cognito.addLocal('two', 'person2@acme.example');
  assert.equal(await harness.run({ apply: false }), 0);
  assert.deepEqual(harness.cognito.writes(), []);
  assert.match(harness.report, /needs-link,.*not done: needs APPLY=1/);
});

test('people with a federated profile keep it, and no local profile is linked for them', async () => {
  const harness = new Harness();
  harness.cognito.addFederated('id-1', { email: 'person1@acme.example' });
  harness.cognito.addLocal('two', 'person2@acme.example');
  harness.cognito.addFederated('id-2', { email: 'person2@acme.example' });
  assert.equal(await harness.run({ people: PEOPLE.slice(0, 2) }), 0);
  assert.deepEqual(harness.cognito.writes(), []);
  assert.match(harness.report, /federated-profile,Okta_id-1/);
});
