import assert from 'node:assert/strict';
import { readContext } from '../lib/context.ts';
import { ConfigurationError } from '../lib/settings-reader.ts';
import { SETTINGS } from './fixtures.ts';

/** The settings that a message names, in their order. */
export function settingNamesIn(message: string): (string | undefined)[] {
  return message.split('\n').map((line) => line.replace('cannot synthesize: ', '').trim().split(' ')[0]);
}

/** The message of the ConfigurationError that `change` causes in otherwise valid settings. */
export function configurationErrorFor(change: Record<string, unknown>): string {
  try {
    readContext({ ...SETTINGS, ...change });
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.message;
  }
  assert.fail('the settings were accepted');
}
