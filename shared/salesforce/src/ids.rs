//! The two kinds of Salesforce record ids that identify a person: organization id and user id.
//!
//! An id has 15 characters and is case-sensitive: two organizations can differ only in letter case. The 18-character
//! form appends a checksum of the letter case, for systems that ignore case. Both forms name the same record. So ids
//! are compared on all 15 characters, byte by byte: a comparison of prefixes, or one without case, would let users of
//! another organization in.

use std::fmt;
use std::str::FromStr;

use settings::Origin;

/// The text is not an id of the expected kind, or its checksum does not match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a Salesforce id of 15 or 18 characters that starts with {prefix}")]
pub struct InvalidId {
    prefix: &'static str,
}

/// The id of an organization (`00D…`).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct OrganizationId([u8; 15]);

/// The id of a user (`005…`). It is unique only within an organization: a sandbox keeps the user ids of the production
/// organization from which it was copied.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SalesforceUserId([u8; 15]);

/// A Salesforce user: the organization and the user in it.
pub type Identity = (OrganizationId, SalesforceUserId);

impl FromStr for OrganizationId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        parse(text, "00D").map(Self)
    }
}

impl FromStr for SalesforceUserId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        parse(text, "005").map(Self)
    }
}

impl fmt::Display for OrganizationId {
    /// The 18-character form.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_18(&self.0, formatter)
    }
}

impl fmt::Display for SalesforceUserId {
    /// The 18-character form.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_18(&self.0, formatter)
    }
}

impl fmt::Debug for OrganizationId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Debug for SalesforceUserId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// Parses `<origin>/id/<organization>/<user>`, the `sub` of UserInfo, introspection and `id_token`. The origin must be
/// valid but is not compared, because it is the login host, the My Domain or a site, depending on how the user logged
/// in.
pub(crate) fn parse_subject(subject: &str) -> Option<Identity> {
    let (origin, ids) = subject.split_once("/id/")?;
    let (organization, user) = ids.split_once('/')?;
    if origin.ends_with('/') || origin.parse::<Origin>().is_err() {
        return None;
    }
    Some((organization.parse().ok()?, user.parse().ok()?))
}

/// Parses `<organization>/<user>`, the form of the link from a pool user to a Salesforce user.
pub(crate) fn parse_link(link: &str) -> Option<Identity> {
    let (organization, user) = link.split_once('/')?;
    Some((organization.parse().ok()?, user.parse().ok()?))
}

fn parse(text: &str, prefix: &'static str) -> Result<[u8; 15], InvalidId> {
    let invalid = InvalidId { prefix };
    let (id, suffix) = text.as_bytes().split_first_chunk::<15>().ok_or(invalid)?;
    if !id.iter().all(u8::is_ascii_alphanumeric) || !id.starts_with(prefix.as_bytes()) {
        return Err(invalid);
    }
    if suffix.is_empty() || *suffix == checksum(id) { Ok(*id) } else { Err(invalid) }
}

/// One character for each five characters of the id. Bit `i` of its value is set if the `i`-th of the five is upper
/// case.
fn checksum(id: &[u8; 15]) -> [u8; 3] {
    let mut suffix = [0; 3];
    for (character, five) in suffix.iter_mut().zip(id.chunks_exact(5)) {
        let value: u8 = five.iter().rev().fold(0, |bits, byte| bits << 1 | u8::from(byte.is_ascii_uppercase()));
        // The values 0–25 are the letters A–Z, the values 26–31 the digits 0–5.
        *character = if value < 26 { b'A' + value } else { b'0' + (value - 26) };
    }
    suffix
}

