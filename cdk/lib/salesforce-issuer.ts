import type { Parsed } from './settings-reader.ts';

/**
 * Checks the `iss` value of an id_token and returns it unchanged, because Verify compares the strings.
 *
 * An issuer is an https URL without query and fragment (OpenID Connect Core 1.0, section 2). A spelling that a URL
 * parser changes is rejected, because it would never equal the issuer that the operator means.
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
  // The parser adds a slash after a host. The issuer with the slash and the one without are different, and both exist.
  return url.href === text || url.href === `${text}/` ? { value: text } : { problem: 'is not in normalized form' };
}
