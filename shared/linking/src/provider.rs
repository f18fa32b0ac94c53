//! The providers whose addresses are trusted, and what the pool must say about one before its identities are linked.

use settings::list;

use crate::name_id::has_capitals;
use crate::profile::ForeignIdentity;
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

/// Why no identity of a provider with this mapping may be linked; `None` if nothing is in the way.
///
/// Each sign-in through a provider that maps `email` and not `email_verified` makes the address of the profile
/// unverified, and Verify then denies the user. A provider that maps no `email` leaves both attributes alone.
/// Source: <https://repost.aws/knowledge-center/cognito-email-verified-attribute>.
pub fn mapping_problem(mapped_attributes: &[String]) -> Option<Reason> {
    let maps = |attribute: &str| mapped_attributes.iter().any(|name| name == attribute);
    (maps("email") && !maps("email_verified")).then_some(Reason::EmailVerifiedNotMapped)
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

    /// Synthesis and `make attach` judge the same: `cdk/test/vectors.test.ts`.
    fn vectors(kind: &str, verdict: &str) -> Vec<Vec<String>> {
        let vectors: serde_json::Value = serde_json::from_str(include_str!("../vectors.json")).unwrap();
        serde_json::from_value(vectors[kind][verdict].clone()).unwrap()
    }

    #[test]
    fn a_provider_is_ambiguous_beside_another_one_whose_user_names_read_the_same() {
        for (verdict, expected) in [("distinct", false), ("ambiguous", true)] {
            for names in vectors("names", verdict) {
                assert_eq!(is_ambiguous(&names[0], &names), expected, "{names:?}");
            }
        }
        assert!(!is_ambiguous("Okta", &["Okta".to_owned()]));
    }

    #[test]
    fn a_mapping_of_the_address_without_its_verification_is_a_problem() {
        for (verdict, expected) in [("accepted", None), ("refused", Some(Reason::EmailVerifiedNotMapped))] {
            for mapped in vectors("mappings", verdict) {
                assert_eq!(mapping_problem(&mapped), expected, "{mapped:?}");
            }
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
}
