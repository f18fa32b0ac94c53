//! Can the time of a denial tell an unknown user from a wrong one, or from a bad token?
//!
//! Invokes the release binary of Verify for the three in random turns, and compares their times pairwise by the
//! Mann-Whitney U test. Everything is on one machine without a network, which is far more sensitive than any caller
//! can be: nothing hides a difference but the noise of the machine.

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
    let cases =
        [("unknown user", unknown_user(&world)), ("wrong user", wrong_user(&world)), ("bad token", bad_token(&world))];
    let mut times = [const { Vec::new() }; 3];
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
    println!("{ROUNDS} denials each, in random turns, warm:");
    for ((name, _), times) in cases.iter().zip(&mut times) {
        times.sort_unstable();
        let quantile = |part: usize| times[times.len() * part / 100].as_secs_f64() * 1e6;
        println!(
            "  {name:<13} p25 {:>6.0} us   median {:>6.0} us   p75 {:>6.0} us",
            quantile(25),
            quantile(50),
            quantile(75)
        );
    }
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        let (z, superiority) = mann_whitney(&times[one], &times[other]);
        println!(
            "  {} / {}: z = {z:+.2}, probability that the first is slower = {superiority:.3}",
            cases[one].0, cases[other].0
        );
    }
    Ok(())
}

fn unknown_user(world: &World) -> Value {
    let mut event = world.event(VERIFY);
    event["request"]["userAttributes"] = json!({});
    event["request"]["userNotFound"] = json!(true);
    event
}

fn wrong_user(world: &World) -> Value {
    let token = person::token_of(ORGANIZATION);
    world.salesforce.grant(&token, person::claims(&person::email_of("bobby")));
    let mut event = world.event(VERIFY);
    event["request"]["challengeAnswer"] = json!(token);
    event
}

fn bad_token(world: &World) -> Value {
    let mut event = world.event(VERIFY);
    event["request"]["challengeAnswer"] = json!(person::token_of(ORGANIZATION));
    event
}

/// The three cases in a random order, so that drift and caches favour none.
struct Turns {
    state: u64,
}

impl Turns {
    fn new() -> Result<Self> {
        Ok(Self { state: getrandom::u64()? | 1 })
    }

    /// xorshift64 decides between the six orders.
    fn next(&mut self) -> [usize; 3] {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        match self.state % 6 {
            0 => [0, 1, 2],
            1 => [0, 2, 1],
            2 => [1, 0, 2],
            3 => [1, 2, 0],
            4 => [2, 0, 1],
            _ => [2, 1, 0],
        }
    }
}

/// The z value of the U statistic, and U as a share of all pairs. Ties count half; both inputs are sorted.
fn mann_whitney(one: &[Duration], other: &[Duration]) -> (f64, f64) {
    let below = |value: &Duration| other.partition_point(|time| time < value);
    let up_to = |value: &Duration| other.partition_point(|time| time <= value);
    let u: f64 = one.iter().map(|value| (below(value) + up_to(value)) as f64 / 2.0).sum();
    let (n, m) = (one.len() as f64, other.len() as f64);
    let deviation = (n * m * (n + m + 1.0) / 12.0).sqrt();
    ((u - n * m / 2.0) / deviation, u / (n * m))
}
