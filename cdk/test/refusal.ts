import assert from 'node:assert/strict';
import { readContext } from '../lib/context.ts';
import { ConfigurationError } from '../lib/settings-reader.ts';
import { SETTINGS } from './support.ts';

/** The settings that a message names, in its order. */
export function namesIn(message: string): (string | undefined)[] {
  return message.split('\n').map((line) => line.replace('cannot synthesize: ', '').trim().split(' ')[0]);
}

/** What the context is refused with once settings are changed. */
export function refusalOf(change: Record<string, unknown>): string {
  try {
    readContext({ ...SETTINGS, ...change });
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.message;
  }
  assert.fail('was accepted');
}
