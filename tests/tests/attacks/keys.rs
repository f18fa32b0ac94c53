//! The signing keys of Salesforce: where they come from, how long they are cached, and how often Verify fetches them.

use std::time::{Duration, Instant};

use anyhow::Result;
use integration_tests::builder::Services;
use integration_tests::cognito::Reply;
use integration_tests::proofs::{self, Mode};
use integration_tests::salesforce::{Endpoint, Salesforce};
use integration_tests::signing_keys::SigningKey;
use integration_tests::world::{Builder, World};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::attack::is_refused;

const JWT_MODES: [Mode; 2] = [Mode::IdToken, Mode::AccessTokenJwt];

/// Alice's answer, signed with this key.
fn signed_with(world: &World, key: &SigningKey) -> String {
    let (mut header, claims) = match world.mode {
        Mode::IdToken => (proofs::id_header(), world.id_claims()),
        _ => (proofs::access_header(), proofs::access_claims(&world.domain)),
    };
    header["kid"] = json!(key.id());
    let token = key.sign(&header, &claims);
    if world.mode == Mode::IdToken { world.with_id_token(&token) } else { world.granted(token) }
}

fn unknown(mode: Mode) -> &'static str {
    if mode == Mode::IdToken { "id-token-key-unknown" } else { "access-token-key-unknown" }
}

const COOLDOWN: &str = "salesforce-keys-cooldown";

/// A sign-in with a `kid` that Salesforce does not have.
async fn sign_in_with_unknown_kid(world: &World) -> Result<Reply> {
    world.sign_in(&signed_with(world, SigningKey::of_attacker())).await
}

/// Verify does not accept the attacker's keys in this response, and afterwards accepts Salesforce's.
async fn rejects_keys(reason: &str, response: impl Fn(&Salesforce) -> ResponseTemplate) -> Result<()> {
    for mode in JWT_MODES {
        let (world, attacker) = (Builder::default().mode(mode).start().await?, Salesforce::start().await);
        attacker.publish(&[SigningKey::of_attacker().jwk()]);
        world.salesforce.script_at(Endpoint::Keys, response(&attacker));
        let reply = world.sign_in(&signed_with(&world, SigningKey::of_attacker())).await?;
        is_refused(&world, &reply, "replace the signing keys", reason)?;
        assert_eq!(attacker.requests().await, 0);
        world.salesforce.recover(Endpoint::Keys);
        assert!(world.valid_sign_in().await?.is_signed_in(), "{mode:?}: {:?}", world.verdicts()?);
    }
    Ok(())
}

#[tokio::test]
async fn a_redirect_of_the_keys_is_not_followed() -> Result<()> {
    rejects_keys("salesforce-keys-redirected", |attacker| {
        ResponseTemplate::new(307).insert_header("location", format!("{}/id/keys", attacker.origin()))
    })
    .await
}

#[tokio::test]
async fn ten_megabytes_of_keys_are_not_read() -> Result<()> {
    rejects_keys("salesforce-keys-too-large", |_| {
        let keys = json!({"pad": "a".repeat(10 * 1024 * 1024), "keys": [SigningKey::of_attacker().jwk()]});
        ResponseTemplate::new(200).set_body_raw(keys.to_string(), "application/json")
    })
    .await
}

#[tokio::test]
async fn keys_in_an_html_response_are_not_read() -> Result<()> {
    rejects_keys("salesforce-keys-not-json", |_| {
        let keys = json!({"keys": [SigningKey::of_attacker().jwk()]});
        ResponseTemplate::new(200).set_body_raw(keys.to_string(), "text/html")
    })
    .await
}

#[tokio::test]
async fn a_redirect_of_introspection_is_not_followed() -> Result<()> {
    let world = Builder::default().mode(Mode::Introspection).start().await?;
    let attacker = Salesforce::start().await;
    attacker.introspect(&world.token, proofs::introspection());
    for status in [301, 302, 303, 307, 308] {
        let location = format!("{}{}", attacker.origin(), Endpoint::Introspection.path());
        let redirect = ResponseTemplate::new(status).insert_header("location", location);
        world.salesforce.script_at(Endpoint::Introspection, redirect);
        let reply = world.sign_in(&world.answer()).await?;
        is_refused(
            &world,
            &reply,
            "get the token and the client secret sent elsewhere",
            "salesforce-introspection-redirected",
        )?;
    }
    assert_eq!(attacker.requests().await, 0);
    world.salesforce.recover(Endpoint::Introspection);
    assert!(world.valid_sign_in().await?.is_signed_in());
    Ok(())
}

#[tokio::test]
async fn a_withdrawn_key_is_not_accepted_after_a_refresh() -> Result<()> {
    for mode in JWT_MODES {
        let world = Builder::default().mode(mode).start().await?;
        // After this sign-in, Verify certainly has the first keys.
        assert!(world.valid_sign_in().await?.is_signed_in(), "{:?}", world.verdicts()?);
        world.salesforce.publish(&[SigningKey::next().jwk()]);
        let reply = world.sign_in(&signed_with(&world, SigningKey::next())).await?;
        assert!(reply.is_signed_in(), "{:?}", world.verdicts()?);
        let reply = world.sign_in(&signed_with(&world, SigningKey::current())).await?;
        is_refused(&world, &reply, "sign with a key that was stolen and withdrawn", COOLDOWN)?;
    }
    Ok(())
}

