import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Person } from '../tools/link-users/people.ts';
import { Desk, PEOPLE } from './link-users-desk.ts';
import { awsError } from './link-users-fake.ts';

test('without APPLY nothing is written', async () => {
  const desk = new Desk();
  desk.cognito.addFederated('id-1', { email: 'person1@acme.example' });
  desk.cognito.addLocal('two', 'person2@acme.example');
  assert.equal(await desk.run({ apply: false }), 0);
  assert.deepEqual(desk.cognito.writes(), []);
  assert.equal(existsSync(desk.journal), false);
});

test('APPLY alone deletes no profile', async () => {
  const desk = new Desk();
  desk.cognito.addFederated('id-1', { email: 'person1@acme.example' });
  await desk.run();
  assert.ok(!desk.cognito.writes().includes('AdminDeleteUser'));
  assert.match(desk.report, /loses-sub,.*needs APPLY=1 REPLACE_FEDERATED=1, and the sub changes/);
});

test('a replaced person keeps the SAML sign-in, at a new sub', async () => {
  const desk = new Desk();
  desk.cognito.addFederated('id-1', { email: 'person1@acme.example' });
  assert.equal(await desk.run({ replaceFederated: true, people: PEOPLE.slice(0, 1) }), 0);
  assert.equal(desk.cognito.linkedTo('id-1'), 'created-1');
});

test('a person is replaced also where a federated profile takes the address', async () => {
  const desk = new Desk();
  desk.cognito.federatedAddressIsTaken = true;
  desk.cognito.addFederated('id-1', { email: 'person1@acme.example' });
  assert.equal(await desk.run({ replaceFederated: true, people: PEOPLE.slice(0, 1) }), 0);
  assert.equal(desk.cognito.linkedTo('id-1'), 'created-1');
});

test('a person is replaced also where a federated profile takes the address as an alias', async () => {
  const desk = new Desk();
  desk.cognito.addFederated('id-1', { email: 'person1@acme.example' });
  desk.cognito.before = (name) => {
    if (name === 'AdminCreateUser' && desk.cognito.users.has('Okta_id-1')) {
      throw awsError('AliasExistsException');
    }
  };
  assert.equal(await desk.run({ replaceFederated: true, people: PEOPLE.slice(0, 1) }), 0);
  assert.equal(desk.cognito.linkedTo('id-1'), 'created-1');
});

test('a federated twin is replaced by the local profile that is there', async () => {
  const desk = new Desk();
  desk.cognito.addLocal('one', 'person1@acme.example');
  desk.cognito.addFederated('id-1', { email: 'person1@acme.example' });
  assert.equal(await desk.run({ replaceFederated: true, people: PEOPLE.slice(0, 1) }), 0);
  assert.equal(desk.cognito.linkedTo('id-1'), 'one');
});

test('a federated twin is replaced by the verified profile although others have signed up with the address', async () => {
  const desk = new Desk();
  desk.cognito.addLocal('one', 'person1@acme.example');
  desk.cognito.add('mallory', { email: 'person1@acme.example' });
  desk.cognito.addFederated('id-1', { email: 'person1@acme.example' });
  assert.equal(await desk.run({ replaceFederated: true, people: PEOPLE.slice(0, 1) }), 0);
  assert.equal(desk.cognito.linkedTo('id-1'), 'one');
});

test('a second verified profile behind pages of unverified ones keeps a federated profile from being deleted', async () => {
  const desk = new Desk();
  desk.cognito.addLocal('one', 'person1@acme.example');
  desk.cognito.addFederated('id-1', { email: 'person1@acme.example' });
  for (let index = 0; index < 9; index += 1) {
    desk.cognito.add(`mallory${index}`, { email: 'person1@acme.example' });
  }
  desk.cognito.before = (name, input) => {
    if (name === 'ListUsers' && input.Filter !== undefined) {
      desk.cognito.addLocal('second', 'person1@acme.example');
    }
  };
  assert.equal(await desk.run({ replaceFederated: true, people: PEOPLE.slice(0, 1) }), 1);
  assert.ok(desk.cognito.users.has('Okta_id-1'));
});

test('nothing is deleted if the local profile cannot be created', async () => {
  const desk = new Desk();
  desk.cognito.addFederated('id-1', { email: 'person1@acme.example' });
  desk.cognito.before = (name) => {
    if (name === 'AdminCreateUser') {
      throw awsError('UserLambdaValidationException');
    }
  };
  assert.equal(await desk.run({ replaceFederated: true, people: PEOPLE.slice(0, 1) }), 1);
  assert.ok(desk.cognito.users.has('Okta_id-1'));
});

