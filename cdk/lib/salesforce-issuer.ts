import type { Parsed } from './settings-reader.ts';

/**
 * Checks an issuer as it stands in the `iss` of an id_token, and returns it unchanged: Verify compares the strings.
 *
 * An issuer is an https URL without query and fragment (OpenID Connect Core 1.0, 2). A spelling that a URL parser would
 * change is refused: it could be meant for the same issuer, and would never be equal to it.
 */
export function parseIssuer(text: string): Parsed<string> {
  if (!URL.canParse(text)) {
    return { problem: 'is not a URL' };
  }
  const url = new URL(text);
  if (url.protocol !== 'https:') {
    return { problem: 'does not start with https://' };
  }
  // The comma separates the issuers in the variable that Verify reads.
  if (/[?#@,]/.test(text)) {
    return { problem: 'is more than scheme, host, port and path' };
  }
  // The parser adds the slash after a host. With and without it are two issuers, and both exist.
  return url.href === text || url.href === `${text}/` ? { value: text } : { problem: 'is not in the usual form' };
}
