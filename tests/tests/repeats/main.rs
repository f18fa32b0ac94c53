//! Cognito invokes a trigger again when it had no answer in time: whatever it repeats and however, all results are
//! worth the same, and what is written is what one invocation would have written.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

mod effects;
mod race;

use std::time::Duration;

use anyhow::{Context, Result, bail};
use integration_tests::cognito::{CREATE, DEFINE, Repeats, Reply, Used, VERIFY, When};
use integration_tests::gate::Gate;
use integration_tests::lambda::environments::Environment;
use integration_tests::lambda::{Invoked, Lambda};
use integration_tests::proofs::Mode;
use integration_tests::salesforce::Endpoint;
use integration_tests::world::{ALICE, Builder, World, denied, unavailable};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

/// The patience of the driver, where Salesforce is made to take longer.
const PATIENCE: Duration = Duration::from_millis(100);

/// No patience at all: Define and Create ask nobody who could be slow.
const NO_PATIENCE: Duration = Duration::ZERO;

/// Twice and three times, in turn, at once and after a time-out, with the first or the last result used.
fn ways(patience: Duration) -> Vec<(usize, Repeats)> {
    let mut ways = Vec::new();
    for times in [2, 3] {
        for when in [When::InTurn, When::AtOnce, When::AfterTimeOut(patience)] {
            for used in [Used::First, Used::Last] {
                ways.push((times, Repeats { when, used }));
            }
        }
    }
    ways
}

fn as_alice() -> Reply {
    Reply::SignedIn { sub: ALICE.to_owned() }
}

/// A world with a gate in front of Salesforce and a process for each of three invocations.
async fn gated(builder: Builder) -> Result<(World, Gate)> {
    let gate = Gate::start().await?;
    let world = builder.verify("SALESFORCE_DOMAIN_URL", gate.origin()).environments(3).start().await?;
    gate.forward_to(world.salesforce.origin())?;
    Ok((world, gate))
}

/// Has the invocations overlap at the gate, unless they come in turn.
fn overlap(gate: &Gate, times: usize, repeats: Repeats) {
    gate.together(if repeats.when == When::InTurn { 0 } else { times });
}

/// How often a function was invoked.
fn invocations(world: &World, function: &str) -> Result<u64> {
    let Lambda::Environments(environments) = world.cognito.lambda() else { bail!("one process alone") };
    Ok(environments.of(function)?.each().iter().map(Environment::invocations).sum())
}

