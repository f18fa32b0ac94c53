//! Two first sign-ins of one identity at the same moment, in different processes.

use anyhow::Result;
use integration_tests::directory::{Directory, user};
use integration_tests::faults::proxy::{ConnectionFault, FaultProxy};
use integration_tests::lambda::environments::Environment;
use integration_tests::sign_ups::{
    EMAIL, NAME_ID, SignUps, alice_event, event, local_profile, returns_unchanged, start_function, verdicts,
};
use serde_json::Value;

use crate::link;

/// Both processes look the address up before one of them continues.
async fn at_once(users: &[Value], variables: &[(&str, &str)]) -> Result<(SignUps, Environment)> {
    let directory = Directory::start().await;
    let proxy = FaultProxy::start(&[ConnectionFault::NoFault], &directory.origin()).await?;
    directory.add(user("earlier", "earlier@acme.example", true, false));
    let world = SignUps { function: start_function(proxy.origin(), variables).await?, directory };
    let other = start_function(proxy.origin(), variables).await?;
    for function in [&world.function, &other] {
        // A disabled user, who is not linked: the processes ask about the providers now.
        returns_unchanged(function, &event("Okta_Earlier", "earlier@acme.example")).await?;
    }
    world.directory.clear();
    for user in users {
        world.directory.add(user.clone());
    }
    proxy.network().hold_until(2);
    let alice = alice_event();
    let (one, two) = tokio::join!(returns_unchanged(&world.function, &alice), returns_unchanged(&other, &alice));
    one.and(two)?;
    Ok((world, other))
}

#[tokio::test]
async fn two_first_sign_ins_at_once_make_one_link() -> Result<()> {
    let (world, other) = at_once(&[local_profile("alice")], &[]).await?;
    assert_eq!(world.links(), [link(NAME_ID, "alice")]);
    let lines: Vec<_> = [world.verdicts()?, verdicts(&other)?].concat();
    let count = |name: &str, value: &str| lines.iter().filter(|line| line[name] == value).count();
    assert_eq!((count("verdict", "linked"), count("reason", "link-refused")), (1, 1), "{lines:?}");
    Ok(())
}

#[tokio::test]
async fn two_first_sign_ins_at_once_make_one_profile() -> Result<()> {
    for names in ["email", "local"] {
        let (world, _other) = at_once(&[], &[("CREATE_LOCAL_PROFILES", names)]).await?;
        let users = world.directory.users();
        assert_eq!((users.len(), world.links().len()), (1, 1), "{users:?}");
        assert!(names == "local" || users[0]["Username"] == EMAIL);
    }
    Ok(())
}
