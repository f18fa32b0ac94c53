import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { alarmStates, EXTRA_PERIODS, type State } from './cloudwatch/alarm.ts';
import { FUNCTION_NAMES, type RecordedFunction, type Schedule, Timeline } from './cloudwatch/timeline.ts';
import { MODE_NAMES, MODES, template } from './fixtures.ts';
import { alarmsOf, idOf } from './template-resources.ts';

/** In minutes. */
const HOUR = 60;
const DURATION = 6 * HOUR;

const FUNCTIONS = Object.keys(FUNCTION_NAMES) as RecordedFunction[];

/** The template with every alarm: those of all functions, and in a mode other than `unchecked`, AudienceUnchecked. */
const ALL_ALARMS_TEMPLATE = template({
  ...MODES.id_token,
  allowedClientIds: ['1example23456789'],
  tokenScopes: ['orders/read'],
  linkSamlProviders: ['Okta'],
});

/** Three failures in three periods within an hour, and many failures in only two periods. */
const OVER_45_MINUTES = { times: 3, from: 60, to: 105 };
const WITHIN_10_MINUTES = { times: 40, from: 60, to: 70 };

/** For each alarm, a timeline that sets it off, and a similar one that does not. */
const SCENARIOS: Readonly<Record<string, { breaching: Scenario; nearMiss: Scenario }>> = {
  Unavailable: {
    breaching: (change) => busyDay(change).verify('unavailable-salesforce-failed', { times: 60, from: 60, to: 75 }),
    nearMiss: (change) => busyDay(change).verify('unavailable-salesforce-failed', WITHIN_10_MINUTES),
  },
  Slow: {
    breaching: (change) => busyDay(change).verify('allowed', { times: 90, from: 60, to: 75 }, 'slow'),
    nearMiss: (change) => busyDay(change).verify('allowed', WITHIN_10_MINUTES, 'slow'),
  },
  VerifyErrors: {
    breaching: (change) => busyDay(change).reported('Verify', 'timeout', { times: 60, from: 60, to: 75 }),
    nearMiss: (change) => busyDay(change).reported('Verify', 'timeout', WITHIN_10_MINUTES),
  },
  ...scenariosOf(
    'Errors',
    FUNCTIONS.filter((name) => name !== 'Verify'),
    (change, name, schedule) => busyDay(change).reported(name, 'error', schedule),
  ),
  ...scenariosOf('Throttles', FUNCTIONS, (change, name, schedule) => busyDay(change).throttled(name, schedule)),
  DenialSurge: {
    breaching: (change) => busyDay(change).verify('denied-email-mismatch', { times: 300, from: 60, to: 75 }),
    nearMiss: (change) => busyDay(change).verify('denied-email-mismatch', { times: 130, from: 60, to: 75 }),
  },
  LockOut: {
    breaching: (change) => new Timeline(change).verify('denied-email-mismatch', { times: 3, from: 60, to: 195 }),
    nearMiss: (change) => new Timeline(change).verify('denied-email-mismatch', { times: 20, from: 60, to: 120 }),
  },
  ForeignToken: {
    breaching: (change) =>
      busyDay(change).verify('denied-token-of-another-organization', { times: 5, from: 60, to: 75 }),
    nearMiss: (change) =>
      busyDay(change).verify('denied-token-of-another-organization', { times: 4, from: 60, to: 75 }),
  },
  ForeignOrganization: {
    breaching: (change) => busyDay(change).verify('denied-organization-not-allowed', { times: 5, from: 60, to: 75 }),
    nearMiss: (change) => busyDay(change).verify('denied-organization-not-allowed', { times: 4, from: 60, to: 75 }),
  },
  LinkMismatch: {
    breaching: (change) => busyDay(change).verify('denied-link-mismatch', { times: 1, from: 60, to: 61 }),
    nearMiss: (change) => busyDay(change).verify('denied-email-mismatch', { times: 1, from: 60, to: 61 }),
  },
  DirectoryThrottled: {
    breaching: (change) => busyDay(change).verify('unavailable-directory-throttled', { times: 20, from: 60, to: 70 }),
    nearMiss: (change) => busyDay(change).verify('unavailable-directory-throttled', { times: 20, from: 60, to: 65 }),
  },
  AudienceUnchecked: {
    breaching: (change) => busyDay(change).verify('allowed-unchecked', { times: 1, from: 60, to: 61 }),
    nearMiss: (change) => busyDay(change).verify('allowed', { times: 1, from: 60, to: 61 }),
  },
  ProviderAmbiguous: {
    breaching: (change) => busyDay(change).preSignUp('provider-ambiguous', { times: 1, from: 60, to: 61 }),
    nearMiss: (change) => busyDay(change).verify('denied-email-mismatch', { times: 1, from: 60, to: 61 }),
  },
};

