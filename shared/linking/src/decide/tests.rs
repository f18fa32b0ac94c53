//! One profile that is linked, and one change at a time. Then all combinations of the fields that the rules read.

use super::*;

const IDENTITY: SamlIdentity<'_> = SamlIdentity { provider: "Okta", name_id: "alice" };

fn email() -> EmailAddress {
    "alice@acme.example".parse().unwrap()
}

fn profile() -> Profile {
    Profile {
        username: "local".to_owned(),
        sub: Some("sub".to_owned()),
        email: Some("alice@acme.example".to_owned()),
        email_verified: true,
        enabled: true,
        status: "CONFIRMED".to_owned(),
        identities: Some(vec![]),
    }
}

fn linked(provider: &str, user_id: &str, primary: bool) -> LinkedIdentity {
    LinkedIdentity { provider: provider.to_owned(), user_id: user_id.to_owned(), primary }
}

fn with(identities: &[LinkedIdentity]) -> Profile {
    Profile { identities: Some(identities.to_vec()), ..profile() }
}

fn federated() -> Profile {
    Profile { status: "EXTERNAL_PROVIDER".to_owned(), ..with(&[linked("Entra", "alice", true)]) }
}

fn disabled() -> Profile {
    Profile { enabled: false, ..profile() }
}

/// The decision as one word.
fn decided(found: &[Profile]) -> &'static str {
    match decide(&email(), &IDENTITY, found) {
        Decision::Link(_) => "link",
        Decision::AlreadyLinked(_) => "linked",
        Decision::DoNotLink(reason, _) => reason.code(),
    }
}

#[test]
fn the_only_profile_with_the_address_is_linked() {
    assert_eq!(decided(&[profile()]), "link");
}

#[test]
fn a_profile_with_an_unused_temporary_password_is_linked() {
    let invited = Profile { status: "FORCE_CHANGE_PASSWORD".to_owned(), ..profile() };
    assert_eq!(decided(&[invited]), "link");
}

#[test]
fn the_letter_case_of_the_address_is_ignored() {
    let capital = Profile { email: Some("Alice@ACME.example".to_owned()), ..profile() };
    assert_eq!(decided(&[capital]), "link");
}

#[test]
fn without_a_profile_with_the_address_nothing_is_linked() {
    assert_eq!(decided(&[]), "no-profile");
}

#[test]
fn a_returned_profile_with_another_address_does_not_count() {
    for other in
        [None, Some(""), Some("bob@acme.example"), Some("alice@acme.example.evil"), Some("al\u{131}ce@acme.example")]
    {
        let other = Profile { email: other.map(str::to_owned), ..profile() };
        assert_eq!(decided(std::slice::from_ref(&other)), "no-profile", "{:?}", other.email);
        assert_eq!(decided(&[other, profile()]), "link");
    }
}

#[test]
fn an_unverified_address_is_never_linked() {
    assert_eq!(decided(&[Profile { email_verified: false, ..profile() }]), "email-unverified");
}

fn unverified() -> Profile {
    Profile { username: "another".to_owned(), email_verified: false, ..profile() }
}

#[test]
fn of_two_verified_profiles_neither_is_linked() {
    assert_eq!(decided(&[profile(), profile()]), "duplicate-email");
    assert_eq!(decided(&[profile(), unverified(), profile()]), "duplicate-email");
}