/// Invokes a function once, and again in every way; each time with the same event.
async fn is_alike_in_every_way(function: &'static str, events: &[Value]) -> Result<()> {
    let mut world = Builder::default().environments(3).start().await?;
    for event in events {
        (world.cognito.invocations, world.cognito.repeats) = (1, Repeats::default());
        let once = world.cognito.invoke(function, event).await?;
        for (times, repeats) in ways(NO_PATIENCE) {
            (world.cognito.invocations, world.cognito.repeats) = (times, repeats);
            let before = invocations(&world, function)?;
            let again = world.cognito.invoke(function, event).await?;
            assert_eq!(invocations(&world, function)? - before, u64::try_from(times)?);
            assert!(function == CREATE || again == once, "{repeats:?} {event}: {again:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn define_decides_the_same_every_time() -> Result<()> {
    let world = World::start().await?;
    let mut events = vec![world.event(DEFINE)];
    for (result, metadata) in [(true, "SALESFORCE_TOKEN"), (false, "SALESFORCE_TOKEN"), (true, "ROUND-1")] {
        let mut event = world.event(DEFINE);
        event["request"]["session"] = json!([
            {"challengeName": "CUSTOM_CHALLENGE", "challengeResult": result, "challengeMetadata": metadata}
        ]);
        events.push(event);
    }
    is_alike_in_every_way(DEFINE, &events).await
}

/// The driver demands that each is whole: the nonce of its public and of its private parameters is the same.
#[tokio::test]
async fn create_makes_a_whole_challenge_every_time() -> Result<()> {
    let world = World::start().await?;
    is_alike_in_every_way(CREATE, &[world.event(CREATE)]).await
}

#[tokio::test]
async fn create_never_makes_the_same_challenge_again() -> Result<()> {
    let mut world = Builder::default().environments(3).start().await?;
    let event = world.event(CREATE);
    world.cognito.invocations = 3;
    let mut attempts = Vec::new();
    for used in [Used::First, Used::Last] {
        world.cognito.repeats = Repeats { when: When::AtOnce, used };
        let Invoked::Returned(returned) = world.cognito.invoke(CREATE, &event).await? else { bail!("no challenge") };
        attempts.push(returned["response"]["privateChallengeParameters"]["attemptId"].clone());
    }
    assert_ne!(attempts[0], attempts[1]);
    Ok(())
}

#[tokio::test]
async fn whichever_challenge_cognito_keeps_can_be_answered() -> Result<()> {
    let builder = Builder::default().mode(Mode::IdToken).verify("SALESFORCE_REQUIRE_NONCE", "true").one_time_use();
    let mut world = builder.environments(3).start().await?;
    for (times, repeats) in ways(NO_PATIENCE) {
        world.token = world.new_token();
        (world.cognito.invocations, world.cognito.repeats) = (times, repeats);
        assert_eq!(world.honest_sign_in().await?, as_alice(), "{times} {repeats:?}: {:?}", world.verdicts()?);
    }
    Ok(())
}

/// Every invocation comes to this verdict, and the caller gets this reply.
async fn has_one_verdict(reply: Reply, verdict: &str, arrange: impl Fn(&World)) -> Result<()> {
    let (mut world, gate) = gated(Builder::default().one_time_use().link()).await?;
    for (times, repeats) in ways(PATIENCE) {
        world.token = world.new_token();
        arrange(&world);
        overlap(&gate, times, repeats);
        let (asked, logged) = (world.salesforce.requests_to(Endpoint::UserInfo).await, world.verdicts()?.len());
        (world.cognito.invocations, world.cognito.repeats) = (times, repeats);
        assert_eq!(world.honest_sign_in().await?, reply, "{times} {repeats:?}: {:?}", world.verdicts()?);
        assert_eq!(world.salesforce.requests_to(Endpoint::UserInfo).await - asked, times, "{repeats:?}");
        // The processes have a log each, so the new lines are not the last ones.
        let verdicts = world.verdicts()?;
        assert_eq!(verdicts.len() - logged, times, "{repeats:?}");
        assert!(verdicts.iter().all(|line| line["verdict"] == verdict), "{repeats:?}: {verdicts:?}");
    }
    Ok(())
}

#[tokio::test]
async fn an_allowed_sign_in_is_allowed_every_time() -> Result<()> {
    has_one_verdict(as_alice(), "allowed", |_| ()).await
}

#[tokio::test]
async fn a_denied_sign_in_is_denied_every_time() -> Result<()> {
    has_one_verdict(Reply::Failed(denied()), "denied", |world| world.claim("email_verified", json!(false))).await
}

#[tokio::test]
async fn a_sign_in_without_a_verdict_has_none_every_time() -> Result<()> {
    let arrange = |world: &World| world.salesforce.script(ResponseTemplate::new(503));
    has_one_verdict(Reply::Failed(unavailable()), "unavailable", arrange).await
}

#[tokio::test]
async fn an_invocation_may_end_after_the_one_that_was_used() -> Result<()> {
    for when in [When::AtOnce, When::AfterTimeOut(PATIENCE)] {
        let (mut world, gate) = gated(Builder::default()).await?;
        world.cognito.invocations = 2;
        world.cognito.repeats.when = when;
        let event = world.event(VERIFY);
        gate.hold_next();
        let release_after_the_other = async {
            until(|| Ok(!world.verdicts()?.is_empty())).await?;
            assert_eq!(gate.requests(), 2);
            gate.release();
            anyhow::Ok(())
        };
        let (invoked, released) = tokio::join!(world.cognito.invoke(VERIFY, &event), release_after_the_other);
        released?;
        assert!(matches!(invoked?, Invoked::Returned(event) if event["response"]["answerCorrect"] == true));
        assert_eq!(world.verdicts()?.len(), 2);
    }
    Ok(())
}

/// Waits until something is so.
async fn until(is_so: impl Fn() -> Result<bool>) -> Result<()> {
    let wait = async {
        while !is_so()? {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    };
    tokio::time::timeout(Duration::from_secs(5), wait).await.context("it has not come to pass")?
}
