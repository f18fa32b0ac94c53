//! JWTs that Salesforce has not signed, or not in the way that is agreed: as `id_token` and as access token.

use integration_tests::jwt;
use integration_tests::proofs::{self, Mode};
use integration_tests::signing_keys::SigningKey;
use integration_tests::world::{Builder, World};
use serde_json::{Value, json};

fn header(world: &World) -> Value {
    if world.mode == Mode::IdToken { proofs::id_header() } else { proofs::access_header() }
}

fn header_with(world: &World, name: &str, value: Value) -> Value {
    let mut header = header(world);
    header[name] = value;
    header
}

fn header_without(world: &World, name: &str) -> Value {
    let mut header = header(world);
    header.as_object_mut().map(|members| members.remove(name));
    header
}

fn claims(world: &World) -> Value {
    if world.mode == Mode::IdToken { world.id_claims() } else { proofs::access_claims(&world.domain) }
}

/// The answer with this JWT in the place that counts. UserInfo knows it for Alice's if it is the access token.
fn send(world: &World, token: String) -> String {
    if world.mode == Mode::IdToken { world.with_id_token(&token) } else { world.granted(token) }
}

/// Salesforce's signature under a header of the attacker's choice.
fn signed(world: &World, header: &Value) -> String {
    send(world, SigningKey::current().sign(header, &claims(world)))
}

fn signed_by_stranger(world: &World, header: &Value) -> String {
    send(world, SigningKey::of_a_stranger().sign(header, &claims(world)))
}

fn unsigned(world: &World, algorithm: &str) -> String {
    let header = header_with(world, "alg", json!(algorithm));
    send(world, jwt::unsigned(&header.to_string(), &claims(world).to_string()))
}

/// HS256 with something that is public as the secret.
fn hmac(world: &World, secret: &[u8]) -> String {
    let header = header_with(world, "alg", json!("HS256"));
    send(world, jwt::signed_with_secret(secret, &header.to_string(), &claims(world).to_string()))
}

fn honest(world: &World) -> String {
    SigningKey::current().sign(&header(world), &claims(world))
}

/// Salesforce's signature over a payload of the attacker's choice.
fn payload(world: &World, payload: &str) -> String {
    send(world, SigningKey::current().sign_text(&header(world).to_string(), payload))
}

/// The honest claims, with another member of that name in front.
fn payload_with_first(world: &World, member: &str) -> String {
    payload(world, &claims(world).to_string().replacen('{', &format!("{{{member},"), 1))
}

/// A good signature of a key that the set has under this id, if it is an RSA key, and that is not for signing.
fn signed_by_next(world: &World, key_id: &str) -> String {
    let header = header_with(world, "kid", json!(key_id));
    send(world, SigningKey::next().sign(&header, &claims(world)))
}

/// A test for each row and mode; the reason lacks the name of the token. `spelling` is that of a token which is not
/// spelt as a signed JWT has to be: an access token is refused for it in each mode.
macro_rules! forgeries {
    ($($name:ident: $reason:literal, $goal:literal, $answer:expr;)*) => {
        forgeries! { @ id_token, Mode::IdToken, "id-token-"; $($name: $reason, $goal, $answer;)* }
        forgeries! { @ access_token_jwt, Mode::AccessTokenJwt, "access-token-"; $($name: $reason, $goal, $answer;)* }
    };
    (@ $theme:ident, $mode:expr, $token:literal; $($name:ident: $reason:literal, $goal:literal, $answer:expr;)*) => {
        pub mod $theme {
            use super::*;

            $(
                #[tokio::test]
                async fn $name() -> anyhow::Result<()> {
                    let attack = async |world: &mut World| {
                        let answer: fn(&World) -> String = $answer;
                        world.sign_in(&answer(world)).await
                    };
                    let reason = match ($reason, $mode) {
                        ("spelling", Mode::AccessTokenJwt) => "token-malformed",
                        ("spelling", _) => "id-token-malformed",
                        _ => concat!($token, $reason),
                    };
                    crate::attack::fails(Builder::default().mode($mode), $goal, reason, attack).await
                }
            )*

            pub const NAMES: &[&str] = &[$(concat!(module_path!(), "::", stringify!($name))),*];
        }
    };
}

