//! The clock of Verify is ten minutes ahead or behind; libfaketime changes it. Salesforce, AWS and Lambda have the
//! right time.
//!
//! - `unchecked`, `introspection`, one-time use and time limits are not affected, except for tokens that soon expire.
//! - With a clock that is ahead, tokens expire early, and a fresh `id_token` is too old. No attacker gets in.
//! - With a clock that is behind, an `id_token` or a JWT is accepted for ten minutes after its expiry, and an
//!   `id_token` is fresh for ten more minutes. Verify cannot notice this without another clock. But it always calls
//!   UserInfo, so Salesforce's clock decides whether the access token is valid; and a required nonce does not depend on
//!   time.
//! - AWS rejects a signature that is wrong by more than five minutes. The verdict is then "unavailable". The SDK learns
//!   the time from the error, so the next request of the same client succeeds.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

mod ahead;
mod ahead_or_behind;
mod aws_signatures;
mod behind;

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

/// Cognito waits five seconds.
const AT_MOST: Duration = Duration::from_millis(4500);

/// The outcome of a sign-in.
#[derive(Clone, Copy, Debug)]
enum Outcome {
    SignedIn,
    Denied(&'static str),
    Unavailable(&'static str),
}
use Outcome::{Denied, SignedIn, Unavailable};

/// A world in which Verify's clock is wrong.
struct WrongClock {
    world: World,
    by: i64,
}

impl WrongClock {
    async fn start(by: i64, builder: Builder) -> Result<Self> {
        // One process of each function. The Runtime API sends the right deadlines.
        let world = wrong_clock(by, builder)?.environments(1).start().await?;
        remove_shared_memory(&world)?;
        Ok(Self { world, by })
    }

    /// A sign-in with this answer must have this outcome, in time.
    async fn sign_in_is(&self, outcome: Outcome, answer: &str) -> Result<()> {
        self.sign_in_for_nonce_is(outcome, |_| answer.to_owned()).await
    }

    /// The same for a valid answer.
    async fn valid_sign_in_is(&self, outcome: Outcome) -> Result<()> {
        self.sign_in_for_nonce_is(outcome, |nonce| self.world.answer_for(nonce)).await
    }

    async fn sign_in_for_nonce_is(&self, outcome: Outcome, answer: impl FnOnce(&str) -> String) -> Result<()> {
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
        let logged_at = unix_time(logged["timestamp"].as_str().unwrap_or_default()).context("no time")?;
        ensure!((logged_at - now() - self.by).abs() < 5, "the clock of Verify is not wrong by {}: {logged}", self.by);
        Ok(())
    }
}

/// Makes Verify's clock wrong by so many seconds, but not its timers.
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

/// Removes the names of libfaketime's shared memory. libfaketime does so only when the process exits, and tests kill
/// it.
fn remove_shared_memory(world: &World) -> Result<()> {
    let Lambda::Environments(environments) = world.cognito.lambda() else { bail!("no environments") };
    for environment in environments.of(VERIFY)?.each() {
        let id = environment.id()?;
        for name in [format!("/dev/shm/faketime_shm_{id}"), format!("/dev/shm/sem.faketime_sem_{id}")] {
            std::fs::remove_file(&name).with_context(|| name)?;
        }
    }
    Ok(())
}

/// The Unix time of a text such as `2026-01-02T03:04:05Z` or `20260102T030405Z`.
fn unix_time(text: &str) -> Option<i64> {
    let text = text.replace(['-', ':'], "");
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month) = (number(0, 4)?, number(4, 6)?);
    // The year begins in March, so that a leap day is its last day.
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
