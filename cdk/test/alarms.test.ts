import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { FURTHER_BACK, type State, statesOf } from './cloudwatch/alarm.ts';
import { FUNCTION_NAMES, type RecordedFunction, Timeline } from './cloudwatch/timeline.ts';
import { alarmsOf, idOf } from './resources.ts';
import { MODE_NAMES, MODES, template } from './support.ts';

const HOURS = 60;
const WATCHED = 6 * HOURS;

const FUNCTIONS = Object.keys(FUNCTION_NAMES) as RecordedFunction[];

/** Every alarm that there can be: of every function, and in a mode in which the one about `unchecked` is among them. */
const CHECKED = template({
  ...MODES.id_token,
  allowedClientIds: ['1example23456789'],
  tokenScopes: ['orders/read'],
  linkSamlProviders: ['Okta'],
});

/** Three times within an hour, and very often within ten minutes. */
const AGAIN_AND_AGAIN = { times: 3, from: 60, to: 105 };
const AT_ONE_TIME = { times: 40, from: 60, to: 70 };

/** What sets each alarm off, and what is almost the same and does not. */
const RECORDINGS: Readonly<Record<string, { bad: Play; almost: Play }>> = {
  Unavailable: {
    bad: (line) => busy(line).verify('unavailable-salesforce-failed', { times: 60, from: 60, to: 75 }),
    almost: (line) => busy(line).verify('unavailable-salesforce-failed', AT_ONE_TIME),
  },
  Slow: {
    bad: (line) => busy(line).verify('allowed', { times: 90, from: 60, to: 75 }, 'slow'),
    almost: (line) => busy(line).verify('allowed', AT_ONE_TIME, 'slow'),
  },
  VerifyErrors: {
    bad: (line) => busy(line).reported('Verify', 'timeout', { times: 60, from: 60, to: 75 }),
    almost: (line) => busy(line).reported('Verify', 'timeout', AT_ONE_TIME),
  },
  ...ofFunctions(
    'Errors',
    FUNCTIONS.filter((name) => name !== 'Verify'),
    (line, name, often) => busy(line).reported(name, 'error', often),
  ),
  ...ofFunctions('Throttles', FUNCTIONS, (line, name, often) => busy(line).throttled(name, often)),
  DenialSurge: {
    bad: (line) => busy(line).verify('denied-email-mismatch', { times: 300, from: 60, to: 75 }),
    almost: (line) => busy(line).verify('denied-email-mismatch', { times: 130, from: 60, to: 75 }),
  },
  LockOut: {
    bad: (line) => new Timeline(line).verify('denied-email-mismatch', { times: 3, from: 60, to: 195 }),
    almost: (line) => new Timeline(line).verify('denied-email-mismatch', { times: 20, from: 60, to: 120 }),
  },
  ForeignToken: {
    bad: (line) => busy(line).verify('denied-token-of-another-organization', { times: 5, from: 60, to: 75 }),
    almost: (line) => busy(line).verify('denied-token-of-another-organization', { times: 4, from: 60, to: 75 }),
  },
  ForeignOrganization: {
    bad: (line) => busy(line).verify('denied-organization-not-allowed', { times: 5, from: 60, to: 75 }),
    almost: (line) => busy(line).verify('denied-organization-not-allowed', { times: 4, from: 60, to: 75 }),
  },
  LinkMismatch: {
    bad: (line) => busy(line).verify('denied-link-mismatch', { times: 1, from: 60, to: 61 }),
    almost: (line) => busy(line).verify('denied-email-mismatch', { times: 1, from: 60, to: 61 }),
  },
  DirectoryThrottled: {
    bad: (line) => busy(line).verify('unavailable-directory-throttled', { times: 20, from: 60, to: 70 }),
    almost: (line) => busy(line).verify('unavailable-directory-throttled', { times: 20, from: 60, to: 65 }),
  },
  AudienceUnchecked: {
    bad: (line) => busy(line).verify('allowed-unchecked', { times: 1, from: 60, to: 61 }),
    almost: (line) => busy(line).verify('allowed', { times: 1, from: 60, to: 61 }),
  },
  ProviderAmbiguous: {
    bad: (line) => busy(line).signUp('provider-ambiguous', { times: 1, from: 60, to: 61 }),
    almost: (line) => busy(line).verify('denied-email-mismatch', { times: 1, from: 60, to: 61 }),
  },
};

const REFUSALS = ['SalesforceCognitoAuth', 'FunctionName', 'Refusals', 'Reason'];

