//! The pool gives no answer: the sign-up ends, because going on would make a federated profile.

use std::time::{Duration, Instant};

use anyhow::Result;
use integration_tests::directory::{
    CREATE_USER, DESCRIBE_PROVIDER, LINK_IDENTITY, LIST_PROVIDERS, LIST_USERS, error, reply,
};
use integration_tests::lambda::Invoked;
use integration_tests::misbehaving::{Manner, Misbehaving};
use integration_tests::sign_ups::{EMAIL, NAME_ID, SignUps, alice, local, start_function, verdicts};
use serde_json::json;

use crate::link;

fn public_error() -> Invoked {
    let text = || "temporarily_unavailable".to_owned();
    Invoked::Failed { error_type: text(), message: text() }
}

#[tokio::test]
async fn no_answer_to_any_question_is_the_public_error_and_the_next_try_completes_it() -> Result<()> {
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
            assert_eq!(world.function.invoke(alice().to_string()).await?, public_error(), "{operation} {kind}");
            let line = &world.verdicts()?[0];
            assert_eq!((&line["verdict"], &line["reason"]), (&json!("unavailable"), &json!(reason)), "{operation}");
            assert_eq!((&line["level"], world.links()), (&json!("ERROR"), vec![]));
            assert!(!world.function.output().contains("acme.example"));

            world.directory.script_for("", reply(200, &json!({})));
            world.goes_on(&alice()).await?;
            assert_eq!(world.links(), [link(NAME_ID, EMAIL)], "{operation} {kind}");
            assert_eq!(world.directory.users().len(), 1, "{operation} {kind}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_refusal_to_create_a_profile_lets_the_sign_up_go_on() -> Result<()> {
    for (kind, detail) in [
        ("InvalidParameterException", "InvalidParameterException"),
        ("UserLambdaValidationException", "UserLambdaValidationException"),
        ("UnsupportedUserStateException", "UnsupportedUserStateException"),
        ("ResourceNotFoundException", "ResourceNotFoundException"),
        ("CanaryException", "other"),
    ] {
        let world = SignUps::start(&[("CREATE_LOCAL_PROFILES", "local")]).await?;
        world.directory.script_for(CREATE_USER, error(kind, EMAIL));
        world.goes_on(&alice()).await?;
        let line = &world.verdicts()?[0];
        assert_eq!((&line["reason"], &line["detail"]), (&json!("create-refused"), &json!(detail)));
        assert_eq!((world.links(), world.directory.users()), (vec![], vec![]));
        assert!(!world.function.output().contains("acme.example"));
    }
    Ok(())
}

#[tokio::test]
async fn a_user_name_that_is_taken_and_whose_profile_nobody_finds_lets_the_sign_up_go_on() -> Result<()> {
    for kind in ["UsernameExistsException", "AliasExistsException"] {
        let world = SignUps::start(&[("CREATE_LOCAL_PROFILES", "local")]).await?;
        world.directory.script_for(CREATE_USER, error(kind, ""));
        world.goes_on(&alice()).await?;
        assert_eq!(world.only_verdict()?, crate::not_linked("user-name-taken"));
    }
    Ok(())
}

#[tokio::test]
async fn a_refusal_to_link_lets_the_sign_up_go_on() -> Result<()> {
    for kind in ["AliasExistsException", "InvalidParameterException", "LimitExceededException", "UserNotFoundException"]
    {
        let world = SignUps::start(&[]).await?;
        world.directory.add(local("alice"));
        world.directory.script_for(LINK_IDENTITY, error(kind, EMAIL));
        world.goes_on(&alice()).await?;
        let line = &world.verdicts()?[0];
        assert_eq!((&line["reason"], &line["detail"]), (&json!("link-refused"), &json!(kind)));
        assert!(!world.function.output().contains("acme.example"));
    }
    Ok(())
}

#[tokio::test]
async fn a_silent_pool_ends_the_sign_up_before_cognito_gives_up() -> Result<()> {
    let silent = Misbehaving::start(&[Manner::Silent], "http://127.0.0.1:9").await?;
    let function = start_function(silent.origin(), &[]).await?;
    let start = Instant::now();
    assert_eq!(function.invoke(alice().to_string()).await?, public_error());
    assert!(start.elapsed() < Duration::from_millis(4_700), "{:?}", start.elapsed());
    assert_eq!(verdicts(&function)?[0]["reason"], "directory-timeout");
    Ok(())
}

#[tokio::test]
async fn a_pool_that_cannot_be_reached_is_no_answer() -> Result<()> {
    for manners in [&[][..], &[Manner::HangsUp]] {
        let closed = Misbehaving::start(manners, "http://127.0.0.1:9").await?;
        let function = start_function(closed.origin(), &[]).await?;
        assert_eq!(function.invoke(alice().to_string()).await?, public_error());
        assert_eq!(verdicts(&function)?[0]["reason"], "directory-connection");
    }
    Ok(())
}

#[tokio::test]
async fn a_connection_that_the_pool_has_closed_meanwhile_is_opened_again() -> Result<()> {
    let world = SignUps::start(&[]).await?;
    world.directory.add(local("alice"));
    let closing = Misbehaving::start(&[Manner::HangsUp, Manner::Forwards], &world.directory.origin()).await?;
    let function = start_function(closing.origin(), &[]).await?;
    integration_tests::sign_ups::goes_on(&function, &alice()).await?;
    assert_eq!(world.links(), [link(NAME_ID, "alice")]);
    Ok(())
}
