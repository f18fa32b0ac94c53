//! Salesforce users who resemble the victim: by id, by address, by link. The simple cases are in `denials`.

use integration_tests::cognito::{Reply, User};
use integration_tests::directory::{LINK, user, with_attribute};
use integration_tests::person::{self, ORGANIZATION, OTHER_ORGANIZATION, USER};
use integration_tests::world::{ALICE, Builder, World, denied};
use serde_json::{Value, json};

use crate::attack::{attacks, multi_step_attacks};

/// Another user of the organization.
const BOB: &str = "005xx000001SwiVAAS";

fn unchecked() -> Builder {
    Builder::default()
}

fn by_event() -> Builder {
    unchecked().verify("DIRECTORY_MODE", "event")
}

/// Changes one UserInfo claim of Alice. The answer is her token.
fn claim(world: &World, name: &str, value: Value) -> String {
    world.claim(name, value);
    world.token.clone()
}

/// Sets the link in the event. The answer is Alice's token.
fn linked(world: &mut World, link: Value) -> String {
    world.attributes(&[(LINK, link)]);
    world.token.clone()
}

/// Sets the link in the directory only. The answer is Alice's token.
fn linked_in_directory(world: &World, link: &str) -> String {
    world.set_directory_users([with_attribute(user(ALICE, &world.email, true, true), LINK, link)]);
    world.token.clone()
}

fn own_link() -> String {
    format!("{ORGANIZATION}/{USER}")
}

attacks! {
    mod ids in unchecked();

    an_organization_prefix: "organization-invalid", "find a comparison of the shorter text",
        |world| claim(world, "organization_id", json!("00D"));
    fourteen_characters: "organization-invalid", "find a comparison of the shorter text",
        |world| claim(world, "organization_id", json!(ORGANIZATION.get(..14)));
    nineteen_characters: "organization-invalid", "find a comparison of the start",
        |world| claim(world, "organization_id", json!(format!("{ORGANIZATION}A")));
    an_organization_with_a_blank: "organization-invalid", "find a comparison that trims",
        |world| claim(world, "organization_id", json!(format!("{} ", person::short(ORGANIZATION))));
    an_organization_with_a_line_break: "organization-invalid", "find a comparison that trims",
        |world| claim(world, "organization_id", json!(format!("{ORGANIZATION}\n")));
    a_cyrillic_organization: "organization-invalid", "find a comparison of shapes",
        |world| claim(world, "organization_id", json!(ORGANIZATION.replace('x', "\u{445}")));
    a_full_width_organization: "organization-invalid", "find a comparison that normalizes",
        |world| claim(world, "organization_id", json!(ORGANIZATION.replace('0', "\u{ff10}")));
    a_list_of_organizations: "organization-invalid", "belong to several organizations",
        |world| claim(world, "organization_id", json!([ORGANIZATION, OTHER_ORGANIZATION]));
    an_organization_in_lower_case: "organization-invalid", "find a comparison that folds case",
        |world| claim(world, "organization_id", json!(ORGANIZATION.to_lowercase()));
    a_case_twin_of_the_organization: "organization-not-allowed", "own an organization whose id differs only in letter case",
        |world| claim(world, "organization_id", json!("00Dxx0000001gpL"));
    a_user_prefix: "user-id-invalid", "find a comparison of the shorter text",
        |world| claim(world, "user_id", json!("005"));
    a_user_in_lower_case: "user-id-invalid", "find a comparison that folds case",
        |world| claim(world, "user_id", json!(USER.to_lowercase()));
    a_user_that_is_an_organization: "user-id-invalid", "confuse the kinds of ids",
        |world| claim(world, "user_id", json!(ORGANIZATION));
    a_user_id_of_a_colleague: "subject-mismatch", "have one claim name another user",
        |world| claim(world, "user_id", json!(BOB));
    a_case_twin_in_the_subject: "subject-mismatch", "find a comparison that folds case",
        |world| {
            let twin = person::short(USER).to_lowercase();
            claim(world, "sub", json!(format!("https://a.example/id/{ORGANIZATION}/{twin}")))
        };
    a_subject_with_a_path_in_front: "subject-mismatch", "find a parser that reads only the end",
        |world| claim(world, "sub", json!(format!("https://a.example/x/id/{ORGANIZATION}/{USER}")));
    a_subject_in_a_query: "subject-mismatch", "hide the ids in a query",
        |world| claim(world, "sub", json!(format!("https://a.example/?/id/{ORGANIZATION}/{USER}")));
    a_subject_in_a_list: "subject-mismatch", "name two users",
        |world| claim(world, "sub", json!([format!("https://a.example/id/{ORGANIZATION}/{USER}")]));
}

