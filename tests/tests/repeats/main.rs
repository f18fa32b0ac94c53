//! Cognito invokes a trigger again if it did not respond in time. However Cognito repeats invocations, all results are
//! equivalent, and the triggers write what one invocation writes.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

mod race;
mod writes;

use std::time::Duration;

use anyhow::{Context, Result, bail};
use integration_tests::cognito::{CREATE, DEFINE, Repeats, Reply, Used, VERIFY, When};
use integration_tests::faults::proxy::ConnectionFault;
use integration_tests::lambda::environments::Environment;
use integration_tests::lambda::{Invoked, Lambda};
use integration_tests::proofs::Mode;
use integration_tests::salesforce::Endpoint;
use integration_tests::world::{ALICE, Builder, World, denied, unavailable};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

/// How long the driver waits before it repeats an invocation, if Salesforce takes longer.
const WAIT: Duration = Duration::from_millis(100);

/// Define and Create call no service that could be slow, so the driver does not wait.
const NO_WAIT: Duration = Duration::ZERO;

/// Two and three invocations, one after the other, simultaneously or after a timeout, with the first or the last
/// result.
fn ways(wait: Duration) -> Vec<(usize, Repeats)> {
    let mut ways = Vec::new();
    for times in [2, 3] {
        for when in [When::InTurn, When::AtOnce, When::AfterTimeOut(wait)] {
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

/// A world with a proxy that holds back requests to Salesforce, and with a process for each of three invocations.
async fn with_proxy(builder: Builder) -> Result<World> {
    builder.salesforce_faults(&[ConnectionFault::NoFault]).environments(3).start().await
}

/// Sets how often and how Cognito invokes. Invocations that are not one after the other then certainly overlap.
fn repeat(world: &mut World, times: usize, repeats: Repeats) {
    world.network.hold_until(if repeats.when == When::InTurn { 0 } else { times });
    (world.cognito.invocations, world.cognito.repeats) = (times, repeats);
}

/// How often a function was invoked.
fn invocations(world: &World, function: &str) -> Result<u64> {
    let Lambda::Environments(environments) = world.cognito.lambda() else { bail!("no execution environments") };
    Ok(environments.of(function)?.each().iter().map(Environment::invocations).sum())
}

/// Invokes a function once, and then in all ways, each time with the same event.
async fn is_equivalent_in_all_ways(function: &'static str, events: &[Value]) -> Result<()> {
    let mut world = Builder::default().environments(3).start().await?;
    for event in events {
        (world.cognito.invocations, world.cognito.repeats) = (1, Repeats::default());
        let once = world.cognito.invoke(function, event).await?;
        for (times, repeats) in ways(NO_WAIT) {
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
    is_equivalent_in_all_ways(DEFINE, &events).await
}

/// The driver requires complete challenges: public and private parameters have the same nonce.
#[tokio::test]
async fn create_makes_a_complete_challenge_every_time() -> Result<()> {
    let world = World::start().await?;
    is_equivalent_in_all_ways(CREATE, &[world.event(CREATE)]).await
}

#[tokio::test]
async fn create_makes_a_new_challenge_for_each_attempt() -> Result<()> {
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
async fn each_challenge_that_cognito_can_keep_can_be_answered() -> Result<()> {
    let builder = Builder::default().mode(Mode::IdToken).verify("SALESFORCE_REQUIRE_NONCE", "true").one_time_use();
    let mut world = builder.environments(3).start().await?;
    for (times, repeats) in ways(NO_WAIT) {
        world.token = world.new_token();
        (world.cognito.invocations, world.cognito.repeats) = (times, repeats);
        assert_eq!(world.valid_sign_in().await?, as_alice(), "{times} {repeats:?}: {:?}", world.verdicts()?);
    }
    Ok(())
}

/// Every invocation has this verdict and the same reason, and the caller gets this reply.
async fn has_one_verdict(reply: Reply, verdict: &str, arrange: impl Fn(&World)) -> Result<()> {
    let mut world = with_proxy(Builder::default().one_time_use().link()).await?;
    for (times, repeats) in ways(WAIT) {
        world.token = world.new_token();
        arrange(&world);
        repeat(&mut world, times, repeats);
        let (requests, logged) = (world.salesforce.requests_to(Endpoint::UserInfo).await, world.verdicts()?.len());
        assert_eq!(world.valid_sign_in().await?, reply, "{times} {repeats:?}: {:?}", world.verdicts()?);
        assert_eq!(world.salesforce.requests_to(Endpoint::UserInfo).await - requests, times, "{repeats:?}");
        // Each process has its own log, so the new lines are not the last ones.
        let verdicts = world.verdicts()?;
        assert_eq!(verdicts.len() - logged, times, "{repeats:?}");
        let is_same = |line: &Value| line["verdict"] == verdict && line["reason"] == verdicts[0]["reason"];
        assert!(verdicts.iter().all(is_same), "{repeats:?}: {verdicts:?}");
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
async fn an_invocation_may_end_after_the_one_whose_result_is_used() -> Result<()> {
    for when in [When::AtOnce, When::AfterTimeOut(WAIT)] {
        let mut world = with_proxy(Builder::default()).await?;
        world.cognito.invocations = 2;
        world.cognito.repeats.when = when;
        let event = world.event(VERIFY);
        world.network.hold_next();
        let release_after_the_other = async {
            until(|| Ok(!world.verdicts()?.is_empty())).await?;
            assert_eq!(world.network.requests(), 2);
            world.network.release();
            anyhow::Ok(())
        };
        let (invoked, released) = tokio::join!(world.cognito.invoke(VERIFY, &event), release_after_the_other);
        released?;
        assert!(matches!(invoked?, Invoked::Returned(event) if event["response"]["answerCorrect"] == true));
        assert_eq!(world.verdicts()?.len(), 2);
    }
    Ok(())
}

/// Waits until `condition` is true.
async fn until(condition: impl Fn() -> Result<bool>) -> Result<()> {
    let wait = async {
        while !condition()? {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    };
    tokio::time::timeout(Duration::from_secs(5), wait).await.context("the condition did not become true")?
}
