//! Two attempts with one token at the same moment, on processes that know nothing of each other.

use std::io::Write;

use anyhow::Result;
use integration_tests::cognito::{Repeats, Reply, Used, When};
use integration_tests::directory::UPDATE;
use integration_tests::gate::Gate;
use integration_tests::world::{Builder, World, denied};

use crate::as_alice;
use crate::effects::{attempt, by, start_over, written};

/// Rounds of a race.
const ROUNDS: usize = 50;

/// A world with a gate in front of the table, and so many processes.
async fn world(processes: usize) -> Result<(World, Gate)> {
    let gate = Gate::start().await?;
    let builder = Builder::default().one_time_use().link().verify("AWS_ENDPOINT_URL_DYNAMODB", gate.origin());
    let world = builder.environments(processes).start().await?;
    gate.forward_to(world.token_store.origin())?;
    Ok((world, gate))
}

/// Answers two challenges with one token at once. Says whether the first one won, after having made sure that one of
/// them did and that it alone left its mark.
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

/// `println!` would show it if the test failed alone.
fn say(rounds: usize, first: usize) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "races: {rounds}; the first of two attempts won {first}")?)
}

#[tokio::test]
async fn of_two_attempts_that_meet_at_the_table_exactly_one_signs_in() -> Result<()> {
    let (mut world, gate) = world(2).await?;
    let mut first = 0;
    for round in 1..=ROUNDS {
        gate.together(2);
        first += usize::from(race(&mut world).await?);
        assert_eq!((world.token_store.requests().await, gate.requests()), (2 * round, 2 * round));
        // The second one may see the link of the first.
        let links = world.directory.requests_for(UPDATE).await;
        assert!((round..=2 * round).contains(&links), "{links} in {round} rounds");
    }
    say(ROUNDS, first)
}

#[tokio::test]
async fn of_two_attempts_at_once_exactly_one_signs_in() -> Result<()> {
    let (mut world, _gate) = world(2).await?;
    let mut first = 0;
    for _ in 0..ROUNDS {
        first += usize::from(race(&mut world).await?);
    }
    say(ROUNDS, first)
}

/// The driver demands that all invocations of an attempt come to the same.
#[tokio::test]
async fn of_two_attempts_that_are_repeated_exactly_one_signs_in() -> Result<()> {
    let (mut world, gate) = world(6).await?;
    let mut first = 0;
    for round in 0..ROUNDS {
        let times = 2 + round % 2;
        world.cognito.invocations = times;
        world.cognito.repeats = Repeats { when: When::AtOnce, used: [Used::First, Used::Last][round % 2] };
        gate.together(2 * times);
        first += usize::from(race(&mut world).await?);
    }
    say(ROUNDS, first)
}
