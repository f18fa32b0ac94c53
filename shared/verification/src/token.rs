//! The access token: a secret that is sent to one host and shown to nobody.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::oidc::compact_jws::CompactJws;

/// Longest accepted token. Salesforce promises no length; opaque tokens are about 112 characters and
/// JWT-based ones one to two thousand.
const MAX_LENGTH: usize = 4096;

/// Stands in an opaque token, behind the organization's id, and in no JWT.
const MARK: char = '!';

/// A Salesforce access token, opaque or JWT-based, that is safe to put into a header.
///
/// It has no `Display`, no `Serialize`, no comparison and a `Debug` that shows nothing, and its memory
/// is wiped on drop:
///
/// ```compile_fail
/// fn print(token: &verification::AccessToken) -> String { token.to_string() }
/// ```
/// ```compile_fail
/// fn serialize(token: &verification::AccessToken) -> String { serde_json::to_string(token).unwrap() }
/// ```
pub struct AccessToken(SecretString);

/// An OpenID Connect `id_token`, unverified. As secret as the access token: within its life it proves a login.
pub struct IdToken(SecretString);

impl AccessToken {
    /// Accepts 1 to 4096 characters of the alphabet that Salesforce uses, or returns `None`.
    ///
    /// The alphabet is that of RFC 6750's `b64token` plus the `!` of opaque Salesforce tokens. It leaves
    /// out line breaks, blanks and everything else that could add a header.
    ///
    /// A JWT-based token (three parts, no `!`) must have its canonical spelling, in each audience mode: with another
    /// one, a token that was used could come back as one that was not.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=MAX_LENGTH).contains(&text.len()) && has_only_token_characters(text);
        let jwt_based = !text.contains(MARK) && text.split('.').count() == 3;
        (fits && (!jwt_based || CompactJws::parse(text).is_some())).then(|| Self(text.into()))
    }

    /// The token itself, for the `Authorization` header.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl IdToken {
    /// Accepts non-empty text of the alphabet of tokens; its length is bounded by that of the answer.
    pub fn parse(text: &str) -> Option<Self> {
        (!text.is_empty() && has_only_token_characters(text)).then(|| Self(text.into()))
    }

    /// The token itself, for checking its signature.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// What is the same in each spelling of a token, for remembering that it was used: what the signature of a JWT covers;
/// all of a text that is no JWT.
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
    fn accepts_both_shapes_of_salesforce_tokens() {
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
    fn refuses_what_could_add_a_header_or_is_not_ascii() {
        for text in
            ["a b", "a\r\nX-Evil: 1", "a\n", "a\0", "\ta", "a\u{e9}", "a\u{ff01}b", "a:b", "a,b", "a\"b", "a%0d"]
        {
            assert!(AccessToken::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn a_jwt_based_token_is_accepted_in_its_canonical_spelling_alone() {
        assert!(AccessToken::parse("e30.e30.-_8").is_some());
        for text in
            ["e30.e30.-_8=", "e30.e30.-_9", "e30.e30.+/8", "e30=.e30.-_8", "e31.e30.-_8", "e30.e30.", "..", "a.b.c"]
        {
            assert!(AccessToken::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn dots_in_an_opaque_token_make_it_no_jwt() {
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