/** What an alarm that is about a function's own lines must not survive the renaming of. */
const OWN_WORDS: Readonly<Record<string, readonly string[]>> = {
  Unavailable: ['SalesforceCognitoAuth', 'FunctionName', 'Unavailable'],
  DenialSurge: ['SalesforceCognitoAuth', 'FunctionName', 'Denied'],
  LockOut: ['SalesforceCognitoAuth', 'FunctionName', 'Denied'],
  ForeignToken: [...REFUSALS, 'token-of-another-organization'],
  ForeignOrganization: [...REFUSALS, 'organization-not-allowed'],
  LinkMismatch: [...REFUSALS, 'link-mismatch'],
  DirectoryThrottled: [...REFUSALS, 'directory-throttled'],
  AudienceUnchecked: ['SalesforceCognitoAuth', 'FunctionName', 'AudienceUnchecked'],
  ProviderAmbiguous: [...REFUSALS, 'provider-ambiguous'],
};

/** Three sign-ins an hour. */
const FEW = { times: 9, from: 60, to: 240 };

/** What happens to everybody in a small pool, and the alarms that tell of it. */
const SMALL_OUTAGES: Readonly<Record<string, { happens: (line: Timeline) => Timeline; alarms: string[] }>> = {
  'Salesforce giving no answer': {
    happens: (line) => line.verify('unavailable-salesforce-failed', FEW),
    alarms: ['Unavailable', 'VerifyErrors'],
  },
  'ListUsers being throttled': {
    happens: (line) => line.verify('unavailable-directory-throttled', FEW),
    alarms: ['Unavailable', 'VerifyErrors'],
  },
  'Verify running into its time limit': {
    happens: (line) => line.reported('Verify', 'timeout', FEW),
    alarms: ['VerifyErrors'],
  },
  'everybody being denied': {
    happens: (line) => line.verify('denied-email-mismatch', FEW),
    alarms: ['LockOut'],
  },
};

type Play = (change?: (line: string) => string) => Timeline;
type Change = Parameters<Play>[0];

function ofFunctions(
  what: string,
  names: readonly RecordedFunction[],
  play: (line: Change, name: RecordedFunction, often: typeof AT_ONE_TIME) => Timeline,
): Record<string, { bad: Play; almost: Play }> {
  return Object.fromEntries(
    names.map((name) => {
      const bad: Play = (line) => play(line, name, AGAIN_AND_AGAIN);
      const almost: Play = (line) => play(line, name, AT_ONE_TIME);
      return [`${name}${what}`, { bad, almost }];
    }),
  );
}

/** Hours of sign-ins of which now and then one is denied, slow or without an answer. */
function busy(change?: Change): Timeline {
  const all = { from: 0, to: WATCHED };
  return new Timeline(change)
    .verify('allowed', { times: 720, ...all })
    .verify('allowed', { times: 6, ...all }, 'slow')
    .verify('denied-email-mismatch', { times: 36, ...all })
    .verify('unavailable-salesforce-failed', { times: 9, ...all })
    .verify('unavailable-directory-throttled', { times: 6, ...all })
    .reported('Define', 'success', { times: 1440, ...all })
    .reported('Create', 'success', { times: 720, ...all })
    .reported('PreTokenGeneration', 'success', { times: 720, ...all })
    .reported('PreSignUp', 'success', { times: 12, ...all });
}

/** A night in which one person tries to sign in while Salesforce is being maintained, and another with an old token. */
function night(): Timeline {
  return new Timeline()
    .verify('unavailable-salesforce-failed', { times: 3, from: 65, to: 70 })
    .verify('denied-email-mismatch', { times: 3, from: 125, to: 130 })
    .verify('allowed', { times: 1, from: 130, to: 131 }, 'slow');
}

const QUIET = [busy(), night(), new Timeline()];

const ALARMS = alarmsOf(CHECKED);
const IDS = new Map(FUNCTIONS.map((name) => [idOf('AWS::Lambda::Function', `CustomAuth${name}`, CHECKED), name]));

function resolve(reference: unknown): string {
  if (typeof reference === 'string') {
    return reference;
  }
  const name = IDS.get((reference as { Ref: string }).Ref);
  assert.ok(name, `${JSON.stringify(reference)} is no function`);
  return FUNCTION_NAMES[name];
}

function states(name: string, timeline: Timeline, furtherBack: number): State[] {
  const alarm = ALARMS[name];
  assert.ok(alarm, `there is no alarm ${name}`);
  return statesOf(alarm, resolve, timeline.datapoints, timeline.span(WATCHED), furtherBack);
}

