//! The providers whose e-mail addresses are trusted, and the conditions for linking identities of a provider.

use settings::list;

use crate::name_id::has_capitals;
use crate::profile::SamlIdentity;
use crate::reason::Reason;

/// Names of providers that are not SAML providers: `Cognito` is the pool itself, and the others let users choose the
/// address that they send.
const NOT_SAML: [&str; 5] = ["Cognito", "Facebook", "Google", "LoginWithAmazon", "SignInWithApple"];

/// The providers whose e-mail addresses are trusted, by their names in the pool.
#[derive(Debug, PartialEq, Eq)]
pub struct Providers(Vec<String>);

impl Providers {
    /// An entry is not the name of a SAML provider, or a user name could belong to two of the providers.
    pub fn parse(text: &str) -> Result<Self, String> {
        let names = list(text, provider_name)?;
        let ambiguous =
            |(at, name): (usize, &String)| names.iter().skip(at + 1).any(|other| user_names_overlap(name, other));
        if names.iter().enumerate().any(ambiguous) {
            return Err("names two providers of which one could have the user names of the other".to_owned());
        }
        Ok(Self(names))
    }

    /// The identity in a user name, with the NameID as in the user name.
    ///
    /// A pool that ignores letter case passes the whole user name in lower case, including the provider's name.
    pub fn identity_of<'a>(&'a self, user_name: &'a str) -> Option<SamlIdentity<'a>> {
        let is_lower_case = !has_capitals(user_name);
        self.0.iter().find_map(|provider| {
            let exact = user_name.strip_prefix(provider.as_str());
            let rest = exact.or_else(|| user_name.strip_prefix(&provider.to_lowercase()).filter(|_| is_lower_case));
            let name_id = rest?.strip_prefix('_').filter(|name_id| !name_id.is_empty())?;
            Some(SamlIdentity { provider, name_id })
        })
    }
}

/// Whether a user name of this provider could also belong to another provider of the pool, or the other way round.
pub fn is_ambiguous(provider: &str, names: &[String]) -> bool {
    names.iter().any(|name| name != provider && user_names_overlap(name, provider))
}

/// Whether one of the two names, followed by `_`, is a prefix of the other. Letter case is ignored, because pools that
/// ignore it pass user names in lower case.
fn user_names_overlap(one: &str, other: &str) -> bool {
    let (one, other) = (format!("{}_", one.to_lowercase()), format!("{}_", other.to_lowercase()));
    one.starts_with(&other) || other.starts_with(&one)
}

/// Why no identity of a provider with this attribute mapping may be linked; `None` if it may.
///
/// If a provider maps `email` but not `email_verified`, each of its sign-ins marks the address of the profile as
/// unverified, and then Verify denies the user. A provider that does not map `email` changes neither attribute.
/// Source: <https://repost.aws/knowledge-center/cognito-email-verified-attribute>.
pub fn mapping_problem(mapped_attributes: &[String]) -> Option<Reason> {
    let maps = |attribute: &str| mapped_attributes.iter().any(|name| name == attribute);
    (maps("email") && !maps("email_verified")).then_some(Reason::EmailVerifiedNotMapped)
}

/// 1 to 32 letters, marks, symbols, digits or punctuation characters: `ProviderName` in the Cognito API reference.
fn provider_name(text: &str) -> Result<String, &'static str> {
    if NOT_SAML.iter().any(|name| name.eq_ignore_ascii_case(text)) {
        return Err("is not a SAML provider");
    }
    // A value that is not UTF-8 arrives with replacement characters.
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
    fn a_user_name_is_split_after_the_name_of_a_listed_provider() {
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
    fn a_user_name_in_lower_case_belongs_to_the_listed_provider() {
        let providers = Providers::parse("Okta").unwrap();
        assert_eq!(split(&providers, "okta_alice"), Some(("Okta", "alice")));
    }

    #[test]
    fn a_user_name_of_an_unlisted_provider_has_no_identity() {
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
    fn a_list_with_two_providers_whose_user_names_overlap_is_refused() {
        for list in ["Okta,Okta", "Okta,okta", "Okta,Okta_EU", "okta_eu_1,Okta_EU", "A,B,a_b"] {
            assert!(Providers::parse(list).is_err(), "{list}");
        }
        for list in ["Okta,OktaEU", "Okta_EU,Okta_US", "Okta,Entra"] {
            assert!(Providers::parse(list).is_ok(), "{list}");
        }
    }

    /// The CDK app and `make attach` check the same vectors: `cdk/test/vectors.test.ts`.
    fn vectors(kind: &str, verdict: &str) -> Vec<Vec<String>> {
        let vectors: serde_json::Value = serde_json::from_str(include_str!("../vectors.json")).unwrap();
        serde_json::from_value(vectors[kind][verdict].clone()).unwrap()
    }

    #[test]
    fn a_provider_is_ambiguous_if_its_user_names_overlap_with_another_provider() {
        for (verdict, expected) in [("distinct", false), ("ambiguous", true)] {
            for names in vectors("names", verdict) {
                assert_eq!(is_ambiguous(&names[0], &names), expected, "{names:?}");
            }
        }
        assert!(!is_ambiguous("Okta", &["Okta".to_owned()]));
    }

    #[test]
    fn a_mapping_of_email_without_email_verified_is_a_problem() {
        for (verdict, expected) in [("accepted", None), ("refused", Some(Reason::EmailVerifiedNotMapped))] {
            for mapped in vectors("mappings", verdict) {
                assert_eq!(mapping_problem(&mapped), expected, "{mapped:?}");
            }
        }
    }

    #[test]
    fn a_text_that_is_not_the_name_of_a_saml_provider_is_refused() {
        let long = "a".repeat(33);
        for list in
            ["", ",", "Okta,", "Ok ta", "Okta\n1", "Google", "google", "Cognito", "SignInWithApple", "a\u{fffd}", &long]
        {
            assert!(Providers::parse(list).is_err(), "{list:?}");
        }
        assert!(Providers::parse(&"a".repeat(32)).is_ok());
    }
}
