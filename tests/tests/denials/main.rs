//! Every deny reason. Each test changes one thing in a world in which Alice could sign in.
//!
//! The caller always sees the same exception, and the log has the reason once.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

mod audience;
mod identity;

use std::collections::HashSet;

use anyhow::Result;
use integration_tests::cognito::{Reply, VERIFY};
use integration_tests::person::{ORGANIZATION, USER};
use integration_tests::proofs::Mode;
use integration_tests::salesforce::Endpoint;
use integration_tests::world::{Builder, World, denied};
use serde_json::{Value, json};
use verification::DenyReason;

/// How far a sign-in gets before the denial: which services Verify has called, and which ids the log names.
#[derive(Clone, Copy)]
enum Reached {
    /// No service. The log names no ids.
    NoService,
    /// No service. The log names the ids in an `id_token` with a valid signature.
    SignedIds,
    /// UserInfo, and introspection in that mode. The log names this organization and this user.
    UserInfo(Option<&'static str>, Option<&'static str>),
    /// UserInfo and the directory. The log names Alice's organization and user.
    Directory,
}
use Reached::{Directory, NoService, SignedIds, UserInfo};

/// UserInfo without usable ids.
const NO_IDS: Reached = UserInfo(None, None);
/// UserInfo with Alice's ids.
const ALICES_IDS: Reached = UserInfo(Some(ORGANIZATION), Some(USER));

/// The change to Alice's sign-in.
enum Change {
    /// Changes the world, and returns the answer.
    SignIn(fn(&mut World) -> String),
    /// The same in this audience mode.
    InMode(Mode, fn(&mut World) -> String),
    /// The same in mode `id_token`, with the nonce of the challenge.
    ForNonce(fn(&World, &str) -> String),
    /// Changes the event of Verify, in a way that only Cognito could.
    Event(fn(&mut Value)),
}
use Change::{Event, ForNonce, InMode, SignIn};

fn builder(mode: Mode) -> Builder {
    let builder = Builder::default().mode(mode).one_time_use().verify("ALLOWED_EMAIL_DOMAINS", "acme.example");
    match mode {
        Mode::IdToken => builder.verify("SALESFORCE_REQUIRE_NONCE", "true"),
        _ => builder,
    }
}

async fn denies(reason: DenyReason, reached: Reached, change: Change) -> Result<()> {
    let mode = match change {
        InMode(mode, _) => mode,
        ForNonce(_) => Mode::IdToken,
        SignIn(_) | Event(_) => Mode::Unchecked,
    };
    let mut world = builder(mode).start().await?;
    match change {
        SignIn(change) | InMode(_, change) => {
            let answer = change(&mut world);
            assert_eq!(world.sign_in(&answer).await?, Reply::Failed(denied()));
        }
        ForNonce(change) => {
            let reply = world.sign_in_with_nonce(|nonce| change(&world, nonce)).await?;
            assert_eq!(reply, Reply::Failed(denied()));
        }
        Event(change) => {
            let mut event = world.event(VERIFY);
            change(&mut event);
            assert_eq!(world.invoke(VERIFY, &event).await?, json!({"answerCorrect": false}));
        }
    }
    let verdict = world.only_verdict()?;
    assert_eq!((&verdict["verdict"], &verdict["reason"]), (&json!("denied"), &json!(reason.code())));
    let (expected, organization, user) = match reached {
        NoService => ((0, 0), None, None),
        SignedIds => ((0, 0), Some(ORGANIZATION), Some(USER)),
        UserInfo(organization, user) => ((1, 0), organization, user),
        Directory => ((1, 1), Some(ORGANIZATION), Some(USER)),
    };
    let requests = (world.salesforce.requests_to(Endpoint::UserInfo).await, world.directory.requests().await);
    assert_eq!(requests, expected);
    let named = |name: &str| verdict.get(name).cloned();
    assert_eq!(named("organization_id"), organization.map(Value::from));
    assert_eq!(named("user_id"), user.map(Value::from));
    Ok(())
}

/// One test for each line. [`TESTED`] has all reasons.
macro_rules! denials {
    ($($claim:ident: $reason:ident, $reached:expr, $change:expr;)*) => {
        mod denied_is {
            use super::*;

            $(
                #[tokio::test]
                async fn $claim() -> Result<()> {
                    denies(DenyReason::$reason, $reached, $change).await
                }
            )*
        }
        pub const TESTED: &[DenyReason] = &[$(DenyReason::$reason),*];
    };
}
pub(crate) use denials;

#[test]
fn every_deny_reason_is_tested_here() {
    let tested: HashSet<_> = identity::TESTED.iter().chain(audience::TESTED).copied().collect();
    let missing: Vec<_> = DenyReason::ALL.iter().filter(|reason| !tested.contains(reason)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn without_a_change_alice_signs_in() -> Result<()> {
    for mode in Mode::ALL {
        let mut world = builder(mode).start().await?;
        assert!(world.valid_sign_in().await?.is_signed_in(), "{mode:?}");
        world.token = world.new_token();
        if mode != Mode::IdToken {
            assert_eq!(world.invoke(VERIFY, &world.event(VERIFY)).await?, json!({"answerCorrect": true}));
        }
    }
    Ok(())
}
