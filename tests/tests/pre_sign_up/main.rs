//! The release binary of Pre Sign-up with a simulated pool: which identities it links, and that it always returns the
//! event byte for byte.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

mod attacks;
mod events;
mod local_aws;
mod outages;
mod providers;
mod races;

use anyhow::Result;
use integration_tests::directory::{CREATE_USER, LINK_IDENTITY, LIST_USERS, user};
use integration_tests::sign_ups::{EMAIL, NAME_ID, PROVIDER, SignUps, alice_event, event, local_profile};
use serde_json::{Value, json};

/// The provider, the NameID and the user name of a linked identity.
type Link = (String, String, String);

fn link(name_id: &str, username: &str) -> Link {
    (PROVIDER.to_owned(), name_id.to_owned(), username.to_owned())
}

/// The verdict and the reason after linking.
fn linked() -> (String, String) {
    ("linked".to_owned(), String::new())
}

fn not_linked(reason: &str) -> (String, String) {
    ("not-linked".to_owned(), reason.to_owned())
}

/// The number of requests for each operation: look-ups, creations, links.
async fn requests(world: &SignUps) -> [usize; 3] {
    let of = async |operation| world.directory.requests_for(operation).await;
    [of(LIST_USERS).await, of(CREATE_USER).await, of(LINK_IDENTITY).await]
}

#[tokio::test]
async fn the_first_sign_in_through_a_listed_provider_is_linked_to_the_local_profile() -> Result<()> {
    let world = SignUps::start(&[]).await?;
    world.directory.add(local_profile("alice"));
    world.directory.add(user("bob", "bob@acme.example", true, true));
    world.returns_unchanged(&alice_event()).await?;
    assert_eq!(world.links(), [link(NAME_ID, "alice")]);
    assert_eq!(requests(&world).await, [1, 0, 1]);
    let verdict = &world.verdicts()?[0];
    assert_eq!(
        (&verdict["verdict"], &verdict["provider"], &verdict["sub"]),
        (&json!("linked"), &json!("Okta"), &json!("alice"))
    );
    Ok(())
}

#[tokio::test]
async fn repeated_events_have_the_same_verdict_and_link_once() -> Result<()> {
    let world = SignUps::start(&[("CREATE_LOCAL_PROFILES", "email")]).await?;
    for _ in 0..3 {
        world.returns_unchanged(&alice_event()).await?;
    }
    assert_eq!(world.links(), [link(NAME_ID, EMAIL)]);
    assert_eq!(requests(&world).await, [3, 1, 1]);
    let verdicts = world.verdicts()?;
    assert!(
        verdicts.iter().all(|line| line["verdict"] == "linked" && line["sub"] == verdicts[0]["sub"]),
        "{verdicts:?}"
    );
    Ok(())
}

#[tokio::test]
async fn if_search_does_not_show_an_existing_link_yet_the_second_link_is_refused_and_the_sign_up_continues()
-> Result<()> {
    let world = SignUps::start(&[]).await?;
    world.directory.add(local_profile("alice"));
    world.returns_unchanged(&alice_event()).await?;
    let stale = json!({"Users": [local_profile("alice")]});
    world.directory.script_for(LIST_USERS, integration_tests::directory::reply(200, &stale));
    world.returns_unchanged(&alice_event()).await?;
    let last = &world.verdicts()?[1];
    assert_eq!((&last["reason"], &last["detail"]), (&json!("link-refused"), &json!("InvalidParameterException")));
    assert_eq!(world.links(), [link(NAME_ID, "alice")]);
    Ok(())
}

#[tokio::test]
async fn without_the_setting_no_profile_is_created() -> Result<()> {
    let world = SignUps::start(&[]).await?;
    world.returns_unchanged(&alice_event()).await?;
    assert_eq!(world.only_verdict()?, not_linked("no-profile"));
    assert!(world.directory.users().is_empty());
    Ok(())
}

#[tokio::test]
async fn a_created_profile_has_a_verified_address_and_must_change_its_password() -> Result<()> {
    for (names, is_name) in [
        ("email", (|name: &str| name == EMAIL) as fn(&str) -> bool),
        ("local", |name: &str| name.strip_prefix("local-").is_some_and(|rest| rest.len() == 32)),
    ] {
        let world = SignUps::start(&[("CREATE_LOCAL_PROFILES", names)]).await?;
        world.returns_unchanged(&alice_event()).await?;
        let users = world.directory.users();
        let attribute = |name: &str| -> Value {
            let attributes = users[0]["Attributes"].as_array().cloned().unwrap_or_default();
            attributes.into_iter().find(|attribute| attribute["Name"] == name).unwrap_or_default()["Value"].take()
        };
        let username = users[0]["Username"].as_str().unwrap_or_default().to_owned();
        assert!(users.len() == 1 && is_name(&username), "{username}");
        assert_eq!((attribute("email"), attribute("email_verified")), (json!(EMAIL), json!("true")));
        assert_eq!(users[0]["UserStatus"], "FORCE_CHANGE_PASSWORD");
        assert_eq!(world.links(), [link(NAME_ID, &username)]);
        assert_eq!(world.verdicts()?[0]["created"], true);
    }
    Ok(())
}

#[tokio::test]
async fn in_a_pool_that_ignores_letter_case_the_name_id_comes_from_its_attribute() -> Result<()> {
    let world = SignUps::start(&[("SAML_NAME_ID_ATTRIBUTE", "custom:name_id")]).await?;
    world.directory.add(local_profile("alice"));
    let mut folded = event(&format!("{PROVIDER}_{NAME_ID}").to_lowercase(), EMAIL);
    world.returns_unchanged(&folded).await?;
    assert_eq!(world.only_verdict()?, not_linked("name-id-unknown"));
    folded["request"]["userAttributes"]["custom:name_id"] = json!(NAME_ID);
    world.returns_unchanged(&folded).await?;
    assert_eq!(world.links(), [link(NAME_ID, "alice")]);
    Ok(())
}

#[tokio::test]
async fn every_page_is_read_before_an_identity_is_linked() -> Result<()> {
    let world = SignUps::start(&[]).await?;
    world.directory.add(local_profile("alice"));
    world.directory.add(local_profile("second"));
    world.directory.page(1, true);
    world.returns_unchanged(&alice_event()).await?;
    assert_eq!(world.only_verdict()?, not_linked("duplicate-email"));
    assert_eq!(requests(&world).await, [3, 0, 0]);
    Ok(())
}
