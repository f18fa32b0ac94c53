import type { Parsed } from './settings-reader.ts';

const CHECKSUM_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const GROUP_STARTS = [0, 5, 10];
const GROUP_LENGTH = 5;

/**
 * Checks a Salesforce organization id of 15 or 18 characters.
 *
 * The id decides which organization is trusted, and two ids may differ only in the case of one letter. The form with 18
 * characters has a checksum over the case. It is verified here, because otherwise Verify would deny every sign-in for a
 * mistyped id.
 */
export function parseOrganizationId(text: string): Parsed<string> {
  if (!/^[0-9A-Za-z]{15}([A-Z0-5]{3})?$/.test(text)) {
    return { problem: 'is not an organization id of 15 or 18 letters and digits' };
  }
  if (!text.startsWith('00D')) {
    return { problem: 'is not the id of an organization, which starts with 00D' };
  }
  const [id, suffix] = [text.slice(0, 15), text.slice(15)];
  if (suffix !== '' && suffix !== caseChecksum(id)) {
    return { problem: 'is mistyped: its last three characters are a checksum that does not match the others' };
  }
  return { value: text };
}

/**
 * The three characters that extend an id from 15 to 18; each encodes which letters of a group of five are upper case.
 */
export function caseChecksum(id: string): string {
  return GROUP_STARTS.map((start) => {
    const group = [...id.slice(start, start + GROUP_LENGTH)];
    const bits = group.reduce((sum, character, position) => sum + (/[A-Z]/.test(character) ? 2 ** position : 0), 0);
    return CHECKSUM_ALPHABET.charAt(bits);
  }).join('');
}
