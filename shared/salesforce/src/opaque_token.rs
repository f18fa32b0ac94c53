//! The opaque form of Salesforce's access tokens: `<organization>!<secret>`.

use verification::AccessToken;
use verification::token::signed_part;

use crate::ids::OrganizationId;

/// Stands in an opaque token, behind the organization's id, and in no JWT.
const MARK: char = '!';

/// The length of an id without its checksum.
const SHORT_ID: usize = 15;

/// The organization that an opaque token names in front of its `!`.
///
/// Nothing vouches for this prefix. It serves to refuse a token early, never to accept one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClaimedOrganization {
    /// The token has no prefix: it is JWT-based, or of a form that is not known yet.
    None,
    /// The prefix is an organization id.
    Id(OrganizationId),
    /// The prefix is no organization id.
    Invalid,
}

pub(crate) fn claimed_organization(token: &AccessToken) -> ClaimedOrganization {
    match token.expose().split_once(MARK) {
        None => ClaimedOrganization::None,
        Some((prefix, _)) => prefix.parse().map_or(ClaimedOrganization::Invalid, ClaimedOrganization::Id),
    }
}

/// What is the same in each spelling of the token, for remembering that it was used: of an opaque token all but the
/// checksum of its prefix, of a JWT-based one what the signature covers.
pub(crate) fn identifying_parts(token: &AccessToken) -> [&str; 2] {
    let text = token.expose();
    match text.find(MARK).and_then(|at| text.split_at_checked(at)) {
        Some((prefix, rest)) => [prefix.get(..SHORT_ID).unwrap_or(prefix), rest],
        None => [signed_part(text), ""],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_which_organization_an_opaque_token_names() {
        let claimed = |text| claimed_organization(&AccessToken::parse(text).unwrap());
        let id = "00DSG000009FYVd".parse().unwrap();
        assert_eq!(claimed("00DSG000009FYVd!AQ4"), ClaimedOrganization::Id(id));
        assert_eq!(claimed("00DSG000009FYVd2AO!AQ4!x"), ClaimedOrganization::Id(id));
        assert_eq!(claimed("00D!AQ4"), ClaimedOrganization::Invalid);
        assert_eq!(claimed("!AQ4"), ClaimedOrganization::Invalid);
        assert_eq!(claimed("e30.e30.c2ln"), ClaimedOrganization::None);
    }

    #[test]
    fn both_prefixes_of_an_opaque_token_name_the_same_token() {
        let parts = |text: &str| identifying_parts(&AccessToken::parse(text).unwrap()).concat();
        for rest in ["AQ4", "a.b", "a.b.c", "a.b.c.d", "a!b"] {
            let (short, long) = (format!("00DSG000009FYVd!{rest}"), format!("00DSG000009FYVd2AO!{rest}"));
            assert_eq!(parts(&short), parts(&long), "{rest}");
            assert_ne!(parts(&short), parts(&format!("{short}x")), "{rest}");
        }
    }

    #[test]
    fn a_jwt_is_named_by_what_its_signature_covers() {
        let token = AccessToken::parse("e30.e30.c2ln").unwrap();
        assert_eq!(identifying_parts(&token), ["e30.e30", ""]);
    }

    #[test]
    fn a_token_of_an_unknown_form_is_named_by_its_text() {
        for text in ["abc", "a.b", "a.b.c.d", "a~b+c/d=="] {
            assert_eq!(identifying_parts(&AccessToken::parse(text).unwrap()), [text, ""]);
        }
    }
}
