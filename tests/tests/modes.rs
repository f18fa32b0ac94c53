//! Users with valid tokens sign in, in every audience mode and with every setting.

use anyhow::{Context, Result, ensure};
use integration_tests::cognito::Reply;
use integration_tests::directory::{LINK, LIST_USERS, UPDATE, user, with_attribute};
use integration_tests::jwt::at_hash;
use integration_tests::person::{self, ORGANIZATION, USER};
use integration_tests::proofs::{CLIENT_SECRET, CONSUMER_KEY, Mode, OTHER_CONSUMER_KEY, now};
use integration_tests::salesforce::Endpoint;
use integration_tests::signing_keys::SigningKey;
use integration_tests::world::{ALICE, Builder, World, denied};
use serde_json::json;

fn mode(mode: Mode) -> Builder {
    Builder::default().mode(mode)
}

fn as_alice() -> Reply {
    Reply::SignedIn { sub: ALICE.to_owned() }
}

/// Alice signs in with this answer.
async fn signs_in(builder: Builder, answer: impl FnOnce(&World) -> String) -> Result<()> {
    let world = builder.start().await?;
    let reply = world.sign_in(&answer(&world)).await?;
    ensure!(reply == as_alice(), "{reply:?} {:?}", world.verdicts()?);
    Ok(())
}

fn link() -> String {
    format!("{ORGANIZATION}/{USER}")
}

#[tokio::test]
async fn every_mode_accepts_a_valid_answer() -> Result<()> {
    for each in Mode::ALL {
        signs_in(mode(each), World::answer).await?;
    }
    Ok(())
}

