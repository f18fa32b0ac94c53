//! The attacker controls what an identity provider sends, or has created users in the pool.

use anyhow::Result;
use integration_tests::directory::{user, with_attribute};
use integration_tests::sign_ups::{
    EMAIL, NAME_ID, PROVIDER, SignUps, alice_event, event, federated_profile, local_profile,
};
use serde_json::{Value, json};

use crate::{linked, not_linked, requests};

/// In a pool with these users, the identity must not be linked, for this reason.
async fn stays_unlinked(users: &[Value], event: &Value, reason: &str) -> Result<()> {
    let world = SignUps::start(&[("CREATE_LOCAL_PROFILES", "email")]).await?;
    for user in users {
        world.directory.add(user.clone());
    }
    world.returns_unchanged(event).await?;
    assert_eq!(world.only_verdict()?, not_linked(reason), "{event}");
    assert_eq!((world.links(), world.directory.users()), (SignUps::links_of(users), users.to_vec()), "{event}");
    Ok(())
}

#[tokio::test]
async fn an_identity_of_a_provider_that_is_not_listed_is_not_linked() -> Result<()> {
    let world = SignUps::start(&[]).await?;
    world.directory.add(local_profile("alice"));
    let names = [
        "Google_1",
        "Evil_Alice",
        "OKTA_Alice",
        "Oktagon_Alice",
        "Okta-Alice",
        "Okta",
        "Okta_",
        "_Alice",
        "Alice",
        "",
        " Okta_Alice",
        "xOkta_Alice",
    ];
    for name in names {
        world.returns_unchanged(&event(name, EMAIL)).await?;
    }
    let verdicts = world.verdicts()?;
    assert_eq!(verdicts.len(), names.len());
    assert!(verdicts.iter().all(|line| line["reason"] == "provider-not-listed"), "{verdicts:?}");
    assert_eq!((world.links(), requests(&world).await), (vec![], [0, 0, 0]));
    Ok(())
}

#[tokio::test]
async fn a_name_id_is_everything_after_the_providers_name() -> Result<()> {
    for name_id in ["_Alice", "A_b_c", "Okta_Alice", "Evil_Alice", "A\" or email ^= \"", "A\u{0}b", "\u{c4}lice", " A"]
    {
        let world = SignUps::start(&[]).await?;
        world.directory.add(local_profile("alice"));
        world.returns_unchanged(&event(&format!("{PROVIDER}_{name_id}"), EMAIL)).await?;
        assert_eq!(world.links(), [crate::link(name_id, "alice")]);
    }
    Ok(())
}