attacks! {
    mod addresses in unchecked();

    an_address_of_a_sandbox: "email-mismatch", "use the copy of the victim in a sandbox",
        |world| { let email = format!("{}.invalid", world.email); claim(world, "email", json!(email)) };
    a_user_name_like_the_victims_address: "email-mismatch", "have the victim's address as a user name",
        |world| {
            let mut claims = person::claims("mallory@acme.example");
            for name in ["preferred_username", "nickname", "name"] {
                claims[name] = json!(world.email);
            }
            world.salesforce.grant(&world.token, claims);
            world.token.clone()
        };
    an_address_with_a_tag: "email-mismatch", "find a comparison that folds `+`",
        |world| { let email = world.email.replacen('@', "+x@", 1); claim(world, "email", json!(email)) };
    an_address_with_another_dot: "email-mismatch", "find a comparison that folds dots",
        |world| { let email = world.email.replacen("alice", "ali.ce", 1); claim(world, "email", json!(email)) };
    an_address_in_a_subdomain: "email-mismatch", "own a subdomain",
        |world| { let email = world.email.replacen('@', "@mail.", 1); claim(world, "email", json!(email)) };
    a_dotless_i: "salesforce-email-invalid", "find a comparison that folds Unicode",
        |world| { let email = world.email.replacen("alice", "al\u{131}ce", 1); claim(world, "email", json!(email)) };
    a_long_s: "salesforce-email-invalid", "find a comparison that folds Unicode",
        |world| { let email = format!("\u{17f}{}", world.email); claim(world, "email", json!(email)) };
    a_full_width_at: "salesforce-email-invalid", "find a comparison that normalizes",
        |world| { let email = world.email.replacen('@', "\u{ff20}", 1); claim(world, "email", json!(email)) };
    a_letter_without_width: "salesforce-email-invalid", "find a comparison that ignores invisible letters",
        |world| { let email = world.email.replacen('@', "\u{200b}@", 1); claim(world, "email", json!(email)) };
    two_addresses: "salesforce-email-invalid", "have the list split",
        |world| { let email = format!("{},m@evil.example", world.email); claim(world, "email", json!(email)) };
    an_address_with_a_name: "salesforce-email-invalid", "have the name read as the address",
        |world| { let email = format!("\"{}\" <m@evil.example>", world.email); claim(world, "email", json!(email)) };
    an_address_with_a_null: "salesforce-email-invalid", "have the rest cut off",
        |world| { let email = format!("{}\0@evil.example", world.email); claim(world, "email", json!(email)) };
    an_address_with_a_trailing_dot: "salesforce-email-invalid", "name the same host differently",
        |world| { let email = format!("{}.", world.email); claim(world, "email", json!(email)) };
    an_address_in_a_list: "salesforce-email-invalid", "have two addresses",
        |world| { let email = json!([world.email]); claim(world, "email", email) };
    verified_by_a_number: "salesforce-email-unverified", "have a number count as yes",
        |world| claim(world, "email_verified", json!(1));
    verified_by_a_list: "salesforce-email-unverified", "have a list count as yes",
        |world| claim(world, "email_verified", json!([true]));
    verified_by_null: "salesforce-email-unverified", "have null count as absent",
        |world| claim(world, "email_verified", Value::Null);
}