fn write_18(id: &[u8; 15], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    for byte in id.iter().chain(&checksum(id)) {
        write!(formatter, "{}", char::from(*byte))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_forms_of_an_id_are_equal_and_print_as_18_characters() {
        for (short, long) in [("00DSG000009FYVd", "00DSG000009FYVd2AO"), ("00D6g000006wre4", "00D6g000006wre4EAA")] {
            let id: OrganizationId = short.parse().unwrap();
            assert_eq!(Ok(id), long.parse());
            assert_eq!((id.to_string(), format!("{id:?}")), (long.to_owned(), long.to_owned()));
        }
        let user: SalesforceUserId = "005SG000008eiAb".parse().unwrap();
        assert_eq!(
            (user.to_string(), format!("{user:?}")),
            ("005SG000008eiAbYAI".to_owned(), "005SG000008eiAbYAI".to_owned())
        );
    }

    #[test]
    fn the_checksum_uses_a_to_z_and_then_0_to_5() {
        for (short, checksum) in [("00DaaBaaBBaBaBB", "EZ0"), ("00DaaBBBBBaaaaa", "E5A")] {
            let id: OrganizationId = short.parse().unwrap();
            assert_eq!(id.to_string(), format!("{short}{checksum}"));
        }
    }

    #[test]
    fn ids_that_differ_by_letter_case_are_different() {
        let one: OrganizationId = "00DDE00000485Lg".parse().unwrap();
        let other: OrganizationId = "00DDE00000485LG".parse().unwrap();
        assert_ne!(one, other);
    }

    #[test]
    fn a_wrong_checksum_is_refused() {
        for text in [
            "00DSG000009FYVd2A0",
            "00DSG000009FYVdAAA",
            "00DSG000009FYVD2AO",
            "00dSG000009FYVd2AO",
            "00DSG000009FYVd2ao",
        ] {
            assert!(text.parse::<OrganizationId>().is_err(), "{text}");
        }
    }

    #[test]
    fn short_long_foreign_and_look_alike_ids_are_refused() {
        for text in [
            "",
            "00D",
            "00DSG000009FYV",
            "00DSG000009FYVd2",
            "00DSG000009FYVd2A",
            "00DSG000009FYVd2AOA",
            "005SG000008eiAb",
            "00DSG000009FYV\u{0501}",
            "00DSG000009FYV ",
            " 00DSG000009FYVd",
            "00DSG000009FYV!",
            "00DSG000009FY\u{ff36}d",
        ] {
            assert!(text.parse::<OrganizationId>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_subject_is_an_origin_and_two_ids() {
        let ids = "00DSG000009FYVd2AO/005SG000008eiAbYAI";
        for origin in ["https://login.salesforce.com", "https://acme.my.salesforce.com", "http://127.0.0.1:8080"] {
            assert!(parse_subject(&format!("{origin}/id/{ids}")).is_some(), "{origin}");
        }
        for subject in [
            format!("http://login.salesforce.com/id/{ids}"),
            format!("https://login.salesforce.com//id/{ids}"),
            format!("https://login.salesforce.com/x/id/{ids}"),
            format!("https://login.salesforce.com/id/{ids}/"),
            format!("https://login.salesforce.com/id/{ids}?x"),
            format!("https://login.salesforce.com?x=/id/{ids}"),
            format!("https:///id/{ids}"),
            format!("/id/{ids}"),
            ids.to_owned(),
        ] {
            assert_eq!(parse_subject(&subject), None, "{subject}");
        }
    }

    proptest! {
        #[test]
        fn printing_and_parsing_are_inverse(short in "00D[0-9A-Za-z]{12}") {
            let id: OrganizationId = short.parse().unwrap();
            let long = id.to_string();
            prop_assert_eq!(long.len(), 18);
            prop_assert_eq!(long.get(..15), Some(short.as_str()));
            prop_assert_eq!(long.parse(), Ok(id));
        }

        #[test]
        fn an_id_with_one_letter_in_another_case_is_another_id(short in "005[0-9A-Za-z]{12}", at in 3..15_usize) {
            let id: SalesforceUserId = short.parse().unwrap();
            let mut other = short.clone().into_bytes();
            if other[at].is_ascii_alphabetic() {
                other[at] ^= 0x20;
                let other = String::from_utf8(other).unwrap();
                prop_assert_ne!(other.parse::<SalesforceUserId>(), Ok(id));
                let with_the_first_ones_checksum = id.to_string().replace(&short, &other);
                prop_assert!(with_the_first_ones_checksum.parse::<SalesforceUserId>().is_err());
            }
        }

        #[test]
        fn a_link_and_a_subject_hold_exactly_two_ids(
            organization in "00D[0-9A-Za-z]{12}", user in "005[0-9A-Za-z]{12}", rest in "[ -~]{0,3}",
        ) {
            let link = format!("{organization}/{user}{rest}");
            let expected = Some((organization.parse().unwrap(), user.parse().unwrap())).filter(|_| rest.is_empty());
            // Three characters could be the checksum.
            prop_assume!(rest.len() < 3);
            prop_assert_eq!(parse_link(&link), expected);
            prop_assert_eq!(parse_subject(&format!("https://acme.my.salesforce.com/id/{link}")), expected);
        }

        #[test]
        fn the_parser_never_panics_on_ids(text in ".{0,24}") {
            let _ = text.parse::<OrganizationId>();
        }
    }
}
