//! The signing keys of Salesforce: where they come from, how long they count, and how often they are fetched.

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

/// Alice's answer, signed with this key under its id.
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

/// An answer that is signed under a key id that Salesforce does not have.
async fn invents_a_key(world: &World) -> Result<Reply> {
    world.sign_in(&signed_with(world, SigningKey::of_a_stranger())).await
}

/// Keys that an attacker would like to be Salesforce's are not accepted, and the good ones are afterwards.
async fn no_keys(reason: &str, answer: impl Fn(&Salesforce) -> ResponseTemplate) -> Result<()> {
    for mode in JWT_MODES {
        let (world, elsewhere) = (Builder::default().mode(mode).start().await?, Salesforce::start().await);
        elsewhere.publish(&[SigningKey::of_a_stranger().jwk()]);
        world.salesforce.script_at(Endpoint::Keys, answer(&elsewhere));
        let reply = world.sign_in(&signed_with(&world, SigningKey::of_a_stranger())).await?;
        is_refused(&world, &reply, "bring keys of one's own", reason)?;
        assert_eq!(elsewhere.requests().await, 0);
        world.salesforce.recover(Endpoint::Keys);
        assert!(world.honest_sign_in().await?.is_signed_in(), "{mode:?}: {:?}", world.verdicts()?);
    }
    Ok(())
}

#[tokio::test]
async fn a_redirect_of_the_keys_is_not_followed() -> Result<()> {
    no_keys("salesforce-keys-redirected", |elsewhere| {
        ResponseTemplate::new(307).insert_header("location", format!("{}/id/keys", elsewhere.origin()))
    })
    .await
}

#[tokio::test]
async fn ten_megabytes_of_keys_are_not_read() -> Result<()> {
    no_keys("salesforce-keys-too-large", |_| {
        let keys = json!({"pad": "a".repeat(10 * 1024 * 1024), "keys": [SigningKey::of_a_stranger().jwk()]});
        ResponseTemplate::new(200).set_body_raw(keys.to_string(), "application/json")
    })
    .await
}

#[tokio::test]
async fn keys_on_a_page_are_not_read() -> Result<()> {
    no_keys("salesforce-keys-not-json", |_| {
        let keys = json!({"keys": [SigningKey::of_a_stranger().jwk()]});
        ResponseTemplate::new(200).set_body_raw(keys.to_string(), "text/html")
    })
    .await
}

