//! Forged and malformed JWTs, as `id_token` and as access token.

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

/// The answer with this JWT: as the `id_token`, or as an access token that UserInfo accepts.
fn answer(world: &World, token: String) -> String {
    if world.mode == Mode::IdToken { world.with_id_token(&token) } else { world.granted(token) }
}

/// A header of the attacker's choice, with Salesforce's signature.
fn signed(world: &World, header: &Value) -> String {
    answer(world, SigningKey::current().sign(header, &claims(world)))
}

fn signed_by_attacker(world: &World, header: &Value) -> String {
    answer(world, SigningKey::of_attacker().sign(header, &claims(world)))
}

fn unsigned(world: &World, algorithm: &str) -> String {
    let header = header_with(world, "alg", json!(algorithm));
    answer(world, jwt::unsigned(&header.to_string(), &claims(world).to_string()))
}

/// HS256 with public data as the secret.
fn hmac(world: &World, secret: &[u8]) -> String {
    let header = header_with(world, "alg", json!("HS256"));
    answer(world, jwt::signed_with_secret(secret, &header.to_string(), &claims(world).to_string()))
}

fn valid(world: &World) -> String {
    SigningKey::current().sign(&header(world), &claims(world))
}

/// A payload of the attacker's choice, with Salesforce's signature.
fn payload(world: &World, payload: &str) -> String {
    answer(world, SigningKey::current().sign_text(&header(world).to_string(), payload))
}

/// The valid claims, with another member in front.
fn payload_with_first(world: &World, member: &str) -> String {
    payload(world, &claims(world).to_string().replacen('{', &format!("{{{member},"), 1))
}

/// A signature of the RSA key that the JWKS has with this `kid` for another purpose.
fn signed_by_next(world: &World, key_id: &str) -> String {
    let header = header_with(world, "kid", json!(key_id));
    answer(world, SigningKey::next().sign(&header, &claims(world)))
}

