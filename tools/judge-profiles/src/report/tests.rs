//! Pools with a few users, as `ListUsers` returns them, and lists of people.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;

const ALICE: &str = "alice@acme.example";

/// A user, as `ListUsers` returns it.
#[derive(Clone)]
struct User(Value);

impl User {
    fn new(username: &str, attributes: &[(&str, &str)]) -> Self {
        let attributes: Vec<_> = attributes.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
        Self(json!({
            "Username": username, "Enabled": true, "UserStatus": "CONFIRMED", "Attributes": attributes,
            "UserCreateDate": "2026-11-01T00:00:00.000Z",
        }))
    }

    /// A local profile without any problem.
    fn local(username: &str, email: &str) -> Self {
        Self::new(username, &[("email", email), ("email_verified", "true")])
    }

    fn unverified(username: &str, email: &str) -> Self {
        Self::new(username, &[("email", email), ("email_verified", "false")])
    }

    /// A profile that Cognito created at a first SAML sign-in.
    fn federated(provider: &str, name_id: &str, email: &str, email_verified: bool) -> Self {
        let identities = json!([{"userId": name_id, "providerName": provider, "primary": true}]).to_string();
        let verified = email_verified.to_string();
        let attributes = [("email", email), ("email_verified", &verified), ("identities", &identities)];
        Self::new(&format!("{provider}_{name_id}"), &attributes).with("UserStatus", "EXTERNAL_PROVIDER")
    }

    /// A local profile with linked identities, as `(provider, NameID)`.
    fn linked(username: &str, email: &str, identities: &[(&str, &str)]) -> Self {
        let entry = |(provider, name_id): &(&str, &str)| json!({"providerName": provider, "userId": name_id});
        let identities = identities.iter().map(entry).collect::<Value>().to_string();
        Self::new(username, &[("email", email), ("email_verified", "true"), ("identities", &identities)])
    }

    fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.0[member] = value.into();
        self
    }
}

/// The input of one run, with the provider if there is one.
fn input(provider: Option<&str>, people: &[(&str, &str)], users: &[User]) -> Input {
    let provider = provider.map(|name| json!({"name": name, "mappedAttributes": []}));
    let task = json!({"poolId": "eu-central-1_AbCdEf123", "provider": provider, "usernameAttributes": ["email"]});
    let people = (2..)
        .zip(people)
        .map(|(line, (email, name_id))| json!({"person": {"email": email, "nameId": name_id, "line": line}}));
    let users = users.iter().map(|User(user)| json!({"user": user}));
    let lines: Vec<_> = [task].into_iter().chain(people).chain(users).map(|line| line.to_string()).collect();
    Input::read(lines.join("\n").as_bytes()).unwrap()
}

/// The verdict on each user of the pool, by user name, and on each person without a profile, by address.
fn verdicts(provider: Option<&str>, people: &[(&str, &str)], users: &[User]) -> BTreeMap<String, &'static str> {
    let input = input(provider, people, users);
    let name = |row: &Row<'_>| {
        let profile = row.profile.as_ref().map(|profile| profile.username);
        profile.or(row.person.as_ref().map(|person| person.email)).unwrap_or_default().to_owned()
    };
    report(&input).iter().map(|row| (name(row), row.verdict)).collect()
}

