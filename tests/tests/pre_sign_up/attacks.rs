//! Somebody makes an identity provider say what it should not, or has prepared the pool.

use anyhow::Result;
use integration_tests::directory::{user, with_attribute};
use integration_tests::sign_ups::{EMAIL, NAME_ID, PROVIDER, SignUps, alice, event, federated, local};
use serde_json::{Value, json};

use crate::{linked, not_linked, requests};

/// The pool has these users, and the person is linked to nobody, for this reason.
async fn stays_unlinked(users: &[Value], event: &Value, reason: &str) -> Result<()> {
    let world = SignUps::start(&[("CREATE_LOCAL_PROFILES", "email")]).await?;
    for user in users {
        world.directory.add(user.clone());
    }
    world.goes_on(event).await?;
    assert_eq!(world.only_verdict()?, not_linked(reason), "{event}");
    assert_eq!((world.links(), world.directory.users()), (SignUps::links_of(users), users.to_vec()), "{event}");
    Ok(())
}

#[tokio::test]
async fn a_provider_that_is_not_listed_links_nobody() -> Result<()> {
    let world = SignUps::start(&[]).await?;
    world.directory.add(local("alice"));
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
        world.goes_on(&event(name, EMAIL)).await?;
    }
    let verdicts = world.verdicts()?;
    assert_eq!(verdicts.len(), names.len());
    assert!(verdicts.iter().all(|line| line["reason"] == "provider-not-listed"), "{verdicts:?}");
    assert_eq!((world.links(), requests(&world).await), (vec![], [0, 0, 0]));
    Ok(())
}

#[tokio::test]
async fn a_name_id_is_everything_behind_the_providers_name() -> Result<()> {
    for name_id in ["_Alice", "A_b_c", "Okta_Alice", "Evil_Alice", "A\" or email ^= \"", "A\u{0}b", "\u{c4}lice", " A"]
    {
        let world = SignUps::start(&[]).await?;
        world.directory.add(local("alice"));
        world.goes_on(&event(&format!("{PROVIDER}_{name_id}"), EMAIL)).await?;
        assert_eq!(world.links(), [crate::link(name_id, "alice")]);
    }
    Ok(())
}

