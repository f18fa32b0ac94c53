//! What the operator trusts about e-mail addresses and the pool. The provider's crate has the policy about the
//! provider.

use settings::list;

use crate::email::EmailAddress;

/// The trust decisions of the operator that the rules about the pool user apply.
#[derive(Debug)]
pub struct Policy {
    /// The e-mail domains that may sign in; `None` for all.
    pub email_domains: Option<AllowedEmailDomains>,
    /// How Verify knows that only one user has the e-mail address.
    pub directory: DirectoryMode,
    /// Whether the first successful sign-in links the pool user to the Salesforce user.
    pub link_on_first_sign_in: bool,
}

/// The text of a setting is not a valid policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// An entry of a list is invalid.
    #[error("{0}")]
    List(String),
}

/// How Verify knows that only one pool user has an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirectoryMode {
    /// Calls `ListUsers` at each sign-in, which finds duplicates. Its quota is 30 calls a second.
    ListUsers,
    /// Trusts the event. For pools in which the e-mail address is a sign-in alias and therefore unique.
    Event,
}

/// The e-mail domains that may sign in. They are compared as a whole, without ASCII case.
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

    /// Whether the address is in one of the domains. A subdomain counts as another domain.
    pub fn allow(&self, email: &EmailAddress) -> bool {
        self.0.iter().any(|domain| domain.eq_ignore_ascii_case(email.domain()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_domain_is_compared_as_a_whole() {
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
    fn a_domain_list_with_wildcards_empty_entries_or_addresses_is_refused() {
        for text in ["", "*", "*.example.com", "@example.com", "a@example.com", "example.com,", ".com"] {
            assert!(AllowedEmailDomains::parse(text).is_err(), "{text:?}");
        }
    }
}
