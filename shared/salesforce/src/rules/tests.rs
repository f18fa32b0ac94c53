//! One valid baseline. Each test changes one thing and expects one verdict.

mod audience;

use super::*;
use crate::policy::AllowedOrganizations;
use proptest::prelude::*;

const ORGANIZATION: &str = "00DSG000009FYVd2AO";
const OTHER_ORGANIZATION: &str = "00D6g000006wre4EAA";
const USER: &str = "005SG000008eiAbYAI";
const EMAIL: &str = "alice@example.com";
const NOW: u64 = 1_800_000_000;

fn policy() -> Policy {
    Policy { organizations: AllowedOrganizations::parse(ORGANIZATION).unwrap(), audience: AudienceMode::Unchecked }
}

fn identified(info: &UserInfo) -> Result<Person<Identity>, DenyReason> {
    identify(&policy(), &Findings { info, evidence: &Evidence::Unchecked, now: NOW })
}

fn with_info(change: impl FnOnce(&mut UserInfo)) -> Option<DenyReason> {
    let mut info = info();
    change(&mut info);
    identified(&info).err()
}

fn info() -> UserInfo {
    UserInfo {
        sub: Some(format!("https://login.salesforce.com/id/{ORGANIZATION}/{USER}")),
        organization_id: Some(ORGANIZATION.to_owned()),
        user_id: Some(USER.to_owned()),
        email: Some(EMAIL.to_owned()),
        email_verified: Some(true),
        active: Some(true),
        user_type: Some("STANDARD".to_owned()),
        integration_user: IntegrationUser::NotMarked,
    }
}

#[test]
fn the_valid_baseline_is_verified() {
    let Person { account: (organization, user), email } = identified(&info()).unwrap();
    assert_eq!((organization.to_string().as_str(), user.to_string().as_str()), (ORGANIZATION, USER));
    assert_eq!(email.as_str(), EMAIL);
}

#[test]
fn denies_another_organization_with_the_same_email() {
    let reason = with_info(|info| {
        info.organization_id = Some(OTHER_ORGANIZATION.to_owned());
        info.sub = Some(format!("https://login.salesforce.com/id/{OTHER_ORGANIZATION}/{USER}"));
    });
    assert_eq!(reason, Some(DenyReason::OrganizationNotAllowed));
}

#[test]
fn denies_an_organization_that_differs_only_in_letter_case() {
    let other_case = "00DSG000009FYVD";
    let reason = with_info(|info| {
        info.organization_id = Some(other_case.to_owned());
        info.sub = Some(format!("https://login.salesforce.com/id/{other_case}/{USER}"));
    });
    assert_eq!(reason, Some(DenyReason::OrganizationNotAllowed));
}

#[test]
fn denies_ids_that_are_missing_malformed_or_of_another_kind() {
    for id in [None, Some(""), Some("00D"), Some(USER), Some("00DSG000009FYVd2AA")] {
        let reason = with_info(|info| info.organization_id = id.map(str::to_owned));
        assert_eq!(reason, Some(DenyReason::OrganizationInvalid), "{id:?}");
    }
    for id in [None, Some(""), Some("005"), Some(ORGANIZATION), Some("005SG000008eiAbYAA")] {
        let reason = with_info(|info| info.user_id = id.map(str::to_owned));
        assert_eq!(reason, Some(DenyReason::UserIdInvalid), "{id:?}");
    }
}

#[test]
fn denies_a_sub_that_names_another_user_or_is_malformed() {
    for sub in [
        format!("https://login.salesforce.com/id/{OTHER_ORGANIZATION}/{USER}"),
        format!("https://login.salesforce.com/id/{ORGANIZATION}/0056g0000049jc6AAA"),
        format!("https://login.salesforce.com/id/{ORGANIZATION}/{USER}/"),
        format!("https://login.salesforce.com/id/{ORGANIZATION}/{USER}?x"),
        format!("https://login.salesforce.com/x/id/{ORGANIZATION}/{USER}"),
        format!("http://login.salesforce.com/id/{ORGANIZATION}/{USER}"),
        format!("https:///id/{ORGANIZATION}/{USER}"),
        format!("uid:{USER}"),
        String::new(),
    ] {
        assert_eq!(with_info(|info| info.sub = Some(sub.clone())), Some(DenyReason::SubjectMismatch), "{sub}");
    }
    assert_eq!(with_info(|info| info.sub = None), Some(DenyReason::SubjectMismatch));
}

#[test]
fn accepts_any_host_and_both_id_forms_in_sub() {
    for sub in [
        format!("https://acme.my.salesforce.com/id/{ORGANIZATION}/{USER}"),
        "https://test.salesforce.com/id/00DSG000009FYVd/005SG000008eiAb".to_owned(),
    ] {
        assert_eq!(with_info(|info| info.sub = Some(sub.clone())), None, "{sub}");
    }
}

#[test]
fn denies_a_user_who_is_not_active_and_standard() {
    for active in [None, Some(false)] {
        assert_eq!(with_info(|info| info.active = active), Some(DenyReason::UserInactive));
    }
    for user_type in [None, Some(""), Some("standard"), Some("GUEST"), Some("POWER_CUSTOMER_SUCCESS")] {
        let reason = with_info(|info| info.user_type = user_type.map(str::to_owned));
        assert_eq!(reason, Some(DenyReason::UserTypeNotAllowed), "{user_type:?}");
    }
    let reason = with_info(|info| info.integration_user = IntegrationUser::Marked);
    assert_eq!(reason, Some(DenyReason::IntegrationUser));
}

#[test]
fn accepts_a_response_without_the_integration_user_claim() {
    assert_eq!(with_info(|info| info.integration_user = IntegrationUser::Absent), None);
}

#[test]
fn denies_an_email_that_salesforce_has_not_verified() {
    for verified in [None, Some(false)] {
        let reason = with_info(|info| info.email_verified = verified);
        assert_eq!(reason, Some(DenyReason::SalesforceEmailUnverified));
    }
}

#[test]
fn denies_an_email_that_is_missing_or_not_plain_ascii() {
    for email in [None, Some(""), Some("alice"), Some("\u{0430}lice@example.com"), Some("alice@example.com ")] {
        let reason = with_info(|info| info.email = email.map(str::to_owned));
        assert_eq!(reason, Some(DenyReason::SalesforceEmailInvalid), "{email:?}");
    }
}

proptest! {
    /// Each input is valid or wrong. A person is identified only if all inputs are valid.
    #[test]
    fn only_the_fully_valid_input_identifies_a_person(
        organization in prop_oneof![Just(ORGANIZATION), Just(OTHER_ORGANIZATION), Just("00D")],
        user_id in prop_oneof![Just(USER), Just("0056g0000049jc6AAA")],
        flags in proptest::array::uniform3(prop_oneof![3 => Just(true), 1 => Just(false)]),
    ) {
        let [email_verified, active, standard] = flags;
        let info = UserInfo {
            organization_id: Some(organization.to_owned()),
            user_id: Some(user_id.to_owned()),
            email_verified: Some(email_verified),
            active: Some(active),
            user_type: standard.then(|| "STANDARD".to_owned()),
            ..info()
        };
        let valid = organization == ORGANIZATION && user_id == USER && flags.iter().all(|flag| *flag);
        prop_assert_eq!(identified(&info).is_ok(), valid);
    }
}
