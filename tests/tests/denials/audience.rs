//! Whether the token was issued to our app.

use anyhow::Result;
use integration_tests::jwt;
use integration_tests::person::{self, ORGANIZATION};
use integration_tests::proofs::{self, Mode, OTHER_CONSUMER_KEY, now};
use integration_tests::signing_keys::SigningKey;
use integration_tests::world::World;
use serde_json::{Value, json};
use verification::DenyReason;

use crate::Broken::{ForNonce, InMode};
use crate::{BY_SALESFORCE, HER, Learned, denials, denies};

/// Alice's sign-in with one claim of her `id_token` changed.
macro_rules! id_claim {
    ($name:literal, $value:expr) => {
        InMode(Mode::IdToken, |world| world.with_id_claim($name, json!($value)))
    };
}

/// Alice's sign-in with one claim of her JWT-based access token changed.
macro_rules! access_claim {
    ($name:literal, $value:expr) => {
        InMode(Mode::AccessTokenJwt, |world| world.jwt_with($name, json!($value)))
    };
}

/// Alice's sign-in with one member of what introspection says changed.
macro_rules! introspected {
    ($name:literal, $value:expr) => {
        InMode(Mode::Introspection, |world| world.introspected_with($name, json!($value)))
    };
}

/// `sub` of another person in the organization.
const BOBS_SUBJECT: &str = "https://a.example/id/00Dxx0000001gPL/005xx000001SwiV";

fn claims_of(world: &World) -> Value {
    proofs::access_claims(&world.domain)
}

/// Salesforce's signature under a header with this `kid`.
fn forged(header: &Value, key_id: &str, claims: &Value) -> String {
    let mut header = header.clone();
    header["kid"] = json!(key_id);
    SigningKey::current().sign(&header, claims)
}

denials! {
    // By an id_token ...
    no_id_token: IdTokenMissing, Learned::Nothing, InMode(Mode::IdToken, |world| world.token.clone());
    an_id_token_that_is_no_jwt: IdTokenMalformed, Learned::Nothing, InMode(Mode::IdToken, |world| world.with_id_token("e30"));
    an_id_token_under_an_unknown_key: IdTokenKeyUnknown, Learned::Nothing,
        InMode(Mode::IdToken, |world| world.with_id_token(&forged(&proofs::id_header(), "999", &world.id_claims())));
    an_id_token_with_a_wrong_signature: IdTokenSignatureInvalid, Learned::Nothing,
        InMode(Mode::IdToken, |world| world.with_id_token(&jwt::with_payload(&world.id_token(|_| ()), "{}")));
    an_id_token_of_another_issuer: IdTokenIssuer, Learned::Signed, id_claim!("iss", "https://evil.my.salesforce.com");
    an_id_token_for_another_app: IdTokenAudience, Learned::Signed, id_claim!("aud", OTHER_CONSUMER_KEY);
    an_id_token_that_has_ended: IdTokenExpired, Learned::Signed, id_claim!("exp", now() - 90);
    an_id_token_of_an_hour_ago: IdTokenTooOld, Learned::Signed, id_claim!("iat", now() - 3600);
    an_id_token_of_the_future: IdTokenNotYetValid, Learned::Signed, id_claim!("iat", now() + 90);
    an_id_token_of_somebody_else: IdTokenSubject, HER, ForNonce(|world, nonce| world.with_id_token(&world.id_token(
        |claims| (claims["nonce"], claims["sub"]) = (json!(nonce), json!(BOBS_SUBJECT)),
    )));
    an_id_token_that_names_no_user: IdTokenSubject, Learned::Nothing,
        ForNonce(|world, nonce| world.with_id_token(&world.id_token(
            |claims| (claims["nonce"], claims["sub"]) = (json!(nonce), json!(ORGANIZATION)),
        )));
    an_id_token_of_another_access_token: IdTokenAtHash, Learned::Signed, id_claim!("at_hash", jwt::at_hash("another"));
    an_id_token_without_the_nonce: IdTokenNonce, Learned::Signed, id_claim!("nonce", "another");

    // ... by introspection ...
    a_token_that_introspection_calls_inactive: IntrospectionInactive, BY_SALESFORCE, introspected!("active", false);
    a_token_of_another_app: IntrospectionClient, BY_SALESFORCE, introspected!("client_id", OTHER_CONSUMER_KEY);
    a_token_of_somebody_else: IntrospectionSubject, BY_SALESFORCE, introspected!("sub", BOBS_SUBJECT);
    a_token_that_has_ended: IntrospectionExpired, BY_SALESFORCE, introspected!("exp", now() - 90);

    // ... or by the access token itself.
    an_access_token_that_is_no_jwt: AccessTokenMalformed, Learned::Nothing,
        InMode(Mode::AccessTokenJwt, |world| world.granted(person::token_of(ORGANIZATION)));
    an_access_token_of_another_type: AccessTokenType, Learned::Nothing,
        InMode(Mode::AccessTokenJwt, |world| world.granted(forged(&proofs::id_header(), "248", &claims_of(world))));
    an_access_token_under_an_unknown_key: AccessTokenKeyUnknown, Learned::Nothing,
        InMode(Mode::AccessTokenJwt, |world| world.granted(forged(&proofs::access_header(), "999", &claims_of(world))));
    an_access_token_with_a_wrong_signature: AccessTokenSignatureInvalid, Learned::Nothing,
        InMode(Mode::AccessTokenJwt, |world| world.granted(jwt::with_payload(&world.token, "{}")));
    an_access_token_of_another_issuer: AccessTokenIssuer, Learned::Nothing, access_claim!("iss", "https://evil.my.salesforce.com");
    an_access_token_for_another_host: AccessTokenAudience, Learned::Nothing, access_claim!("aud", "https://evil.my.salesforce.com");
    an_access_token_that_has_ended: AccessTokenExpired, Learned::Nothing, access_claim!("exp", now() - 90);
    an_access_token_of_the_future: AccessTokenNotYetValid, Learned::Nothing, access_claim!("nbf", now() + 90);
    an_access_token_of_another_app: AccessTokenClient, Learned::Nothing, access_claim!("client_id", OTHER_CONSUMER_KEY);
    an_access_token_of_somebody_else: AccessTokenSubject, HER, access_claim!("sub", "uid:005xx000001SwiVAAS");
}
