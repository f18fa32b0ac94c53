//! A host of the attacker's choice gets no request, and so no token, wherever the attacker names it.

use integration_tests::cognito::Reply;
use integration_tests::person;
use integration_tests::proofs::{self, Mode};
use integration_tests::salesforce::Salesforce;
use integration_tests::signing_keys::SigningKey;
use integration_tests::world::{Builder, World};
use serde_json::{Value, json};

use crate::attack::multi_step_attacks;

fn mode() -> Builder {
    Builder::default().mode(Mode::IdToken)
}

fn jwt_mode() -> Builder {
    Builder::default().mode(Mode::AccessTokenJwt)
}

/// Carries out the attack with a host that accepts Alice's token. Verify must not call it.
async fn with_a_host(world: &World, attack: impl AsyncFnOnce(&str) -> anyhow::Result<Reply>) -> anyhow::Result<Reply> {
    let host = Salesforce::start().await;
    host.publish(&[SigningKey::of_attacker().jwk()]);
    host.grant(&world.token, person::claims(&world.email));
    let reply = attack(&host.origin()).await?;
    anyhow::ensure!(host.requests().await == 0, "Verify called the attacker's host");
    Ok(reply)
}

/// An answer with a JWT that the attacker signed, with another header member and this issuer.
fn forged(world: &World, issuer: &str, member: &str, value: &Value) -> String {
    let (mut header, claims) = match world.mode {
        Mode::IdToken => (proofs::id_header(), proofs::id_claims(issuer)),
        _ => (proofs::access_header(), proofs::access_claims(issuer)),
    };
    header["kid"] = json!(SigningKey::of_attacker().id());
    header[member] = value.clone();
    let token = SigningKey::of_attacker().sign(&header, &claims);
    if world.mode == Mode::IdToken { world.with_id_token(&token) } else { world.granted(token) }
}

async fn by_header(world: &World, member: &str, path: &str) -> anyhow::Result<Reply> {
    with_a_host(world, async |host| {
        let url = json!(format!("{host}{path}"));
        world.sign_in(&forged(world, &world.issuer, member, &url)).await
    })
    .await
}

/// An answer with a token that only the attacker's host accepts, and client metadata that name the host.
async fn by_metadata(world: &World, metadata: impl FnOnce(&str) -> Value) -> anyhow::Result<Reply> {
    with_a_host(world, async |host| {
        let (session, _) = world.challenge(&world.email).await?;
        let answer = forged(world, host, "typ", &json!("JWT"));
        world.cognito.respond(&session, &answer, Some(&metadata(host))).await
    })
    .await
}

multi_step_attacks! {
    mod with_id_token in mode();

    by_jku: "id-token-key-unknown", "name the set of keys",
        async |world: &mut World| by_header(world, "jku", "/id/keys").await;
    by_x5u: "id-token-key-unknown", "name the certificate",
        async |world: &mut World| by_header(world, "x5u", "/id/keys").await;
    by_kid: "id-token-key-unknown", "name the key by its address",
        async |world: &mut World| by_header(world, "kid", "/id/keys").await;
    by_iss_in_the_header: "id-token-key-unknown", "name the issuer",
        async |world: &mut World| by_header(world, "iss", "").await;
    by_the_issuer: "id-token-key-unknown", "have the keys fetched from the issuer of an unverified token",
        async |world: &mut World| with_a_host(world, async |host| {
            world.sign_in(&forged(world, host, "typ", &json!("JWT"))).await
        }).await;
    by_the_answer: "answer-malformed", "name the host in the answer",
        async |world: &mut World| with_a_host(world, async |host| {
            let first = format!(r#"{{"salesforceDomainUrl":"{host}","#);
            world.sign_in(&world.answer().replacen('{', &first, 1)).await
        }).await;
    by_the_token: "token-malformed", "have the token read as an address",
        async |world: &mut World| with_a_host(world, async |host| {
            let token = json!({"access_token": format!("{}@{host}", world.token), "id_token": world.id_token(|_| ())});
            world.sign_in(&token.to_string()).await
        }).await;
    by_the_metadata: "id-token-key-unknown", "name the host as the configuration does",
        async |world: &mut World| by_metadata(world, |host| {
            json!({"SALESFORCE_DOMAIN_URL": host, "salesforceDomainUrl": host, "SALESFORCE_ISSUERS": host})
        }).await;
    by_the_metadata_of_other_products: "id-token-key-unknown", "name the host as other products do",
        async |world: &mut World| by_metadata(world, |host| {
            let keys = format!("{host}/id/keys");
            json!({"instance_url": host, "X-Salesforce-Instance-URL": host, "issuer": host, "jwks_uri": keys})
        }).await;
    by_a_mode_in_the_metadata: "id-token-missing", "switch the audience mode off",
        async |world: &mut World| {
            let (session, _) = world.challenge(&world.email).await?;
            let metadata = json!({"SALESFORCE_AUDIENCE_MODE": "unchecked", "salesforceAudienceMode": "unchecked"});
            world.cognito.respond(&session, &world.token, Some(&metadata)).await
        };
    by_rules_in_the_metadata: "id-token-audience", "set the rules in the metadata",
        async |world: &mut World| {
            let (session, _) = world.challenge(&world.email).await?;
            let metadata = json!({"SALESFORCE_CLIENT_IDS": proofs::OTHER_CONSUMER_KEY, "nonce": "n", "attemptId": "a"});
            let answer = world.with_id_claim("aud", json!(proofs::OTHER_CONSUMER_KEY));
            world.cognito.respond(&session, &answer, Some(&metadata)).await
        };
}

multi_step_attacks! {
    mod with_access_token_jwt in jwt_mode();

    by_jku: "access-token-key-unknown", "name the set of keys",
        async |world: &mut World| by_header(world, "jku", "/id/keys").await;
    by_x5u: "access-token-key-unknown", "name the certificate",
        async |world: &mut World| by_header(world, "x5u", "/id/keys").await;
    by_kid: "access-token-key-unknown", "name the key by its address",
        async |world: &mut World| by_header(world, "kid", "/id/keys").await;
    by_the_organization_in_tnk: "access-token-key-unknown", "name the cell that keeps the keys",
        async |world: &mut World| by_header(world, "tnk", "/id/keys").await;
    by_the_issuer: "access-token-key-unknown", "have the keys fetched from the issuer of an unverified token",
        async |world: &mut World| with_a_host(world, async |host| {
            world.sign_in(&forged(world, host, "typ", &json!("JWT"))).await
        }).await;
    by_the_metadata: "access-token-key-unknown", "name the host as the configuration does",
        async |world: &mut World| by_metadata(world, |host| {
            json!({"SALESFORCE_DOMAIN_URL": host, "salesforceDomainUrl": host})
        }).await;
}