/// A test for each row and mode. The reason is without the name of the token. `spelling` means that the token is not
/// spelled as a signed JWT must be. An access token with this reason is denied in each mode.
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
    // No signature, or one that everyone can make.
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
    alg_twice: "malformed", "show two parsers two algorithms",
        |world| {
            let twice = header(world).to_string().replacen('{', r#"{"alg":"none","#, 1);
            answer(world, SigningKey::current().sign_text(&twice, &claims(world).to_string()))
        };
    hs256_with_the_pem: "malformed", "sign with the public key in PEM",
        |world| hmac(world, SigningKey::current().pem().as_bytes());
    hs256_with_the_der: "malformed", "sign with the public key in DER",
        |world| hmac(world, &SigningKey::current().der());
    hs256_with_the_modulus: "malformed", "sign with the modulus", |world| hmac(world, &SigningKey::current().modulus());
    hs256_with_nothing: "malformed", "sign with an empty secret", |world| hmac(world, b"");
    a_header_that_is_a_list: "malformed", "have members read by position",
        |world| answer(world, SigningKey::current().sign(&json!(["RS256", "248"]), &claims(world)));
    kid_twice: "malformed", "show two parsers two keys",
        |world| {
            let twice = header(world).to_string().replacen('{', r#"{"kid":"666","#, 1);
            answer(world, SigningKey::current().sign_text(&twice, &claims(world).to_string()))
        };
    crit: "malformed", "have a critical extension ignored",
        |world| signed(world, &header_with(world, "crit", json!(["exp"])));

    typ_of_a_logout_token: "malformed", "send another kind of token",
        |world| signed(world, &header_with(world, "typ", json!("logout+jwt")));
    typ_in_a_list: "malformed", "send two kinds of token in one",
        |world| signed(world, &header_with(world, "typ", json!(["JWT", "logout+jwt"])));
    crit_null: "malformed", "send an empty list of extensions",
        |world| signed(world, &header_with(world, "crit", Value::Null));
    crit_empty: "malformed", "send an empty list of extensions",
        |world| signed(world, &header_with(world, "crit", json!([])));

    // Keys.
    kid_missing: "malformed", "have any key accepted", |world| signed(world, &header_without(world, "kid"));
    kid_empty: "malformed", "have any key accepted", |world| signed(world, &header_with(world, "kid", json!("")));
    kid_null: "malformed", "have any key accepted", |world| signed(world, &header_with(world, "kid", Value::Null));
    kid_number: "malformed", "name a key by a number", |world| signed(world, &header_with(world, "kid", json!(248)));
    kid_list: "malformed", "name several keys", |world| signed(world, &header_with(world, "kid", json!(["248"])));
    kid_unknown: "key-unknown", "name a key that does not exist",
        |world| signed(world, &header_with(world, "kid", json!("999")));
    kid_with_a_blank: "key-unknown", "find a comparison that trims",
        |world| signed(world, &header_with(world, "kid", json!("248 ")));
    kid_path: "key-unknown", "have the key read from a file",
        |world| signed(world, &header_with(world, "kid", json!("../../dev/null")));
    the_attackers_key: "key-unknown", "sign with the attacker's key",
        |world| signed_by_attacker(world, &header_with(world, "kid", json!(SigningKey::of_attacker().id())));
    the_attackers_key_with_salesforces_kid: "signature-invalid", "sign with the attacker's key",
        |world| signed_by_attacker(world, &header(world));
    an_embedded_key: "signature-invalid", "send the key in the header",
        |world| signed_by_attacker(world, &header_with(world, "jwk", SigningKey::of_attacker().jwk()));
    an_embedded_key_with_its_own_kid: "key-unknown", "send the key in the header",
        |world| {
            let mut header = header_with(world, "jwk", SigningKey::of_attacker().jwk());
            header["kid"] = json!(SigningKey::of_attacker().id());
            signed_by_attacker(world, &header)
        };
    the_kid_of_an_elliptic_curve_key: "key-unknown", "confuse the kinds of keys", |world| signed_by_next(world, "EC");
    the_kid_of_a_secret_key: "key-unknown", "confuse the kinds of keys", |world| signed_by_next(world, "oct");
    the_kid_of_a_key_for_encryption: "key-unknown", "sign with a key that is for encryption",
        |world| signed_by_next(world, "enc");
    the_kid_of_a_key_for_another_algorithm: "key-unknown", "sign with a key that is for another algorithm",
        |world| signed_by_next(world, "RS512");
    hs256_with_a_published_secret: "malformed", "sign with a secret key that was published",
        |world| {
            let mut header = header_with(world, "alg", json!("HS256"));
            header["kid"] = json!("oct");
            answer(world, jwt::signed_with_secret(b"public", &header.to_string(), &claims(world).to_string()))
        };

    // Signatures.
    a_tampered_payload: "signature-invalid", "change a claim and keep the signature",
        |world| {
            let mut claims = claims(world);
            claims["exp"] = json!(proofs::now() + 999);
            answer(world, jwt::with_payload(&valid(world), &claims.to_string()))
        };
    an_empty_signature: "spelling", "leave the signature out",
        |world| answer(world, valid(world).rsplit_once('.').map(|(input, _)| format!("{input}.")).unwrap_or_default());
    a_signature_that_is_one_byte_short: "signature-invalid", "find a lenient comparison",
        // 342 characters hold 256 bytes, and 340 hold 255.
        |world| { let mut token = valid(world); token.truncate(token.len() - 2); answer(world, token) };
    a_signature_with_an_extra_byte: "signature-invalid", "find a comparison of the start",
        |world| answer(world, format!("{}AAA", valid(world).get(..valid(world).len() - 1).unwrap_or_default()));
    a_signature_with_padding: "spelling", "find a lenient decoder",
        |world| answer(world, format!("{}==", valid(world)));
    a_signature_of_another_token: "signature-invalid", "reuse a signature",
        |world| {
            let mut others = claims(world);
            others["iat"] = json!(proofs::now() - 1);
            let signature = SigningKey::current().sign(&header(world), &others);
            let signature = signature.rsplit('.').next().unwrap_or_default().to_owned();
            let input = jwt::signing_input(&header(world).to_string(), &claims(world).to_string());
            answer(world, format!("{input}.{signature}"))
        };
    two_parts: "malformed", "send a JWT without a signature",
        |world| answer(world, jwt::unsigned("{}", "{}").replace("..", ".").trim_end_matches('.').to_owned());
    four_parts: "malformed", "hide a part", |world| answer(world, format!("{}.e30", valid(world)));
    five_parts: "malformed", "send an encrypted JWT", |world| answer(world, format!("{}.e30.e30", valid(world)));

    // Malformed payloads with a valid signature, as a faulty issuer could make them.
    a_payload_that_is_a_list: "malformed", "have claims read by position", |world| payload(world, "[1,2,3]");
    a_payload_that_is_null: "malformed", "send no claims that could fail a check", |world| payload(world, "null");
    a_payload_that_is_not_json: "malformed", "break the parser", |world| payload(world, "iss=acme");
    a_payload_of_deep_json: "malformed", "exhaust the stack",
        |world| payload(world, &format!("{{\"iss\":{}", "[".repeat(2000)));
    iss_twice: "malformed", "show two parsers two issuers",
        |world| payload_with_first(world, r#""iss":"https://evil.example""#);
    aud_twice: "malformed", "show two parsers two audiences", |world| payload_with_first(world, r#""aud":"evil""#);
    sub_twice: "malformed", "show two parsers two users", |world| payload_with_first(world, r#""sub":"evil""#);
    exp_twice: "malformed", "show two parsers two expiry times", |world| payload_with_first(world, r#""exp":1"#);
}
