//! Audience mode `id_token`: tokens that Salesforce has signed for another purpose than this sign-in.

use integration_tests::cognito::VERIFY;
use integration_tests::jwt::at_hash;
use integration_tests::person::{self, ORGANIZATION, OTHER_ORGANIZATION, USER};
use integration_tests::proofs::{CONSUMER_KEY, Mode, OTHER_CONSUMER_KEY};
use integration_tests::world::{Builder, World};
use serde_json::{Value, json};

use crate::attack::attacks;

/// Another user of the organization.
const BOB: &str = "005xx000001SwiVAAS";

fn mode() -> Builder {
    Builder::default().mode(Mode::IdToken)
}

/// All optional claims are required. Alice's valid token has them.
fn strict() -> Builder {
    mode().verify("SALESFORCE_REQUIRE_AT_HASH", "true").verify("SALESFORCE_REQUIRE_NONCE", "true")
}

/// Users also log in at another trusted host.
fn two_issuers() -> Builder {
    mode().variable(VERIFY, "SALESFORCE_ISSUERS", "https://acme.my.salesforce.com,https://login.salesforce.com")
}

fn subject(organization: &str, user: &str) -> Value {
    json!(format!("https://login.salesforce.com/id/{organization}/{user}"))
}

attacks! {
    mod claims in mode();

    // No `id_token`, or another token in its place.
    a_logout_token: "id-token-malformed", "send the token with which Salesforce ends sessions",
        |world| world.with_id_claim("events", json!({"http://schemas.openid.net/event/backchannel-logout": {}}));
    a_raw_access_token: "id-token-missing", "use a token of any app, or the `sid` of a browser session",
        |world| world.token.clone();
    json_without_an_id_token: "id-token-missing", "leave the proof out",
        |world| json!({"access_token": world.token}).to_string();
    an_empty_id_token: "answer-malformed", "leave the proof empty", |world| world.with_id_token("");
    the_access_token_as_id_token: "id-token-malformed", "prove a token by itself",
        |world| world.with_id_token(&world.token);
    a_jwt_access_token_as_id_token: "id-token-audience", "prove one kind of token by the other",
        |world| { let token = world.jwt(|_| ()); world.with_id_token(&token) };

    // The issuer.
    a_login_at_another_organization: "id-token-issuer", "list our app among the audiences of the attacker's app",
        |world| world.with_id_claim("iss", json!("https://evil.my.salesforce.com"));
    a_login_at_the_shared_host: "id-token-issuer", "log in where every organization logs in",
        |world| world.with_id_claim("iss", json!("https://login.salesforce.com"));
    an_issuer_with_a_slash: "id-token-issuer", "find a comparison that trims",
        |world| { let issuer = format!("{}/", world.issuer); world.with_id_claim("iss", json!(issuer)) };
    an_issuer_in_capitals: "id-token-issuer", "find a comparison that folds case",
        |world| { let issuer = world.issuer.to_uppercase(); world.with_id_claim("iss", json!(issuer)) };
    an_issuer_that_starts_like_ours: "id-token-issuer", "find a comparison of the start",
        |world| { let issuer = format!("{}.evil.example", world.issuer); world.with_id_claim("iss", json!(issuer)) };
    an_issuer_with_a_blank: "id-token-issuer", "find a comparison that trims",
        |world| { let issuer = format!(" {}", world.issuer); world.with_id_claim("iss", json!(issuer)) };
    a_list_with_our_issuer: "id-token-issuer", "name two issuers",
        |world| { let issuer = json!([world.issuer, "https://evil.example"]); world.with_id_claim("iss", issuer) };

    // The audience.
    another_app: "id-token-audience", "use the login to another app of the organization",
        |world| world.with_id_claim("aud", json!(OTHER_CONSUMER_KEY));
    our_app_beside_another: "id-token-audience", "have the owner of another app add our app to its audiences",
        |world| world.with_id_claim("aud", json!([CONSUMER_KEY, OTHER_CONSUMER_KEY]));
    another_app_beside_ours: "id-token-audience", "hide the other app in front",
        |world| world.with_id_claim("aud", json!([OTHER_CONSUMER_KEY, CONSUMER_KEY]));
    no_audience_in_a_list: "id-token-audience", "have an empty list pass a check of each entry",
        |world| world.with_id_claim("aud", json!([]));
    an_audience_that_is_null: "id-token-audience", "have a value of the wrong type skipped",
        |world| world.with_id_claim("aud", json!([CONSUMER_KEY, null]));
    audiences_in_lists: "id-token-audience", "nest the audience",
        |world| world.with_id_claim("aud", json!([[CONSUMER_KEY]]));
    our_key_as_a_prefix: "id-token-audience", "find a comparison of the start",
        |world| world.with_id_claim("aud", json!(format!("{CONSUMER_KEY}0")));
    our_key_cut_off: "id-token-audience", "find a comparison of the shorter text",
        |world| world.with_id_claim("aud", json!(CONSUMER_KEY.get(..10)));
    our_key_in_lower_case: "id-token-audience", "find a comparison that folds case",
        |world| world.with_id_claim("aud", json!(CONSUMER_KEY.to_lowercase()));
    two_keys_in_one_text: "id-token-audience", "have a text split",
        |world| world.with_id_claim("aud", json!(format!("{CONSUMER_KEY},{OTHER_CONSUMER_KEY}")));
    another_authorized_party: "id-token-audience", "use a token that another app asked for on ours",
        |world| world.with_id_claim("azp", json!(OTHER_CONSUMER_KEY));
    an_empty_authorized_party: "id-token-audience", "have an empty party ignored",
        |world| world.with_id_claim("azp", json!(""));

    // The user.
    a_colleagues_id_token: "id-token-subject", "inject a stolen access token with the attacker's id_token",
        |world| world.with_id_claim("sub", subject(ORGANIZATION, BOB));
    the_same_user_id_in_another_organization: "organization-not-allowed", "use a user of a sandbox, which keeps the ids",
        |world| world.with_id_claim("sub", subject(OTHER_ORGANIZATION, USER));
    a_subject_with_a_case_twin_of_the_user: "id-token-subject", "find a comparison that folds case",
        |world| world.with_id_claim("sub", subject(ORGANIZATION, &person::short(USER).replace('S', "s")));
    a_subject_with_a_wrong_checksum: "id-token-subject", "find a comparison of 15 characters only",
        |world| world.with_id_claim("sub", subject(ORGANIZATION, &format!("{}AAA", person::short(USER))));
    a_subject_without_a_host: "id-token-subject", "leave the host out",
        |world| world.with_id_claim("sub", json!(format!("{ORGANIZATION}/{USER}")));
    a_subject_over_plain_http: "id-token-subject", "use another scheme",
        |world| world.with_id_claim("sub", json!(format!("http://login.salesforce.com/id/{ORGANIZATION}/{USER}")));
    a_subject_with_another_user_at_the_end: "id-token-subject", "find a parser that ignores the rest",
        |world| world.with_id_claim("sub", subject(ORGANIZATION, &format!("{USER}/{BOB}")));
    a_subject_that_is_empty: "id-token-subject", "find a comparison with an empty text", |world| world.with_id_claim("sub", json!(""));

    // The access token.
    an_id_token_of_another_access_token: "id-token-at-hash", "inject a stolen access token of the same user",
        |world| world.with_id_claim("at_hash", json!(at_hash("00Dxx0000001gPL!another")));
    a_hash_in_another_letter_case: "id-token-at-hash", "find a comparison that folds case",
        |world| { let hash = at_hash(&world.token).to_uppercase(); world.with_id_claim("at_hash", json!(hash)) };
    a_hash_with_padding: "id-token-at-hash", "find a lenient comparison",
        |world| { let hash = format!("{}==", at_hash(&world.token)); world.with_id_claim("at_hash", json!(hash)) };
    a_hash_cut_off: "id-token-at-hash", "find a comparison of the start",
        |world| { let hash = at_hash(&world.token); world.with_id_claim("at_hash", json!(hash.get(..4))) };
    an_empty_hash: "id-token-at-hash", "have an empty hash ignored", |world| world.with_id_claim("at_hash", json!(""));
}

