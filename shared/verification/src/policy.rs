//! What the operator trusts. There is no default for any of it.

use settings::list;

use crate::audience::AudienceMode;
use crate::email::EmailAddress;
use crate::salesforce_id::OrganizationId;

/// The trust decisions that the rules apply.
#[derive(Debug)]
pub struct Policy {
    /// Whose users may sign in.
    pub organizations: AllowedOrganizations,
    /// How a token proves that it was issued to our app.
    pub audience: AudienceMode,
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

/// The organizations whose users may sign in: at least one, compared on 15 characters.
///
/// Anyone can create a Salesforce organization with a user that carries somebody else's e-mail, so
/// this list is what makes an e-mail mean anything.
#[derive(Debug)]
pub struct AllowedOrganizations(Vec<OrganizationId>);

impl AllowedOrganizations {
    /// Reads a comma-separated list.
    ///
    /// # Errors
    /// An entry is not an organization id; an empty list has one empty entry.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        list(text, str::parse).map(Self).map_err(PolicyError::List)
    }

    /// Whether users of the organization may sign in.
    pub fn allow(&self, organization: OrganizationId) -> bool {
        self.0.contains(&organization)
    }
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
    fn an_organization_is_allowed_in_either_form_and_exact_case_only() {
        let allowed = AllowedOrganizations::parse("00DSG000009FYVd, 00DDE00000485Lg").unwrap();
        for (id, expected) in [
            ("00DSG000009FYVd2AO", true),
            ("00DDE00000485Lg", true),
            ("00DDE00000485LG", false),
            ("00D6g000006wre4", false),
        ] {
            assert_eq!(allowed.allow(id.parse().unwrap()), expected, "{id}");
        }
    }

    #[test]
    fn a_list_that_allows_nobody_or_everybody_is_refused() {
        for text in ["", ",", "*", "00D", "00DSG000009FYVd,", "00DSG000009FYVd,00D", "005SG000008eiAb"] {
            assert!(AllowedOrganizations::parse(text).is_err(), "{text:?}");
        }
    }

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
