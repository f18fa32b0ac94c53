//! Every reason to deny, each provoked by breaking one thing of a world in which Alice could sign in.
//!
//! The caller sees the same exception every time, and the log says the reason once.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

mod audience;
mod people;

use std::collections::HashSet;

use anyhow::Result;
use integration_tests::cognito::{Reply, VERIFY};
use integration_tests::person::{ORGANIZATION, USER};
use integration_tests::proofs::Mode;
use integration_tests::salesforce::Endpoint;
use integration_tests::world::{Builder, World, denied};
use serde_json::{Value, json};
use verification::DenyReason;

/// What Verify learns before it denies, and the organization and the user that the log names.
#[derive(Clone, Copy)]
enum Learned {
    /// Nothing: neither Salesforce nor the directory is asked.
    Nothing,
    /// What an `id_token` with a good signature says; neither Salesforce nor the directory is asked.
    Signed,
    /// What UserInfo says, and introspection. The directory is not asked.
    Salesforce(Option<&'static str>, Option<&'static str>),
    /// What UserInfo and the directory say.
    Both(Option<&'static str>, Option<&'static str>),
}

const NOBODY: Learned = Learned::Salesforce(None, None);
const BY_SALESFORCE: Learned = Learned::Salesforce(Some(ORGANIZATION), Some(USER));
const HER: Learned = Learned::Both(Some(ORGANIZATION), Some(USER));

/// How Alice's sign-in is broken.
enum Broken {
    /// Changes the world and gives the answer; both calls of the API are made.
    SignIn(fn(&mut World) -> String),
    /// The same in an audience mode, with all that it can require.
    InMode(Mode, fn(&mut World) -> String),
    /// The same in mode `id_token`, for the nonce of the challenge.
    ForNonce(fn(&World, &str) -> String),
    /// Changes an event that only Cognito could send so.
    Event(fn(&mut Value)),
}
use Broken::{Event, ForNonce, InMode, SignIn};

fn builder(mode: Mode) -> Builder {
    let builder = Builder::default().mode(mode).one_time_use().verify("ALLOWED_EMAIL_DOMAINS", "acme.example");
    match mode {
        Mode::IdToken => builder.verify("SALESFORCE_REQUIRE_NONCE", "true"),
        _ => builder,
    }
}

async fn denies(reason: DenyReason, learned: Learned, broken: Broken) -> Result<()> {
    let mode = match broken {
        InMode(mode, _) => mode,
        ForNonce(_) => Mode::IdToken,
        SignIn(_) | Event(_) => Mode::Unchecked,
    };
    let mut world = builder(mode).start().await?;
    match broken {
        SignIn(break_it) | InMode(_, break_it) => {
            let answer = break_it(&mut world);
            assert_eq!(world.sign_in(&answer).await?, Reply::Failed(denied()));
        }
        ForNonce(break_it) => {
            let reply = world.sign_in_with_nonce(|nonce| break_it(&world, nonce)).await?;
            assert_eq!(reply, Reply::Failed(denied()));
        }
        Event(break_it) => {
            let mut event = world.event(VERIFY);
            break_it(&mut event);
            assert_eq!(world.invoke(VERIFY, &event).await?, json!({"answerCorrect": false}));
        }
    }
    let verdict = world.only_verdict()?;
    assert_eq!((&verdict["verdict"], &verdict["reason"]), (&json!("denied"), &json!(reason.code())));
    let (requests, organization, user) = match learned {
        Learned::Nothing => ((0, 0), None, None),
        Learned::Signed => ((0, 0), Some(ORGANIZATION), Some(USER)),
        Learned::Salesforce(organization, user) => ((1, 0), organization, user),
        Learned::Both(organization, user) => ((1, 1), organization, user),
    };
    let asked = (world.salesforce.requests_to(Endpoint::UserInfo).await, world.directory.requests().await);
    assert_eq!(asked, requests);
    let named = |name: &str| verdict.get(name).cloned();
    assert_eq!(named("organization_id"), organization.map(Value::from));
    assert_eq!(named("user_id"), user.map(Value::from));
    Ok(())
}

/// One test for each line; the reasons together are [`TESTED`].
macro_rules! denials {
    ($($claim:ident: $reason:ident, $learned:expr, $broken:expr;)*) => {
        mod denied_is {
            use super::*;

            $(
                #[tokio::test]
                async fn $claim() -> Result<()> {
                    denies(DenyReason::$reason, $learned, $broken).await
                }
            )*
        }
        pub const TESTED: &[DenyReason] = &[$(DenyReason::$reason),*];
    };
}
pub(crate) use denials;

#[test]
fn every_deny_reason_is_tested_here() {
    let tested: HashSet<_> = people::TESTED.iter().chain(audience::TESTED).copied().collect();
    let missing: Vec<_> = DenyReason::ALL.iter().filter(|reason| !tested.contains(reason)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn the_world_that_is_broken_here_is_otherwise_good() -> Result<()> {
    for mode in Mode::ALL {
        let mut world = builder(mode).start().await?;
        assert!(world.honest_sign_in().await?.is_signed_in(), "{mode:?}");
        world.token = world.new_token();
        if mode != Mode::IdToken {
            assert_eq!(world.invoke(VERIFY, &world.event(VERIFY)).await?, json!({"answerCorrect": true}));
        }
    }
    Ok(())
}
