//! Which identity of which provider signs up: what `<Provider>_<NameID>` says, and what it does not.

use settings::list;
use verification::ports::ForeignIdentity;

use crate::reason::Reason;

/// Providers that let people choose the address that they send, and the pool itself.
const NOT_SAML: [&str; 5] = ["Cognito", "Facebook", "Google", "LoginWithAmazon", "SignInWithApple"];

/// The providers whose addresses are trusted, by their names in the pool.
#[derive(Debug, PartialEq, Eq)]
pub struct Providers(Vec<String>);

impl Providers {
    /// Reads a comma-separated list.
    ///
    /// # Errors
    /// An entry is no name of a SAML provider, or a user name could be of two of them.
    pub fn parse(text: &str) -> Result<Self, String> {
        let names = list(text, provider_name)?;
        let ambiguous = |(at, name): (usize, &String)| names.iter().skip(at + 1).any(|other| read_alike(name, other));
        if names.iter().enumerate().any(ambiguous) {
            return Err("names two providers between which a user name does not decide".to_owned());
        }
        Ok(Self(names))
    }

    /// The identity that a user name stands for, with the NameID as the user name has it.
    ///
    /// Pools that fold letter case hand the whole name over in small letters, the provider's own included.
    pub fn identity_of<'a>(&'a self, user_name: &'a str) -> Option<ForeignIdentity<'a>> {
        let folded = !has_capitals(user_name);
        self.0.iter().find_map(|provider| {
            let exact = user_name.strip_prefix(provider.as_str());
            let rest = exact.or_else(|| user_name.strip_prefix(&provider.to_lowercase()).filter(|_| folded));
            let name_id = rest?.strip_prefix('_').filter(|name_id| !name_id.is_empty())?;
            Some(ForeignIdentity { provider, name_id })
        })
    }
}

/// Whether a user name of this provider can be read as one of another provider of the pool, or the other way round.
pub fn is_ambiguous(provider: &str, names: &[String]) -> bool {
    names.iter().any(|name| name != provider && read_alike(name, provider))
}

/// Whether one of two names with `_` behind it begins the other, in any letter case: pools that fold letter case hand
/// user names over in small letters.
fn read_alike(one: &str, other: &str) -> bool {
    let (one, other) = (format!("{}_", one.to_lowercase()), format!("{}_", other.to_lowercase()));
    one.starts_with(&other) || other.starts_with(&one)
}

/// The NameID as the provider sends it, which is what has to be linked.
///
/// A NameID tells letter case apart, and the user name may have lost it. A capital letter anywhere shows that it has
/// not, and a NameID without letters has none to lose. Otherwise `verbatim` has to say it, the value of the attribute
/// to which the provider's administrators map the NameID.
///
/// # Errors
/// Nothing says what the NameID is, or two things do.
pub fn name_id<'a>(user_name: &str, name_id: &'a str, verbatim: Verbatim<'a>) -> Result<&'a str, Reason> {
    match verbatim {
        Verbatim::NotConfigured if has_capitals(user_name) || !has_letters(name_id) => Ok(name_id),
        Verbatim::NotConfigured | Verbatim::Missing => Err(Reason::NameIdUnknown),
        Verbatim::Value(value) if value == name_id => Ok(value),
        Verbatim::Value(value) if !has_capitals(user_name) && value.to_lowercase() == name_id => Ok(value),
        Verbatim::Value(_) => Err(Reason::NameIdMismatch),
    }
}

/// The attribute that holds the NameID verbatim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbatim<'a> {
    /// The operator has named none.
    NotConfigured,
    /// The event has no text in it.
    Missing,
    /// What it holds.
    Value(&'a str),
}

/// At most 32 letters, marks, symbols, digits or punctuation: `ProviderName` in the Cognito API reference.
fn provider_name(text: &str) -> Result<String, &'static str> {
    if NOT_SAML.iter().any(|name| name.eq_ignore_ascii_case(text)) {
        return Err("is not a SAML provider");
    }
    // What is no text arrives with replacement characters.
    let allowed = |character: char| !character.is_whitespace() && !character.is_control() && character != '\u{fffd}';
    if !text.is_empty() && text.chars().count() <= 32 && text.chars().all(allowed) {
        Ok(text.to_owned())
    } else {
        Err("is not the name of an identity provider")
    }
}

fn has_capitals(text: &str) -> bool {
    text.to_lowercase() != text
}

