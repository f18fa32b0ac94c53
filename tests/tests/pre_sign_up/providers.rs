//! The identity providers of the pool and their attribute mappings decide whether an identity is linked.

use anyhow::{Result, ensure};
use integration_tests::directory::{DESCRIBE_PROVIDER, LIST_PROVIDERS, reply};
use integration_tests::lambda::Invoked;
use integration_tests::sign_ups::{EMAIL, PROVIDER, SignUps, alice_event, event, local_profile};
use serde_json::{Value, json};

use crate::{linked, not_linked, requests};

const BOTH: &[(&str, &str)] = &[("email", "mail"), ("email_verified", "verified")];

/// A pool with a profile of Alice. The function may create other profiles.
async fn world() -> Result<SignUps> {
    let world = SignUps::start(&[("CREATE_LOCAL_PROFILES", "local")]).await?;
    world.directory.add(local_profile("alice"));
    Ok(world)
}

/// The number of requests that list the providers, and that describe one.
async fn provider_requests(world: &SignUps) -> (usize, usize) {
    (world.directory.requests_for(LIST_PROVIDERS).await, world.directory.requests_for(DESCRIBE_PROVIDER).await)
}

#[tokio::test]
async fn an_identity_of_an_unlisted_provider_is_not_read_as_one_of_the_listed_provider() -> Result<()> {
    for (other, name) in [
        ("Okta_Partners", "Okta_Partners_Mallory"),
        ("Okta_Partners", "Okta_Alice"),
        ("Okta_partners", "Okta_Partners_Mallory"),
        ("okta", "okta_0042"),
        ("OKTA_EU", "Okta_Alice"),
    ] {
        let world = world().await?;
        world.directory.map(other, BOTH);
        world.returns_unchanged(&event(name, EMAIL)).await?;
        assert_eq!(world.only_verdict()?, not_linked("provider-ambiguous"), "{other}");
        assert_eq!((world.links(), requests(&world).await), (vec![], [0, 0, 0]), "{other}");
    }
    Ok(())
}

#[tokio::test]
async fn a_provider_with_a_distinct_name_has_no_effect() -> Result<()> {
    let world = world().await?;
    for other in ["OktaPartners", "Entra_ID", "Google", "Partners_Okta"] {
        world.directory.map(other, &[]);
    }
    world.returns_unchanged(&alice_event()).await?;
    assert_eq!(world.only_verdict()?, linked());
    Ok(())
}

#[tokio::test]
async fn an_ambiguous_provider_is_counted_in_a_line_without_user_data() -> Result<()> {
    let world = world().await?;
    world.directory.map("Okta_Partners", BOTH);
    world.returns_unchanged(&alice_event()).await?;
    world.returns_unchanged(&event("Evil_Alice", EMAIL)).await?;
    let lines = world.metric_lines()?;
    ensure!(lines.len() == 1, "{lines:?}");
    assert_eq!(lines[0]["Refusals"], 1);
    assert_eq!(lines[0]["Reason"], "provider-ambiguous");
    assert!(!lines[0].to_string().to_lowercase().contains("alice"), "{lines:?}");
    Ok(())
}

#[tokio::test]
async fn an_identity_of_a_provider_that_does_not_map_email_verified_is_not_linked() -> Result<()> {
    for mapping in [&[("email", "mail")][..], &[("email", "mail"), ("email_verified", "")]] {
        let world = world().await?;
        world.directory.map(PROVIDER, mapping);
        world.returns_unchanged(&alice_event()).await?;
        world.returns_unchanged(&event("Okta_Bob", "bob@acme.example")).await?;
        for line in world.verdicts()? {
            assert_eq!(line["reason"], "email-verified-not-mapped");
        }
        assert_eq!((world.links(), world.directory.users().len()), (vec![], 1));
    }
    Ok(())
}

#[tokio::test]
async fn the_providers_are_requested_once_and_not_for_each_sign_up() -> Result<()> {
    let world = world().await?;
    for name in ["Okta_Alice", "Okta_Bob", "Evil_Alice"] {
        world.returns_unchanged(&event(name, EMAIL)).await?;
    }
    assert_eq!(provider_requests(&world).await, (1, 1));
    Ok(())
}

#[tokio::test]
async fn for_a_sign_up_that_cannot_be_linked_the_providers_are_not_requested() -> Result<()> {
    let world = world().await?;
    for event in [event("Evil_Alice", EMAIL), event("okta_alice", EMAIL), event("Okta_Alice", "nobody")] {
        world.returns_unchanged(&event).await?;
    }
    assert_eq!(provider_requests(&world).await, (0, 0));
    Ok(())
}

#[tokio::test]
async fn a_response_that_cannot_be_from_the_pool_is_unavailable_and_never_a_link() -> Result<()> {
    let of_okta = |mapping: Value| json!({"IdentityProvider": {"ProviderName": PROVIDER, "AttributeMapping": mapping}});
    for (operation, answer) in [
        (LIST_PROVIDERS, json!({})),
        (LIST_PROVIDERS, json!({"Providers": []})),
        (LIST_PROVIDERS, json!({"Providers": [{"ProviderName": "Entra"}]})),
        (LIST_PROVIDERS, json!({"Providers": "Okta"})),
        (LIST_PROVIDERS, json!({"Providers": [{"ProviderName": "Okta"}], "NextToken": "again"})),
        (DESCRIBE_PROVIDER, json!({})),
        (DESCRIBE_PROVIDER, json!({"IdentityProvider": {"ProviderName": "Entra"}})),
        (DESCRIBE_PROVIDER, of_okta(json!(["email_verified"]))),
    ] {
        let world = world().await?;
        world.directory.script_for(operation, reply(200, &answer));
        let invoked = world.function.invoke(alice_event().to_string()).await?;
        ensure!(matches!(invoked, Invoked::Failed { .. }), "{answer}: {invoked:?}");
        assert_eq!((&world.verdicts()?[0]["verdict"], world.links()), (&json!("unavailable"), vec![]), "{answer}");
    }
    Ok(())
}