#[tokio::test]
async fn a_cached_key_is_accepted_without_another_fetch() -> Result<()> {
    for mode in JWT_MODES {
        let world = Builder::default().mode(mode).start().await?;
        assert!(world.valid_sign_in().await?.is_signed_in());
        world.salesforce.publish(&[]);
        assert!(world.valid_sign_in().await?.is_signed_in(), "{:?}", world.verdicts()?);
        assert_eq!(world.salesforce.requests_to(Endpoint::Keys).await, 1);
    }
    Ok(())
}

#[tokio::test]
async fn the_first_keys_come_from_the_configured_host_only() -> Result<()> {
    for mode in JWT_MODES {
        for member in ["jku", "x5u", "iss", "kid"] {
            let (world, attacker) = (Builder::default().mode(mode).start().await?, Salesforce::start().await);
            attacker.publish(&[SigningKey::of_attacker().jwk()]);
            let (mut header, claims) = match mode {
                Mode::IdToken => (proofs::id_header(), proofs::id_claims(&attacker.origin())),
                _ => (proofs::access_header(), proofs::access_claims(&attacker.origin())),
            };
            header["kid"] = json!(SigningKey::of_attacker().id());
            header[member] = json!(format!("{}/id/keys", attacker.origin()));
            let token = SigningKey::of_attacker().sign(&header, &claims);
            let answer = if mode == Mode::IdToken { world.with_id_token(&token) } else { world.granted(token) };
            let reply = world.sign_in(&answer).await?;
            is_refused(&world, &reply, "name the keys before any are known", unknown(mode))?;
            let requests = (world.salesforce.requests_to(Endpoint::Keys).await, attacker.requests().await);
            // Once while Verify started, and once for the unknown `kid`.
            assert_eq!(requests, (2, 0), "{member}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_kid_of_two_keys_is_unknown() -> Result<()> {
    for mode in JWT_MODES {
        for first in [true, false] {
            let mut double = SigningKey::of_attacker().jwk();
            double["kid"] = json!(SigningKey::current().id());
            let mut keys = vec![double, SigningKey::current().jwk()];
            if first {
                keys.reverse();
            }
            let publish = move |services: &Services<'_>| services.salesforce.publish(&keys);
            let world = Builder::default().mode(mode).prepare(publish).start().await?;
            let reply = world.sign_in(&signed_with(&world, SigningKey::current())).await?;
            is_refused(&world, &reply, "publish a key with the kid of another key", unknown(mode))?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn unknown_key_ids_do_not_make_verify_fetch_the_keys_each_time() -> Result<()> {
    for mode in JWT_MODES {
        let world = Builder::default().mode(mode).start().await?;
        assert!(world.valid_sign_in().await?.is_signed_in());
        let unknown_kid = || sign_in_with_unknown_kid(&world);
        is_refused(&world, &unknown_kid().await?, "have Salesforce block the function", unknown(mode))?;
        for _ in 0..10 {
            // No denial, because the key may be new.
            is_refused(&world, &unknown_kid().await?, "have Salesforce block the function", COOLDOWN)?;
        }
        assert_eq!(world.salesforce.requests_to(Endpoint::Keys).await, 2);
        assert!(world.valid_sign_in().await?.is_signed_in());
    }
    Ok(())
}

#[tokio::test]
async fn unknown_key_ids_do_not_make_verify_fetch_the_keys_each_time_while_that_fails() -> Result<()> {
    for mode in JWT_MODES {
        let world = Builder::default().mode(mode).start().await?;
        assert!(world.valid_sign_in().await?.is_signed_in());
        world.salesforce.script_at(Endpoint::Keys, ResponseTemplate::new(503));
        for _ in 0..10 {
            let reply = sign_in_with_unknown_kid(&world).await?;
            is_refused(&world, &reply, "have Salesforce block the function", "salesforce-keys-failed")?;
        }
        assert_eq!(world.salesforce.requests_to(Endpoint::Keys).await, 2);
        assert!(world.valid_sign_in().await?.is_signed_in());
    }
    Ok(())
}

/// Salesforce rotates its keys while an attacker sends unknown `kid`s all the time. A user with the new key is not
/// denied, and can sign in within the cooldown of ten seconds.
#[tokio::test]
async fn unknown_key_ids_do_not_keep_users_out_for_long_after_a_rotation() -> Result<()> {
    for mode in JWT_MODES {
        let world = Builder::default().mode(mode).start().await?;
        assert!(world.valid_sign_in().await?.is_signed_in());
        let begin = Instant::now();
        assert!(!sign_in_with_unknown_kid(&world).await?.is_signed_in(), "before the rotation");
        world.salesforce.publish(&[SigningKey::next().jwk()]);
        let rotated = Instant::now();
        loop {
            assert!(!sign_in_with_unknown_kid(&world).await?.is_signed_in(), "during the rotation");
            let reply = world.sign_in(&signed_with(&world, SigningKey::next())).await?;
            if reply.is_signed_in() {
                break;
            }
            is_refused(&world, &reply, "keep users out", COOLDOWN)?;
            assert!(rotated.elapsed() < Duration::from_secs(11), "{:?}", rotated.elapsed());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(!sign_in_with_unknown_kid(&world).await?.is_signed_in(), "after the rotation");
        assert!(world.sign_in(&signed_with(&world, SigningKey::next())).await?.is_signed_in());
        let requests = world.salesforce.requests_to(Endpoint::Keys).await;
        let most = 2 + usize::try_from(begin.elapsed().as_secs() / 10)?;
        assert!(requests <= most, "{mode:?}: {requests} requests, {most} at most");
    }
    Ok(())
}