/** The alarms that go off, however far back CloudWatch looks. */
function goOff(timeline: Timeline): string[] {
  const [found, ...others] = FURTHER_BACK.map((furtherBack) =>
    Object.keys(ALARMS).filter((name) => states(name, timeline, furtherBack).includes('ALARM')),
  );
  for (const other of others) {
    assert.deepEqual(other, found);
  }
  return found?.sort() ?? [];
}

test('every alarm of the template is shown to fire here', () => {
  assert.deepEqual(Object.keys(ALARMS).sort(), Object.keys(RECORDINGS).sort());
});

for (const [name, { bad, almost }] of Object.entries(RECORDINGS)) {
  test(`${name} goes off, and is over when it is over`, () => {
    for (const furtherBack of FURTHER_BACK) {
      const found = states(name, bad(), furtherBack);
      assert.ok(found.includes('ALARM'), found.join());
      assert.equal(found[0], 'OK');
      assert.equal(found.at(-1), 'OK');
    }
  });

  test(`${name} does not go off for almost as much`, () => {
    for (const furtherBack of FURTHER_BACK) {
      const found = states(name, almost(), furtherBack);
      assert.ok(!found.includes('ALARM'), found.join());
    }
  });
}

for (const [name, words] of Object.entries(OWN_WORDS)) {
  test(`${name} is about the very words that the function prints`, () => {
    for (const word of words) {
      const renamed = RECORDINGS[name]?.bad((line) => line.replaceAll(`"${word}"`, '"Renamed"'));
      assert.ok(renamed && !states(name, renamed, 0).includes('ALARM'), word);
    }
  });
}

test('no alarm goes off on a usual day, in a quiet night or when nothing happens', () => {
  assert.deepEqual(QUIET.map(goOff), [[], [], []]);
});

for (const [what, { happens, alarms }] of Object.entries(SMALL_OUTAGES)) {
  test(`in a small pool, ${what} sets off ${alarms.join(' and ')}`, () => {
    assert.deepEqual(goOff(happens(new Timeline())), alarms);
  });
}

for (const name of FUNCTIONS) {
  test(`in a small pool, ${name} failing or being throttled sets off the alarm that is about it`, () => {
    assert.deepEqual(goOff(new Timeline().reported(name, 'error', FEW)), [`${name}Errors`]);
    assert.deepEqual(goOff(new Timeline().throttled(name, FEW)), [`${name}Throttles`]);
  });
}

test('one failure at night wakes nobody, but for the three that must not happen once', () => {
  const once = { times: 1, from: 3 * HOURS, to: 3 * HOURS + 1 };
  const recordings = readdirSync(new URL('recordings/verify', import.meta.url)).map((file) =>
    file.replace('.jsonl', ''),
  );
  for (const recording of recordings) {
    const wanted = { 'allowed-unchecked': ['AudienceUnchecked'], 'denied-link-mismatch': ['LinkMismatch'] };
    const expected = Object.entries(wanted).find(([name]) => name === recording)?.[1] ?? [];
    assert.deepEqual(goOff(new Timeline().verify(recording, once)), expected, recording);
  }
  assert.deepEqual(goOff(new Timeline().signUp('provider-ambiguous', once)), ['ProviderAmbiguous']);
  for (const name of FUNCTIONS) {
    const failed = new Timeline().reported(name, 'error', once).reported(name, 'timeout', once).throttled(name, once);
    assert.deepEqual(goOff(failed), [], name);
  }
});

test('there is an alarm about mode unchecked in the modes that check, because there it should not happen', () => {
  for (const mode of MODE_NAMES) {
    const names = Object.keys(alarmsOf(template(MODES[mode])));
    assert.equal(names.includes('AudienceUnchecked'), mode !== 'unchecked', mode);
  }
});

test('there is an alarm about ListUsers where it is called, and about a function where it is deployed', () => {
  const absent = [
    'DirectoryThrottled',
    'ProviderAmbiguous',
    ...['PreTokenGeneration', 'PreSignUp'].flatMap((name) => [`${name}Errors`, `${name}Throttles`]),
  ];
  assert.deepEqual(
    Object.keys(alarmsOf(template({ ...MODES.id_token, directoryMode: 'event' }))).sort(),
    Object.keys(RECORDINGS)
      .filter((name) => !absent.includes(name))
      .sort(),
  );
});

test('every alarm is about one metric and no expression, which is what it costs and what local AWS can deploy', () => {
  for (const [name, alarm] of Object.entries(ALARMS)) {
    assert.ok(alarm.MetricName && !('Metrics' in alarm), name);
  }
});

test('every alarm says what it means and what to do', () => {
  for (const { AlarmDescription } of Object.values(ALARMS)) {
    assert.ok(AlarmDescription.length > 100 && AlarmDescription.length <= 1024, AlarmDescription);
  }
});
