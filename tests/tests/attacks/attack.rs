//! How an attack is carried out: Alice gets in, the attacker does not, and the log says why.

use anyhow::{Result, ensure};
use integration_tests::cognito::Reply;
use integration_tests::world::{Builder, World, denied, unavailable};
use serde_json::{Value, json};
use verification::DenyReason;

/// Lets Alice in, carries out the attack and expects it to fail for `reason`.
pub async fn fails(
    builder: Builder,
    goal: &str,
    reason: &str,
    attack: impl AsyncFnOnce(&mut World) -> Result<Reply>,
) -> Result<()> {
    let mut world = builder.start().await?;
    let control = world.honest_sign_in().await?;
    ensure!(control.is_signed_in(), "{goal}: not even Alice gets in: {:?}", world.verdicts()?);
    let reply = attack(&mut world).await?;
    is_refused(&world, &reply, goal, reason)
}

/// The caller learns what every caller learns, and the last verdict was for `reason`.
pub fn is_refused(world: &World, reply: &Reply, goal: &str, reason: &str) -> Result<()> {
    let is_denial = DenyReason::ALL.iter().any(|known| known.code() == reason);
    let expected = if is_denial { denied() } else { unavailable() };
    let logged = world.last_reason()?;
    ensure!(logged == reason, "{goal}: {logged} and not {reason}, {reply:?}");
    ensure!(*reply == Reply::Failed(expected), "{goal}: {reply:?}");
    Ok(())
}

/// What stands for a claim and is none: no member of this is a text that says anything, or a time.
pub fn other_types() -> Vec<Value> {
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

/// The reason to expect for a claim of this value: a list or an object can end the reading of the whole token.
pub fn reason_for(
    value: &Value,
    of_claim: &'static str,
    malformed: &'static str,
    world: &World,
) -> Result<&'static str> {
    let is_structure = value.is_array() || value.is_object();
    Ok(if is_structure && world.last_reason()? == malformed { malformed } else { of_claim })
}

/// A table of attacks that differ in the answer: a test for each row, and the names of all as `NAMES`.
macro_rules! attacks {
    (mod $theme:ident in $builder:expr; $($name:ident: $reason:literal, $goal:literal, $answer:expr;)*) => {
        $crate::attack::staged_attacks! {
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

/// A table of attacks that take more than an answer.
macro_rules! staged_attacks {
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
pub(crate) use staged_attacks;