/// Checks the verdicts of a run with the provider `Okta`.
#[track_caller]
fn expect(people: &[(&str, &str)], users: &[User], expected: &[(&str, &'static str)]) {
    let expected: BTreeMap<_, _> = expected.iter().map(|(name, verdict)| ((*name).to_owned(), *verdict)).collect();
    assert_eq!(verdicts(Some("Okta"), people, users), expected);
}

#[test]
fn a_local_profile_with_a_unique_verified_address_can_sign_in() {
    for status in ["CONFIRMED", "FORCE_CHANGE_PASSWORD"] {
        expect(&[], &[User::local("alice", ALICE).with("UserStatus", status)], &[("alice", "can-sign-in")]);
    }
}

#[test]
fn a_listed_person_with_a_local_profile_needs_a_link() {
    expect(&[(ALICE, "id-1")], &[User::local("alice", "Alice@ACME.example")], &[("alice", "needs-link")]);
}

#[test]
fn a_listed_person_without_a_profile_needs_a_profile_and_a_link() {
    expect(&[(ALICE, "id-1")], &[], &[(ALICE, "needs-profile-and-link")]);
}

#[test]
fn a_profile_with_an_identity_is_linked_even_if_it_is_not_on_the_list() {
    let alice = User::linked("alice", ALICE, &[("Okta", "id-1")]);
    expect(&[(ALICE, "id-1")], std::slice::from_ref(&alice), &[("alice", "linked")]);
    expect(&[], std::slice::from_ref(&alice), &[("alice", "linked")]);
    assert_eq!(verdicts(None, &[], std::slice::from_ref(&alice))["alice"], "linked");
    assert_eq!(verdicts(Some("Entra"), &[], &[alice])["alice"], "can-sign-in");
}

#[test]
fn a_profile_with_another_identity_than_in_the_list_is_not_linked() {
    let alice = User::linked("alice", ALICE, &[("Okta", "id-9")]);
    expect(&[(ALICE, "id-1")], &[alice], &[("alice", "another-identity")]);
}

#[test]
fn a_person_who_has_signed_in_by_saml_is_not_linked() {
    for verified in [true, false] {
        for people in [&[][..], &[(ALICE, "id-1")]] {
            expect(people, &[User::federated("Okta", "id-1", ALICE, verified)], &[("Okta_id-1", "federated-profile")]);
        }
    }
}

#[test]
fn an_identity_that_another_profile_has_is_not_linked() {
    let other = User::federated("Okta", "ID-1", "al@acme.example", true);
    let expected = [("Okta_ID-1", "federated-profile"), (ALICE, "identity-taken")];
    expect(&[(ALICE, "id-1")], std::slice::from_ref(&other), &expected);
    let expected = [("Okta_ID-1", "federated-profile"), ("alice", "identity-taken")];
    expect(&[(ALICE, "id-1")], &[User::local("alice", ALICE), other], &expected);
}

#[test]
fn another_name_id_and_another_provider_are_other_identities() {
    for other in [
        User::federated("Okta", "id-2", "al@acme.example", true),
        User::linked("al", "al@acme.example", &[("Entra", "id-1")]),
    ] {
        let verdicts = verdicts(Some("Okta"), &[(ALICE, "id-1")], &[User::local("alice", ALICE), other]);
        assert_eq!(verdicts["alice"], "needs-link");
    }
}

#[test]
fn a_local_profile_with_a_federated_twin_is_not_linked() {
    for verified in [true, false] {
        let users = [User::local("alice", ALICE), User::federated("Okta", "id-1", ALICE, verified)];
        expect(&[], &users, &[("alice", "federated-twin"), ("Okta_id-1", "federated-profile")]);
        expect(&[(ALICE, "id-1")], &users, &[("alice", "federated-twin"), ("Okta_id-1", "federated-profile")]);
    }
}

#[test]
fn a_disabled_federated_profile_does_not_block_the_local_one() {
    let users = [User::local("alice", ALICE), User::federated("Okta", "id-1", ALICE, true).with("Enabled", false)];
    expect(&[], &users, &[("alice", "can-sign-in"), ("Okta_id-1", "profile-disabled")]);
}

#[test]
fn two_federated_profiles_with_one_address_are_duplicates() {
    let users = ["id-1", "id-2"].map(|name_id| User::federated("Okta", name_id, ALICE, true));
    expect(&[], &users, &[("Okta_id-1", "duplicate-email"), ("Okta_id-2", "duplicate-email")]);
}

#[test]
fn two_enabled_local_profiles_in_which_one_address_is_verified_are_duplicates() {
    let users = [User::local("alice", ALICE), User::local("second", "ALICE@acme.example")];
    expect(&[(ALICE, "id-1")], &users, &[("alice", "duplicate-email"), ("second", "duplicate-email")]);
    let users = [users.as_slice(), &[User::federated("Okta", "id-1", ALICE, true)]].concat();
    assert_eq!(verdicts(Some("Okta"), &[], &users)["Okta_id-1"], "duplicate-email");
}

#[test]
fn unverified_profiles_do_not_prevent_linking_the_verified_one() {
    let users = [
        User::unverified("mallory", "ALICE@acme.example"),
        User::local("alice", ALICE),
        User::new("moriarty", &[("email", ALICE)]),
    ];
    let expected = [("mallory", "email-unverified"), ("alice", "needs-link"), ("moriarty", "email-unverified")];
    expect(&[(ALICE, "id-1")], &users, &expected);
}

#[test]
fn without_a_verified_profile_nothing_is_linked_or_created() {
    let users = [User::unverified("mallory", ALICE), User::unverified("moriarty", ALICE)];
    let expected = [("mallory", "email-unverified"), ("moriarty", "email-unverified")];
    expect(&[(ALICE, "id-1")], &users, &expected);
}

#[test]
fn without_a_provider_profiles_of_all_providers_are_judged() {
    let azure = User::federated("Azure", "id-1", ALICE, true);
    expect(&[], std::slice::from_ref(&azure), &[("Azure_id-1", "other-provider")]);
    assert_eq!(verdicts(None, &[], &[azure])["Azure_id-1"], "federated-profile");
}

#[test]
fn a_federated_profile_with_a_password_is_not_linked() {
    let user = User::federated("Okta", "id-1", ALICE, true).with("UserStatus", "CONFIRMED");
    expect(&[(ALICE, "id-1")], &[user], &[("Okta_id-1", "federated-with-password")]);
}

#[test]
fn a_federated_profile_without_identities_is_recognised_by_status_and_user_name() {
    let user = User::local("Okta_id_1", ALICE).with("UserStatus", "EXTERNAL_PROVIDER");
    expect(&[], std::slice::from_ref(&user), &[("Okta_id_1", "federated-profile")]);
    let expected = [("Okta_id_1", "federated-profile"), ("bob@acme.example", "identity-taken")];
    expect(&[("bob@acme.example", "id_1")], &[user], &expected);
}

#[test]
fn the_obstacle_to_a_sign_in_is_reported() {
    let users = [
        User::new("no-address", &[]),
        User::local("umlaut", "j\u{fc}rgen@acme.example"),
        User::local("reset", "reset@acme.example").with("UserStatus", "RESET_REQUIRED"),
        User::unverified("unverified", "unverified@acme.example"),
        User::local("left", "left@acme.example").with("Enabled", false),
    ];
    expect(
        &[],
        &users,
        &[
            ("no-address", "email-missing"),
            ("umlaut", "email-invalid"),
            ("reset", "not-confirmed"),
            ("unverified", "email-unverified"),
            ("left", "profile-disabled"),
        ],
    );
}

#[test]
fn a_profile_with_five_identities_or_with_unreadable_ones_is_not_linked() {
    let five = ["A", "B", "C", "D", "E"].map(|provider| (provider, "id"));
    let full = User::linked("alice", ALICE, &five);
    expect(&[(ALICE, "id-1")], &[full], &[("alice", "too-many-identities")]);
    let odd = User::new("alice", &[("email", ALICE), ("email_verified", "true"), ("identities", "{}")]);
    expect(&[(ALICE, "id-1")], std::slice::from_ref(&odd), &[("alice", "identities-unreadable")]);
    expect(&[], &[odd], &[("alice", "can-sign-in")]);
}

#[test]
fn a_row_lists_the_required_calls() {
    let input = input(
        Some("Okta"),
        &[(ALICE, "id-1"), ("bob@acme.example", "id-2")],
        &[User::local("alice", ALICE), User::local("carol", "carol@acme.example")],
    );
    let rows: Vec<_> = report(&input)
        .into_iter()
        .map(|Row { verdict, steps, new_username, .. }| (verdict, steps.to_vec(), new_username))
        .collect();
    assert_eq!(
        rows,
        [
            ("can-sign-in", vec![], None),
            ("needs-link", vec!["link"], None),
            ("needs-profile-and-link", vec!["create", "link"], Some("bob@acme.example".to_owned())),
        ]
    );
}

#[test]
fn a_row_shows_the_profile_and_the_line_of_the_list() {
    let alice = User::linked("alice", ALICE, &[("Okta", "id-1"), ("Entra", "x")]);
    let input = input(Some("Okta"), &[(ALICE, "id-1")], &[alice]);
    let row = serde_json::to_value(&report(&input)[0]).unwrap();
    let expected = json!({
        "verdict": "linked", "steps": [], "newUsername": null,
        "profile": {
            "username": "alice", "sub": null, "email": ALICE, "status": "CONFIRMED", "enabled": true,
            "providers": ["Entra", "Okta"],
        },
        "person": {"email": ALICE, "nameId": "id-1", "line": 2},
    });
    assert_eq!(row, expected);
}

#[test]
fn each_verdict_has_its_own_code() {
    let codes: HashSet<_> = VERDICTS.iter().map(|(verdict, _)| verdict.code()).collect();
    assert_eq!(codes.len(), VERDICTS.len());
}

/// All combinations of the fields that the rules read, as pairs.
#[test]
fn every_verdict_on_two_profiles_is_in_the_report() {
    let statuses = ["CONFIRMED", "EXTERNAL_PROVIDER", "UNCONFIRMED"];
    let users = statuses.map(|status| {
        [ALICE, "", "odd"].map(|email| {
            let local =
                [User::local("x", email), User::unverified("x", email), User::linked("x", email, &[("Okta", "id-9")])];
            let federated =
                [User::federated("Okta", "id-1", email, true), User::federated("Entra", "id-1", email, false)];
            local
                .into_iter()
                .chain(federated)
                .flat_map(|user| {
                    [true, false].map(|enabled| user.clone().with("UserStatus", status).with("Enabled", enabled))
                })
                .collect::<Vec<_>>()
        })
    });
    let users: Vec<_> = users.into_iter().flatten().flatten().collect();
    let known: HashSet<_> = VERDICTS.iter().map(|(verdict, _)| verdict.code()).collect();
    for one in &users {
        for other in &users {
            let pair = [one.clone().with("Username", "one"), other.clone().with("Username", "other")];
            for verdict in verdicts(Some("Okta"), &[(ALICE, "id-1")], &pair).into_values() {
                assert!(known.contains(verdict), "{verdict}");
            }
        }
    }
}