#[tokio::test]
async fn every_mode_accepts_the_json_form() -> Result<()> {
    for each in Mode::ALL {
        signs_in(mode(each), |world| world.with_id_token(&world.id_token(|_| ()))).await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_other_modes_ignore_an_id_token() -> Result<()> {
    for each in [Mode::Unchecked, Mode::Introspection, Mode::AccessTokenJwt] {
        signs_in(mode(each), |world| world.with_id_token("e30.e30.c2ln")).await?;
    }
    Ok(())
}

#[tokio::test]
async fn all_settings_together_accept_a_valid_answer() -> Result<()> {
    for each in Mode::ALL {
        let mut builder = mode(each).one_time_use().link().verify("ALLOWED_EMAIL_DOMAINS", "acme.example");
        if each == Mode::IdToken {
            builder = builder.verify("SALESFORCE_REQUIRE_NONCE", "true").verify("SALESFORCE_REQUIRE_AT_HASH", "true");
        }
        let world = builder.start().await?;
        assert_eq!(world.valid_sign_in().await?, as_alice(), "{each:?}: {:?}", world.verdicts()?);
    }
    Ok(())
}

#[tokio::test]
async fn consumer_keys_may_be_set_in_mode_unchecked() -> Result<()> {
    signs_in(mode(Mode::Unchecked).verify("SALESFORCE_CLIENT_IDS", CONSUMER_KEY), World::answer).await
}

#[tokio::test]
async fn each_of_several_consumer_keys_is_accepted() -> Result<()> {
    let keys = format!("{OTHER_CONSUMER_KEY}, {CONSUMER_KEY}");
    for each in Mode::ALL {
        signs_in(mode(each).verify("SALESFORCE_CLIENT_IDS", &keys), World::answer).await?;
    }
    let both = json!([CONSUMER_KEY, OTHER_CONSUMER_KEY]);
    signs_in(mode(Mode::IdToken).verify("SALESFORCE_CLIENT_IDS", &keys), |world| world.with_id_claim("aud", both)).await
}

#[tokio::test]
async fn an_audience_may_be_a_list_of_our_consumer_key() -> Result<()> {
    signs_in(mode(Mode::IdToken), |world| world.with_id_claim("aud", json!([CONSUMER_KEY]))).await?;
    signs_in(mode(Mode::IdToken), |world| world.with_id_claim("azp", json!(CONSUMER_KEY))).await
}

#[tokio::test]
async fn the_audience_of_an_access_token_may_be_text() -> Result<()> {
    signs_in(mode(Mode::AccessTokenJwt), |world| world.jwt_with("aud", json!(world.domain))).await
}

#[tokio::test]
async fn a_hash_of_the_access_token_may_be_present_or_required() -> Result<()> {
    let with_hash = |world: &World| world.with_id_claim("at_hash", json!(at_hash(&world.token)));
    signs_in(mode(Mode::IdToken), with_hash).await?;
    signs_in(mode(Mode::IdToken).verify("SALESFORCE_REQUIRE_AT_HASH", "true"), with_hash).await?;
    signs_in(mode(Mode::IdToken).verify("SALESFORCE_REQUIRE_AT_HASH", "false"), World::answer).await
}

#[tokio::test]
async fn a_nonce_may_be_required() -> Result<()> {
    let world = mode(Mode::IdToken).verify("SALESFORCE_REQUIRE_NONCE", "true").start().await?;
    let with_nonce = |nonce: &str| world.with_id_claim("nonce", json!(nonce));
    assert_eq!(world.sign_in_with_nonce(with_nonce).await?, as_alice());
    Ok(())
}

#[tokio::test]
async fn another_nonce_is_accepted_unless_the_nonce_is_required() -> Result<()> {
    signs_in(mode(Mode::IdToken), |world| world.with_id_claim("nonce", json!("the app's own"))).await
}

#[tokio::test]
async fn the_issuers_may_be_listed() -> Result<()> {
    let issuers = "https://acme.my.site.com/, https://login.salesforce.com";
    let listed = || mode(Mode::IdToken).verify("SALESFORCE_ISSUERS", issuers);
    signs_in(listed(), World::answer).await?;
    signs_in(listed(), |world| world.with_id_claim("iss", json!("https://login.salesforce.com"))).await?;
    // The list replaces the My Domain.
    let world = listed().start().await?;
    let reply = world.sign_in(&world.with_id_claim("iss", json!(world.domain))).await?;
    assert_eq!((reply, world.last_reason()?.as_str()), (Reply::Failed(denied()), "id-token-issuer"));
    Ok(())
}

#[tokio::test]
async fn ids_of_15_characters_name_the_same_user_in_every_proof() -> Result<()> {
    let (organization, user) = (person::short(ORGANIZATION), person::short(USER));
    let subject = json!(format!("https://acme.my.salesforce.com/id/{organization}/{user}"));
    signs_in(mode(Mode::IdToken), |world| world.with_id_claim("sub", subject.clone())).await?;
    signs_in(mode(Mode::Introspection), |world| world.introspected_with("sub", subject.clone())).await?;
    signs_in(mode(Mode::AccessTokenJwt), |world| world.jwt_with("sub", json!(format!("uid:{user}")))).await
}

#[tokio::test]
async fn unknown_claims_and_keys_are_ignored() -> Result<()> {
    signs_in(mode(Mode::IdToken), |world| world.with_id_claim("custom_attributes", json!({"a": [1]}))).await?;
    signs_in(mode(Mode::AccessTokenJwt), |world| world.jwt_with("sfi", json!("0"))).await?;
    signs_in(mode(Mode::IdToken), |world| {
        let odd = json!({"kty": "AKP", "alg": "ML-DSA-44", "kid": "new", "pub": "AA"});
        world.salesforce.publish(&[odd, json!("text"), SigningKey::current().jwk(), SigningKey::next().jwk()]);
        world.answer()
    })
    .await
}

#[tokio::test]
async fn an_id_token_is_valid_until_its_expiry() -> Result<()> {
    signs_in(mode(Mode::IdToken), |world| world.with_id_claim("exp", json!(now() + 5))).await
}

#[tokio::test]
async fn the_keys_are_fetched_once_for_many_sign_ins() -> Result<()> {
    for each in [Mode::IdToken, Mode::AccessTokenJwt] {
        let world = mode(each).start().await?;
        for _ in 0..2 {
            assert_eq!(world.valid_sign_in().await?, as_alice());
        }
        assert_eq!(world.salesforce.requests_to(Endpoint::Keys).await, 1, "{each:?}");
        assert_eq!(world.salesforce.requests_to(Endpoint::UserInfo).await, 2, "{each:?}");
    }
    Ok(())
}

#[tokio::test]
async fn verify_sends_no_token_when_it_fetches_the_keys() -> Result<()> {
    let world = mode(Mode::IdToken).start().await?;
    assert_eq!(world.valid_sign_in().await?, as_alice());
    let requests = world.salesforce.received(Endpoint::Keys).await;
    assert!(requests.iter().all(|request| !request.headers.contains_key("authorization")));
    Ok(())
}

#[tokio::test]
async fn verify_fetches_a_new_key() -> Result<()> {
    let world = mode(Mode::IdToken).start().await?;
    assert_eq!(world.valid_sign_in().await?, as_alice());
    world.salesforce.publish(&[SigningKey::current().jwk(), SigningKey::next().jwk()]);
    let header = json!({"alg": "RS256", "typ": "JWT", "kid": SigningKey::next().id()});
    let token = SigningKey::next().sign(&header, &world.id_claims());
    assert_eq!(world.sign_in(&world.with_id_token(&token)).await?, as_alice(), "{:?}", world.verdicts()?);
    assert_eq!(world.valid_sign_in().await?, as_alice());
    assert_eq!(world.salesforce.requests_to(Endpoint::Keys).await, 2);
    Ok(())
}

#[tokio::test]
async fn the_secret_is_fetched_once_and_sent_only_in_the_header() -> Result<()> {
    let world = mode(Mode::Introspection).start().await?;
    for _ in 0..3 {
        assert_eq!(world.valid_sign_in().await?, as_alice());
    }
    assert_eq!(world.secrets.requests().await, 1);
    let requests = world.salesforce.received(Endpoint::Introspection).await;
    assert_eq!(requests.len(), 3);
    for request in requests {
        assert!(!String::from_utf8_lossy(&request.body).contains(CLIENT_SECRET));
        assert_eq!(request.url.query(), None);
    }
    Ok(())
}

#[tokio::test]
async fn every_character_of_a_token_reaches_both_endpoints_unchanged() -> Result<()> {
    let mut world = mode(Mode::Introspection).start().await?;
    let token = format!("{}!a._~+/=-Z09", person::short(ORGANIZATION));
    world.token = world.granted(token);
    assert_eq!(world.sign_in(&world.introspected(|_| ())).await?, as_alice(), "{:?}", world.verdicts()?);
    Ok(())
}

#[tokio::test]
async fn no_mode_makes_more_calls_than_it_needs() -> Result<()> {
    for (each, keys, introspections, secrets) in [
        (Mode::Unchecked, 0, 0, 0),
        (Mode::IdToken, 1, 0, 0),
        (Mode::Introspection, 0, 1, 1),
        (Mode::AccessTokenJwt, 1, 0, 0),
    ] {
        let world = mode(each).start().await?;
        assert_eq!(world.valid_sign_in().await?, as_alice());
        let requests = (world.salesforce.requests_to(Endpoint::Keys).await, world.secrets.requests().await);
        assert_eq!(requests, (keys, secrets), "{each:?}");
        assert_eq!(world.salesforce.requests_to(Endpoint::Introspection).await, introspections, "{each:?}");
        assert_eq!((world.token_store.requests().await, world.directory.requests_for(UPDATE).await), (0, 0));
    }
    Ok(())
}

#[tokio::test]
async fn directory_mode_event_needs_no_directory() -> Result<()> {
    for each in Mode::ALL {
        let world = mode(each).verify("DIRECTORY_MODE", "event").start().await?;
        world.set_directory_users([]);
        assert_eq!(world.valid_sign_in().await?, as_alice(), "{each:?}");
        assert_eq!(world.directory.requests().await, 0, "{each:?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_user_may_be_on_any_page_of_the_directory() -> Result<()> {
    for empty_first_page in [false, true] {
        let world = World::start().await?;
        let other = |sub| user(sub, &world.email, true, false);
        world.set_directory_users([other("one"), user(ALICE, &world.email, true, true)]);
        world.directory.page(1, empty_first_page);
        assert_eq!(world.valid_sign_in().await?, as_alice());
        assert_eq!(world.directory.requests_for(LIST_USERS).await, 2 + usize::from(empty_first_page));
    }
    Ok(())
}

#[tokio::test]
async fn a_user_with_a_link_to_the_same_salesforce_user_signs_in() -> Result<()> {
    for builder in [Builder::default(), Builder::default().verify("DIRECTORY_MODE", "event"), Builder::default().link()]
    {
        let mut world = builder.start().await?;
        world.attributes(&[(LINK, json!(link()))]);
        world.set_directory_users([with_attribute(user(ALICE, &world.email, true, true), LINK, &link())]);
        assert_eq!(world.valid_sign_in().await?, as_alice());
        assert_eq!(world.directory.requests_for(UPDATE).await, 0);
    }
    Ok(())
}

#[tokio::test]
async fn the_first_sign_in_writes_the_link_and_the_second_uses_it() -> Result<()> {
    for directory in ["list_users", "event"] {
        let mut world = Builder::default().link().verify("DIRECTORY_MODE", directory).start().await?;
        assert_eq!(world.valid_sign_in().await?, as_alice());
        let written = world.directory.attribute(ALICE, LINK).context("no link was written")?;
        assert_eq!(written, link());
        world.attributes(&[(LINK, json!(written))]);
        assert_eq!(world.valid_sign_in().await?, as_alice());
        assert_eq!(world.directory.requests_for(UPDATE).await, 1);
    }
    Ok(())
}

#[tokio::test]
async fn no_link_is_written_for_a_denied_sign_in_or_without_the_setting() -> Result<()> {
    let world = Builder::default().link().start().await?;
    world.claim("email_verified", json!(false));
    assert_eq!(world.valid_sign_in().await?, Reply::Failed(denied()));
    assert_eq!(world.directory.requests_for(UPDATE).await, 0);
    let world = Builder::default().verify("LINK_ON_FIRST_SIGN_IN", "false").start().await?;
    assert_eq!(world.valid_sign_in().await?, as_alice());
    assert_eq!(world.directory.requests_for(UPDATE).await, 0);
    Ok(())
}
