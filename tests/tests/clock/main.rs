//! Verify's own clock is ten minutes ahead, or ten minutes behind. libfaketime, a tool of the tests alone, stands in
//! front of it; Salesforce, AWS and Lambda are on time.
//!
//! - `unchecked` and `introspection`, one-time use and time limits are as ever, but for tokens about to end.
//! - A clock that is ahead ends tokens early and takes logins of now for old ones. Nobody gets in through it.
//! - A clock that is behind takes an `id_token` or a JWT for alive until ten minutes after its end, and a login for
//!   fresh ten minutes longer; this cannot be known without another clock. UserInfo is asked all the same, so that
//!   Salesforce's clock decides whether the access token is alive; and a required nonce knows no time.
//! - AWS refuses what is signed more than five minutes off. That is no answer, never a "no" or a "yes". The SDK learns
//!   the time from the refusal: the next request of the same client goes through.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

mod ahead;
mod aws;
mod behind;
mod either_way;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use integration_tests::cognito::{Reply, VERIFY};
use integration_tests::lambda::Lambda;
use integration_tests::proofs::now;
use integration_tests::repository;
use integration_tests::world::{ALICE, Builder, World, denied, unavailable};

/// Ten minutes, in seconds.
const AHEAD: i64 = 600;
const BEHIND: i64 = -AHEAD;
const CLOCKS: [i64; 2] = [AHEAD, BEHIND];

/// Cognito waits for five seconds.
const AT_MOST: Duration = Duration::from_millis(4500);

/// What a sign-in comes to.
#[derive(Clone, Copy, Debug)]
enum Outcome {
    SignedIn,
    Denied(&'static str),
    Unavailable(&'static str),
}
use Outcome::{Denied, SignedIn, Unavailable};

/// A world in which Verify's clock is wrong.
struct Off {
    world: World,
    by: i64,
}

impl Off {
    async fn start(by: i64, builder: Builder) -> Result<Self> {
        // One process of each function, which is told true deadlines.
        let world = wrong_clock(by, builder)?.environments(1).start().await?;
        forget_shared_memory(&world)?;
        Ok(Self { world, by })
    }

    /// Alice signs in with this answer; there must be a verdict in time, and it must be this one.
    async fn comes_to(&self, outcome: Outcome, answer: &str) -> Result<()> {
        self.comes_to_with_nonce(outcome, |_| answer.to_owned()).await
    }

    /// The same for an honest answer to the challenge.
    async fn honestly_comes_to(&self, outcome: Outcome) -> Result<()> {
        self.comes_to_with_nonce(outcome, |nonce| self.world.answer_for(nonce)).await
    }

    async fn comes_to_with_nonce(&self, outcome: Outcome, answer: impl FnOnce(&str) -> String) -> Result<()> {
        let (session, parameters) = self.world.challenge(&self.world.email).await?;
        let answer = answer(parameters["nonce"].as_str().context("no nonce")?);
        let begin = Instant::now();
        let reply = self.world.cognito.respond(&session, &answer, None).await?;
        let took = begin.elapsed();
        let logged = self.world.verdicts()?.pop().context("no verdict")?;
        let (expected, verdict, reason) = match outcome {
            SignedIn => (Reply::SignedIn { sub: ALICE.to_owned() }, "allowed", None),
            Denied(reason) => (Reply::Failed(denied()), "denied", Some(reason)),
            Unavailable(reason) => (Reply::Failed(unavailable()), "unavailable", Some(reason)),
        };
        ensure!(logged["verdict"] == verdict && logged["reason"].as_str() == reason, "{outcome:?}: {logged}");
        ensure!(reply == expected && took < AT_MOST, "{outcome:?} {took:?}: {reply:?} {logged}");
        let noted = unix_time(logged["timestamp"].as_str().unwrap_or_default()).context("no time")?;
        ensure!((noted - now() - self.by).abs() < 5, "the clock of Verify is not off by {}: {logged}", self.by);
        Ok(())
    }
}

/// Makes Verify's clock wrong by so many seconds. Its timers are left alone.
fn wrong_clock(by: i64, builder: Builder) -> Result<Builder> {
    let preload = libfaketime()?.to_string_lossy().into_owned();
    let builder = builder.verify("LD_PRELOAD", &preload).verify("FAKETIME", &format!("{by:+}"));
    Ok(builder.verify("FAKETIME_DONT_FAKE_MONOTONIC", "1"))
}

fn libfaketime() -> Result<PathBuf> {
    for python in std::fs::read_dir(repository::root().join(".venv/lib"))? {
        let packages = python?.path().join("site-packages");
        let library = packages.join("libfaketime/vendor/libfaketime/src/libfaketime.so.1");
        if library.exists() {
            return Ok(library.canonicalize()?);
        }
    }
    bail!("libfaketime is missing: run `make tools` first")
}

/// libfaketime removes the names of its shared memory when its process ends by itself, and a test kills it.
fn forget_shared_memory(world: &World) -> Result<()> {
    let Lambda::Environments(environments) = world.cognito.lambda() else { bail!("no environments") };
    for environment in environments.of(VERIFY)?.each() {
        let id = environment.id()?;
        for name in [format!("/dev/shm/faketime_shm_{id}"), format!("/dev/shm/sem.faketime_sem_{id}")] {
            std::fs::remove_file(&name).with_context(|| name)?;
        }
    }
    Ok(())
}

/// Seconds since 1970 of a time such as `2026-01-02T03:04:05Z` or `20260102T030405Z`.
fn unix_time(text: &str) -> Option<i64> {
    let text = text.replace(['-', ':'], "");
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month) = (number(0, 4)?, number(4, 6)?);
    // The year begins in March, so that the day that some years have more is its last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + number(6, 8)? - 719_469;
    Some(((days * 24 + number(9, 11)?) * 60 + number(11, 13)?) * 60 + number(13, 15)?)
}

#[test]
fn times_are_read_as_they_are_written() {
    for (text, seconds) in [
        ("1970-01-01T00:00:00Z", 0),
        ("20000229T235959Z", 951_868_799),
        ("2000-03-01T00:00:00.5Z", 951_868_800),
        ("20260102T030405Z", 1_767_323_045),
    ] {
        assert_eq!(unix_time(text), Some(seconds), "{text}");
    }
}
