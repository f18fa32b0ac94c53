//! Denials because the token was not issued to our app.

use anyhow::Result;
use integration_tests::jwt;
use integration_tests::person::{self, ORGANIZATION};
use integration_tests::proofs::{self, Mode, OTHER_CONSUMER_KEY, now};
use integration_tests::signing_keys::SigningKey;
use integration_tests::world::World;
use serde_json::{Value, json};
use verification::DenyReason;

use crate::Change::{ForNonce, InMode};
use crate::Reached::{Directory, NoService, SignedIds};
use crate::{ALICES_IDS, denials, denies};

/// Changes one claim of Alice's `id_token`.
macro_rules! id_claim {
    ($name:literal, $value:expr) => {
        InMode(Mode::IdToken, |world| world.with_id_claim($name, json!($value)))
    };
}

/// Changes one claim of Alice's JWT-based access token.
macro_rules! access_claim {
    ($name:literal, $value:expr) => {
        InMode(Mode::AccessTokenJwt, |world| world.jwt_with($name, json!($value)))
    };
}

/// Changes one member of the introspection response for Alice's token.
macro_rules! introspected {
    ($name:literal, $value:expr) => {
        InMode(Mode::Introspection, |world| world.introspected_with($name, json!($value)))
    };
}

/// `sub` of another user of the organization.
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
    // Mode id_token.
    no_id_token: IdTokenMissing, NoService, InMode(Mode::IdToken, |world| world.token.clone());
    an_id_token_that_is_not_a_jwt: IdTokenMalformed, NoService, InMode(Mode::IdToken, |world| world.with_id_token("e30"));
    an_id_token_under_an_unknown_key: IdTokenKeyUnknown, NoService,
        InMode(Mode::IdToken, |world| world.with_id_token(&forged(&proofs::id_header(), "999", &world.id_claims())));
    an_id_token_with_a_wrong_signature: IdTokenSignatureInvalid, NoService,
        InMode(Mode::IdToken, |world| world.with_id_token(&jwt::with_payload(&world.id_token(|_| ()), "{}")));
    an_id_token_of_another_issuer: IdTokenIssuer, SignedIds, id_claim!("iss", "https://evil.my.salesforce.com");
    an_id_token_for_another_app: IdTokenAudience, SignedIds, id_claim!("aud", OTHER_CONSUMER_KEY);
    an_expired_id_token: IdTokenExpired, SignedIds, id_claim!("exp", now() - 90);
    an_id_token_of_an_hour_ago: IdTokenTooOld, SignedIds, id_claim!("iat", now() - 3600);
    an_id_token_of_the_future: IdTokenNotYetValid, SignedIds, id_claim!("iat", now() + 90);
    an_id_token_of_another_user: IdTokenSubject, Directory, ForNonce(|world, nonce| world.with_id_token(&world.id_token(
        |claims| (claims["nonce"], claims["sub"]) = (json!(nonce), json!(BOBS_SUBJECT)),
    )));
    an_id_token_that_names_no_user: IdTokenSubject, NoService,
        ForNonce(|world, nonce| world.with_id_token(&world.id_token(
            |claims| (claims["nonce"], claims["sub"]) = (json!(nonce), json!(ORGANIZATION)),
        )));
    an_id_token_of_another_access_token: IdTokenAtHash, SignedIds, id_claim!("at_hash", jwt::at_hash("another"));
    an_id_token_without_the_nonce: IdTokenNonce, SignedIds, id_claim!("nonce", "another");

    // Mode introspection.
    a_token_that_introspection_calls_inactive: IntrospectionInactive, ALICES_IDS, introspected!("active", false);
    a_token_of_another_app: IntrospectionClient, ALICES_IDS, introspected!("client_id", OTHER_CONSUMER_KEY);
    a_token_of_another_user: IntrospectionSubject, ALICES_IDS, introspected!("sub", BOBS_SUBJECT);
    an_expired_token: IntrospectionExpired, ALICES_IDS, introspected!("exp", now() - 90);

    // Mode access_token_jwt.
    an_access_token_that_is_not_a_jwt: AccessTokenMalformed, NoService,
        InMode(Mode::AccessTokenJwt, |world| world.granted(person::token_of(ORGANIZATION)));
    an_access_token_of_another_type: AccessTokenType, NoService,
        InMode(Mode::AccessTokenJwt, |world| world.granted(forged(&proofs::id_header(), "248", &claims_of(world))));
    an_access_token_under_an_unknown_key: AccessTokenKeyUnknown, NoService,
        InMode(Mode::AccessTokenJwt, |world| world.granted(forged(&proofs::access_header(), "999", &claims_of(world))));
    an_access_token_with_a_wrong_signature: AccessTokenSignatureInvalid, NoService,
        InMode(Mode::AccessTokenJwt, |world| world.granted(jwt::with_payload(&world.token, "{}")));
    an_access_token_of_another_issuer: AccessTokenIssuer, NoService, access_claim!("iss", "https://evil.my.salesforce.com");
    an_access_token_for_another_host: AccessTokenAudience, NoService, access_claim!("aud", "https://evil.my.salesforce.com");
    an_expired_access_token: AccessTokenExpired, NoService, access_claim!("exp", now() - 90);
    an_access_token_of_the_future: AccessTokenNotYetValid, NoService, access_claim!("nbf", now() + 90);
    an_access_token_of_another_app: AccessTokenClient, NoService, access_claim!("client_id", OTHER_CONSUMER_KEY);
    an_access_token_of_another_user: AccessTokenSubject, Directory, access_claim!("sub", "uid:005xx000001SwiVAAS");
}
