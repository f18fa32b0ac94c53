//! Two first sign-ins of one person at the same moment, in processes that know nothing of each other.

use anyhow::Result;
use integration_tests::directory::{Directory, user};
use integration_tests::gate::Gate;
use integration_tests::lambda::environments::Environment;
use integration_tests::sign_ups::{EMAIL, NAME_ID, SignUps, alice, event, goes_on, local, start_function, verdicts};
use serde_json::Value;

use crate::link;

/// Both look the address up before either of them goes on.
async fn at_once(users: &[Value], variables: &[(&str, &str)]) -> Result<(SignUps, Environment)> {
    let (gate, directory) = (Gate::start().await?, Directory::start().await);
    directory.add(user("earlier", "earlier@acme.example", true, false));
    gate.forward_to(directory.origin())?;
    let world = SignUps { function: start_function(gate.origin(), variables).await?, directory };
    let other = start_function(gate.origin(), variables).await?;
    for function in [&world.function, &other] {
        // Somebody who is disabled and stays unlinked: what is asked of the providers is asked now.
        goes_on(function, &event("Okta_Earlier", "earlier@acme.example")).await?;
    }
    world.directory.clear();
    for user in users {
        world.directory.add(user.clone());
    }
    gate.together(2);
    let alice = alice();
    let (one, two) = tokio::join!(goes_on(&world.function, &alice), goes_on(&other, &alice));
    one.and(two)?;
    Ok((world, other))
}

#[tokio::test]
async fn two_first_sign_ins_at_once_make_one_link() -> Result<()> {
    let (world, other) = at_once(&[local("alice")], &[]).await?;
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
