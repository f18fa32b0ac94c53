//! The opaque form of Salesforce access tokens: `<organization>!<secret>`.

use verification::AccessToken;
use verification::token::signed_part;

use crate::ids::OrganizationId;

/// Separates the organization id from the secret part of an opaque token. A JWT does not contain it.
const SEPARATOR: char = '!';

/// Length of an id without its checksum.
const SHORT_ID: usize = 15;

/// The organization id before the `!` of an opaque token.
///
/// The prefix is not signed. It is used only to deny a token early, never to accept one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClaimedOrganization {
    /// The token has no prefix: it is JWT-based or of an unknown form.
    Absent,
    /// The prefix is an organization id.
    Id(OrganizationId),
    /// The prefix is not an organization id.
    Invalid,
}

pub(crate) fn claimed_organization(token: &AccessToken) -> ClaimedOrganization {
    match token.expose().split_once(SEPARATOR) {
        None => ClaimedOrganization::Absent,
        Some((prefix, _)) => prefix.parse().map_or(ClaimedOrganization::Invalid, ClaimedOrganization::Id),
    }
}

/// The parts that are the same in every spelling of the token, so that a used token is recognised again: an opaque
/// token without the checksum of its prefix; the signed part of a JWT-based one.
pub(crate) fn identifying_parts(token: &AccessToken) -> [&str; 2] {
    let text = token.expose();
    match text.find(SEPARATOR).and_then(|at| text.split_at_checked(at)) {
        Some((prefix, rest)) => [prefix.get(..SHORT_ID).unwrap_or(prefix), rest],
        None => [signed_part(text), ""],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_organization_of_an_opaque_token_is_read() {
        let claimed = |text| claimed_organization(&AccessToken::parse(text).unwrap());
        let id = "00DSG000009FYVd".parse().unwrap();
        assert_eq!(claimed("00DSG000009FYVd!AQ4"), ClaimedOrganization::Id(id));
        assert_eq!(claimed("00DSG000009FYVd2AO!AQ4!x"), ClaimedOrganization::Id(id));
        assert_eq!(claimed("00D!AQ4"), ClaimedOrganization::Invalid);
        assert_eq!(claimed("!AQ4"), ClaimedOrganization::Invalid);
        assert_eq!(claimed("e30.e30.c2ln"), ClaimedOrganization::Absent);
    }

    #[test]
    fn both_prefixes_of_an_opaque_token_identify_the_same_token() {
        let parts = |text: &str| identifying_parts(&AccessToken::parse(text).unwrap()).concat();
        for rest in ["AQ4", "a.b", "a.b.c", "a.b.c.d", "a!b"] {
            let (short, long) = (format!("00DSG000009FYVd!{rest}"), format!("00DSG000009FYVd2AO!{rest}"));
            assert_eq!(parts(&short), parts(&long), "{rest}");
            assert_ne!(parts(&short), parts(&format!("{short}x")), "{rest}");
        }
    }

    #[test]
    fn a_jwt_is_identified_by_its_signed_part() {
        let token = AccessToken::parse("e30.e30.c2ln").unwrap();
        assert_eq!(identifying_parts(&token), ["e30.e30", ""]);
    }

    #[test]
    fn a_token_of_an_unknown_form_is_identified_by_its_text() {
        for text in ["abc", "a.b", "a.b.c.d", "a~b+c/d=="] {
            assert_eq!(identifying_parts(&AccessToken::parse(text).unwrap()), [text, ""]);
        }
    }
}