attacks! {
    mod links in unchecked();

    a_reused_address: "link-mismatch", "get the address of a user who left",
        |world| linked(world, json!(format!("{ORGANIZATION}/{BOB}")));
    a_reused_address_with_the_link_in_the_directory: "link-mismatch", "get the address of a user who left",
        |world| linked_in_directory(world, &format!("{ORGANIZATION}/{BOB}"));
    the_same_user_of_another_organization: "link-mismatch", "use a copy of the organization",
        |world| linked(world, json!(format!("{OTHER_ORGANIZATION}/{USER}")));
    a_link_in_lower_case: "link-mismatch", "find a comparison that folds case",
        |world| linked(world, json!(own_link().to_lowercase()));
    a_link_to_a_case_twin: "link-mismatch", "own an id that differs only in letter case",
        |world| linked(world, json!(format!("{}/{}", person::short(ORGANIZATION), person::short(USER).to_lowercase())));
    a_link_with_a_wrong_checksum: "link-mismatch", "edit the link",
        |world| linked(world, json!(format!("{ORGANIZATION}/{}AAA", person::short(USER))));
    an_empty_link: "link-mismatch", "clear the link to fall back to the address", |world| linked(world, json!(""));
    an_empty_link_in_the_directory: "link-mismatch", "clear the link to fall back to the address",
        |world| linked_in_directory(world, "");
    a_blank_link: "link-mismatch", "clear the link to fall back to the address", |world| linked(world, json!(" "));
    a_malformed_link: "link-mismatch", "break the link to fall back to the address",
        |world| linked(world, json!("alice"));
    a_link_without_an_organization: "link-mismatch", "shorten the link", |world| linked(world, json!(USER));
    a_link_with_an_empty_organization: "link-mismatch", "shorten the link",
        |world| linked(world, json!(format!("/{USER}")));
    a_link_without_a_user: "link-mismatch", "shorten the link",
        |world| linked(world, json!(format!("{ORGANIZATION}/")));
    a_link_with_swapped_ids: "link-mismatch", "swap the ids",
        |world| linked(world, json!(format!("{USER}/{ORGANIZATION}")));
    a_link_with_another_user_at_the_end: "link-mismatch", "lengthen the link",
        |world| linked(world, json!(format!("{}/{BOB}", own_link())));
    two_links: "link-mismatch", "be linked to two users",
        |world| linked(world, json!(format!("{},{ORGANIZATION}/{BOB}", own_link())));
    a_link_with_a_blank: "link-mismatch", "find a comparison that trims",
        |world| linked(world, json!(format!("{} ", own_link())));
    a_link_that_is_not_text: "link-mismatch", "have a malformed link skipped",
        |world| linked(world, json!([format!("{ORGANIZATION}/{BOB}")]));
    links_that_differ: "link-mismatch", "have the directory and the event disagree",
        |world| { linked_in_directory(world, &format!("{ORGANIZATION}/{BOB}")); linked(world, json!(own_link())) };
    the_victims_link_on_another_account: "email-mismatch", "edit the link of an account to become its user",
        |world| {
            world.claim("email", json!("mallory@acme.example"));
            linked(world, json!(own_link()))
        };
}

multi_step_attacks! {
    mod links_by_event in by_event();

    a_reused_address: "link-mismatch", "get the address of a user who left, in directory mode event",
        async |world: &mut World| {
            let answer = linked(world, json!(format!("{ORGANIZATION}/{BOB}")));
            world.sign_in(&answer).await
        };
    an_unverified_address: "pool-email-unverified", "register the victim's address first",
        async |world: &mut World| {
            world.attributes(&[("email_verified", json!("false"))]);
            world.sign_in(&world.token).await
        };
    another_users_session: "email-mismatch", "sign in as another user with the attacker's token",
        async |world: &mut World| {
            world.cognito.add("bob", User::new("b0b", "bob@acme.example"));
            world.sign_in_as("bob", &world.token).await
        };
    a_missing_address: "pool-email-invalid", "have no address to compare",
        async |world: &mut World| { world.attributes(&[("email", Value::Null)]); world.sign_in(&world.token).await };
}

#[tokio::test]
async fn an_email_cannot_change_the_filter() -> anyhow::Result<()> {
    for email in [
        "a\" or email ^= \"@acme.example",
        "a@acme.example\" or email ^= \"",
        "\"a\"@acme.example",
        "a\\@acme.example",
        "a@acme.example\" ",
        "\"",
    ] {
        let mut world = World::start().await?;
        world.cognito.add("mallory", User::new(ALICE, email));
        assert_eq!(world.sign_in_as("mallory", &world.token).await?, Reply::Failed(denied()), "{email}");
        assert_eq!(world.directory.filters().await, ["email = \"nobody@decoy.invalid\""], "{email}");
    }
    Ok(())
}
