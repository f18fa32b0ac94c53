//! The requests that an anonymous caller can cause with junk answers. `ListUsers` has one small quota for all pools of
//! an account, so junk must not use it up. `docs/security.md` has the numbers.

use anyhow::Result;
use integration_tests::jwt;
use integration_tests::person::{self, ORGANIZATION, OTHER_ORGANIZATION};
use integration_tests::proofs::{self, Mode, OTHER_CONSUMER_KEY, now};
use integration_tests::salesforce::Endpoint;
use integration_tests::signing_keys::SigningKey;
use integration_tests::world::{Builder, World};
use serde_json::{Value, json};

/// An answer of a caller without a valid token for our app.
type Junk = (&'static str, fn(&mut World) -> String);

/// A new token that Salesforce accepts, with these claims.
fn with_claims(world: &mut World, claims: Value) -> String {
    world.token = person::token_of(ORGANIZATION);
    world.salesforce.grant(&world.token, claims);
    world.salesforce.introspect(&world.token, proofs::introspection());
    world.answer()
}

/// A signed token with changed claims. In the modes without signed tokens: an opaque token that Salesforce rejects.
fn signed(world: &mut World, by: &SigningKey, change: impl FnOnce(&mut Value)) -> String {
    let (header, mut claims) = match world.mode {
        Mode::IdToken => (proofs::id_header(), world.id_claims()),
        Mode::AccessTokenJwt => (proofs::access_header(), proofs::access_claims(&world.domain)),
        Mode::Unchecked | Mode::Introspection => return person::token_of(ORGANIZATION),
    };
    change(&mut claims);
    let token = by.sign(&header, &claims);
    if world.mode == Mode::IdToken { world.with_id_token(&token) } else { world.granted(token) }
}

const JUNK: [Junk; 12] = [
    ("an empty answer", |_| String::new()),
    ("a word", |_| "password".to_owned()),
    ("a token of the right form", |_| person::token_of(ORGANIZATION)),
    ("two tokens of the right form", |world| {
        world.token = person::token_of(ORGANIZATION);
        world.with_id_token(&jwt::unsigned("{}", "{}"))
    }),
    ("a JWT without a signature", |_| jwt::unsigned(r#"{"alg":"none"}"#, "{}")),
    ("a token of another organization", |_| person::token_of(OTHER_ORGANIZATION)),
    ("a token that the attacker signed", |world| signed(world, SigningKey::of_attacker(), |_| ())),
    ("an expired token", |world| signed(world, SigningKey::current(), |claims| claims["exp"] = json!(now() - 90))),
    ("a token for another app", |world| {
        signed(world, SigningKey::current(), |claims| {
            (claims["aud"], claims["client_id"]) = (json!(OTHER_CONSUMER_KEY), json!(OTHER_CONSUMER_KEY));
        })
    }),
    ("a login at another organization", |world| {
        let subject = json!(format!("https://login.salesforce.com/id/{OTHER_ORGANIZATION}/005xx000001SwiUAAS"));
        signed(world, SigningKey::current(), |claims| {
            (claims["iss"], claims["sub"]) = (json!("https://evil.my.salesforce.com"), subject);
        })
    }),
    ("a user of another organization", |world| {
        let claims = person::claims_in(OTHER_ORGANIZATION, &world.email);
        match world.mode {
            Mode::Unchecked | Mode::Introspection => with_claims(world, claims),
            _ => signed(world, SigningKey::of_attacker(), |_| ()),
        }
    }),
    ("a token that introspection calls inactive", |world| match world.mode {
        Mode::Introspection => world.introspected_with("active", json!(false)),
        _ => person::token_of(ORGANIZATION),
    }),
];

#[tokio::test]
async fn no_junk_in_any_mode_reaches_the_directory() -> Result<()> {
    for mode in Mode::ALL {
        let mut world = Builder::default().mode(mode).one_time_use().link().start().await?;
        let email = world.email.clone();
        for (name, junk) in JUNK {
            for username in [email.as_str(), "unknown@acme.example"] {
                let answer = junk(&mut world);
                assert!(!world.sign_in_as(username, &answer).await?.is_signed_in(), "{mode:?} {name}");
                assert_eq!(world.directory.requests().await, 0, "{mode:?}: {name}");
                assert_eq!(world.token_store.requests().await, 0, "{mode:?}: {name}");
            }
        }
        world.token = world.new_token();
        assert!(world.valid_sign_in().await?.is_signed_in(), "{mode:?}: {:?}", world.verdicts()?);
        assert!(world.directory.requests().await > 0);
    }
    Ok(())
}

/// The maximum number of requests to UserInfo and to introspection. `attacks/keys.rs` has the limit for the keys.
#[tokio::test]
async fn one_junk_answer_causes_at_most_these_requests_to_salesforce() -> Result<()> {
    for (mode, most) in [
        (Mode::Unchecked, (1, 0)),
        (Mode::Introspection, (1, 1)),
        (Mode::IdToken, (0, 0)),
        (Mode::AccessTokenJwt, (0, 0)),
    ] {
        let mut seen = (0, 0);
        let mut world = Builder::default().mode(mode).start().await?;
        let requests = async |world: &World| {
            let user_info = world.salesforce.requests_to(Endpoint::UserInfo).await;
            (user_info, world.salesforce.requests_to(Endpoint::Introspection).await)
        };
        for (_, junk) in JUNK {
            let (answer, before) = (junk(&mut world), requests(&world).await);
            world.sign_in(&answer).await?;
            let after = requests(&world).await;
            seen = (seen.0.max(after.0 - before.0), seen.1.max(after.1 - before.1));
        }
        assert_eq!(seen, most, "{mode:?}");
    }
    Ok(())
}