#[tokio::test]
async fn a_name_id_in_another_letter_case_is_not_guessed() -> Result<()> {
    for name in ["okta_alice", "okta_alice@acme.example", "okta_00u1a"] {
        stays_unlinked(&[local("alice")], &event(name, EMAIL), "name-id-unknown").await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_attribute_with_another_name_id_links_nobody() -> Result<()> {
    let world = SignUps::start(&[("SAML_NAME_ID_ATTRIBUTE", "custom:name_id")]).await?;
    world.directory.add(local("alice"));
    let mut event = alice();
    event["request"]["userAttributes"]["custom:name_id"] = json!("Bob");
    world.goes_on(&event).await?;
    assert_eq!((world.only_verdict()?, world.links()), (not_linked("name-id-mismatch"), vec![]));
    Ok(())
}

#[tokio::test]
async fn a_profile_that_somebody_has_signed_up_with_the_address_is_never_linked() -> Result<()> {
    stays_unlinked(&[user("admin", EMAIL, false, true)], &alice(), "email-unverified").await
}

#[tokio::test]
async fn of_two_profiles_with_the_address_neither_is_linked() -> Result<()> {
    let capitals = user("second", &EMAIL.to_uppercase(), true, true);
    for second in [local("second"), capitals] {
        stays_unlinked(&[local("alice"), second], &alice(), "duplicate-email").await?;
    }
    Ok(())
}

#[tokio::test]
async fn accounts_that_others_sign_up_with_the_address_do_not_keep_its_owner_from_being_linked() -> Result<()> {
    let world = SignUps::start(&[]).await?;
    for number in 0..100 {
        world.directory.add(user(&format!("mallory{number}"), EMAIL, false, true));
        if number == 50 {
            world.directory.add(local("alice"));
        }
    }
    world.goes_on(&alice()).await?;
    assert_eq!((world.only_verdict()?, world.links()), (linked(), vec![crate::link(NAME_ID, "alice")]));
    Ok(())
}

#[tokio::test]
async fn a_profile_of_another_provider_is_never_linked_to() -> Result<()> {
    stays_unlinked(&[federated("Evil", "mallory")], &alice(), "federated-profile").await?;
    let mut unverified = federated("Evil", "mallory");
    unverified["Attributes"][2]["Value"] = json!("false");
    for twin in [federated("Evil", "mallory"), unverified] {
        stays_unlinked(&[local("alice"), twin], &alice(), "federated-twin").await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_profile_that_another_identity_of_the_provider_has_is_not_shared() -> Result<()> {
    let entry = json!([{"userId": "Bob", "providerName": PROVIDER, "providerType": "SAML", "primary": false}]);
    let taken = with_attribute(local("alice"), "identities", &entry.to_string());
    stays_unlinked(&[taken], &alice(), "another-identity").await
}

#[tokio::test]
async fn identities_that_cannot_be_read_are_nobodys() -> Result<()> {
    let odd = with_attribute(local("alice"), "identities", "canary");
    stays_unlinked(&[odd], &alice(), "identities-unreadable").await
}

#[tokio::test]
async fn a_disabled_or_unconfirmed_profile_is_neither_linked_nor_doubled() -> Result<()> {
    stays_unlinked(&[user("alice", EMAIL, true, false)], &alice(), "profile-disabled").await?;
    let mut unconfirmed = local("alice");
    unconfirmed["UserStatus"] = json!("UNCONFIRMED");
    stays_unlinked(&[unconfirmed], &alice(), "not-confirmed").await
}

#[tokio::test]
async fn an_address_that_could_change_the_search_is_not_looked_up() -> Result<()> {
    let world = SignUps::start(&[("CREATE_LOCAL_PROFILES", "email")]).await?;
    world.directory.add(local("alice"));
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
        world.goes_on(&event("Okta_A", address)).await?;
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
        world.goes_on(&event("Okta_A", address)).await?;
    }
    assert!(world.verdicts()?.iter().all(|line| line["reason"] == "email-domain-not-allowed"));
    assert_eq!(requests(&world).await, [0, 0, 0]);
    world.directory.add(local("alice"));
    world.goes_on(&alice()).await?;
    assert_eq!(world.links(), [crate::link(NAME_ID, "alice")]);
    Ok(())
}

#[tokio::test]
async fn what_the_event_says_of_verification_or_metadata_changes_nothing() -> Result<()> {
    let unverified = user("admin", EMAIL, false, true);
    let mut friendly = alice();
    friendly["request"]["userAttributes"]["email_verified"] = json!("true");
    friendly["request"]["userAttributes"]["identities"] = json!("[]");
    friendly["request"]["validationData"] = json!({"link": "admin"});
    friendly["request"]["clientMetadata"] = json!({"provider": "Okta", "email": EMAIL});
    stays_unlinked(&[unverified], &friendly, "email-unverified").await?;

    let world = SignUps::start(&[]).await?;
    world.directory.add(local("alice"));
    world.goes_on(&friendly).await?;
    assert_eq!(world.only_verdict()?, linked());
    Ok(())
}

#[tokio::test]
async fn no_line_of_the_log_names_a_person() -> Result<()> {
    let world = SignUps::start(&[("CREATE_LOCAL_PROFILES", "email"), ("SAML_NAME_ID_ATTRIBUTE", "custom:id")]).await?;
    let mut mapped = alice();
    mapped["request"]["userAttributes"]["custom:id"] = json!(NAME_ID);
    for event in [alice(), mapped, event("Evil_Canary", EMAIL), event("Okta_A", "canary"), event(EMAIL, EMAIL)] {
        world.goes_on(&event).await?;
    }
    world.directory.add(local("canary"));
    world.goes_on(&event("Okta_Canary", EMAIL)).await?;
    let output = world.function.output();
    assert!(world.verdicts()?.len() == 6 && !output.to_lowercase().contains("canary"), "{output}");
    assert!(!output.contains("acme.example"), "{output}");
    Ok(())
}
