//! Does the time of a denial show whether the pool has the user?
//!
//! Invokes the release binary of Verify with a valid token of another user and with a bad token, each for a known user
//! and for an unknown one, in random order, and compares the two times of each token with the Mann-Whitney U test. (A
//! bad token is denied earlier than a valid one, for both kinds of users.) Everything runs on one machine without a
//! network, so the measurement is far more sensitive than one of a caller.

#![expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "prints statistics")]
#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use integration_tests::cognito::VERIFY;
use integration_tests::person::{self, ORGANIZATION};
use integration_tests::world::World;
use serde_json::{Value, json};

const ROUNDS: usize = 3000;
const WARM_UP: usize = 200;

#[tokio::main]
async fn main() -> Result<()> {
    let world = World::start().await?;
    let valid = person::token_of(ORGANIZATION);
    world.salesforce.grant(&valid, person::claims(&person::email_of("bobby")));
    let bad = person::token_of(ORGANIZATION);
    let cases = [
        ("valid token, unknown user", unknown_user(with_token(&world, &valid))),
        ("valid token, known user", with_token(&world, &valid)),
        ("bad token, unknown user", unknown_user(with_token(&world, &bad))),
        ("bad token, known user", with_token(&world, &bad)),
    ];
    let mut times = [const { Vec::new() }; 4];
    let mut turns = Turns::new()?;
    for round in 0..WARM_UP + ROUNDS {
        for index in turns.next() {
            let start = Instant::now();
            let response = world.invoke(VERIFY, &cases[index].1).await?;
            let took = start.elapsed();
            ensure!(response == json!({"answerCorrect": false}), "{} was not denied", cases[index].0);
            if round >= WARM_UP {
                times[index].push(took);
            }
        }
    }
    println!("{ROUNDS} denials each, in random order, warm:");
    for ((name, _), times) in cases.iter().zip(&mut times) {
        times.sort_unstable();
        let quantile = |part: usize| times[times.len() * part / 100].as_secs_f64() * 1e6;
        println!(
            "  {name:<25} p25 {:>6.0} us   median {:>6.0} us   p75 {:>6.0} us",
            quantile(25),
            quantile(50),
            quantile(75)
        );
    }
    for (one, other) in [(0, 1), (2, 3)] {
        let (z, superiority) = mann_whitney(&times[one], &times[other]);
        println!(
            "  {} / {}: z = {z:+.2}, probability that the first is slower = {superiority:.3}",
            cases[one].0, cases[other].0
        );
    }
    Ok(())
}

fn with_token(world: &World, token: &str) -> Value {
    let mut event = world.event(VERIFY);
    event["request"]["challengeAnswer"] = json!(token);
    event
}

fn unknown_user(mut event: Value) -> Value {
    event["request"]["userAttributes"] = json!({});
    event["request"]["userNotFound"] = json!(true);
    event
}

/// The cases in random order, so that drift and caches do not favour one.
struct Turns {
    state: u64,
}

impl Turns {
    fn new() -> Result<Self> {
        Ok(Self { state: getrandom::u64()? | 1 })
    }

    /// A Fisher-Yates shuffle by xorshift64.
    fn next(&mut self) -> [usize; 4] {
        let mut turns = [0, 1, 2, 3];
        for last in (1..turns.len()).rev() {
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            turns.swap(last, usize::try_from(self.state % (last as u64 + 1)).unwrap_or_default());
        }
        turns
    }
}

/// The z value of the U statistic, and U divided by the number of pairs. Ties count half. Both inputs are sorted.
fn mann_whitney(one: &[Duration], other: &[Duration]) -> (f64, f64) {
    let below = |value: &Duration| other.partition_point(|time| time < value);
    let up_to = |value: &Duration| other.partition_point(|time| time <= value);
    let u: f64 = one.iter().map(|value| (below(value) + up_to(value)) as f64 / 2.0).sum();
    let (n, m) = (one.len() as f64, other.len() as f64);
    let deviation = (n * m * (n + m + 1.0) / 12.0).sqrt();
    ((u - n * m / 2.0) / deviation, u / (n * m))
}
