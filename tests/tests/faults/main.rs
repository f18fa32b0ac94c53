//! Faults between Verify and the services that it calls, on the release binary: the verdict, and that it comes in time.
//! This file has the matrix: each fault of Salesforce with each fault of the directory. `services` has the faults of
//! each single service.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

mod call;
mod case;
mod cut_connections;
mod outcome;
mod report;
mod service_stops;
mod services;
mod several_services;

use std::sync::Arc;

use anyhow::{Result, ensure};
use integration_tests::faults::Fault;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::case::{Case, Setup};
use crate::outcome::{Outcome, expected};

/// Simultaneous cases. Most of the time, most of them wait.
const AT_A_TIME: usize = 32;

/// Simultaneous cases when slow ones are measured again.
const AGAIN_AT_A_TIME: usize = 3;

/// If more cases are slow, the machine is not the reason.
const MOST_AGAIN: usize = 40;

/// The cases, and for each the outcome and the output of Verify, or an error.
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

async fn run(setup: &Arc<Setup>, cases: Vec<Case>, at_a_time: usize) -> Result<Results> {
    let permits = Arc::new(Semaphore::new(at_a_time));
    let mut running = JoinSet::new();
    for case in cases {
        let (setup, permits) = (Arc::clone(setup), Arc::clone(&permits));
        running.spawn(async move {
            let _permit = permits.acquire().await?;
            anyhow::Ok((case, case.run(&setup).await))
        });
    }
    running.join_all().await.into_iter().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn alone_and_together_every_fault_has_its_verdict_in_time() -> Result<()> {
    let setup = Arc::new(Setup::new().await?);
    let results = run(&setup, cases(), AT_A_TIME).await?;
    // A busy machine makes some cases slower, and if it stalls for a second, Verify gives up a connection. Such cases
    // are measured again, a few at a time, but not cases that were unexpectedly allowed or denied.
    let slower = |(case, result): &(Case, Result<(Outcome, String)>)| match (result, expected(*case)) {
        (Ok((outcome, _)), Ok(expected)) => outcome.is_slower_than(&expected),
        _ => false,
    };
    let (again, mut results): (Results, Results) = results.into_iter().partition(slower);
    if again.len() > MOST_AGAIN {
        results.extend(again);
    } else {
        results.extend(run(&setup, again.into_iter().map(|(case, _)| case).collect(), AGAIN_AT_A_TIME).await?);
    }

    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for (case, result) in results {
        match (result, expected(case)) {
            (Ok((outcome, _)), Ok(expected)) if outcome == expected => right.push((case, outcome)),
            (result, expected) => wrong.push(format!("{case:?}: {result:?} and not {expected:?}")),
        }
    }
    ensure!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), wrong.len() + right.len(), wrong.join("\n"));
    ensure!(setup.redirects_followed() == 0, "a redirect was followed");
    report::publish(&report::render(&right)?)
}
