//! The frame of an attack: Alice signs in, the attacker does not, and the log has the reason.

use anyhow::{Result, ensure};
use integration_tests::cognito::Reply;
use integration_tests::world::{Builder, World, denied, unavailable};
use serde_json::{Value, json};
use verification::DenyReason;

/// Alice signs in, and then the attack must fail for `reason`.
pub async fn fails(
    builder: Builder,
    goal: &str,
    reason: &str,
    attack: impl AsyncFnOnce(&mut World) -> Result<Reply>,
) -> Result<()> {
    let mut world = builder.start().await?;
    let alice = world.valid_sign_in().await?;
    ensure!(alice.is_signed_in(), "{goal}: Alice did not sign in: {:?}", world.verdicts()?);
    let reply = attack(&mut world).await?;
    is_refused(&world, &reply, goal, reason)
}

/// The caller must see the public error only, and the last verdict must have `reason`.
pub fn is_refused(world: &World, reply: &Reply, goal: &str, reason: &str) -> Result<()> {
    let is_denial = DenyReason::ALL.iter().any(|known| known.code() == reason);
    let expected = if is_denial { denied() } else { unavailable() };
    let logged = world.last_reason()?;
    ensure!(logged == reason, "{goal}: {logged} instead of {reason}, {reply:?}");
    ensure!(*reply == Reply::Failed(expected), "{goal}: {reply:?}");
    Ok(())
}

/// Claim values of the wrong JSON type. None of them is a text with content, or a time.
pub fn wrong_types() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!([]),
        json!([1]),
        json!({}),
        json!({"a": "b"}),
        json!(""),
    ]
}

/// The expected reason for a claim of this value: a list or an object can make the whole token malformed.
pub fn reason_for(
    value: &Value,
    of_claim: &'static str,
    malformed: &'static str,
    world: &World,
) -> Result<&'static str> {
    let is_structure = value.is_array() || value.is_object();
    Ok(if is_structure && world.last_reason()? == malformed { malformed } else { of_claim })
}

/// A table of attacks that differ in the answer: a test for each row. `NAMES` has all names.
macro_rules! attacks {
    (mod $theme:ident in $builder:expr; $($name:ident: $reason:literal, $goal:literal, $answer:expr;)*) => {
        $crate::attack::multi_step_attacks! {
            mod $theme in $builder;
            $($name: $reason, $goal, async |world: &mut World| {
                let answer: fn(&mut World) -> String = $answer;
                let answer = answer(world);
                world.sign_in(&answer).await
            };)*
        }
    };
}
pub(crate) use attacks;

/// A table of attacks that need more than an answer.
macro_rules! multi_step_attacks {
    (mod $theme:ident in $builder:expr; $($name:ident: $reason:literal, $goal:literal, $attack:expr;)*) => {
        pub mod $theme {
            use super::*;

            $(
                #[tokio::test]
                async fn $name() -> anyhow::Result<()> {
                    $crate::attack::fails($builder, $goal, $reason, $attack).await
                }
            )*

            pub const NAMES: &[&str] = &[$(concat!(module_path!(), "::", stringify!($name))),*];
        }
    };
}
pub(crate) use multi_step_attacks;
