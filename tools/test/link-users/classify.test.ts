import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CLASS_NAMES } from '../../link-users/classes.ts';
import { classify } from '../../link-users/classify.ts';
import type { Person } from '../../link-users/people.ts';
import { profileOf } from '../../link-users/profile.ts';
import { FakeCognito, PROVIDER } from './fake.ts';

const ALICE = 'alice@acme.example';
const ALICE_LISTED: Person = { email: ALICE, nameId: 'id-1', line: 2 };

/** The class of every user of the pool and of everybody else on the list. */
function classesOf(fill: (pool: FakeCognito) => void, people: Person[] = [], provider: string | undefined = PROVIDER) {
  const pool = new FakeCognito();
  fill(pool);
  const rows = classify([...pool.users.values()].map(profileOf), people, provider);
  return Object.fromEntries(rows.map((row) => [row.profile?.username ?? 'listed', row.class]));
}

test('a local profile with a verified address of its own can sign in', () => {
  assert.deepEqual(
    classesOf((pool) => pool.addLocal('alice', ALICE)),
    { alice: 'can-sign-in' },
  );
});

test('an administrator-created profile that never chose a password can sign in', () => {
  const status = { UserStatus: 'FORCE_CHANGE_PASSWORD' } as const;
  assert.deepEqual(
    classesOf((pool) => pool.addLocal('alice', ALICE, status)),
    { alice: 'can-sign-in' },
  );
});

test('a listed person with a local profile needs a link', () => {
  assert.deepEqual(
    classesOf((pool) => pool.addLocal('alice', 'Alice@ACME.example'), [ALICE_LISTED]),
    { alice: 'needs-link' },
  );
});

test('a listed person without any profile needs one and a link', () => {
  assert.deepEqual(
    classesOf(() => {}, [ALICE_LISTED]),
    { listed: 'needs-profile-and-link' },
  );
});

test('a profile with the identity of the list is linked', () => {
  const identities = JSON.stringify([{ userId: 'id-1', providerName: PROVIDER, primary: 'false' }]);
  const fill = (pool: FakeCognito) => pool.add('alice', { email: ALICE, email_verified: 'true', identities });
  assert.deepEqual(classesOf(fill, [ALICE_LISTED]), { alice: 'linked' });
});

test('a profile with another identity than that of the list is a conflict', () => {
  const identities = JSON.stringify([{ userId: 'id-9', providerName: PROVIDER, primary: false }]);
  const fill = (pool: FakeCognito) => pool.add('alice', { email: ALICE, email_verified: 'true', identities });
  assert.deepEqual(classesOf(fill, [ALICE_LISTED]), { alice: 'identity-conflict' });
});

test('a person who has signed in by SAML is not linked, on the list or not, verified or not', () => {
  for (const email_verified of ['true', 'false']) {
    for (const people of [[], [ALICE_LISTED]]) {
      const fill = (pool: FakeCognito) => pool.addFederated('id-1', { email: ALICE, email_verified });
      assert.deepEqual(classesOf(fill, people), { 'Okta_id-1': 'federated' });
    }
  }
});

test('a listed identity that a profile with another address has is a conflict', () => {
  const fill = (pool: FakeCognito) => pool.addFederated('ID-1', { email: 'al@acme.example', email_verified: 'true' });
  assert.deepEqual(classesOf(fill, [ALICE_LISTED]), { 'Okta_ID-1': 'federated', listed: 'identity-conflict' });
});

test('a local profile beside a federated one of the same address is blocked', () => {
  const fill = (pool: FakeCognito) => {
    pool.addLocal('alice', ALICE);
    pool.addFederated('id-1', { email: ALICE, email_verified: 'true' });
  };
  assert.deepEqual(classesOf(fill), { alice: 'blocked-by-federated', 'Okta_id-1': 'federated' });
});

test('a disabled federated profile does not block the local one', () => {
  const fill = (pool: FakeCognito) => {
    pool.addLocal('alice', ALICE);
    pool.addFederated('id-1', { email: ALICE }).Enabled = false;
  };
  assert.deepEqual(classesOf(fill), { alice: 'can-sign-in', 'Okta_id-1': 'disabled' });
});

test('an identity that another profile has is not linked to the profile of the address', () => {
  const fill = (pool: FakeCognito) => {
    pool.addLocal('alice', ALICE);
    pool.addFederated('id-1', { email: 'al@acme.example', email_verified: 'true' });
  };
  assert.deepEqual(classesOf(fill, [ALICE_LISTED]), { alice: 'identity-conflict', 'Okta_id-1': 'federated' });
});

