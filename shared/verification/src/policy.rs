//! What the operator trusts about addresses and the pool. What is trusted about the provider, the provider knows.

use settings::list;

use crate::email::EmailAddress;

/// The trust decisions that the rules about the pool user apply.
#[derive(Debug)]
pub struct Policy {
    /// Which e-mail domains may sign in; `None` for all.
    pub email_domains: Option<AllowedEmailDomains>,
    /// How it is known that one user alone has the address.
    pub directory: DirectoryMode,
    /// Whether the first full success links the pool user to the person at Salesforce.
    pub link_on_first_sign_in: bool,
}

/// A setting that is not a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// An entry of a list is wrong.
    #[error("{0}")]
    List(String),
}

/// How it is known that one pool user alone has an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirectoryMode {
    /// `ListUsers` is asked at each sign-in; it finds duplicates. Its quota is 30 calls a second.
    ListUsers,
    /// The event is believed: for pools in which the address is a sign-in alias and therefore unique.
    Event,
}

/// The e-mail domains that may sign in, compared whole and without ASCII case.
#[derive(Debug)]
pub struct AllowedEmailDomains(Vec<String>);

impl AllowedEmailDomains {
    /// Reads a comma-separated list of domains, without `@` and without wildcards.
    ///
    /// # Errors
    /// An entry is not a domain.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let domain = |part: &str| match format!("x@{part}").parse::<EmailAddress>() {
            Ok(_) => Ok(part.to_owned()),
            Err(_) => Err("is not an e-mail domain"),
        };
        list(text, domain).map(Self).map_err(PolicyError::List)
    }

    /// Whether the address is in one of the domains. A subdomain is another domain.
    pub fn allow(&self, email: &EmailAddress) -> bool {
        self.0.iter().any(|domain| domain.eq_ignore_ascii_case(email.domain()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_domain_is_compared_whole() {
        let allowed = AllowedEmailDomains::parse("example.com,acme.example").unwrap();
        for (email, expected) in [
            ("a@example.com", true),
            ("a@EXAMPLE.com", true),
            ("a@acme.example", true),
            ("a@sub.example.com", false),
            ("a@notexample.com", false),
            ("a@example.com.invalid", false),
        ] {
            assert_eq!(allowed.allow(&email.parse().unwrap()), expected, "{email}");
        }
    }

    #[test]
    fn a_domain_list_with_wildcards_gaps_or_addresses_is_refused() {
        for text in ["", "*", "*.example.com", "@example.com", "a@example.com", "example.com,", ".com"] {
            assert!(AllowedEmailDomains::parse(text).is_err(), "{text:?}");
        }
    }
}