test('a federated profile is not deleted if a second profile has got its address since', async () => {
  const desk = new Desk();
  desk.cognito.addFederated('id-1', { email: 'person1@acme.example' });
  desk.cognito.before = (name, input) => {
    if (name === 'ListUsers' && input.Filter !== undefined) {
      desk.cognito.add('mallory', { email: 'person1@acme.example', email_verified: 'false' });
    }
  };
  assert.equal(await desk.run({ replaceFederated: true, people: PEOPLE.slice(0, 1) }), 1);
  assert.ok(desk.cognito.users.has('Okta_id-1'));
});

test('what is deleted is in the journal before it is deleted', async () => {
  const desk = new Desk();
  desk.cognito.addFederated('id-1', { email: 'person1@acme.example', 'custom:plan': 'gold' });
  desk.cognito.before = (name) => {
    if (name === 'AdminDeleteUser') {
      assert.match(readFileSync(desk.journal, 'utf8'), /"replacing".*"custom:plan":"gold"/);
    }
  };
  assert.equal(await desk.run({ replaceFederated: true }), 0);
});

test('a federated profile that changed since it was read is not deleted', async () => {
  const desk = new Desk();
  const profile = desk.cognito.addFederated('id-1', { email: 'person1@acme.example' });
  desk.cognito.before = (name, input) => {
    if (name === 'ListUsers' && 'Filter' in input && input.Filter !== undefined) {
      profile.Enabled = false;
    }
  };
  assert.equal(await desk.run({ replaceFederated: true, people: PEOPLE.slice(0, 1) }), 1);
  assert.ok(desk.cognito.users.has('Okta_id-1'));
});

for (const federatedAddressIsTaken of [false, true]) {
  const taken = federatedAddressIsTaken ? 'address taken' : 'address free';
  test(`nobody is lost between deleting and linking, list or no list (${taken})`, async () => {
    const desk = new Desk();
    desk.cognito.federatedAddressIsTaken = federatedAddressIsTaken;
    desk.cognito.addFederated('id-1', { email: 'person1@acme.example', email_verified: 'true' });
    desk.cognito.before = (name) => {
      if (name === 'AdminLinkProviderForUser') {
        throw awsError('ExpiredTokenException');
      }
    };
    // Without a list, the federated profile is the only place that names the identity.
    const people: Person[] = [];
    assert.equal(await desk.run({ replaceFederated: true, people }), 1);
    assert.equal(desk.cognito.linkedTo('id-1'), undefined);
    desk.cognito.before = () => {};
    assert.equal(await desk.run({ people }), 0);
    assert.equal(desk.cognito.linkedTo('id-1'), 'created-1');
  });
}

for (const federatedAddressIsTaken of [false, true]) {
  const taken = federatedAddressIsTaken ? 'address taken' : 'address free';
  // One person to link, one to create and link, one to replace: more calls than these are not made.
  for (let lastCall = 1; lastCall <= 13; lastCall += 1) {
    test(`a run that dies after call ${lastCall} is completed by the next (${taken})`, async () => {
      const desk = new Desk();
      desk.cognito.federatedAddressIsTaken = federatedAddressIsTaken;
      desk.cognito.addLocal('one', 'person1@acme.example');
      desk.cognito.addFederated('id-2', { email: 'person2@acme.example' });
      desk.cognito.before = () => {
        if (desk.cognito.calls.length > lastCall) {
          throw awsError('ExpiredTokenException');
        }
      };
      await desk.run({ replaceFederated: true }).catch(() => {});
      desk.cognito.before = () => {};
      assert.equal(await desk.run({ replaceFederated: true }), 0);
      assert.ok(!desk.linked().includes(undefined));
      assert.ok(!desk.cognito.users.has('Okta_id-2'));
    });
  }
}

test('nobody but the operator can read the journal', async () => {
  const desk = new Desk();
  await desk.run();
  assert.equal(statSync(desk.journal).mode & 0o777, 0o600);
});

test('the journal of another pool is refused', async () => {
  const desk = new Desk();
  writeFileSync(desk.journal, '{"pool":"eu-central-1_Other","event":"created","username":"x"}\n');
  await assert.rejects(desk.run(), /not of a journal of this pool/);
});

test('half a last line of the journal is no obstacle', async () => {
  const desk = new Desk();
  writeFileSync(desk.journal, '{"pool":"eu-cent');
  assert.equal(await desk.run(), 0);
});
