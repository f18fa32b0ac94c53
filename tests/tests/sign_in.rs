//! Alice signs in: the whole flow through the release binaries.

use anyhow::Result;
use integration_tests::cognito::Reply;
use integration_tests::world::{ALICE, CLIENT, World};
use serde_json::json;

#[tokio::test]
async fn a_salesforce_token_signs_its_owner_in() -> Result<()> {
    let world = World::start().await?;
    let r = world.sign_in(&world.token).await?;
    println!("{}", world.cognito.emulator().output("verify-auth-challenge"));
    assert_eq!(r, Reply::SignedIn { sub: ALICE.to_owned() });
    let verdicts = world.verdicts()?;
    assert_eq!(verdicts.len(), 1);
    assert_eq!(verdicts[0]["verdict"], "allowed");
    assert_eq!(verdicts[0]["organization_id"], "00Dxx0000001gPLEAY");
    assert_eq!(verdicts[0]["user_id"], "005xx000001SwiUAAS");
    assert!(verdicts[0]["request_id"].as_str().is_some_and(|id| !id.is_empty()));
    Ok(())
}
