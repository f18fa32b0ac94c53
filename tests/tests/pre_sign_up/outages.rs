//! The pool does not respond: the sign-up ends with an error, because otherwise Cognito would create a federated
//! profile.

use std::time::{Duration, Instant};

use anyhow::Result;
use integration_tests::directory::{
    CREATE_USER, DESCRIBE_PROVIDER, LINK_IDENTITY, LIST_PROVIDERS, LIST_USERS, error, reply,
};
use integration_tests::faults::proxy::{ConnectionFault, FaultProxy};
use integration_tests::lambda::Invoked;
use integration_tests::sign_ups::{EMAIL, NAME_ID, SignUps, alice_event, local_profile, start_function, verdicts};
use serde_json::json;

use crate::link;

fn public_error() -> Invoked {
    let text = || "temporarily_unavailable".to_owned();
    Invoked::Failed { error_type: text(), message: text() }
}

#[tokio::test]
async fn an_error_of_any_call_ends_in_the_public_error_and_the_next_sign_up_succeeds() -> Result<()> {
    for operation in [LIST_PROVIDERS, DESCRIBE_PROVIDER, LIST_USERS, CREATE_USER, LINK_IDENTITY] {
        for (kind, reason) in [
            ("TooManyRequestsException", "directory-throttled"),
            ("AccessDeniedException", "directory-not-authorized"),
            ("NotAuthorizedException", "directory-not-authorized"),
            ("InternalErrorException", "directory-failed"),
            ("UnexpectedLambdaException", "directory-failed"),
        ] {
            let world = SignUps::start(&[("CREATE_LOCAL_PROFILES", "email")]).await?;
            world.directory.script_for(operation, error(kind, EMAIL));
            assert_eq!(world.function.invoke(alice_event().to_string()).await?, public_error(), "{operation} {kind}");
            let line = &world.verdicts()?[0];
            assert_eq!((&line["verdict"], &line["reason"]), (&json!("unavailable"), &json!(reason)), "{operation}");
            assert_eq!((&line["level"], world.links()), (&json!("ERROR"), vec![]));
            assert!(!world.function.output().contains("acme.example"));

            world.directory.script_for("", reply(200, &json!({})));
            world.returns_unchanged(&alice_event()).await?;
            assert_eq!(world.links(), [link(NAME_ID, EMAIL)], "{operation} {kind}");
            assert_eq!(world.directory.users().len(), 1, "{operation} {kind}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn if_the_profile_cannot_be_created_the_sign_up_continues() -> Result<()> {
    for (kind, detail) in [
        ("InvalidParameterException", "InvalidParameterException"),
        ("UserLambdaValidationException", "UserLambdaValidationException"),
        ("UnsupportedUserStateException", "UnsupportedUserStateException"),
        ("ResourceNotFoundException", "ResourceNotFoundException"),
        ("CanaryException", "other"),
    ] {
        let world = SignUps::start(&[("CREATE_LOCAL_PROFILES", "local")]).await?;
        world.directory.script_for(CREATE_USER, error(kind, EMAIL));
        world.returns_unchanged(&alice_event()).await?;
        let line = &world.verdicts()?[0];
        assert_eq!((&line["reason"], &line["detail"]), (&json!("create-refused"), &json!(detail)));
        assert_eq!((world.links(), world.directory.users()), (vec![], vec![]));
        assert!(!world.function.output().contains("acme.example"));
    }
    Ok(())
}

#[tokio::test]
async fn if_the_user_name_is_taken_and_no_profile_is_found_the_sign_up_continues() -> Result<()> {
    for kind in ["UsernameExistsException", "AliasExistsException"] {
        let world = SignUps::start(&[("CREATE_LOCAL_PROFILES", "local")]).await?;
        world.directory.script_for(CREATE_USER, error(kind, ""));
        world.returns_unchanged(&alice_event()).await?;
        assert_eq!(world.only_verdict()?, crate::not_linked("user-name-taken"));
    }
    Ok(())
}

#[tokio::test]
async fn if_the_identity_cannot_be_linked_the_sign_up_continues() -> Result<()> {
    for kind in ["AliasExistsException", "InvalidParameterException", "LimitExceededException", "UserNotFoundException"]
    {
        let world = SignUps::start(&[]).await?;
        world.directory.add(local_profile("alice"));
        world.directory.script_for(LINK_IDENTITY, error(kind, EMAIL));
        world.returns_unchanged(&alice_event()).await?;
        let line = &world.verdicts()?[0];
        assert_eq!((&line["reason"], &line["detail"]), (&json!("link-refused"), &json!(kind)));
        assert!(!world.function.output().contains("acme.example"));
    }
    Ok(())
}

#[tokio::test]
async fn a_silent_pool_ends_the_sign_up_before_cognitos_limit() -> Result<()> {
    let silent = FaultProxy::start(&[ConnectionFault::Silent], "http://127.0.0.1:9").await?;
    let function = start_function(silent.origin(), &[]).await?;
    let start = Instant::now();
    assert_eq!(function.invoke(alice_event().to_string()).await?, public_error());
    assert!(start.elapsed() < Duration::from_millis(4_700), "{:?}", start.elapsed());
    assert_eq!(verdicts(&function)?[0]["reason"], "directory-timeout");
    Ok(())
}

#[tokio::test]
async fn a_pool_that_cannot_be_reached_is_unavailable() -> Result<()> {
    for faults in [&[][..], &[ConnectionFault::HangsUp]] {
        let closed = FaultProxy::start(faults, "http://127.0.0.1:9").await?;
        let function = start_function(closed.origin(), &[]).await?;
        assert_eq!(function.invoke(alice_event().to_string()).await?, public_error());
        assert_eq!(verdicts(&function)?[0]["reason"], "directory-connection");
    }
    Ok(())
}

#[tokio::test]
async fn a_connection_that_the_pool_closed_is_replaced() -> Result<()> {
    let world = SignUps::start(&[]).await?;
    world.directory.add(local_profile("alice"));
    let closing =
        FaultProxy::start(&[ConnectionFault::HangsUp, ConnectionFault::NoFault], &world.directory.origin()).await?;
    let function = start_function(closing.origin(), &[]).await?;
    integration_tests::sign_ups::returns_unchanged(&function, &alice_event()).await?;
    assert_eq!(world.links(), [link(NAME_ID, "alice")]);
    Ok(())
}
