//! Every valid form of the answer signs Alice in, and the challenge has the public parameters that the app needs.

use anyhow::{Context, Result};
use integration_tests::cognito::{CREATE, DEFINE, Reply, VERIFY};
use integration_tests::person::{self, ORGANIZATION, USER};
use integration_tests::world::{ALICE, Builder, CLIENT, World};
use serde_json::json;

fn as_alice() -> Reply {
    Reply::SignedIn { sub: ALICE.to_owned() }
}

#[tokio::test]
async fn a_raw_token_signs_its_owner_in() -> Result<()> {
    let world = Builder::default().emulator().start().await?;
    assert_eq!(world.sign_in(&world.token).await?, as_alice());
    Ok(())
}

#[tokio::test]
async fn the_json_form_without_an_id_token_signs_in() -> Result<()> {
    let world = World::start().await?;
    let answer = json!({"access_token": world.token}).to_string();
    assert_eq!(world.sign_in(&answer).await?, as_alice());
    Ok(())
}

#[tokio::test]
async fn a_token_without_an_organization_prefix_signs_in() -> Result<()> {
    let world = World::start().await?;
    let token = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln-_8";
    world.salesforce.grant(token, person::claims(&world.email));
    assert_eq!(world.sign_in(token).await?, as_alice());
    Ok(())
}

#[tokio::test]
async fn the_log_has_one_line_with_the_user_who_signed_in() -> Result<()> {
    let world = Builder::default().emulator().start().await?;
    world.sign_in(&world.token).await?;
    let verdict = world.only_verdict()?;
    assert_eq!(verdict["verdict"], "allowed");
    assert_eq!(verdict["organization_id"], ORGANIZATION);
    assert_eq!(verdict["user_id"], USER);
    assert!(verdict["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{verdict}");
    Ok(())
}

#[tokio::test]
async fn verify_calls_salesforce_and_the_directory_once_each() -> Result<()> {
    let world = World::start().await?;
    world.sign_in(&world.token).await?;
    assert_eq!(world.requests().await, (1, 1));
    assert_eq!(world.directory.filters().await, [format!("email = \"{}\"", world.email)]);
    Ok(())
}

#[tokio::test]
async fn an_email_that_differs_in_letter_case_is_the_same() -> Result<()> {
    let mut world = World::start().await?;
    world.claim("email", json!(world.email.to_uppercase()));
    world.attributes(&[("email", json!(world.email.replace("alice", "Alice")))]);
    assert_eq!(world.sign_in(&world.token).await?, as_alice());
    Ok(())
}

#[tokio::test]
async fn ids_of_15_characters_name_the_same_user() -> Result<()> {
    let world = World::start().await?;
    let (organization, user) = (person::short(ORGANIZATION), person::short(USER));
    let mut claims = person::claims(&world.email);
    claims["organization_id"] = json!(organization);
    claims["user_id"] = json!(user);
    claims["sub"] = json!(format!("https://acme.my.salesforce.com/id/{organization}/{user}"));
    world.salesforce.grant(&world.token, claims);
    assert_eq!(world.sign_in(&world.token).await?, as_alice());
    assert_eq!(world.only_verdict()?["organization_id"], ORGANIZATION);
    Ok(())
}

#[tokio::test]
async fn an_organization_may_be_configured_with_15_characters_and_with_others() -> Result<()> {
    let allowed = format!("{}, {}", person::OTHER_ORGANIZATION, person::short(ORGANIZATION));
    let world = Builder::default().variable(VERIFY, "SALESFORCE_ORGANIZATION_IDS", &allowed).start().await?;
    assert_eq!(world.sign_in(&world.token).await?, as_alice());
    Ok(())
}

#[tokio::test]
async fn an_allowed_email_domain_signs_in() -> Result<()> {
    let domains = "other.example, ACME.example";
    let world = Builder::default().variable(VERIFY, "ALLOWED_EMAIL_DOMAINS", domains).start().await?;
    assert_eq!(world.sign_in(&world.token).await?, as_alice());
    Ok(())
}

#[tokio::test]
async fn an_allowed_app_client_signs_in() -> Result<()> {
    let clients = format!("another, {CLIENT}");
    let world = Builder::default().variable(DEFINE, "ALLOWED_CLIENT_IDS", &clients).start().await?;
    assert_eq!(world.sign_in(&world.token).await?, as_alice());
    Ok(())
}

#[tokio::test]
async fn the_challenge_has_its_type_and_the_my_domain_of_the_token() -> Result<()> {
    let world = World::start().await?;
    let (_, parameters) = world.challenge(&world.email).await?;
    assert_eq!(parameters["type"], "SALESFORCE_TOKEN");
    assert_eq!(parameters["salesforceDomainUrl"], json!(world.salesforce.origin()));
    Ok(())
}

#[tokio::test]
async fn every_challenge_has_its_own_nonce_of_128_bits() -> Result<()> {
    let world = World::start().await?;
    let ((_, one), (_, other)) = (world.challenge(&world.email).await?, world.challenge(&world.email).await?);
    assert_ne!(one["nonce"], other["nonce"]);
    // 22 characters of base64url hold 132 bits, the last four of them unused.
    for nonce in [&one["nonce"], &other["nonce"]] {
        let nonce = nonce.as_str().context("no nonce")?;
        assert_eq!(nonce.len(), 22);
        assert!(nonce.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{nonce}");
        assert!(nonce.ends_with(['A', 'Q', 'g', 'w']), "{nonce}");
    }
    Ok(())
}

#[tokio::test]
async fn of_the_private_parameters_only_the_nonce_is_public() -> Result<()> {
    let world = World::start().await?;
    let response = world.invoke(CREATE, &world.event(CREATE)).await?;
    let private = response["privateChallengeParameters"].as_object().context("no private parameters")?;
    let public = response["publicChallengeParameters"].to_string();
    let shared: Vec<_> = private.iter().filter(|(_, value)| public.contains(&value.to_string())).collect();
    assert_eq!(shared.into_iter().map(|(name, _)| name).collect::<Vec<_>>(), ["nonce"]);
    assert!(private.contains_key("attemptId"));
    Ok(())
}

#[tokio::test]
async fn the_client_sees_no_other_parameters() -> Result<()> {
    let world = World::start().await?;
    let (_, parameters) = world.challenge(&world.email).await?;
    let mut names: Vec<_> = parameters.as_object().context("no parameters")?.keys().collect();
    names.sort();
    assert_eq!(names, ["USERNAME", "nonce", "salesforceDomainUrl", "type"]);
    Ok(())
}