const REFUSALS_METRIC = ['SalesforceCognitoAuth', 'FunctionName', 'Refusals', 'Reason'];

/** The names in the printed lines that an alarm depends on. If one of them is renamed, the alarm must not go off. */
const PRINTED_NAMES: Readonly<Record<string, readonly string[]>> = {
  Unavailable: ['SalesforceCognitoAuth', 'FunctionName', 'Unavailable'],
  DenialSurge: ['SalesforceCognitoAuth', 'FunctionName', 'Denied'],
  LockOut: ['SalesforceCognitoAuth', 'FunctionName', 'Denied'],
  ForeignToken: [...REFUSALS_METRIC, 'token-of-another-organization'],
  ForeignOrganization: [...REFUSALS_METRIC, 'organization-not-allowed'],
  LinkMismatch: [...REFUSALS_METRIC, 'link-mismatch'],
  DirectoryThrottled: [...REFUSALS_METRIC, 'directory-throttled'],
  AudienceUnchecked: ['SalesforceCognitoAuth', 'FunctionName', 'AudienceUnchecked'],
  ProviderAmbiguous: [...REFUSALS_METRIC, 'provider-ambiguous'],
};

/** Three invocations an hour for three hours. */
const THREE_AN_HOUR = { times: 9, from: 60, to: 240 };

/** Outages of a small pool, which all users meet, and the alarms that go off. */
const SMALL_POOL_OUTAGES: Readonly<Record<string, { outage: (timeline: Timeline) => Timeline; alarms: string[] }>> = {
  'an outage of Salesforce': {
    outage: (timeline) => timeline.verify('unavailable-salesforce-failed', THREE_AN_HOUR),
    alarms: ['Unavailable', 'VerifyErrors'],
  },
  'throttling of ListUsers': {
    outage: (timeline) => timeline.verify('unavailable-directory-throttled', THREE_AN_HOUR),
    alarms: ['Unavailable', 'VerifyErrors'],
  },
  'a timeout of Verify': {
    outage: (timeline) => timeline.reported('Verify', 'timeout', THREE_AN_HOUR),
    alarms: ['VerifyErrors'],
  },
  'a denial of all users': {
    outage: (timeline) => timeline.verify('denied-email-mismatch', THREE_AN_HOUR),
    alarms: ['LockOut'],
  },
};

/** Creates a timeline; `change` changes each recorded line. */
type Scenario = (change?: (line: string) => string) => Timeline;
type Change = Parameters<Scenario>[0];

function scenariosOf(
  suffix: string,
  names: readonly RecordedFunction[],
  create: (change: Change, name: RecordedFunction, schedule: Schedule) => Timeline,
): Record<string, { breaching: Scenario; nearMiss: Scenario }> {
  return Object.fromEntries(
    names.map((name) => {
      const breaching: Scenario = (change) => create(change, name, OVER_45_MINUTES);
      const nearMiss: Scenario = (change) => create(change, name, WITHIN_10_MINUTES);
      return [`${name}${suffix}`, { breaching, nearMiss }];
    }),
  );
}

