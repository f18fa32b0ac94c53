import type { Parsed } from './settings-reader.ts';

const CHECKSUM_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const GROUP_STARTS = [0, 5, 10];
const GROUP_LENGTH = 5;

/**
 * Checks a Salesforce organization id, in its form with 15 or with 18 characters.
 *
 * The id decides which organization is trusted, and two ids may differ in the case of one letter only. The longer
 * form carries a checksum over the case, which is verified, so that a mistyped id fails here and not as a denial of
 * every sign-in.
 */
export function parseOrganizationId(text: string): Parsed<string> {
  if (!/^[0-9A-Za-z]{15}([A-Z0-5]{3})?$/.test(text)) {
    return { problem: 'is not an organization id of 15 or 18 letters and digits' };
  }
  if (!text.startsWith('00D')) {
    return { problem: 'is the id of something else: the id of an organization starts with 00D' };
  }
  const [id, suffix] = [text.slice(0, 15), text.slice(15)];
  if (suffix !== '' && suffix !== caseChecksum(id)) {
    return { problem: 'is mistyped: its last three characters do not fit the case of the others' };
  }
  return { value: text };
}

/** The three characters that turn an id of 15 characters into one of 18; each tells which of five are upper case. */
export function caseChecksum(id: string): string {
  return GROUP_STARTS.map((start) => {
    const group = [...id.slice(start, start + GROUP_LENGTH)];
    const bits = group.reduce((sum, character, position) => sum + (/[A-Z]/.test(character) ? 2 ** position : 0), 0);
    return CHECKSUM_ALPHABET.charAt(bits);
  }).join('');
}
