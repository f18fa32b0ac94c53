//! The NameID of a SAML user, in its own letter case.

use crate::reason::Reason;

/// The NameID as the provider sends it. `name_id` is the one in the user name.
///
/// A NameID is case-sensitive, and a pool that folds letter case hands the user name over in small letters. A capital
/// letter anywhere in the user name shows that it was not folded, and a NameID without letters cannot be. Otherwise
/// `attribute` has to say it, to which the provider's administrators map the NameID.
///
/// # Errors
/// Nothing says what the NameID is, or the attribute and the user name contradict each other.
pub fn name_id<'a>(user_name: &str, name_id: &'a str, attribute: NameIdAttribute<'a>) -> Result<&'a str, Reason> {
    match attribute {
        NameIdAttribute::NotConfigured if has_capitals(user_name) || !has_letters(name_id) => Ok(name_id),
        NameIdAttribute::NotConfigured | NameIdAttribute::Missing => Err(Reason::NameIdUnknown),
        NameIdAttribute::Value(value) if value == name_id => Ok(value),
        NameIdAttribute::Value(value) if !has_capitals(user_name) && value.to_lowercase() == name_id => Ok(value),
        NameIdAttribute::Value(_) => Err(Reason::NameIdMismatch),
    }
}

/// The attribute of the event that holds the NameID in its own letter case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameIdAttribute<'a> {
    /// No attribute is configured.
    NotConfigured,
    /// The event does not hold it, or holds no text in it.
    Missing,
    /// Its value.
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
    fn an_attribute_that_should_hold_the_name_id_and_does_not_leaves_it_unknown() {
        for user_name in ["okta_alice", "Okta_alice"] {
            assert_eq!(
                name_id(user_name, "alice", NameIdAttribute::Missing),
                Err(Reason::NameIdUnknown),
                "{user_name}"
            );
        }
    }

    #[test]
    fn the_attribute_gives_back_the_letter_case_and_nothing_else() {
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
