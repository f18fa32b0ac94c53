//! What the operator trusts about Salesforce. There is no default for any of it.

use settings::list;
use verification::PolicyError;

use crate::audience::AudienceMode;
use crate::ids::OrganizationId;

/// The trust decisions that the rules about the Salesforce user apply.
#[derive(Debug)]
pub struct Policy {
    /// Whose users may sign in.
    pub organizations: AllowedOrganizations,
    /// How a token proves that it was issued to our app.
    pub audience: AudienceMode,
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
}
