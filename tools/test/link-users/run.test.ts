import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { judge } from '../../link-users/judge.ts';
import { Desk, PEOPLE } from './desk.ts';
import { awsError, POOL } from './fake.ts';

test('every page of the pool is read', async () => {
  const desk = new Desk();
  for (let index = 0; index < 7; index += 1) {
    desk.cognito.addLocal(`user${index}`, `user${index}@acme.example`);
  }
  await desk.run({ apply: false, people: [] });
  assert.equal(desk.report.split('\n').length, 1 + 7 + 1);
});

test('people with a local profile are linked, and people without get one first', async () => {
  const desk = new Desk();
  desk.cognito.addLocal('one', 'person1@acme.example');
  assert.equal(await desk.run(), 0);
  assert.deepEqual(desk.linked(), ['one', 'created-1', 'created-2']);
});

test('a created profile has a verified address, and no message is sent', async () => {
  const desk = new Desk();
  await desk.run({ people: PEOPLE.slice(0, 1) });
  const { input } = desk.cognito.calls.find(({ name }) => name === 'AdminCreateUser') ?? assert.fail();
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

test('where e-mail is no user name, the name follows from the address', async () => {
  const desk = new Desk();
  desk.cognito.usernameAttributes = [];
  await desk.run({ people: PEOPLE.slice(0, 1) });
  const created = desk.cognito.calls.find(({ name }) => name === 'AdminCreateUser');
  assert.equal(created?.input.Username, 'local-d8d1fc175022a1801b9fb654abacad6a');
});

test('a list that cannot be used ends the run before the pool is read, and is not shown', async () => {
  const desk = new Desk();
  const people = [...PEOPLE, { email: 'PERSON1@acme.example', nameId: 'secret-id', line: 5 }];
  await assert.rejects(desk.run({ people }), ({ name, message }: Error) => {
    assert.equal(name, 'ToolError');
    assert.match(message, /line 5: the same email as line 2$/);
    assert.doesNotMatch(message, /secret-id|person1/i);
    return true;
  });
  assert.deepEqual(
    desk.cognito.calls.map(({ name }) => name),
    ['DescribeIdentityProvider'],
  );
});

test('a failure of AWS while the pool is read is told as it is', async () => {
  const desk = new Desk();
  desk.cognito.before = (name) => {
    if (name === 'ListUsers' && desk.cognito.calls.filter((call) => call.name === name).length === 2) {
      throw awsError('AccessDeniedException');
    }
  };
  for (let index = 0; index < 7; index += 1) {
    desk.cognito.addLocal(`user${index}`, `user${index}@acme.example`);
  }
  await assert.rejects(desk.run(), { name: 'AccessDeniedException' });
  assert.deepEqual(desk.cognito.writes(), []);
});

test('a user with half a surrogate pair is reported like every other', async () => {
  const desk = new Desk();
  desk.cognito.add('mallory', { email: 'mallory@acme.example', name: '\ud83d' });
  assert.equal(await desk.run({ people: [] }), 0);
  assert.match(desk.report, /email-unverified,mallory/);
});

test('the guide explains every verdict, and no other', async () => {
  const guide = readFileSync(new URL('../../../docs/saml.md', import.meta.url), 'utf8');
  const section = guide.split('\n## ').find((text) => text.startsWith('What the report says')) ?? '';
  const { verdicts } = await judge({ poolId: POOL }, []);
  assert.deepEqual(
    [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name),
    verdicts.map(([verdict]) => verdict),
  );
});

test('a second run finds nothing to do', async () => {
  const desk = new Desk();
  await desk.run();
  const before = desk.cognito.writes().length;
  assert.equal(await desk.run(), 0);
  assert.equal(desk.cognito.writes().length, before);
});

test('an interrupted run finishes the current person and says how to go on', async () => {
  const desk = new Desk();
  desk.cognito.before = (name) => {
    desk.stopping ||= name === 'AdminCreateUser';
  };
  assert.equal(await desk.run(), 130);
  assert.deepEqual(desk.linked(), ['created-1', undefined, undefined]);
  assert.match(desk.said.at(-1) ?? '', /Run the same command again/);
  assert.match(desk.report, /not done: interrupted/);
});

test('an interruption while reading changes nothing', async () => {
  const desk = new Desk();
  desk.stopping = true;
  assert.equal(await desk.run(), 130);
  assert.deepEqual(desk.cognito.writes(), []);
});

test('a throttled call is made again', async () => {
  const desk = new Desk();
  let refusals = 3;
  desk.cognito.before = () => {
    if (refusals > 0) {
      refusals -= 1;
      throw awsError('TooManyRequestsException');
    }
  };
  assert.equal(await desk.run(), 0);
  assert.ok(!desk.linked().includes(undefined));
});

test('a failure is one person’s, and the others are linked', async () => {
  const desk = new Desk();
  desk.cognito.before = (name, input) => {
    if (name === 'AdminCreateUser' && input.Username === 'person2@acme.example') {
      throw awsError('UserLambdaValidationException', 'person2@acme.example is not welcome');
    }
  };
  assert.equal(await desk.run(), 1);
  assert.deepEqual(desk.linked(), ['created-1', undefined, 'created-2']);
  assert.match(desk.report, /failed: UserLambdaValidationException: p\*\*\*@acme\.example is not welcome/);
});

test('a local profile that appears after the pool was read is not linked unseen', async () => {
  const desk = new Desk();
  desk.cognito.before = (name) => {
    if (name === 'AdminCreateUser' && !desk.cognito.users.has('mallory')) {
      desk.cognito.add('mallory', { email: 'person1@acme.example', email_verified: 'false' });
    }
  };
  assert.equal(await desk.run({ people: PEOPLE.slice(0, 1) }), 1);
  assert.equal(desk.cognito.linkedTo('id-1'), undefined);
});

test('a PROVIDER that the pool does not have ends the run', async () => {
  const desk = new Desk();
  assert.equal(await desk.run({ provider: 'Otka' }), 1);
  assert.deepEqual(desk.cognito.writes(), []);
});

test('APPLY is refused for a provider whose sign-ins make the address unverified, and the report is not', async () => {
  const desk = new Desk();
  desk.cognito.mapping = { email: 'mail' };
  assert.equal(await desk.run(), 1);
  assert.deepEqual([desk.cognito.writes(), desk.report], [[], '']);
  assert.match(desk.said.join('\n'), /maps email and not email_verified.*Nothing was changed/);
  assert.equal(await desk.run({ apply: false }), 0);
  assert.match(desk.said.join('\n'), /maps email and not email_verified/);
});

test('an answer that describes no provider ends the run', async () => {
  const desk = new Desk();
  desk.cognito.described = false;
  await assert.rejects(desk.run(), /says nothing about the provider Okta/);
  assert.deepEqual(desk.cognito.writes(), []);
});

for (const mapping of [undefined, { 'custom:name_id': 'id' }]) {
  test(`APPLY links for a provider that maps ${JSON.stringify(mapping)}: the address stays verified`, async () => {
    const desk = new Desk();
    desk.cognito.mapping = mapping;
    assert.equal(await desk.run(), 0);
    assert.ok(!desk.linked().includes(undefined));
  });
}

test('the report masks addresses, also those within user names', async () => {
  const desk = new Desk();
  desk.cognito.addFederated('carol@acme.example', { email: 'carol@acme.example', sub: 'sub-of-carol' });
  await desk.run({ apply: false });
  assert.doesNotMatch(desk.report, /carol@|person1@/);
});

test('SHOW_EMAIL shows addresses', async () => {
  const desk = new Desk();
  await desk.run({ apply: false, showEmail: true });
  assert.match(desk.report, /person1@acme\.example/);
});

test('a user name cannot become a formula in a spreadsheet', async () => {
  const desk = new Desk();
  desk.cognito.addLocal('=HYPERLINK("https://evil.example")', 'evil@acme.example');
  await desk.run({ apply: false, people: [] });
  assert.match(desk.report, /,"'=HYPERLINK\(""https/);
});

test('without APPLY nothing is written', async () => {
  const desk = new Desk();
  desk.cognito.addLocal('two', 'person2@acme.example');
  assert.equal(await desk.run({ apply: false }), 0);
  assert.deepEqual(desk.cognito.writes(), []);
  assert.match(desk.report, /needs-link,.*not done: needs APPLY=1/);
});

test('a person who has signed in by SAML keeps the profile, and a local twin is not linked', async () => {
  const desk = new Desk();
  desk.cognito.addFederated('id-1', { email: 'person1@acme.example' });
  desk.cognito.addLocal('two', 'person2@acme.example');
  desk.cognito.addFederated('id-2', { email: 'person2@acme.example' });
  assert.equal(await desk.run({ people: PEOPLE.slice(0, 2) }), 0);
  assert.deepEqual(desk.cognito.writes(), []);
  assert.match(desk.report, /federated-profile,Okta_id-1/);
});
