//! Events that are none of its business, and events in an odd form: all go back byte for byte.

use anyhow::{Result, bail};
use integration_tests::lambda::Invoked;
use integration_tests::sign_ups::{SignUps, alice, local};
use serde_json::{Value, json};

use crate::requests;

async fn world() -> Result<SignUps> {
    let world = SignUps::start(&[("CREATE_LOCAL_PROFILES", "email")]).await?;
    world.directory.add(local("alice"));
    Ok(world)
}

#[tokio::test]
async fn sign_ups_of_the_pool_and_of_administrators_are_left_alone() -> Result<()> {
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
        let mut event = alice();
        event["triggerSource"] = json!(source);
        world.goes_on(&event).await?;
    }
    assert_eq!((world.verdicts()?.len(), requests(&world).await), (0, [0, 0, 0]));
    Ok(())
}

#[tokio::test]
async fn an_event_in_any_form_goes_back_as_it_came() -> Result<()> {
    let world = world().await?;
    let sign_up = r#"{"triggerSource":"PreSignUp_SignUp","request":{"userAttributes":{"name":"\ud83d"}},"n":1.0e400}"#;
    for text in ["{}", "[]", "null", "1", r#"{"a":1, "a":2}"#, sign_up] {
        let Invoked::Returned(_) = world.function.invoke(text.to_owned()).await? else { bail!("{text} failed") };
        assert_eq!(world.function.answered(), text);
    }
    assert_eq!(requests(&world).await, [0, 0, 0]);
    Ok(())
}

#[tokio::test]
async fn members_that_are_missing_null_or_of_another_type_link_nobody() -> Result<()> {
    let world = world().await?;
    for name in ["triggerSource", "userPoolId", "userName", "request"] {
        for value in [Value::Null, json!(7), json!([]), json!({})] {
            let mut event = alice();
            event[name] = value;
            world.goes_on(&event).await?;
        }
    }
    for value in
        [Value::Null, json!(7), json!([]), json!({}), json!({"email": null}), json!({"email": ["a@b.example"]})]
    {
        let mut event = alice();
        event["request"]["userAttributes"] = value;
        world.goes_on(&event).await?;
    }
    assert!(world.verdicts()?.iter().all(|line| line["verdict"] == "not-linked"));
    assert_eq!((world.links(), requests(&world).await), (vec![], [0, 0, 0]));
    Ok(())
}

#[tokio::test]
async fn a_member_that_is_there_twice_is_not_read() -> Result<()> {
    let world = world().await?;
    let text = alice().to_string();
    for twice in [
        text.replace(r#""userName":"#, r#""userName":"Okta_Bob","userName":"#),
        text.replace(r#""email":"#, r#""email":"bob@acme.example","email":"#),
        text.replace(r#""userPoolId":"#, r#""userPoolId":"eu-west-1_Other","userPoolId":"#),
    ] {
        assert_ne!(twice, text);
        let Invoked::Returned(_) = world.function.invoke(twice.clone()).await? else { bail!("{twice} failed") };
        assert_eq!(world.function.answered(), twice);
    }
    assert_eq!((world.links(), requests(&world).await), (vec![], [0, 0, 0]));
    Ok(())
}
