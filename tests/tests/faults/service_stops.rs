//! A service stops while Verify waits for its response: the connections end, and later ones are refused.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use integration_tests::cognito::Reply;
use integration_tests::world::{Builder, unavailable};
use tokio::task::LocalSet;
use wiremock::ResponseTemplate;

use crate::cut_connections::{Connections, start};

/// Longer than Verify waits for a response.
const NEVER: Duration = Duration::from_mins(1);

/// Moments at which Verify waits, in milliseconds. The last one is shortly before the deadline.
const MOMENTS: [u64; 6] = [50, 500, 1000, 2000, 3000, 3900];

async fn stops(connections: Connections, after: Duration) -> Result<()> {
    let world = start(connections, Builder::default()).await?;
    let response = ResponseTemplate::new(200).set_delay(NEVER);
    if connections != Connections::Directory {
        world.salesforce.script(response.clone());
    }
    if connections != Connections::Salesforce {
        world.directory.script(response);
    }
    let begin = Instant::now();
    let stop = async {
        tokio::time::sleep(after).await;
        world.network.cut();
    };
    let (reply, ()) = tokio::join!(world.sign_in(&world.token), stop);
    let took = begin.elapsed();
    let reason = world.last_reason()?;
    ensure!(reply? == Reply::Failed(unavailable()), "{connections:?} after {after:?}: {reason}");
    let is_directory = connections == Connections::Directory;
    let expected = if is_directory { "directory-connection" } else { "salesforce-connection" };
    ensure!(reason == expected, "{connections:?} after {after:?}: {reason}");
    ensure!(took < after + Duration::from_millis(600), "{connections:?} after {after:?}: {took:?}");
    Ok(())
}

#[tokio::test]
async fn a_service_that_stops_while_verify_waits_ends_the_sign_in_immediately() -> Result<()> {
    let all = LocalSet::new();
    let mut cases = Vec::new();
    for connections in [Connections::Salesforce, Connections::Directory, Connections::All] {
        for after in MOMENTS {
            cases.push(all.spawn_local(stops(connections, Duration::from_millis(after))));
        }
    }
    all.await;
    for case in cases {
        case.await??;
    }
    Ok(())
}