fn has_letters(text: &str) -> bool {
    has_capitals(text) || text.to_uppercase() != text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split<'a>(providers: &'a Providers, user_name: &'a str) -> Option<(&'a str, &'a str)> {
        providers.identity_of(user_name).map(|identity| (identity.provider, identity.name_id))
    }

    #[test]
    fn a_user_name_is_split_behind_the_name_of_a_listed_provider() {
        let providers = Providers::parse("Okta, Entra_ID").unwrap();
        for (user_name, expected) in [
            ("Okta_alice", ("Okta", "alice")),
            ("Okta_a_b_c", ("Okta", "a_b_c")),
            ("Okta__", ("Okta", "_")),
            ("Okta_Entra_ID_alice", ("Okta", "Entra_ID_alice")),
            ("Entra_ID_alice@acme.example", ("Entra_ID", "alice@acme.example")),
        ] {
            assert_eq!(split(&providers, user_name), Some(expected), "{user_name}");
        }
    }

    #[test]
    fn a_folded_user_name_is_of_the_provider_as_it_is_listed() {
        let providers = Providers::parse("Okta").unwrap();
        assert_eq!(split(&providers, "okta_alice"), Some(("Okta", "alice")));
    }

    #[test]
    fn another_name_is_not_listed() {
        let providers = Providers::parse("Okta,entra").unwrap();
        for user_name in [
            "",
            "_",
            "Okta",
            "Okta_",
            "okta_",
            "Oktaalice",
            "Okta-alice",
            "Okta2_alice",
            "OKTA_alice",
            "okta_Alice",
            "Entra_alice",
            " Okta_alice",
            "Google_1",
            "alice",
            "alice_Okta_1",
        ] {
            assert_eq!(split(&providers, user_name), None, "{user_name}");
        }
    }

    #[test]
    fn a_list_in_which_two_names_begin_a_user_name_alike_is_refused() {
        for list in ["Okta,Okta", "Okta,okta", "Okta,Okta_EU", "okta_eu_1,Okta_EU", "A,B,a_b"] {
            assert!(Providers::parse(list).is_err(), "{list}");
        }
        for list in ["Okta,OktaEU", "Okta_EU,Okta_US", "Okta,Entra"] {
            assert!(Providers::parse(list).is_ok(), "{list}");
        }
    }

    #[test]
    fn a_provider_is_ambiguous_beside_another_one_whose_user_names_read_the_same() {
        let beside = |provider: &str, other: &str| is_ambiguous(provider, &[provider.to_owned(), other.to_owned()]);
        for (provider, other) in
            [("Okta", "Okta_Partners"), ("Okta", "OKTA_EU"), ("Okta", "okta"), ("Okta_EU", "Okta"), ("A_b", "a")]
        {
            assert!(beside(provider, other), "{provider} {other}");
        }
        for (provider, other) in [("Okta", "Okta"), ("Okta", "OktaPartners"), ("Okta", "Entra"), ("Okta_EU", "Okta_US")]
        {
            assert!(!beside(provider, other), "{provider} {other}");
        }
    }

    #[test]
    fn what_is_no_name_of_a_saml_provider_is_refused() {
        let long = "a".repeat(33);
        for list in
            ["", ",", "Okta,", "Ok ta", "Okta\n1", "Google", "google", "Cognito", "SignInWithApple", "a\u{fffd}", &long]
        {
            assert!(Providers::parse(list).is_err(), "{list:?}");
        }
        assert!(Providers::parse(&"a".repeat(32)).is_ok());
    }

    #[test]
    fn a_name_id_is_taken_from_a_user_name_that_shows_its_letter_case() {
        for (user_name, id) in [("Okta_alice", "alice"), ("okta_Alice", "Alice"), ("okta_0042-7", "0042-7")] {
            assert_eq!(name_id(user_name, id, Verbatim::NotConfigured), Ok(id), "{user_name}");
        }
    }

    #[test]
    fn a_name_id_whose_letter_case_may_be_lost_is_unknown() {
        for (user_name, id) in [("okta_alice", "alice"), ("okta_0042a", "0042a"), ("okta_\u{e4}", "\u{e4}")] {
            assert_eq!(name_id(user_name, id, Verbatim::NotConfigured), Err(Reason::NameIdUnknown), "{user_name}");
        }
    }

    #[test]
    fn an_attribute_that_should_hold_the_name_id_and_does_not_leaves_it_unknown() {
        for user_name in ["okta_alice", "Okta_alice"] {
            assert_eq!(name_id(user_name, "alice", Verbatim::Missing), Err(Reason::NameIdUnknown), "{user_name}");
        }
    }

    #[test]
    fn the_attribute_gives_back_the_letter_case_and_nothing_else() {
        assert_eq!(name_id("okta_alice", "alice", Verbatim::Value("Alice")), Ok("Alice"));
        assert_eq!(name_id("Okta_Alice", "Alice", Verbatim::Value("Alice")), Ok("Alice"));
        for (user_name, id, value) in [
            ("okta_alice", "alice", "bob"),
            ("okta_alice", "alice", "Alice "),
            ("okta_alice", "alice", ""),
            ("Okta_alice", "alice", "Alice"),
            ("okta_alice", "alice", "Okta_Alice"),
        ] {
            assert_eq!(name_id(user_name, id, Verbatim::Value(value)), Err(Reason::NameIdMismatch), "{value:?}");
        }
    }
}
