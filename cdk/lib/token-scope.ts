import type { Parsed } from './settings-reader.ts';

/**
 * A `scope-token` of RFC 6749, section 3.3, without the comma, which separates the scopes in the function's variable.
 */
const SCOPE = /^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+$/;

/** The identifier of a resource server and the name of a scope, 256 characters each, and the slash between them. */
const MAX_LENGTH = 513;

/** Scopes with a meaning in OpenID Connect or Cognito. With them, an API would see a grant that the user never gave. */
const RESERVED = /^(openid|profile|email|phone|address|offline_access|aws\.cognito.*)$/i;

/** Checks a scope that Pre Token Generation adds to access tokens. */
export function parseTokenScope(text: string): Parsed<string> {
  if (text.length > MAX_LENGTH || !SCOPE.test(text)) {
    return { problem: 'is not a scope' };
  }
  return RESERVED.test(text)
    ? { problem: 'is reserved: scopes of OpenID Connect and of Cognito (aws.cognito...) cannot be added' }
    : { value: text };
}