#[tokio::test]
async fn a_name_id_in_another_letter_case_is_not_guessed() -> Result<()> {
    for name in ["okta_alice", "okta_alice@acme.example", "okta_00u1a"] {
        stays_unlinked(&[local_profile("alice")], &event(name, EMAIL), "name-id-unknown").await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_identity_whose_attribute_has_another_name_id_is_not_linked() -> Result<()> {
    let world = SignUps::start(&[("SAML_NAME_ID_ATTRIBUTE", "custom:name_id")]).await?;
    world.directory.add(local_profile("alice"));
    let mut event = alice_event();
    event["request"]["userAttributes"]["custom:name_id"] = json!("Bob");
    world.returns_unchanged(&event).await?;
    assert_eq!((world.only_verdict()?, world.links()), (not_linked("name-id-mismatch"), vec![]));
    Ok(())
}

#[tokio::test]
async fn a_profile_that_an_attacker_signed_up_with_the_address_is_never_linked() -> Result<()> {
    stays_unlinked(&[user("admin", EMAIL, false, true)], &alice_event(), "email-unverified").await
}

#[tokio::test]
async fn of_two_profiles_with_the_address_neither_is_linked() -> Result<()> {
    let capitals = user("second", &EMAIL.to_uppercase(), true, true);
    for second in [local_profile("second"), capitals] {
        stays_unlinked(&[local_profile("alice"), second], &alice_event(), "duplicate-email").await?;
    }
    Ok(())
}

#[tokio::test]
async fn accounts_that_others_sign_up_with_the_address_do_not_keep_its_owner_from_being_linked() -> Result<()> {
    let world = SignUps::start(&[]).await?;
    for number in 0..100 {
        world.directory.add(user(&format!("mallory{number}"), EMAIL, false, true));
        if number == 50 {
            world.directory.add(local_profile("alice"));
        }
    }
    world.returns_unchanged(&alice_event()).await?;
    assert_eq!((world.only_verdict()?, world.links()), (linked(), vec![crate::link(NAME_ID, "alice")]));
    Ok(())
}

#[tokio::test]
async fn a_profile_of_another_provider_is_never_linked_to() -> Result<()> {
    stays_unlinked(&[federated_profile("Evil", "mallory")], &alice_event(), "federated-profile").await?;
    let mut unverified = federated_profile("Evil", "mallory");
    unverified["Attributes"][2]["Value"] = json!("false");
    for twin in [federated_profile("Evil", "mallory"), unverified] {
        stays_unlinked(&[local_profile("alice"), twin], &alice_event(), "federated-twin").await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_profile_that_another_identity_of_the_provider_has_is_not_shared() -> Result<()> {
    let entry = json!([{"userId": "Bob", "providerName": PROVIDER, "providerType": "SAML", "primary": false}]);
    let taken = with_attribute(local_profile("alice"), "identities", &entry.to_string());
    stays_unlinked(&[taken], &alice_event(), "another-identity").await
}

#[tokio::test]
async fn a_profile_with_malformed_identities_is_not_linked() -> Result<()> {
    let odd = with_attribute(local_profile("alice"), "identities", "canary");
    stays_unlinked(&[odd], &alice_event(), "identities-unreadable").await
}

#[tokio::test]
async fn a_disabled_or_unconfirmed_profile_is_neither_linked_nor_doubled() -> Result<()> {
    stays_unlinked(&[user("alice", EMAIL, true, false)], &alice_event(), "profile-disabled").await?;
    let mut unconfirmed = local_profile("alice");
    unconfirmed["UserStatus"] = json!("UNCONFIRMED");
    stays_unlinked(&[unconfirmed], &alice_event(), "not-confirmed").await
}

#[tokio::test]
async fn an_address_that_could_change_the_search_is_not_looked_up() -> Result<()> {
    let world = SignUps::start(&[("CREATE_LOCAL_PROFILES", "email")]).await?;
    world.directory.add(local_profile("alice"));
    let addresses = [
        "a\" or email ^= \"",
        "alice@acme.example\"",
        "alice@@acme.example",
        "al\u{131}ce@acme.example",
        "alice@acme.example\u{200b}",
        "alice@acme.example,bob@acme.example",
        " ",
        "*@acme.example ",
    ];
    for address in addresses {
        world.returns_unchanged(&event("Okta_A", address)).await?;
    }
    let verdicts = world.verdicts()?;
    assert!(verdicts.len() == addresses.len() && verdicts.iter().all(|line| line["reason"] == "email-invalid"));
    assert_eq!(requests(&world).await, [0, 0, 0]);
    Ok(())
}

#[tokio::test]
async fn an_address_of_another_domain_is_neither_linked_nor_created() -> Result<()> {
    let world =
        SignUps::start(&[("ALLOWED_EMAIL_DOMAINS", "acme.example"), ("CREATE_LOCAL_PROFILES", "email")]).await?;
    for address in ["alice@evil.example", "alice@sub.acme.example", "alice@acme.example.evil"] {
        world.returns_unchanged(&event("Okta_A", address)).await?;
    }
    assert!(world.verdicts()?.iter().all(|line| line["reason"] == "email-domain-not-allowed"));
    assert_eq!(requests(&world).await, [0, 0, 0]);
    world.directory.add(local_profile("alice"));
    world.returns_unchanged(&alice_event()).await?;
    assert_eq!(world.links(), [crate::link(NAME_ID, "alice")]);
    Ok(())
}

#[tokio::test]
async fn email_verified_and_metadata_in_the_event_have_no_effect() -> Result<()> {
    let unverified = user("admin", EMAIL, false, true);
    let mut friendly = alice_event();
    friendly["request"]["userAttributes"]["email_verified"] = json!("true");
    friendly["request"]["userAttributes"]["identities"] = json!("[]");
    friendly["request"]["validationData"] = json!({"link": "admin"});
    friendly["request"]["clientMetadata"] = json!({"provider": "Okta", "email": EMAIL});
    stays_unlinked(&[unverified], &friendly, "email-unverified").await?;

    let world = SignUps::start(&[]).await?;
    world.directory.add(local_profile("alice"));
    world.returns_unchanged(&friendly).await?;
    assert_eq!(world.only_verdict()?, linked());
    Ok(())
}

#[tokio::test]
async fn no_log_line_contains_an_address_or_a_name_id() -> Result<()> {
    let world = SignUps::start(&[("CREATE_LOCAL_PROFILES", "email"), ("SAML_NAME_ID_ATTRIBUTE", "custom:id")]).await?;
    let mut mapped = alice_event();
    mapped["request"]["userAttributes"]["custom:id"] = json!(NAME_ID);
    for event in [alice_event(), mapped, event("Evil_Canary", EMAIL), event("Okta_A", "canary"), event(EMAIL, EMAIL)] {
        world.returns_unchanged(&event).await?;
    }
    world.directory.add(local_profile("canary"));
    world.returns_unchanged(&event("Okta_Canary", EMAIL)).await?;
    let output = world.function.output();
    assert!(world.verdicts()?.len() == 6 && !output.to_lowercase().contains("canary"), "{output}");
    assert!(!output.contains("acme.example"), "{output}");
    Ok(())
}