forgeries! {
    // No signature, or one that anybody can make.
    alg_none: "spelling", "write any claims and sign nothing", |world| unsigned(world, "none");
    alg_none_capitalized: "spelling", "slip past a comparison with `none`", |world| unsigned(world, "None");
    alg_none_in_capitals: "spelling", "slip past a comparison with `none`", |world| unsigned(world, "NONE");
    alg_none_in_mixed_case: "spelling", "slip past a comparison with `none`", |world| unsigned(world, "nOnE");
    alg_empty: "spelling", "have the algorithm default to none", |world| unsigned(world, "");
    alg_missing: "malformed", "have the verifier guess the algorithm",
        |world| signed(world, &header_without(world, "alg"));
    alg_null: "malformed", "have the verifier guess", |world| signed(world, &header_with(world, "alg", Value::Null));
    alg_list: "malformed", "offer two algorithms",
        |world| signed(world, &header_with(world, "alg", json!(["none", "RS256"])));
    alg_in_lower_case: "malformed", "find a loose comparison",
        |world| signed(world, &header_with(world, "alg", json!("rs256")));
    alg_rs384: "malformed", "choose another algorithm",
        |world| signed(world, &header_with(world, "alg", json!("RS384")));
    alg_ps256: "malformed", "choose another padding", |world| signed(world, &header_with(world, "alg", json!("PS256")));
    alg_es256: "malformed", "choose another kind of key",
        |world| signed(world, &header_with(world, "alg", json!("ES256")));
    alg_twice: "malformed", "show two readers two algorithms",
        |world| {
            let twice = header(world).to_string().replacen('{', r#"{"alg":"none","#, 1);
            send(world, SigningKey::current().sign_text(&twice, &claims(world).to_string()))
        };
    hs256_with_the_pem: "malformed", "sign with the public key in PEM",
        |world| hmac(world, SigningKey::current().pem().as_bytes());
    hs256_with_the_der: "malformed", "sign with the public key in DER",
        |world| hmac(world, &SigningKey::current().der());
    hs256_with_the_modulus: "malformed", "sign with the modulus", |world| hmac(world, &SigningKey::current().modulus());
    hs256_with_nothing: "malformed", "sign with an empty secret", |world| hmac(world, b"");
    a_header_that_is_a_list: "malformed", "have members read by position",
        |world| send(world, SigningKey::current().sign(&json!(["RS256", "248"]), &claims(world)));
    kid_twice: "malformed", "show two readers two keys",
        |world| {
            let twice = header(world).to_string().replacen('{', r#"{"kid":"666","#, 1);
            send(world, SigningKey::current().sign_text(&twice, &claims(world).to_string()))
        };
    crit: "malformed", "have an extension ignored that must be understood",
        |world| signed(world, &header_with(world, "crit", json!(["exp"])));

    typ_of_a_logout_token: "malformed", "send another kind of token",
        |world| signed(world, &header_with(world, "typ", json!("logout+jwt")));
    typ_in_a_list: "malformed", "be two kinds of token",
        |world| signed(world, &header_with(world, "typ", json!(["JWT", "logout+jwt"])));
    crit_null: "malformed", "have an extension list that is none",
        |world| signed(world, &header_with(world, "crit", Value::Null));
    crit_empty: "malformed", "have an extension list that is none",
        |world| signed(world, &header_with(world, "crit", json!([])));

    // Keys.
    kid_missing: "malformed", "have any key do", |world| signed(world, &header_without(world, "kid"));
    kid_empty: "malformed", "have any key do", |world| signed(world, &header_with(world, "kid", json!("")));
    kid_null: "malformed", "have any key do", |world| signed(world, &header_with(world, "kid", Value::Null));
    kid_number: "malformed", "name a key by a number", |world| signed(world, &header_with(world, "kid", json!(248)));
    kid_list: "malformed", "name several keys", |world| signed(world, &header_with(world, "kid", json!(["248"])));
    kid_unknown: "key-unknown", "name a key that nobody has",
        |world| signed(world, &header_with(world, "kid", json!("999")));
    kid_with_a_blank: "key-unknown", "find a comparison that trims",
        |world| signed(world, &header_with(world, "kid", json!("248 ")));
    kid_path: "key-unknown", "have the key read from a file",
        |world| signed(world, &header_with(world, "kid", json!("../../dev/null")));
    a_key_of_ones_own: "key-unknown", "sign with a key of one's own",
        |world| signed_by_stranger(world, &header_with(world, "kid", json!(SigningKey::of_a_stranger().id())));
    a_key_of_ones_own_under_the_good_id: "signature-invalid", "sign with a key of one's own",
        |world| signed_by_stranger(world, &header(world));
    an_embedded_key: "signature-invalid", "bring the key along",
        |world| signed_by_stranger(world, &header_with(world, "jwk", SigningKey::of_a_stranger().jwk()));
    an_embedded_key_under_its_own_id: "key-unknown", "bring the key along",
        |world| {
            let mut header = header_with(world, "jwk", SigningKey::of_a_stranger().jwk());
            header["kid"] = json!(SigningKey::of_a_stranger().id());
            signed_by_stranger(world, &header)
        };
    the_id_of_an_elliptic_key: "key-unknown", "confuse the kinds of keys", |world| signed_by_next(world, "EC");
    the_id_of_a_secret_key: "key-unknown", "confuse the kinds of keys", |world| signed_by_next(world, "oct");
    the_id_of_a_key_for_encryption: "key-unknown", "sign with a key that is for encryption",
        |world| signed_by_next(world, "enc");
    the_id_of_a_key_for_another_algorithm: "key-unknown", "sign with a key that is for another algorithm",
        |world| signed_by_next(world, "RS512");
    hs256_with_a_published_secret: "malformed", "sign with a secret key that was published",
        |world| {
            let mut header = header_with(world, "alg", json!("HS256"));
            header["kid"] = json!("oct");
            send(world, jwt::signed_with_secret(b"public", &header.to_string(), &claims(world).to_string()))
        };

    // Signatures.
    a_tampered_payload: "signature-invalid", "change a claim under a good signature",
        |world| {
            let mut claims = claims(world);
            claims["exp"] = json!(proofs::now() + 999);
            send(world, jwt::with_payload(&honest(world), &claims.to_string()))
        };
    a_signature_cut_off: "spelling", "leave the signature out",
        |world| send(world, honest(world).rsplit_once('.').map(|(input, _)| format!("{input}.")).unwrap_or_default());
    a_signature_with_a_byte_less: "signature-invalid", "find a lenient comparison",
        // 342 characters hold 256 bytes, and 340 hold 255.
        |world| { let mut token = honest(world); token.truncate(token.len() - 2); send(world, token) };
    a_signature_with_a_byte_more: "signature-invalid", "find a comparison of the start",
        |world| send(world, format!("{}AAA", honest(world).get(..honest(world).len() - 1).unwrap_or_default()));
    a_signature_with_padding: "spelling", "find a lenient decoder",
        |world| send(world, format!("{}==", honest(world)));
    a_signature_of_another_token: "signature-invalid", "reuse a signature",
        |world| {
            let mut others = claims(world);
            others["iat"] = json!(proofs::now() - 1);
            let signature = SigningKey::current().sign(&header(world), &others);
            let signature = signature.rsplit('.').next().unwrap_or_default().to_owned();
            let input = jwt::signing_input(&header(world).to_string(), &claims(world).to_string());
            send(world, format!("{input}.{signature}"))
        };
    two_parts: "malformed", "send a JWT without a signature",
        |world| send(world, jwt::unsigned("{}", "{}").replace("..", ".").trim_end_matches('.').to_owned());
    four_parts: "malformed", "hide a part", |world| send(world, format!("{}.e30", honest(world)));
    five_parts: "malformed", "send an encrypted JWT", |world| send(world, format!("{}.e30.e30", honest(world)));

    // Payloads with a good signature: what a confused issuer could make.
    a_payload_that_is_a_list: "malformed", "have claims read by position", |world| payload(world, "[1,2,3]");
    a_payload_that_is_null: "malformed", "have no claims to fail", |world| payload(world, "null");
    a_payload_that_is_not_json: "malformed", "break the parser", |world| payload(world, "iss=acme");
    a_payload_of_deep_json: "malformed", "exhaust the stack",
        |world| payload(world, &format!("{{\"iss\":{}", "[".repeat(2000)));
    iss_twice: "malformed", "show two readers two issuers",
        |world| payload_with_first(world, r#""iss":"https://evil.example""#);
    aud_twice: "malformed", "show two readers two audiences", |world| payload_with_first(world, r#""aud":"evil""#);
    sub_twice: "malformed", "show two readers two people", |world| payload_with_first(world, r#""sub":"evil""#);
    exp_twice: "malformed", "show two readers two ends", |world| payload_with_first(world, r#""exp":1"#);
}
