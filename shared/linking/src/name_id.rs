//! The NameID of a SAML user, in its original letter case.

use crate::reason::Reason;

/// Returns the NameID as the provider sends it. `name_id` is the one from the user name.
///
/// A NameID is case-sensitive, but a pool that ignores letter case passes the user name in lower case. An upper-case
/// letter anywhere in the user name shows that the pool did not change it, and a NameID without letters cannot change.
/// Otherwise the NameID must come from `attribute`, to which the provider's administrators have to map it.
///
/// # Errors
/// The NameID is unknown, or the attribute and the user name contradict each other.
pub fn name_id<'a>(user_name: &str, name_id: &'a str, attribute: NameIdAttribute<'a>) -> Result<&'a str, Reason> {
    match attribute {
        NameIdAttribute::NotConfigured if has_capitals(user_name) || !has_letters(name_id) => Ok(name_id),
        NameIdAttribute::NotConfigured | NameIdAttribute::Missing => Err(Reason::NameIdUnknown),
        NameIdAttribute::Value(value) if value == name_id => Ok(value),
        NameIdAttribute::Value(value) if !has_capitals(user_name) && value.to_lowercase() == name_id => Ok(value),
        NameIdAttribute::Value(_) => Err(Reason::NameIdMismatch),
    }
}

/// The attribute in the event that holds the NameID in its original letter case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameIdAttribute<'a> {
    /// No attribute is configured.
    NotConfigured,
    /// The event lacks the attribute, or its value is not a string.
    Missing,
    /// The value of the attribute.
    Value(&'a str),
}

pub(crate) fn has_capitals(text: &str) -> bool {
    text.to_lowercase() != text
}

fn has_letters(text: &str) -> bool {
    has_capitals(text) || text.to_uppercase() != text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_id_is_taken_from_a_user_name_that_shows_its_letter_case() {
        for (user_name, id) in [("Okta_alice", "alice"), ("okta_Alice", "Alice"), ("okta_0042-7", "0042-7")] {
            assert_eq!(name_id(user_name, id, NameIdAttribute::NotConfigured), Ok(id), "{user_name}");
        }
    }

    #[test]
    fn a_name_id_whose_letter_case_may_be_lost_is_unknown() {
        for (user_name, id) in [("okta_alice", "alice"), ("okta_0042a", "0042a"), ("okta_\u{e4}", "\u{e4}")] {
            assert_eq!(
                name_id(user_name, id, NameIdAttribute::NotConfigured),
                Err(Reason::NameIdUnknown),
                "{user_name}"
            );
        }
    }

    #[test]
    fn a_name_id_is_unknown_if_the_configured_attribute_is_missing() {
        for user_name in ["okta_alice", "Okta_alice"] {
            assert_eq!(
                name_id(user_name, "alice", NameIdAttribute::Missing),
                Err(Reason::NameIdUnknown),
                "{user_name}"
            );
        }
    }

    #[test]
    fn the_attribute_may_differ_from_the_user_name_only_in_letter_case() {
        assert_eq!(name_id("okta_alice", "alice", NameIdAttribute::Value("Alice")), Ok("Alice"));
        assert_eq!(name_id("Okta_Alice", "Alice", NameIdAttribute::Value("Alice")), Ok("Alice"));
        for (user_name, id, value) in [
            ("okta_alice", "alice", "bob"),
            ("okta_alice", "alice", "Alice "),
            ("okta_alice", "alice", ""),
            ("Okta_alice", "alice", "Alice"),
            ("okta_alice", "alice", "Okta_Alice"),
        ] {
            assert_eq!(name_id(user_name, id, NameIdAttribute::Value(value)), Err(Reason::NameIdMismatch), "{value:?}");
        }
    }
}
