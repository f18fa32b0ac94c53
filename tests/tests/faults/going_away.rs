//! A service goes away while Verify waits for its answer: the connections end, and later ones are refused.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use integration_tests::cognito::Reply;
use integration_tests::world::{Builder, unavailable};
use tokio::task::LocalSet;
use wiremock::ResponseTemplate;

use crate::cuts::{On, Stage};

/// Longer than anybody waits for an answer.
const NEVER: Duration = Duration::from_mins(1);

/// Moments at which Verify waits. The last one is close before the deadline.
const MOMENTS: [u64; 6] = [50, 500, 1000, 2000, 3000, 3900];

async fn goes_away(on: On, after: Duration) -> Result<()> {
    let stage = Stage::new(on, Builder::default()).await?;
    let answer = ResponseTemplate::new(200).set_delay(NEVER);
    if on != On::Directory {
        stage.world.salesforce.script(answer.clone());
    }
    if on != On::Salesforce {
        stage.world.directory.script(answer);
    }
    let start = Instant::now();
    let kill = async {
        tokio::time::sleep(after).await;
        stage.lines.cut();
    };
    let (reply, ()) = tokio::join!(stage.world.sign_in(&stage.world.token), kill);
    let took = start.elapsed();
    let reason = stage.world.last_reason()?;
    ensure!(reply? == Reply::Failed(unavailable()), "{on:?} after {after:?}: {reason}");
    let named = if on == On::Directory { "directory-connection" } else { "salesforce-connection" };
    ensure!(reason == named, "{on:?} after {after:?}: {reason}");
    ensure!(took < after + Duration::from_millis(600), "{on:?} after {after:?}: {took:?}");
    Ok(())
}

#[tokio::test]
async fn a_service_that_goes_away_while_verify_waits_ends_the_sign_in_at_once() -> Result<()> {
    let all = LocalSet::new();
    let mut cases = Vec::new();
    for on in [On::Salesforce, On::Directory, On::Network] {
        for after in MOMENTS {
            cases.push(all.spawn_local(goes_away(on, Duration::from_millis(after))));
        }
    }
    all.await;
    for case in cases {
        case.await??;
    }
    Ok(())
}
