import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Template } from 'aws-cdk-lib/assertions';
import { type AlarmProperties, type State, statesOf } from './cloudwatch/alarm.ts';
import { FUNCTION_NAMES, type RecordedFunction, Timeline } from './cloudwatch/timeline.ts';
import { functionId } from './resources.ts';
import { MODE_NAMES, MODES, template } from './support.ts';

const HOURS = 60;

/** Every alarm that there can be: in this mode, the one about mode `unchecked` is among them. */
const CHECKED = template(MODES.id_token);

/** What sets each alarm off, and what is almost the same and does not. */
const RECORDINGS: Readonly<Record<string, { bad: Play; almost: Play }>> = {
  Unavailable: {
    bad: (line) => busy(line).verify('unavailable-salesforce-failed', { times: 30, from: 30, to: 45 }),
    almost: (line) => busy(line).verify('unavailable-salesforce-failed', { times: 4, from: 31, to: 34 }),
  },
  VerifyErrors: {
    bad: (line) => new Timeline(line).reported('Verify', 'timeout', { times: 15, from: 30, to: 45 }),
    almost: (line) => busy(line).verify('unavailable-salesforce-failed', { times: 30, from: 30, to: 45 }),
  },
  OtherErrors: {
    bad: (line) => busy(line).reported('Create', 'error', { times: 15, from: 30, to: 45 }),
    almost: (line) => busy(line).reported('Define', 'error', { times: 4, from: 30, to: 45 }),
  },
  Slow: {
    bad: (line) => busy(line).verify('allowed', { times: 90, from: 30, to: 45 }, 'slow'),
    almost: (line) => new Timeline(line).verify('allowed', { times: 19, from: 30, to: 35 }, 'slow'),
  },
  Throttled: {
    bad: (line) => busy(line).throttled('Define', { times: 20, from: 30, to: 45 }),
    almost: (line) => busy(line).throttled('Verify', { times: 20, from: 30, to: 35 }),
  },
  DenialSurge: {
    bad: (line) => busy(line).verify('denied-email-mismatch', { times: 300, from: 30, to: 45 }),
    almost: (line) => busy(line).verify('denied-email-mismatch', { times: 30, from: 30, to: 45 }),
  },
  ForeignOrganization: {
    bad: (line) =>
      new Timeline(line)
        .verify('denied-organization-not-allowed', { times: 3, from: 30, to: 40 })
        .verify('denied-token-of-another-organization', { times: 2, from: 40, to: 45 }),
    almost: (line) => busy(line).verify('denied-organization-not-allowed', { times: 4, from: 30, to: 45 }),
  },
  LinkMismatch: {
    bad: (line) => busy(line).verify('denied-link-mismatch', { times: 1, from: 30, to: 31 }),
    almost: (line) => busy(line).verify('denied-email-mismatch', { times: 1, from: 30, to: 31 }),
  },
  DirectoryThrottled: {
    bad: (line) => busy(line).verify('unavailable-directory-throttled', { times: 20, from: 30, to: 40 }),
    almost: (line) => busy(line).verify('unavailable-directory-throttled', { times: 20, from: 30, to: 35 }),
  },
  AudienceUnchecked: {
    bad: (line) => busy(line).verify('allowed-unchecked', { times: 1, from: 30, to: 31 }),
    almost: (line) => busy(line).verify('allowed', { times: 1, from: 30, to: 31 }),
  },
};

/** What an alarm that is about Verify's own lines must not survive the renaming of. */
const OWN_WORDS: Readonly<Record<string, readonly string[]>> = {
  Unavailable: ['SalesforceCognitoAuth', 'FunctionName', 'Unavailable'],
  DenialSurge: ['SalesforceCognitoAuth', 'FunctionName', 'Denied'],
  ForeignOrganization: [
    'SalesforceCognitoAuth',
    'FunctionName',
    'Refusals',
    'Reason',
    'organization-not-allowed',
    'token-of-another-organization',
  ],
  LinkMismatch: ['SalesforceCognitoAuth', 'FunctionName', 'Refusals', 'Reason', 'link-mismatch'],
  DirectoryThrottled: ['SalesforceCognitoAuth', 'FunctionName', 'Refusals', 'Reason', 'directory-throttled'],
  AudienceUnchecked: ['SalesforceCognitoAuth', 'FunctionName', 'AudienceUnchecked'],
};

type Play = (change?: (line: string) => string) => Timeline;