attacks! {
    mod requiring_all in strict();

    no_hash: "id-token-at-hash", "leave out what binds the two tokens",
        |world| world.with_id_token(&world.id_token(|_| ()));
    a_hash_that_is_null: "id-token-at-hash", "leave out what binds the two tokens",
        |world| world.with_id_claim("at_hash", Value::Null);
    no_nonce: "id-token-nonce", "replay a captured login",
        |world| { let hash = at_hash(&world.token); world.with_id_claim("at_hash", json!(hash)) };
    an_empty_nonce: "id-token-nonce", "have an empty nonce ignored", |world| with_nonce(world, json!(""));
    a_nonce_of_the_attackers_choice: "id-token-nonce", "choose the nonce",
        |world| with_nonce(world, json!("3q2-7wAAAAAAAAAAAAAAAA"));
    a_nonce_that_is_null: "id-token-nonce", "have a null ignored", |world| with_nonce(world, Value::Null);
    a_nonce_that_is_a_list: "id-token-nonce", "offer several nonces", |world| with_nonce(world, json!([""]));
}

fn with_nonce(world: &World, nonce: Value) -> String {
    world.with_id_token(&world.id_token(|claims| {
        claims["at_hash"] = json!(at_hash(&world.token));
        claims["nonce"] = nonce;
    }))
}

#[tokio::test]
async fn an_organization_at_a_trusted_shared_host_is_still_compared() -> anyhow::Result<()> {
    crate::attack::fails(
        two_issuers(),
        "list our app among the attacker's audiences",
        "organization-not-allowed",
        async |world| {
            let token = world.id_token(|claims| {
                claims["iss"] = json!("https://login.salesforce.com");
                claims["sub"] = subject(OTHER_ORGANIZATION, USER);
            });
            world.sign_in(&world.with_id_token(&token)).await
        },
    )
    .await
}

#[tokio::test]
async fn a_claim_of_the_wrong_type_is_denied() -> anyhow::Result<()> {
    let world = mode().start().await?;
    for (claim, reason, may_be_absent) in [
        ("iss", "id-token-issuer", false),
        ("aud", "id-token-audience", false),
        ("azp", "id-token-audience", true),
        ("exp", "id-token-expired", false),
        ("iat", "id-token-too-old", false),
        ("nbf", "id-token-not-yet-valid", true),
        ("sub", "id-token-subject", false),
        ("at_hash", "id-token-at-hash", true),
    ] {
        let mut values = crate::attack::wrong_types();
        if claim == "aud" {
            values.retain(|value| !value.is_array());
        }
        for value in values.into_iter().filter(|value| !(may_be_absent && value.is_null())) {
            let reply = world.sign_in(&world.with_id_claim(claim, value.clone())).await?;
            let reason = crate::attack::reason_for(&value, reason, "id-token-malformed", &world)?;
            crate::attack::is_refused(&world, &reply, &format!("{claim}: {value}"), reason)?;
        }
        let token = world.id_token(|claims| {
            claims.as_object_mut().map(|claims| claims.remove(claim));
        });
        let reply = world.sign_in(&world.with_id_token(&token)).await?;
        if may_be_absent {
            assert!(reply.is_signed_in(), "{claim}");
        } else {
            crate::attack::is_refused(&world, &reply, &format!("no {claim}"), reason)?;
        }
    }
    Ok(())
}
