//! Two attempts with one token at the same moment, in different processes.

use std::io::Write;

use anyhow::Result;
use integration_tests::cognito::{Repeats, Reply, Used, When};
use integration_tests::directory::UPDATE;
use integration_tests::faults::proxy::ConnectionFault;
use integration_tests::world::{Builder, World, denied};

use crate::as_alice;
use crate::writes::{attempt, by, start_over, written};

/// Rounds of a race.
const ROUNDS: usize = 50;

/// A world with a proxy that holds back requests to the table, and so many processes.
async fn world(processes: usize) -> Result<World> {
    let builder = Builder::default().one_time_use().link().token_store_faults(&[ConnectionFault::NoFault]);
    builder.environments(processes).start().await
}

/// Answers two challenges simultaneously with one token. Exactly one of them must sign in, and only this one may write.
/// Returns whether it is the first one.
async fn race(world: &mut World) -> Result<bool> {
    start_over(world);
    let ((one, _), (other, _)) = (world.challenge(&world.email).await?, world.challenge(&world.email).await?);
    let attempts = (attempt(world, &one)?, attempt(world, &other)?);
    let respond = async |session| world.cognito.respond(session, &world.token, None).await;
    let (first, second) = tokio::join!(respond(&one), respond(&other));
    let (first, second) = (first?, second?);
    let first_won = first == as_alice();
    let (winner, loser) = if first_won { (first, second) } else { (second, first) };
    assert_eq!((winner, loser), (as_alice(), Reply::Failed(denied())), "{:?}", world.verdicts()?);
    assert_eq!(written(world), by(if first_won { attempts.0 } else { attempts.1 }));
    Ok(first_won)
}

/// Prints the numbers. The test harness would hide the output of `println!` unless the test fails.
fn print(rounds: usize, first: usize) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "races: {rounds}; the first of two attempts won {first}")?)
}

#[tokio::test]
async fn of_two_attempts_that_meet_at_the_table_exactly_one_signs_in() -> Result<()> {
    let mut world = world(2).await?;
    let mut first = 0;
    for round in 1..=ROUNDS {
        world.network.hold_until(2);
        first += usize::from(race(&mut world).await?);
        assert_eq!((world.token_store.requests().await, world.network.requests()), (2 * round, 2 * round));
        // The second attempt may see the link of the first.
        let links = world.directory.requests_for(UPDATE).await;
        assert!((round..=2 * round).contains(&links), "{links} in {round} rounds");
    }
    print(ROUNDS, first)
}

#[tokio::test]
async fn of_two_simultaneous_attempts_exactly_one_signs_in() -> Result<()> {
    let mut world = world(2).await?;
    let mut first = 0;
    for _ in 0..ROUNDS {
        first += usize::from(race(&mut world).await?);
    }
    print(ROUNDS, first)
}

/// The driver requires that all invocations of an attempt have equivalent results.
#[tokio::test]
async fn of_two_attempts_that_are_repeated_exactly_one_signs_in() -> Result<()> {
    let mut world = world(6).await?;
    let mut first = 0;
    for round in 0..ROUNDS {
        let times = 2 + round % 2;
        world.cognito.invocations = times;
        world.cognito.repeats = Repeats { when: When::AtOnce, used: [Used::First, Used::Last][round % 2] };
        world.network.hold_until(2 * times);
        first += usize::from(race(&mut world).await?);
    }
    print(ROUNDS, first)
}