#[tokio::test]
async fn a_redirect_of_introspection_is_not_followed() -> Result<()> {
    let world = Builder::default().mode(Mode::Introspection).start().await?;
    let elsewhere = Salesforce::start().await;
    elsewhere.introspect(&world.token, proofs::introspection());
    for status in [301, 302, 303, 307, 308] {
        let location = format!("{}{}", elsewhere.origin(), Endpoint::Introspection.path());
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
    assert_eq!(elsewhere.requests().await, 0);
    world.salesforce.recover(Endpoint::Introspection);
    assert!(world.honest_sign_in().await?.is_signed_in());
    Ok(())
}

#[tokio::test]
async fn a_withdrawn_key_is_no_key() -> Result<()> {
    for mode in JWT_MODES {
        let world = Builder::default().mode(mode).start().await?;
        // The first set of keys is there for certain, whether Verify fetched it at its start or just now.
        assert!(world.honest_sign_in().await?.is_signed_in(), "{:?}", world.verdicts()?);
        world.salesforce.publish(&[SigningKey::next().jwk()]);
        let reply = world.sign_in(&signed_with(&world, SigningKey::next())).await?;
        assert!(reply.is_signed_in(), "{:?}", world.verdicts()?);
        let reply = world.sign_in(&signed_with(&world, SigningKey::current())).await?;
        is_refused(&world, &reply, "sign with a key that was stolen and withdrawn", COOLDOWN)?;
    }
    Ok(())
}

#[tokio::test]
async fn a_key_is_kept_while_its_set_is() -> Result<()> {
    for mode in JWT_MODES {
        let world = Builder::default().mode(mode).start().await?;
        assert!(world.honest_sign_in().await?.is_signed_in());
        world.salesforce.publish(&[]);
        assert!(world.honest_sign_in().await?.is_signed_in(), "{:?}", world.verdicts()?);
        assert_eq!(world.salesforce.requests_to(Endpoint::Keys).await, 1);
    }
    Ok(())
}

#[tokio::test]
async fn the_first_keys_come_from_the_configured_host_alone() -> Result<()> {
    for mode in JWT_MODES {
        for member in ["jku", "x5u", "iss", "kid"] {
            let (world, elsewhere) = (Builder::default().mode(mode).start().await?, Salesforce::start().await);
            elsewhere.publish(&[SigningKey::of_a_stranger().jwk()]);
            let (mut header, claims) = match mode {
                Mode::IdToken => (proofs::id_header(), proofs::id_claims(&elsewhere.origin())),
                _ => (proofs::access_header(), proofs::access_claims(&elsewhere.origin())),
            };
            header["kid"] = json!(SigningKey::of_a_stranger().id());
            header[member] = json!(format!("{}/id/keys", elsewhere.origin()));
            let token = SigningKey::of_a_stranger().sign(&header, &claims);
            let answer = if mode == Mode::IdToken { world.with_id_token(&token) } else { world.granted(token) };
            let reply = world.sign_in(&answer).await?;
            is_refused(&world, &reply, "name the keys before any are known", unknown(mode))?;
            let asked = (world.salesforce.requests_to(Endpoint::Keys).await, elsewhere.requests().await);
            // Once while Verify started, and once for the unknown key id.
            assert_eq!(asked, (2, 0), "{member}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn two_keys_under_one_id_are_none() -> Result<()> {
    for mode in JWT_MODES {
        for first in [true, false] {
            let mut double = SigningKey::of_a_stranger().jwk();
            double["kid"] = json!(SigningKey::current().id());
            let mut keys = vec![double, SigningKey::current().jwk()];
            if first {
                keys.reverse();
            }
            let publish = move |services: &Services<'_>| services.salesforce.publish(&keys);
            let world = Builder::default().mode(mode).prepare(publish).start().await?;
            let reply = world.sign_in(&signed_with(&world, SigningKey::current())).await?;
            is_refused(&world, &reply, "publish a key under an id that is taken", unknown(mode))?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn unknown_key_ids_do_not_make_verify_fetch_the_keys_each_time() -> Result<()> {
    for mode in JWT_MODES {
        let world = Builder::default().mode(mode).start().await?;
        assert!(world.honest_sign_in().await?.is_signed_in());
        let invented = || invents_a_key(&world);
        is_refused(&world, &invented().await?, "have Salesforce lock the function out", unknown(mode))?;
        for _ in 0..10 {
            // No verdict yet: the key may be new.
            is_refused(&world, &invented().await?, "have Salesforce lock the function out", COOLDOWN)?;
        }
        assert_eq!(world.salesforce.requests_to(Endpoint::Keys).await, 2);
        assert!(world.honest_sign_in().await?.is_signed_in());
    }
    Ok(())
}

#[tokio::test]
async fn unknown_key_ids_do_not_make_verify_fetch_the_keys_each_time_while_that_fails() -> Result<()> {
    for mode in JWT_MODES {
        let world = Builder::default().mode(mode).start().await?;
        assert!(world.honest_sign_in().await?.is_signed_in());
        world.salesforce.script_at(Endpoint::Keys, ResponseTemplate::new(503));
        for _ in 0..10 {
            let reply = invents_a_key(&world).await?;
            is_refused(&world, &reply, "have Salesforce lock the function out", "salesforce-keys-failed")?;
        }
        assert_eq!(world.salesforce.requests_to(Endpoint::Keys).await, 2);
        assert!(world.honest_sign_in().await?.is_signed_in());
    }
    Ok(())
}

/// The keys change while an attacker sends invented key ids all the time. An honest user with the new key has no "no",
/// and gets in within the cooldown of ten seconds.
#[tokio::test]
async fn invented_key_ids_keep_nobody_out_for_long_after_a_rotation() -> Result<()> {
    for mode in JWT_MODES {
        let world = Builder::default().mode(mode).start().await?;
        assert!(world.honest_sign_in().await?.is_signed_in());
        let begin = Instant::now();
        assert!(!invents_a_key(&world).await?.is_signed_in(), "before the rotation");
        world.salesforce.publish(&[SigningKey::next().jwk()]);
        let rotated = Instant::now();
        loop {
            assert!(!invents_a_key(&world).await?.is_signed_in(), "during the rotation");
            let reply = world.sign_in(&signed_with(&world, SigningKey::next())).await?;
            if reply.is_signed_in() {
                break;
            }
            is_refused(&world, &reply, "keep honest users out", COOLDOWN)?;
            assert!(rotated.elapsed() < Duration::from_secs(11), "{:?}", rotated.elapsed());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(!invents_a_key(&world).await?.is_signed_in(), "after the rotation");
        assert!(world.sign_in(&signed_with(&world, SigningKey::next())).await?.is_signed_in());
        let requests = world.salesforce.requests_to(Endpoint::Keys).await;
        let most = 2 + usize::try_from(begin.elapsed().as_secs() / 10)?;
        assert!(requests <= most, "{mode:?}: {requests} requests, {most} at most");
    }
    Ok(())
}