test('two federated profiles with one address are duplicates', () => {
  const fill = (pool: FakeCognito) => {
    pool.addFederated('id-1', { email: ALICE, email_verified: 'true' });
    pool.addFederated('id-2', { email: ALICE, email_verified: 'true' });
  };
  assert.deepEqual(classesOf(fill), { 'Okta_id-1': 'duplicate-email', 'Okta_id-2': 'duplicate-email' });
});

test('two enabled local profiles in which one address is verified are duplicates', () => {
  const fill = (pool: FakeCognito) => {
    pool.addLocal('alice', ALICE);
    pool.addLocal('second', 'ALICE@acme.example');
  };
  assert.deepEqual(classesOf(fill, [ALICE_LISTED]), { alice: 'duplicate-email', second: 'duplicate-email' });
});

test('unverified profiles do not keep the verified one from being linked, and are not linked themselves', () => {
  const fill = (pool: FakeCognito) => {
    pool.add('mallory', { email: 'ALICE@acme.example', email_verified: 'false' });
    pool.addLocal('alice', ALICE);
    pool.add('moriarty', { email: ALICE });
  };
  assert.deepEqual(classesOf(fill, [ALICE_LISTED]), {
    mallory: 'email-unverified',
    alice: 'needs-link',
    moriarty: 'email-unverified',
  });
});

test('where every profile with the address is unverified, none is linked and none is created', () => {
  const fill = (pool: FakeCognito) => {
    pool.add('mallory', { email: ALICE });
    pool.add('moriarty', { email: ALICE });
  };
  assert.deepEqual(classesOf(fill, [ALICE_LISTED]), { mallory: 'email-unverified', moriarty: 'email-unverified' });
});

test('a federated twin counts beside a verified profile whether or not its own address is verified', () => {
  for (const email_verified of ['true', 'false']) {
    const fill = (pool: FakeCognito) => {
      pool.addLocal('alice', ALICE);
      pool.addFederated('id-1', { email: ALICE, email_verified });
    };
    assert.equal(classesOf(fill).alice, 'blocked-by-federated');
  }
});

test('a profile of another identity provider is left alone', () => {
  assert.deepEqual(
    classesOf((pool) => pool.addFederated('id-1', { email: ALICE }, 'Azure')),
    { 'Azure_id-1': 'other-provider' },
  );
});

test('without PROVIDER, profiles of every identity provider are looked at', () => {
  const pool = new FakeCognito();
  pool.addFederated('id-1', { email: ALICE, email_verified: 'true' }, 'Azure');
  const [row] = classify([...pool.users.values()].map(profileOf), []);
  assert.equal(row?.class, 'federated');
});

test('a federated profile that was given a password is left alone', () => {
  const fill = (pool: FakeCognito) => {
    pool.addFederated('id-1', { email: ALICE }).UserStatus = 'CONFIRMED';
  };
  assert.deepEqual(classesOf(fill), { 'Okta_id-1': 'federated-with-password' });
});

test('a federated profile without the identities attribute is known by its status and name', () => {
  const fill = (pool: FakeCognito) =>
    pool.add('Okta_id_1', { email: ALICE, email_verified: 'true' }, { UserStatus: 'EXTERNAL_PROVIDER' });
  assert.deepEqual(classesOf(fill), { Okta_id_1: 'federated' });
});

test('what keeps a local profile from signing in is named', () => {
  const fill = (pool: FakeCognito) => {
    pool.add('no-address', {});
    pool.addLocal('umlaut', 'jürgen@acme.example');
    pool.addLocal('reset', 'reset@acme.example', { UserStatus: 'RESET_REQUIRED' });
    pool.add('unverified', { email: 'unverified@acme.example' });
    pool.addLocal('left', 'left@acme.example', { Enabled: false });
  };
  assert.deepEqual(classesOf(fill), {
    'no-address': 'email-missing',
    umlaut: 'email-invalid',
    reset: 'not-confirmed',
    unverified: 'email-unverified',
    left: 'disabled',
  });
});

test('a profile with five identities cannot be linked to a sixth', () => {
  const other = (index: number) => ({ userId: `id-${index}`, providerName: `Provider${index}`, primary: false });
  const identities = JSON.stringify([1, 2, 3, 4, 5].map(other));
  const fill = (pool: FakeCognito) => pool.add('alice', { email: ALICE, email_verified: 'true', identities });
  assert.deepEqual(classesOf(fill, [ALICE_LISTED]), { alice: 'identity-conflict' });
});

test('the guide explains every class, and no other', () => {
  const guide = readFileSync(new URL('../../../docs/saml.md', import.meta.url), 'utf8');
  const section = guide.split('\n## ').find((text) => text.startsWith('What the report says')) ?? '';
  assert.deepEqual(
    [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name).sort(),
    [...CLASS_NAMES].sort(),
  );
});
