//! Salesforce ids in a list, a subject, a link and a token's prefix: all 15 characters count, with their letter case.
#![no_main]

use libfuzzer_sys::fuzz_target;
use salesforce::{AllowedOrganizations, OrganizationId, SalesforceUserId, fuzzing};
use verification::AccessToken;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let user = text.parse::<SalesforceUserId>().ok();
    assert!(user.is_none_or(|user| is_id(text, "005", &user.to_string())));
    let organization = text.parse::<OrganizationId>().ok();
    if let Some(organization) = organization {
        assert!(is_id(text, "00D", &organization.to_string()));
        another_letter_case_is_another_id(organization);
    }

    let identity =
        text.split_once('/').and_then(|(organization, user)| Some((organization.parse().ok()?, user.parse().ok()?)));
    assert_eq!(fuzzing::link(text), identity);
    if let Some(subject) = fuzzing::subject(text) {
        let (origin, ids) = text.split_once("/id/").unwrap();
        assert_eq!(fuzzing::link(ids), Some(subject));
        assert!(origin.starts_with("https://") || origin.to_ascii_lowercase().starts_with("http"), "{origin}");
        assert!(!origin.contains(['@', '?', '#', ' ']), "{origin}");
    }
    if let Some(token) = AccessToken::parse(text) {
        let claimed = text.split_once('!').map(|(prefix, _)| prefix.parse().ok());
        assert_eq!(fuzzing::claimed_organization(&token), claimed);
    }
});

fn is_id(text: &str, prefix: &str, printed: &str) -> bool {
    let long: String = printed.to_owned();
    text.starts_with(prefix) && printed.len() == 18 && (text == printed || Some(text) == long.get(..15))
}

fn another_letter_case_is_another_id(organization: OrganizationId) {
    let printed = organization.to_string();
    let allowed = AllowedOrganizations::parse(&printed).unwrap();
    assert!(allowed.allow(organization));
    for at in 3..15 {
        let mut other = printed.as_bytes()[..15].to_vec();
        other[at] = match other[at] {
            letter if letter.is_ascii_alphabetic() => letter ^ 0x20,
            _ => continue,
        };
        let other: OrganizationId = String::from_utf8(other).unwrap().parse().unwrap();
        assert!(other != organization && !allowed.allow(other));
    }
}