#[test]
fn only_the_verified_profile_is_linked_even_with_unverified_ones() {
    let unconfirmed = Profile { status: "UNCONFIRMED".to_owned(), ..unverified() };
    for found in [
        vec![profile(), unverified()],
        vec![unverified(), profile()],
        [vec![unconfirmed; 100], vec![profile()], vec![unverified(); 100]].concat(),
    ] {
        match decide(&email(), &IDENTITY, &found) {
            Decision::Link(profile) => assert_eq!(profile.username, "local"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn without_a_verified_profile_nothing_is_linked_or_created() {
    for count in [1, 2, 100] {
        assert_eq!(decided(&vec![unverified(); count]), "email-unverified", "{count}");
    }
    assert_eq!(decided(&[unverified(), disabled()]), "email-unverified");
}

#[test]
fn a_federated_profile_counts_whether_or_not_its_address_is_verified() {
    let unverified_twin = Profile { email_verified: false, ..federated() };
    assert_eq!(decided(&[profile(), unverified_twin.clone()]), "federated-twin");
    assert_eq!(decided(&[profile(), unverified(), unverified_twin.clone()]), "federated-twin");
    assert_eq!(decided(&[unverified(), unverified_twin.clone()]), "federated-twin");
    assert_eq!(decided(&[unverified_twin]), "federated-profile");
}

#[test]
fn with_only_disabled_profiles_nothing_is_linked_or_created() {
    assert_eq!(decided(&[disabled()]), "profile-disabled");
    assert_eq!(decided(&[disabled(), disabled()]), "profile-disabled");
}

#[test]
fn a_disabled_profile_does_not_prevent_linking_to_an_enabled_one() {
    assert_eq!(decided(&[disabled(), profile()]), "link");
}

#[test]
fn no_identity_is_linked_to_a_federated_profile() {
    assert_eq!(decided(&[federated()]), "federated-profile");
    assert_eq!(decided(&[Profile { identities: Some(vec![]), ..federated() }]), "federated-profile");
    assert_eq!(decided(&[federated(), federated()]), "duplicate-email");
}

#[test]
fn a_federated_profile_with_a_password_is_still_federated() {
    assert_eq!(decided(&[Profile { status: "CONFIRMED".to_owned(), ..federated() }]), "federated-profile");
}

#[test]
fn a_local_profile_with_a_federated_twin_is_not_linked() {
    assert_eq!(decided(&[profile(), federated()]), "federated-twin");
    assert_eq!(decided(&[federated(), profile(), federated()]), "federated-twin");
}

#[test]
fn a_profile_that_cannot_sign_in_is_not_linked() {
    for status in ["UNCONFIRMED", "RESET_REQUIRED", "ARCHIVED", "COMPROMISED", "UNKNOWN", "confirmed", ""] {
        assert_eq!(decided(&[Profile { status: status.to_owned(), ..profile() }]), "not-confirmed", "{status}");
    }
}

#[test]
fn an_identity_that_is_already_linked_is_not_linked_again() {
    assert_eq!(decided(&[with(&[linked("Okta", "alice", false)])]), "linked");
    let five = ["A", "B", "C", "D", "Okta"].map(|provider| linked(provider, "alice", false));
    assert_eq!(decided(&[with(&five)]), "linked");
}

#[test]
fn a_profile_with_another_identity_of_the_provider_is_not_linked() {
    for other in [linked("Okta", "bob", false), linked("Okta", "Alice", false), linked("okta", "alice", false)] {
        assert_eq!(decided(&[with(std::slice::from_ref(&other))]), "another-identity", "{other:?}");
        let both = [linked("Okta", "alice", false), other];
        assert_eq!(decided(&[with(&both)]), "another-identity");
    }
}

#[test]
fn up_to_four_identities_of_other_providers_are_accepted() {
    let others: Vec<_> = ["A", "B", "C", "D", "E"].map(|provider| linked(provider, "alice", false)).into();
    for (count, expected) in [(1, "link"), (4, "link"), (5, "too-many-identities")] {
        assert_eq!(decided(&[with(&others[..count])]), expected, "{count}");
    }
}

#[test]
fn a_profile_with_unreadable_identities_is_not_linked() {
    assert_eq!(decided(&[Profile { identities: None, ..profile() }]), "identities-unreadable");
}

/// All combinations of the fields that the rules read.
fn every_profile() -> Vec<Profile> {
    let emails = [Some("alice@acme.example"), Some("bob@acme.example"), None];
    let statuses = ["CONFIRMED", "FORCE_CHANGE_PASSWORD", "UNCONFIRMED", "EXTERNAL_PROVIDER"];
    let own = linked("Okta", "alice", false);
    let five = ["A", "B", "C", "D", "E"].map(|provider| linked(provider, "x", false));
    let identities = [
        None,
        Some(vec![]),
        Some(vec![own.clone()]),
        Some(vec![linked("Okta", "bob", false)]),
        Some(vec![linked("Entra", "x", true)]),
        Some(five.to_vec()),
    ];
    let mut profiles = Vec::new();
    for email in emails {
        for status in statuses {
            for identities in &identities {
                for (email_verified, enabled) in [(true, true), (true, false), (false, true), (false, false)] {
                    profiles.push(Profile {
                        email: email.map(str::to_owned),
                        status: status.to_owned(),
                        identities: identities.clone(),
                        email_verified,
                        enabled,
                        ..profile()
                    });
                }
            }
        }
    }
    profiles
}

/// A second implementation of the rule whether an identity may be linked to a profile.
fn may_be_linked(profile: &Profile) -> bool {
    let free = match &profile.identities {
        None => false,
        Some(identities) => {
            identities.len() < 5 && !identities.iter().any(|identity| identity.primary || identity.provider == "Okta")
        }
    };
    free && profile.enabled
        && profile.email_verified
        && ["CONFIRMED", "FORCE_CHANGE_PASSWORD"].contains(&&*profile.status)
}

#[test]
fn of_all_sets_of_up_to_two_profiles_only_those_with_one_suitable_profile_are_linked() {
    let profiles = every_profile();
    let is_federated = |profile: &Profile| {
        let primary = profile.identities.iter().flatten().any(|identity| identity.primary);
        primary || profile.status == "EXTERNAL_PROVIDER"
    };
    let counts = |profile: &Profile| {
        profile.enabled && profile.email == profile_email() && (profile.email_verified || is_federated(profile))
    };
    let sets = profiles.iter().map(|one| vec![one.clone()]);
    let pairs = profiles.iter().flat_map(|one| profiles.iter().map(|other| vec![one.clone(), other.clone()]));
    for set in sets.chain(pairs) {
        let counting: Vec<_> = set.iter().filter(|profile| counts(profile)).collect();
        let expected = matches!(counting.as_slice(), [profile] if may_be_linked(profile));
        let decision = decide(&email(), &IDENTITY, &set);
        assert_eq!(matches!(decision, Decision::Link(_)), expected, "{set:?}");
        // Only if no profile has the address, one may be created.
        let no_profile = set.iter().all(|profile| profile.email != profile_email());
        assert_eq!(matches!(decision, Decision::DoNotLink(Reason::NoProfile, _)), no_profile, "{set:?}");
        if let Decision::Link(profile) | Decision::AlreadyLinked(profile) = decision {
            assert!(counts(profile) && profile.email_verified, "{set:?}");
        }
    }
}

fn profile_email() -> Option<String> {
    profile().email
}
