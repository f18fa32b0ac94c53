//! What the operator trusts about Salesforce. No setting here has a default.

use settings::list;
use verification::PolicyError;

use crate::audience::AudienceMode;
use crate::ids::OrganizationId;

/// The trust decisions of the operator that the rules about the Salesforce user apply.
#[derive(Debug)]
pub struct Policy {
    /// The organizations whose users may sign in.
    pub organizations: AllowedOrganizations,
    /// How a token proves that it was issued to our app.
    pub audience: AudienceMode,
}

/// The organizations whose users may sign in: at least one, compared on 15 characters.
///
/// Anyone can create a Salesforce organization with a user that has the e-mail address of another person. So an e-mail
/// address from Salesforce proves something only together with this list.
#[derive(Debug)]
pub struct AllowedOrganizations(Vec<OrganizationId>);

impl AllowedOrganizations {
    /// An entry is not an organization id. An empty text is one empty entry.
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
    fn an_organization_is_allowed_in_both_forms_but_only_in_its_letter_case() {
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
    fn an_empty_invalid_or_wildcard_list_is_refused() {
        for text in ["", ",", "*", "00D", "00DSG000009FYVd,", "00DSG000009FYVd,00D", "005SG000008eiAb"] {
            assert!(AllowedOrganizations::parse(text).is_err(), "{text:?}");
        }
    }
}
