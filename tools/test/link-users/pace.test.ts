import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from '../../link-users/pace.ts';
import { progress } from '../../link-users/progress.ts';
import { awsError, FakeClock } from './fake.ts';

function paceOf(clock: FakeClock, say: (line: string) => void = () => {}): Pace {
  return new Pace(clock, () => 1, say);
}

test('ListUsers is called five times a second, a sixth of what the account has', async () => {
  const clock = new FakeClock();
  const pace = paceOf(clock);
  const times: number[] = [];
  for (let call = 0; call < 11; call += 1) {
    await pace.call('list', async () => times.push(clock.now()));
  }
  assert.deepEqual([times[0], times[1], times[10]], [0, 200, 2_000]);
});

test('calls of different quotas do not wait for each other', async () => {
  const clock = new FakeClock();
  const pace = paceOf(clock);
  for (const quota of ['list', 'create', 'update'] as const) {
    await pace.call(quota, async () => {});
  }
  assert.equal(clock.now(), 0);
});

test('pauses double up to half a minute, and the eighth refusal is the last', async () => {
  const clock = new FakeClock();
  const times: number[] = [];
  const refuse = async () => {
    times.push(clock.now() / 1_000);
    throw awsError('TooManyRequestsException');
  };
  await assert.rejects(paceOf(clock).call('update', refuse), /TooManyRequests|no more was said/);
  assert.deepEqual(times, [0, 1, 3, 7, 15, 31, 61, 91]);
});

test('an error that waiting cannot mend is not tried again', async () => {
  let calls = 0;
  const refuse = async () => {
    calls += 1;
    throw awsError('NotAuthorizedException');
  };
  await assert.rejects(paceOf(new FakeClock()).call('update', refuse));
  assert.equal(calls, 1);
});

test('a pause is announced', async () => {
  const said: string[] = [];
  let refusals = 2;
  await paceOf(new FakeClock(), (line) => said.push(line)).call('list', async () => {
    if (refusals > 0) {
      refusals -= 1;
      throw awsError('TooManyRequestsException');
    }
  });
  assert.deepEqual(said, ['TooManyRequestsException: again in 1 s', 'TooManyRequestsException: again in 2 s']);
});

test('counts are shown once a second, and the last before anything else is said', () => {
  let now = 0;
  const shown: string[] = [];
  const say = progress({ write: (text) => shown.push(text) }, () => now);
  for (now = 0; now < 1_500; now += 100) {
    say(`read ${now} profiles`);
  }
  say('a summary');
  assert.deepEqual(shown, ['read 0 profiles\n', 'read 1000 profiles\n', 'read 1400 profiles\n', 'a summary\n']);
});
