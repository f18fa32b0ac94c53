//! Tokens that are too old or too young, by a little: on the near side of each limit Alice gets in, on the far side
//! nobody does. Each side keeps ten seconds away from the limit, for machines that are slow.

use anyhow::ensure;
use integration_tests::proofs::{Mode, now};
use integration_tests::world::{Builder, World};
use serde_json::json;

use crate::attack::staged_attacks;

fn mode(mode: Mode) -> Builder {
    Builder::default().mode(mode)
}

/// Alice's answer with an `id_token` that was issued then and lives for hours.
fn long_lived(world: &World, issued: i64) -> String {
    world.with_id_token(&world.id_token(|claims| {
        claims["iat"] = json!(issued);
        claims["exp"] = json!(now() + 7200);
    }))
}

/// One answer gets in, and the other one is the attack.
macro_rules! limits {
    (mod $theme:ident in $mode:expr; $($name:ident: $reason:literal, $goal:literal, $near:expr, $far:expr;)*) => {
        staged_attacks! {
            mod $theme in mode($mode);
            $($name: $reason, $goal, async |world: &mut World| {
                let (near, far): (fn(&World) -> String, fn(&World) -> String) = ($near, $far);
                ensure!(world.sign_in(&near(world)).await?.is_signed_in(), "{:?}", world.verdicts()?.pop());
                world.sign_in(&far(world)).await
            };)*
        }
    };
}

limits! {
    mod id_token in Mode::IdToken;

    ended: "id-token-expired", "use a login after its end",
        |world| world.with_id_claim("exp", json!(now() - 50)), |world| world.with_id_claim("exp", json!(now() - 70));
    of_another_hour: "id-token-too-old", "use a captured login that Salesforce lets live for hours",
        |world| long_lived(world, now() - 350),
        |world| long_lived(world, now() - 370);
    issued_ahead: "id-token-not-yet-valid", "use a login of the future, which would never be too old",
        |world| world.with_id_claim("iat", json!(now() + 50)), |world| world.with_id_claim("iat", json!(now() + 70));
    valid_ahead: "id-token-not-yet-valid", "use a login before its time",
        |world| world.with_id_claim("nbf", json!(now() + 50)), |world| world.with_id_claim("nbf", json!(now() + 70));
    issued_at_the_end_of_time: "id-token-not-yet-valid", "overflow the clock",
        |world| world.with_id_claim("exp", json!(u64::MAX)), |world| world.with_id_claim("iat", json!(u64::MAX));
    valid_at_the_end_of_time: "id-token-not-yet-valid", "overflow the clock",
        |world| world.with_id_claim("nbf", json!(0)), |world| world.with_id_claim("nbf", json!(u64::MAX));
    issued_at_the_beginning_of_time: "id-token-too-old", "underflow the clock",
        |world| world.with_id_claim("iat", json!(now())), |world| world.with_id_claim("iat", json!(0));
    ended_at_the_beginning_of_time: "id-token-expired", "have a zero stand for never",
        |world| world.with_id_claim("exp", json!(now() + 10)), |world| world.with_id_claim("exp", json!(0));
    ending_in_milliseconds: "id-token-too-old", "have milliseconds read as seconds",
        |world| world.with_id_claim("exp", json!(now() * 1000)),
        |world| world.with_id_claim("iat", json!(now() / 1000));
    an_end_in_text: "id-token-expired", "have a text read as a time",
        |world| world.with_id_claim("exp", json!(now() + 10)),
        |world| world.with_id_claim("exp", json!((now() + 10).to_string()));
}

limits! {
    mod access_token_jwt in Mode::AccessTokenJwt;

    ended: "access-token-expired", "use a token after its end",
        |world| world.jwt_with("exp", json!(now() - 50)), |world| world.jwt_with("exp", json!(now() - 70));
    valid_ahead: "access-token-not-yet-valid", "use a token before its time",
        |world| world.jwt_with("nbf", json!(now() + 50)), |world| world.jwt_with("nbf", json!(now() + 70));
    issued_ahead: "access-token-not-yet-valid", "use a token of the future",
        |world| world.jwt_with("iat", json!(now() + 50)), |world| world.jwt_with("iat", json!(now() + 70));
    valid_at_the_end_of_time: "access-token-not-yet-valid", "overflow the clock",
        |world| world.jwt_with("exp", json!(u64::MAX)), |world| world.jwt_with("nbf", json!(u64::MAX));
    ended_at_the_beginning_of_time: "access-token-expired", "have a zero stand for never",
        |world| world.jwt_with("nbf", json!(0)), |world| world.jwt_with("exp", json!(0));
}

limits! {
    mod introspection in Mode::Introspection;

    ended: "introspection-expired", "use a token after its end",
        |world| world.introspected_with("exp", json!(now() + 10)),
        |world| world.introspected_with("exp", json!(now() - 70));
    ended_at_the_beginning_of_time: "introspection-expired", "have a zero stand for never",
        |world| world.introspected_with("exp", json!(u64::MAX)), |world| world.introspected_with("exp", json!(0));
    an_end_in_text: "introspection-expired", "have a text read as a time",
        |world| world.introspected_with("exp", json!(now() + 10)),
        |world| world.introspected_with("exp", json!((now() + 10).to_string()));
}
