//! Events of other kinds, and events in unusual forms: the function returns all of them byte for byte.

use anyhow::{Result, bail};
use integration_tests::lambda::Invoked;
use integration_tests::sign_ups::{SignUps, alice_event, local_profile};
use serde_json::{Value, json};

use crate::requests;

async fn world() -> Result<SignUps> {
    let world = SignUps::start(&[("CREATE_LOCAL_PROFILES", "email")]).await?;
    world.directory.add(local_profile("alice"));
    Ok(world)
}

#[tokio::test]
async fn events_of_other_sign_ups_cause_no_call() -> Result<()> {
    let world = world().await?;
    for source in [
        "PreSignUp_SignUp",
        "PreSignUp_AdminCreateUser",
        "PreSignUp_Novelty",
        "presignup_externalprovider",
        "InboundFederation_ExternalProvider",
        "PostConfirmation_ConfirmSignUp",
        "TokenGeneration_Authentication",
        "",
    ] {
        let mut event = alice_event();
        event["triggerSource"] = json!(source);
        world.returns_unchanged(&event).await?;
    }
    assert_eq!((world.verdicts()?.len(), requests(&world).await), (0, [0, 0, 0]));
    Ok(())
}

#[tokio::test]
async fn an_event_in_any_form_is_returned_unchanged() -> Result<()> {
    let world = world().await?;
    let sign_up = r#"{"triggerSource":"PreSignUp_SignUp","request":{"userAttributes":{"name":"\ud83d"}},"n":1.0e400}"#;
    for text in ["{}", "[]", "null", "1", r#"{"a":1, "a":2}"#, sign_up] {
        let Invoked::Returned(_) = world.function.invoke(text.to_owned()).await? else { bail!("{text} failed") };
        assert_eq!(world.function.last_response(), text);
    }
    assert_eq!(requests(&world).await, [0, 0, 0]);
    Ok(())
}

#[tokio::test]
async fn with_members_that_are_null_or_of_another_type_no_identity_is_linked() -> Result<()> {
    let world = world().await?;
    for name in ["triggerSource", "userPoolId", "userName", "request"] {
        for value in [Value::Null, json!(7), json!([]), json!({})] {
            let mut event = alice_event();
            event[name] = value;
            world.returns_unchanged(&event).await?;
        }
    }
    for value in
        [Value::Null, json!(7), json!([]), json!({}), json!({"email": null}), json!({"email": ["a@b.example"]})]
    {
        let mut event = alice_event();
        event["request"]["userAttributes"] = value;
        world.returns_unchanged(&event).await?;
    }
    assert!(world.verdicts()?.iter().all(|line| line["verdict"] == "not-linked"));
    assert_eq!((world.links(), requests(&world).await), (vec![], [0, 0, 0]));
    Ok(())
}

#[tokio::test]
async fn with_a_repeated_member_no_identity_is_linked() -> Result<()> {
    let world = world().await?;
    let text = alice_event().to_string();
    for twice in [
        text.replace(r#""userName":"#, r#""userName":"Okta_Bob","userName":"#),
        text.replace(r#""email":"#, r#""email":"bob@acme.example","email":"#),
        text.replace(r#""userPoolId":"#, r#""userPoolId":"eu-west-1_Other","userPoolId":"#),
    ] {
        assert_ne!(twice, text);
        let Invoked::Returned(_) = world.function.invoke(twice.clone()).await? else { bail!("{twice} failed") };
        assert_eq!(world.function.last_response(), twice);
    }
    assert_eq!((world.links(), requests(&world).await), (vec![], [0, 0, 0]));
    Ok(())
}