/** Two hours of sign-ins of which now and then one is denied, slow or without an answer. */
function busy(change?: (line: string) => string): Timeline {
  const all = { from: 0, to: 2 * HOURS };
  return new Timeline(change)
    .verify('allowed', { times: 240, ...all })
    .verify('allowed', { times: 2, ...all }, 'slow')
    .verify('denied-email-mismatch', { times: 12, ...all })
    .verify('unavailable-salesforce-failed', { times: 3, ...all })
    .verify('unavailable-directory-throttled', { times: 2, ...all })
    .reported('Define', 'success', { times: 480, ...all })
    .reported('Create', 'success', { times: 240, ...all });
}

/** A night in which one person tries to sign in, and Salesforce is being maintained. */
function night(): Timeline {
  return new Timeline().verify('unavailable-salesforce-failed', { times: 3, from: 45, to: 50 });
}

/** The alarms of a template, by the names that they have in the code. */
function alarmsOf(from: Template): Record<string, AlarmProperties> {
  const alarms = Object.entries(from.findResources('AWS::CloudWatch::Alarm'));
  return Object.fromEntries(
    alarms.map(([id, { Properties }]) => [id.replace(/^CustomAuthAlarms(\w+)[0-9A-F]{8}$/, '$1'), Properties]),
  );
}

function resolve(reference: unknown): string {
  if (typeof reference === 'string') {
    return reference;
  }
  const names = Object.keys(FUNCTION_NAMES) as RecordedFunction[];
  const name = names.find((candidate) => functionId(candidate) === (reference as { Ref?: string }).Ref);
  assert.ok(name, `${JSON.stringify(reference)} is no function`);
  return FUNCTION_NAMES[name];
}

function states(name: string, timeline: Timeline): State[] {
  const alarm = alarmsOf(CHECKED)[name];
  assert.ok(alarm, `there is no alarm ${name}`);
  return statesOf(alarm, resolve, timeline.datapoints, timeline.span(2 * HOURS));
}

test('every alarm of the template is shown to fire here', () => {
  assert.deepEqual(Object.keys(alarmsOf(CHECKED)).sort(), Object.keys(RECORDINGS).sort());
});

for (const [name, { bad, almost }] of Object.entries(RECORDINGS)) {
  test(`${name} goes off, and is over when it is over`, () => {
    const found = states(name, bad());
    assert.ok(found.includes('ALARM'));
    assert.equal(found[0], 'OK');
    assert.equal(found.at(-1), 'OK');
  });

  test(`${name} does not go off for almost as much`, () => {
    assert.ok(!states(name, almost()).includes('ALARM'));
  });

  test(`${name} does not go off on a usual day, in a quiet night or when nothing happens`, () => {
    for (const quiet of [busy(), night(), new Timeline()]) {
      assert.ok(!states(name, quiet).includes('ALARM'));
    }
  });
}

for (const [name, words] of Object.entries(OWN_WORDS)) {
  test(`${name} is about the very words that Verify prints`, () => {
    for (const word of words) {
      const renamed = RECORDINGS[name]?.bad((line) => line.replaceAll(`"${word}"`, '"Renamed"'));
      assert.ok(renamed && !states(name, renamed).includes('ALARM'), word);
    }
  });
}

test('an outage is an outage, and not an error of Verify as well', () => {
  const outage = (change?: (line: string) => string) =>
    busy(change).verify('unavailable-salesforce-failed', { times: 60, from: 30, to: 50 });
  assert.ok(states('Unavailable', outage()).includes('ALARM'));
  assert.ok(!states('VerifyErrors', outage()).includes('ALARM'));
  const renamed = outage((line) => line.replaceAll('"Unavailable"', '"Renamed"'));
  assert.ok(states('VerifyErrors', renamed).includes('ALARM'));
});

test('there is an alarm about mode unchecked in the modes that check, because there it should not happen', () => {
  for (const mode of MODE_NAMES) {
    const names = Object.keys(alarmsOf(template(MODES[mode])));
    assert.equal(names.includes('AudienceUnchecked'), mode !== 'unchecked', mode);
  }
});

test('there is an alarm about ListUsers where it is called', () => {
  const byEvent = Object.keys(alarmsOf(template({ ...MODES.id_token, directoryMode: 'event' })));
  assert.deepEqual(
    byEvent.sort(),
    Object.keys(RECORDINGS)
      .filter((name) => name !== 'DirectoryThrottled')
      .sort(),
  );
});

test('every alarm says what it means and what to do', () => {
  for (const { AlarmDescription } of Object.values(alarmsOf(CHECKED))) {
    assert.ok(AlarmDescription.length > 100 && AlarmDescription.length <= 1024, AlarmDescription);
  }
});
