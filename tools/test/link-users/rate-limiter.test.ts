import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressPrinter } from '../../link-users/progress.ts';
import { RateLimiter } from '../../link-users/rate-limiter.ts';
import { awsError, FakeClock } from './fake-cognito.ts';

function limiterWith(clock: FakeClock, print: (line: string) => void = () => {}): RateLimiter {
  return new RateLimiter(clock, () => 1, print);
}

test('the tool calls ListUsers five times a second, a sixth of the quota', async () => {
  const clock = new FakeClock();
  const limiter = limiterWith(clock);
  const times: number[] = [];
  for (let call = 0; call < 11; call += 1) {
    await limiter.call('list', async () => times.push(clock.now()));
  }
  assert.deepEqual([times[0], times[1], times[10]], [0, 200, 2_000]);
});

test('calls of different quotas do not wait for each other', async () => {
  const clock = new FakeClock();
  const limiter = limiterWith(clock);
  for (const quota of ['list', 'create', 'update'] as const) {
    await limiter.call(quota, async () => {});
  }
  assert.equal(clock.now(), 0);
});

test('pauses double up to 30 seconds, and the eighth failure is final', async () => {
  const clock = new FakeClock();
  const times: number[] = [];
  const throttle = async () => {
    times.push(clock.now() / 1_000);
    throw awsError('TooManyRequestsException');
  };
  await assert.rejects(limiterWith(clock).call('update', throttle), /TooManyRequests|message of AWS/);
  assert.deepEqual(times, [0, 1, 3, 7, 15, 31, 61, 91]);
});

test('an error that is not transient is not retried', async () => {
  let calls = 0;
  const reject = async () => {
    calls += 1;
    throw awsError('NotAuthorizedException');
  };
  await assert.rejects(limiterWith(new FakeClock()).call('update', reject));
  assert.equal(calls, 1);
});

test('each pause is printed', async () => {
  const printed: string[] = [];
  let failures = 2;
  await limiterWith(new FakeClock(), (line) => printed.push(line)).call('list', async () => {
    if (failures > 0) {
      failures -= 1;
      throw awsError('TooManyRequestsException');
    }
  });
  assert.deepEqual(printed, [
    'TooManyRequestsException: trying again in 1 s',
    'TooManyRequestsException: trying again in 2 s',
  ]);
});

test('progress is printed once a second, and the last progress line before another line', () => {
  let now = 0;
  const printed: string[] = [];
  const print = progressPrinter({ write: (text) => printed.push(text) }, () => now);
  for (now = 0; now < 1_500; now += 100) {
    print(`read ${now} profiles`);
  }
  print('a summary');
  assert.deepEqual(printed, ['read 0 profiles\n', 'read 1000 profiles\n', 'read 1400 profiles\n', 'a summary\n']);
});
