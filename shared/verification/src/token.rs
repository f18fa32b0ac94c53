//! The tokens. They are secrets: the access token is sent only to Salesforce, the `id_token` to no service, and neither
//! is ever printed.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::oidc::compact_jws::CompactJws;

/// Longest accepted token. Salesforce does not document a length. Opaque tokens have about 112 characters, JWT-based
/// ones 1,000 to 2,000.
const MAX_LENGTH: usize = 4096;

/// Separates the organization id from the secret part of an opaque token. A JWT does not contain it.
const SEPARATOR: char = '!';

/// A Salesforce access token, opaque or JWT-based. It is safe to put into a header.
///
/// It has no `Display`, no `Serialize` and no comparison. Its `Debug` shows nothing of the token, and its memory is
/// wiped on drop:
///
/// ```compile_fail
/// fn print(token: &verification::AccessToken) -> String { token.to_string() }
/// ```
/// ```compile_fail
/// fn serialize(token: &verification::AccessToken) -> String { serde_json::to_string(token).unwrap() }
/// ```
pub struct AccessToken(SecretString);

/// An OpenID Connect `id_token`, not yet verified. It is as secret as the access token, because it proves a login until
/// it expires.
pub struct IdToken(SecretString);

impl AccessToken {
    /// Accepts 1 to 4096 characters of the alphabet that Salesforce uses; otherwise `None`.
    ///
    /// The alphabet is that of `b64token` (RFC 6750) and the `!` of opaque Salesforce tokens. It has no line breaks,
    /// blanks or other characters that could add a header.
    ///
    /// A JWT-based token (three parts, no `!`) must have the canonical spelling in every audience mode. Otherwise an
    /// attacker could respell a used token, and it would count as unused.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=MAX_LENGTH).contains(&text.len()) && has_only_token_characters(text);
        let jwt_based = !text.contains(SEPARATOR) && text.split('.').count() == 3;
        (fits && (!jwt_based || CompactJws::parse(text).is_some())).then(|| Self(text.into()))
    }

    /// The token itself, for the `Authorization` header.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl IdToken {
    /// Accepts non-empty text of the same alphabet. The length limit of the answer also limits the `id_token`.
    pub fn parse(text: &str) -> Option<Self> {
        (!text.is_empty() && has_only_token_characters(text)).then(|| Self(text.into()))
    }

    /// The token itself, for checking its signature.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// The part that is the same in every spelling of a token, so that a used token is recognised again: the signed part of
/// a JWT, or the whole text of any other token.
pub fn signed_part(token: &str) -> &str {
    CompactJws::parse(token).map_or(token, |jws| jws.signed)
}

impl fmt::Debug for IdToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IdToken([redacted])")
    }
}

/// The alphabet of [`AccessToken::parse`].
fn has_only_token_characters(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!._~+/=-".contains(&byte))
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AccessToken([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accepts_opaque_and_jwt_based_tokens() {
        for text in ["00DSG000009FYVd!AQ4AQ_0.example", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln-_8", "a~b+c/d=="] {
            assert!(AccessToken::parse(text).is_some(), "{text}");
        }
    }

    #[test]
    fn accepts_4096_characters_and_no_more() {
        assert!(AccessToken::parse(&"a".repeat(4096)).is_some());
        assert!(AccessToken::parse(&"a".repeat(4097)).is_none());
        assert!(AccessToken::parse("").is_none());
    }

    #[test]
    fn refuses_characters_that_could_add_a_header_or_are_not_ascii() {
        for text in
            ["a b", "a\r\nX-Evil: 1", "a\n", "a\0", "\ta", "a\u{e9}", "a\u{ff01}b", "a:b", "a,b", "a\"b", "a%0d"]
        {
            assert!(AccessToken::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn a_jwt_based_token_is_accepted_only_in_its_canonical_spelling() {
        assert!(AccessToken::parse("e30.e30.-_8").is_some());
        for text in
            ["e30.e30.-_8=", "e30.e30.-_9", "e30.e30.+/8", "e30=.e30.-_8", "e31.e30.-_8", "e30.e30.", "..", "a.b.c"]
        {
            assert!(AccessToken::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn an_opaque_token_with_dots_is_not_a_jwt() {
        for text in
            ["00DSG000009FYVd!a.b", "00DSG000009FYVd!a.b.c", "00DSG000009FYVd!a.b.c.d", "00DSG000009FYVd!e30.e30."]
        {
            assert!(AccessToken::parse(text).is_some(), "{text}");
        }
    }

    #[test]
    fn debug_shows_nothing_of_the_token() {
        assert_eq!(format!("{:?}", AccessToken::parse("canary").unwrap()), "AccessToken([redacted])");
        assert_eq!(format!("{:?}", IdToken::parse("canary").unwrap()), "IdToken([redacted])");
    }

    proptest! {
        #[test]
        fn a_token_is_accepted_if_and_only_if_all_its_characters_are(text in "[!-~]{1,16}|\\PC{0,16}") {
            let fits = text.chars().all(|one| one.is_ascii_alphanumeric() || "!._~+/=-".contains(one));
            let expected = (fits && !text.is_empty()).then_some(text.as_str());
            let (token, id_token) = (AccessToken::parse(&text), IdToken::parse(&text));
            let jwt_based = !text.contains('!') && text.matches('.').count() == 2;
            let canonical = !jwt_based || CompactJws::parse(&text).is_some();
            prop_assert_eq!(token.as_ref().map(AccessToken::expose), expected.filter(|_| canonical));
            prop_assert_eq!(id_token.as_ref().map(IdToken::expose), expected);
        }
    }
}
