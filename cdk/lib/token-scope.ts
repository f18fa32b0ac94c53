import type { Parsed } from './settings-reader.ts';

/** A `scope-token` of RFC 6749, section 3.3. A comma would end the scope where the function reads it. */
const SCOPE = /^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+$/;

/** The identifier of a resource server, a slash, and the name of a scope: 256 characters each. */
const MAX_LENGTH = 513;

/** What OpenID Connect and Cognito mean something by: no API should see a grant that nobody has made. */
const RESERVED = /^(openid|profile|email|phone|address|offline_access|aws\.cognito.*)$/i;

/** Checks a scope that is to be added to access tokens. */
export function parseTokenScope(text: string): Parsed<string> {
  if (text.length > MAX_LENGTH || !SCOPE.test(text)) {
    return { problem: 'is not a scope' };
  }
  return RESERVED.test(text)
    ? { problem: 'is reserved: scopes of OpenID Connect and of Cognito (aws.cognito...) are never added' }
    : { value: text };
}