/** Six busy hours, in which a few sign-ins are denied, slow or unavailable. */
function busyDay(change?: Change): Timeline {
  const all = { from: 0, to: DURATION };
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

/** A night in which one user tries to sign in during maintenance of Salesforce, and another user with an old token. */
function quietNight(): Timeline {
  return new Timeline()
    .verify('unavailable-salesforce-failed', { times: 3, from: 65, to: 70 })
    .verify('denied-email-mismatch', { times: 3, from: 125, to: 130 })
    .verify('allowed', { times: 1, from: 130, to: 131 }, 'slow');
}

const HARMLESS = [busyDay(), quietNight(), new Timeline()];

const ALARMS = alarmsOf(ALL_ALARMS_TEMPLATE);
const FUNCTION_BY_ID = new Map(
  FUNCTIONS.map((name) => [idOf('AWS::Lambda::Function', `CustomAuth${name}`, ALL_ALARMS_TEMPLATE), name]),
);

function resolve(reference: unknown): string {
  if (typeof reference === 'string') {
    return reference;
  }
  const name = FUNCTION_BY_ID.get((reference as { Ref: string }).Ref);
  assert.ok(name, `${JSON.stringify(reference)} does not refer to a function`);
  return FUNCTION_NAMES[name];
}

function states(name: string, timeline: Timeline, extraPeriods: number): State[] {
  const alarm = ALARMS[name];
  assert.ok(alarm, `there is no alarm ${name}`);
  return alarmStates(alarm, resolve, timeline.datapoints, timeline.span(DURATION), extraPeriods);
}

/** The alarms that go off. They must be the same with and without extra periods. */
function firedAlarms(timeline: Timeline): string[] {
  const [fired, ...others] = EXTRA_PERIODS.map((extraPeriods) =>
    Object.keys(ALARMS).filter((name) => states(name, timeline, extraPeriods).includes('ALARM')),
  );
  for (const other of others) {
    assert.deepEqual(other, fired);
  }
  return fired?.sort() ?? [];
}

test('these tests have a scenario for every alarm of the template', () => {
  assert.deepEqual(Object.keys(ALARMS).sort(), Object.keys(SCENARIOS).sort());
});

for (const [name, { breaching, nearMiss }] of Object.entries(SCENARIOS)) {
  test(`${name} goes off, and ends after the cause has ended`, () => {
    for (const extraPeriods of EXTRA_PERIODS) {
      const sequence = states(name, breaching(), extraPeriods);
      assert.ok(sequence.includes('ALARM'), sequence.join());
      assert.equal(sequence[0], 'OK');
      assert.equal(sequence.at(-1), 'OK');
    }
  });

  test(`${name} does not go off for a near miss`, () => {
    for (const extraPeriods of EXTRA_PERIODS) {
      const sequence = states(name, nearMiss(), extraPeriods);
      assert.ok(!sequence.includes('ALARM'), sequence.join());
    }
  });
}

for (const [name, printedNames] of Object.entries(PRINTED_NAMES)) {
  test(`${name} depends on exactly the names that the function prints`, () => {
    for (const printed of printedNames) {
      const renamed = SCENARIOS[name]?.breaching((line) => line.replaceAll(`"${printed}"`, '"Renamed"'));
      assert.ok(renamed && !states(name, renamed, 0).includes('ALARM'), printed);
    }
  });
}

test('no alarm goes off on a busy day, in a quiet night or without invocations', () => {
  assert.deepEqual(HARMLESS.map(firedAlarms), [[], [], []]);
});

for (const [title, { outage, alarms }] of Object.entries(SMALL_POOL_OUTAGES)) {
  test(`in a small pool, ${title} sets off ${alarms.join(' and ')}`, () => {
    assert.deepEqual(firedAlarms(outage(new Timeline())), alarms);
  });
}

for (const name of FUNCTIONS) {
  test(`in a small pool, failures and throttling of ${name} set off ${name}Errors and ${name}Throttles`, () => {
    assert.deepEqual(firedAlarms(new Timeline().reported(name, 'error', THREE_AN_HOUR)), [`${name}Errors`]);
    assert.deepEqual(firedAlarms(new Timeline().throttled(name, THREE_AN_HOUR)), [`${name}Throttles`]);
  });
}

test('one failure at night sets off no alarm, except the three about events that must not happen once', () => {
  const once = { times: 1, from: 3 * HOUR, to: 3 * HOUR + 1 };
  const recordings = readdirSync(new URL('recordings/verify', import.meta.url)).map((file) =>
    file.replace('.jsonl', ''),
  );
  for (const recording of recordings) {
    const alarms = { 'allowed-unchecked': ['AudienceUnchecked'], 'denied-link-mismatch': ['LinkMismatch'] };
    const expected = Object.entries(alarms).find(([name]) => name === recording)?.[1] ?? [];
    assert.deepEqual(firedAlarms(new Timeline().verify(recording, once)), expected, recording);
  }
  assert.deepEqual(firedAlarms(new Timeline().preSignUp('provider-ambiguous', once)), ['ProviderAmbiguous']);
  for (const name of FUNCTIONS) {
    const failed = new Timeline().reported(name, 'error', once).reported(name, 'timeout', once).throttled(name, once);
    assert.deepEqual(firedAlarms(failed), [], name);
  }
});

test('the alarm AudienceUnchecked exists in every mode except unchecked', () => {
  for (const mode of MODE_NAMES) {
    const names = Object.keys(alarmsOf(template(MODES[mode])));
    assert.equal(names.includes('AudienceUnchecked'), mode !== 'unchecked', mode);
  }
});

test('DirectoryThrottled exists only with list_users, and the alarms of a function only if it is deployed', () => {
  const absent = [
    'DirectoryThrottled',
    'ProviderAmbiguous',
    ...['PreTokenGeneration', 'PreSignUp'].flatMap((name) => [`${name}Errors`, `${name}Throttles`]),
  ];
  assert.deepEqual(
    Object.keys(alarmsOf(template({ ...MODES.id_token, directoryMode: 'event' }))).sort(),
    Object.keys(SCENARIOS)
      .filter((name) => !absent.includes(name))
      .sort(),
  );
});

test('every alarm has a single metric, because expressions cost more and local AWS does not support them', () => {
  for (const [name, alarm] of Object.entries(ALARMS)) {
    assert.ok(alarm.MetricName && !('Metrics' in alarm), name);
  }
});

test('every alarm has a description of 100 to 1024 characters', () => {
  for (const { AlarmDescription } of Object.values(ALARMS)) {
    assert.ok(AlarmDescription.length > 100 && AlarmDescription.length <= 1024, AlarmDescription);
  }
});
