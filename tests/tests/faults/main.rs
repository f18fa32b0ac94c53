//! Everything that can go wrong between Verify and the services that it asks, on the real binary: what each case comes
//! to, and that it ends in time. Outages in detail, of every service by itself, are in `tests/tests/outages`.

mod case;
mod cuts;
mod going_away;
mod outcome;
mod page;

use std::sync::Arc;

use anyhow::{Result, ensure};
use integration_tests::faults::Fault;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::case::{Case, Stage};
use crate::outcome::{Outcome, expected};

/// Cases at a time: nearly all of them wait nearly all the time.
const AT_A_TIME: usize = 32;

/// Cases at a time of those that are measured again.
const AGAIN_AT_A_TIME: usize = 3;

/// More than this are no fault of the machine.
const MOST_AGAIN: usize = 40;

/// What cases came to, and what Verify printed, or why that is not known.
type Results = Vec<(Case, Result<(Outcome, String)>)>;

/// Each fault of each service, alone and together with each fault of the other one, cold and warm.
fn cases() -> Vec<Case> {
    let faults: Vec<_> = std::iter::once(None).chain(Fault::ALL.map(Some)).collect();
    let mut cases = Vec::new();
    for warm in [false, true] {
        for salesforce in &faults {
            cases.extend(faults.iter().map(|directory| Case { salesforce: *salesforce, directory: *directory, warm }));
        }
    }
    cases.retain(|case| expected(*case).is_ok());
    cases
}

async fn run(stage: &Arc<Stage>, cases: Vec<Case>, at_a_time: usize) -> Result<Results> {
    let permits = Arc::new(Semaphore::new(at_a_time));
    let mut running = JoinSet::new();
    for case in cases {
        let (stage, permits) = (Arc::clone(stage), Arc::clone(&permits));
        running.spawn(async move {
            let _permit = permits.acquire().await?;
            anyhow::Ok((case, case.run(&stage).await))
        });
    }
    running.join_all().await.into_iter().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn alone_and_together_every_fault_comes_to_its_verdict_in_time() -> Result<()> {
    let stage = Arc::new(Stage::new().await?);
    let results = run(&stage, cases(), AT_A_TIME).await?;
    // A machine that is busy with so many cases, or with something else, makes some of them slower, and one that stalls
    // for a second makes Verify give a connection up. Those are measured again, with little beside them; never one that
    // let somebody in, or denied somebody, unexpectedly.
    let slower = |(case, result): &(Case, Result<(Outcome, String)>)| match (result, expected(*case)) {
        (Ok((outcome, _)), Ok(expected)) => outcome.is_slower_than(&expected),
        _ => false,
    };
    let (again, mut results): (Results, Results) = results.into_iter().partition(slower);
    if again.len() > MOST_AGAIN {
        results.extend(again);
    } else {
        results.extend(run(&stage, again.into_iter().map(|(case, _)| case).collect(), AGAIN_AT_A_TIME).await?);
    }

    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for (case, result) in results {
        match (result, expected(case)) {
            (Ok((outcome, _)), Ok(expected)) if outcome == expected => right.push((case, outcome)),
            (result, expected) => wrong.push(format!("{case:?}: {result:?} and not {expected:?}")),
        }
    }
    ensure!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), wrong.len() + right.len(), wrong.join("\n"));
    ensure!(stage.redirects_followed() == 0, "a redirect was followed");
    page::publish(&page::render(&right)?)
}
