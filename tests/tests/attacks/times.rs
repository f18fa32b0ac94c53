//! Tokens shortly before and after each time limit: Alice signs in on one side, and the attack fails on the other. Each
//! side is ten seconds from the limit, for slow machines.

use anyhow::ensure;
use integration_tests::proofs::{Mode, now};
use integration_tests::world::{Builder, World};
use serde_json::json;

use crate::attack::multi_step_attacks;

fn mode(mode: Mode) -> Builder {
    Builder::default().mode(mode)
}

/// An answer with an `id_token` of this issue time that is valid for hours.
fn long_lived(world: &World, issued: i64) -> String {
    world.with_id_token(&world.id_token(|claims| {
        claims["iat"] = json!(issued);
        claims["exp"] = json!(now() + 7200);
    }))
}

/// Two answers: Alice signs in with the first one, and the second one is the attack.
macro_rules! limits {
    (mod $theme:ident in $mode:expr; $($name:ident: $reason:literal, $goal:literal, $allowed:expr, $denied:expr;)*) => {
        multi_step_attacks! {
            mod $theme in mode($mode);
            $($name: $reason, $goal, async |world: &mut World| {
                let (allowed, denied): (fn(&World) -> String, fn(&World) -> String) = ($allowed, $denied);
                ensure!(world.sign_in(&allowed(world)).await?.is_signed_in(), "{:?}", world.verdicts()?.pop());
                world.sign_in(&denied(world)).await
            };)*
        }
    };
}

limits! {
    mod id_token in Mode::IdToken;

    expired: "id-token-expired", "use an id_token after its expiry",
        |world| world.with_id_claim("exp", json!(now() - 50)), |world| world.with_id_claim("exp", json!(now() - 70));
    older_than_five_minutes: "id-token-too-old", "use a captured id_token that is valid for hours",
        |world| long_lived(world, now() - 350),
        |world| long_lived(world, now() - 370);
    issued_in_the_future: "id-token-not-yet-valid", "use an id_token of the future, which would not become too old",
        |world| world.with_id_claim("iat", json!(now() + 50)), |world| world.with_id_claim("iat", json!(now() + 70));
    not_yet_valid: "id-token-not-yet-valid", "use an id_token before its time",
        |world| world.with_id_claim("nbf", json!(now() + 50)), |world| world.with_id_claim("nbf", json!(now() + 70));
    issued_at_the_largest_time: "id-token-not-yet-valid", "overflow the clock",
        |world| world.with_id_claim("exp", json!(u64::MAX)), |world| world.with_id_claim("iat", json!(u64::MAX));
    valid_from_the_largest_time: "id-token-not-yet-valid", "overflow the clock",
        |world| world.with_id_claim("nbf", json!(0)), |world| world.with_id_claim("nbf", json!(u64::MAX));
    issued_at_time_zero: "id-token-too-old", "underflow the clock",
        |world| world.with_id_claim("iat", json!(now())), |world| world.with_id_claim("iat", json!(0));
    expired_at_time_zero: "id-token-expired", "have zero mean never",
        |world| world.with_id_claim("exp", json!(now() + 10)), |world| world.with_id_claim("exp", json!(0));
    times_in_milliseconds: "id-token-too-old", "have milliseconds read as seconds",
        |world| world.with_id_claim("exp", json!(now() * 1000)),
        |world| world.with_id_claim("iat", json!(now() / 1000));
    an_expiry_in_text: "id-token-expired", "have a text read as a time",
        |world| world.with_id_claim("exp", json!(now() + 10)),
        |world| world.with_id_claim("exp", json!((now() + 10).to_string()));
}

limits! {
    mod access_token_jwt in Mode::AccessTokenJwt;

    expired: "access-token-expired", "use a token after its expiry",
        |world| world.jwt_with("exp", json!(now() - 50)), |world| world.jwt_with("exp", json!(now() - 70));
    not_yet_valid: "access-token-not-yet-valid", "use a token before its time",
        |world| world.jwt_with("nbf", json!(now() + 50)), |world| world.jwt_with("nbf", json!(now() + 70));
    issued_in_the_future: "access-token-not-yet-valid", "use a token of the future",
        |world| world.jwt_with("iat", json!(now() + 50)), |world| world.jwt_with("iat", json!(now() + 70));
    valid_from_the_largest_time: "access-token-not-yet-valid", "overflow the clock",
        |world| world.jwt_with("exp", json!(u64::MAX)), |world| world.jwt_with("nbf", json!(u64::MAX));
    expired_at_time_zero: "access-token-expired", "have zero mean never",
        |world| world.jwt_with("nbf", json!(0)), |world| world.jwt_with("exp", json!(0));
}

limits! {
    mod introspection in Mode::Introspection;

    expired: "introspection-expired", "use a token after its expiry",
        |world| world.introspected_with("exp", json!(now() + 10)),
        |world| world.introspected_with("exp", json!(now() - 70));
    expired_at_time_zero: "introspection-expired", "have zero mean never",
        |world| world.introspected_with("exp", json!(u64::MAX)), |world| world.introspected_with("exp", json!(0));
    an_expiry_in_text: "introspection-expired", "have a text read as a time",
        |world| world.introspected_with("exp", json!(now() + 10)),
        |world| world.introspected_with("exp", json!((now() + 10).to_string()));
}
