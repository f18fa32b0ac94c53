//! The triggers handle every documented form of their event, and return all other members unchanged. An event of
//! another kind ends in the public error.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use anyhow::{Context, Result};
use integration_tests::cognito::{CREATE, DEFINE, VERIFY};
use integration_tests::lambda::Invoked;
use integration_tests::world::{Builder, World};
use serde_json::{Value, json};

const FUNCTIONS: [&str; 3] = [DEFINE, CREATE, VERIFY];

/// Whether the response is a challenge, or accepts the answer.
fn is_positive(function: &str, response: &Value) -> bool {
    match function {
        DEFINE => *response == challenge(),
        CREATE => {
            response["challengeMetadata"] == "SALESFORCE_TOKEN" && response["privateChallengeParameters"].is_object()
        }
        _ => *response == json!({"answerCorrect": true}),
    }
}

fn challenge() -> Value {
    json!({"challengeName": "CUSTOM_CHALLENGE", "issueTokens": false, "failAuthentication": false})
}

fn failed() -> Value {
    json!({"challengeName": null, "issueTokens": false, "failAuthentication": true})
}

fn public_error() -> Invoked {
    let text = || "temporarily_unavailable".to_owned();
    Invoked::Failed { error_type: text(), message: text() }
}

/// The event of Define after a correct answer.
fn answered(world: &World) -> Value {
    let mut event = world.event(DEFINE);
    event["request"]["session"] = json!([
        {"challengeName": "CUSTOM_CHALLENGE", "challengeResult": true, "challengeMetadata": "SALESFORCE_TOKEN"}
    ]);
    event
}

/// Each function must ignore this change to its event.
async fn is_ignored(change: impl Fn(&mut Value)) -> Result<()> {
    let world = World::start().await?;
    for function in FUNCTIONS {
        let mut event = world.event(function);
        change(&mut event);
        let response = world.invoke(function, &event).await?;
        assert!(is_positive(function, &response), "{function}: {response}");
    }
    Ok(())
}

fn remove(event: &mut Value, name: &str) {
    event.as_object_mut().and_then(|members| members.remove(name));
}

#[tokio::test]
async fn the_triggers_handle_the_documented_events() -> Result<()> {
    is_ignored(|_| ()).await
}

#[tokio::test]
async fn a_response_that_is_null_empty_or_missing_is_filled_in() -> Result<()> {
    is_ignored(|event| event["response"] = Value::Null).await?;
    is_ignored(|event| event["response"] = json!({})).await?;
    is_ignored(|event| remove(event, "response")).await
}

#[tokio::test]
async fn absent_members_and_null_are_equivalent() -> Result<()> {
    for name in ["session", "clientMetadata", "userNotFound", "UserNotFound", "challengeName"] {
        is_ignored(|event| remove(&mut event["request"], name)).await?;
        is_ignored(|event| event["request"][name] = Value::Null).await?;
    }
    for name in ["version", "region", "userName", "callerContext"] {
        is_ignored(|event| remove(event, name)).await?;
        is_ignored(|event| event[name] = Value::Null).await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_version_may_be_text_or_a_number() -> Result<()> {
    for version in [json!("1"), json!(1), json!(2), json!("2")] {
        is_ignored(|event| event["version"] = version.clone()).await?;
    }
    Ok(())
}

#[tokio::test]
async fn unknown_members_are_ignored_and_returned() -> Result<()> {
    is_ignored(|event| {
        event["addedByAws"] = json!([1, {"a": null}]);
        event["request"]["addedByAws"] = json!({"b": 1.5, "c": 12_345_678_901_234_567_890_u64});
        event["request"]["userAttributes"]["custom:any"] = json!("\u{1f600}\u{0}\\\"");
        event["callerContext"]["addedByAws"] = json!("x");
    })
    .await
}

#[tokio::test]
async fn an_unknown_member_of_the_response_is_returned() -> Result<()> {
    let world = World::start().await?;
    for function in FUNCTIONS {
        let mut event = world.event(function);
        event["response"]["addedByAws"] = json!({"a": [1]});
        assert_eq!(world.invoke(function, &event).await?["addedByAws"], json!({"a": [1]}), "{function}");
    }
    Ok(())
}

#[tokio::test]
async fn verify_accepts_both_spellings_of_its_trigger_source() -> Result<()> {
    let world = World::start().await?;
    for source in ["VerifyAuthChallengeResponse_Authentication", "VerifyAuthChallenge_Authentication"] {
        let mut event = world.event(VERIFY);
        event["triggerSource"] = json!(source);
        assert_eq!(world.invoke(VERIFY, &event).await?, json!({"answerCorrect": true}), "{source}");
    }
    Ok(())
}

#[tokio::test]
async fn verify_denies_where_attributes_parameters_or_answer_are_missing_or_null() -> Result<()> {
    let world = World::start().await?;
    for name in ["userAttributes", "privateChallengeParameters", "challengeAnswer"] {
        for missing in [true, false] {
            let mut event = world.event(VERIFY);
            event["request"][name] = Value::Null;
            if missing {
                remove(&mut event["request"], name);
            }
            assert_eq!(world.invoke(VERIFY, &event).await?, json!({"answerCorrect": false}), "{name} {missing}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn either_spelling_of_user_not_found_denies() -> Result<()> {
    let world = World::start().await?;
    for name in ["userNotFound", "UserNotFound"] {
        for value in [json!(true), json!("false"), json!(0), json!({})] {
            let (mut verify, mut define) = (world.event(VERIFY), answered(&world));
            verify["request"][name] = value.clone();
            define["request"][name] = value.clone();
            assert_eq!(world.invoke(VERIFY, &verify).await?, json!({"answerCorrect": false}), "{name} {value}");
            assert_eq!(world.invoke(DEFINE, &define).await?, failed(), "{name} {value}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn if_one_of_two_spellings_says_user_not_found_the_sign_in_is_denied() -> Result<()> {
    let world = World::start().await?;
    let mut event = answered(&world);
    event["request"]["userNotFound"] = json!(false);
    assert_eq!(world.invoke(DEFINE, &event).await?["issueTokens"], true);
    event["request"]["UserNotFound"] = json!(true);
    assert_eq!(world.invoke(DEFINE, &event).await?, failed());
    Ok(())
}

#[tokio::test]
async fn define_ignores_a_response_that_is_already_in_the_event() -> Result<()> {
    let world = World::start().await?;
    let prefilled = json!({"challengeName": "CUSTOM_CHALLENGE", "issueTokens": true, "failAuthentication": false});
    let mut first = world.event(DEFINE);
    first["response"] = prefilled.clone();
    assert_eq!(world.invoke(DEFINE, &first).await?, challenge());
    let mut denied = answered(&world);
    denied["request"]["session"][0]["challengeResult"] = json!(false);
    denied["response"] = prefilled;
    assert_eq!(world.invoke(DEFINE, &denied).await?, failed());
    Ok(())
}

#[tokio::test]
async fn verify_ignores_a_response_that_is_already_in_the_event() -> Result<()> {
    let world = World::start().await?;
    for answer in [json!("wrong"), json!(""), json!(null), json!(true)] {
        let mut event = world.event(VERIFY);
        event["request"]["challengeAnswer"] = answer.clone();
        event["response"] = json!({"answerCorrect": true});
        assert_eq!(world.invoke(VERIFY, &event).await?, json!({"answerCorrect": false}), "{answer}");
    }
    Ok(())
}

#[tokio::test]
async fn create_ignores_a_response_that_is_already_in_the_event() -> Result<()> {
    let world = World::start().await?;
    let mut event = world.event(CREATE);
    let prefilled = json!({"nonce": "prefilled", "attemptId": "prefilled", "other": "prefilled"});
    event["response"] = json!({
        "publicChallengeParameters": prefilled, "privateChallengeParameters": prefilled, "challengeMetadata": "prefilled",
    });
    let response = world.invoke(CREATE, &event).await?;
    assert!(!response.to_string().contains("prefilled"), "{response}");
    Ok(())
}

#[tokio::test]
async fn an_event_of_another_kind_ends_in_the_public_error() -> Result<()> {
    let world = Builder::default().emulator().start().await?;
    for function in FUNCTIONS {
        let mut sign_up = world.event(function);
        sign_up["triggerSource"] = json!("PreSignUp_SignUp");
        let mut without_source = world.event(function);
        remove(&mut without_source, "triggerSource");
        let mut without_request = world.event(function);
        remove(&mut without_request, "request");
        let other = FUNCTIONS.iter().find(|other| **other != function).context("no other function")?;
        let texts = [json!({}), json!([]), json!([1, [2]]), json!("event"), json!(1), json!(true), json!(null)];
        for event in [sign_up, without_source, without_request, world.event(other)].into_iter().chain(texts) {
            assert_eq!(world.cognito.lambda().invoke(function, &event).await?, public_error(), "{function} {event}");
        }
    }
    assert_eq!(world.requests().await, (0, 0));
    Ok(())
}

/// A caller can put half a surrogate pair into the answer and into `ClientMetadata`. It must not cause an error,
/// because errors trigger an alarm.
#[tokio::test]
async fn half_a_surrogate_pair_from_the_caller_is_denied_or_ignored() -> Result<()> {
    let world = Builder::default().emulator().start().await?;
    for function in FUNCTIONS {
        let mut event = world.event(function);
        event["request"]["clientMetadata"] = json!({"k": "half"});
        let event = event.to_string().replace("half", r"\ud83d");
        let Invoked::Returned(event) = world.cognito.lambda().invoke_with_text(function, event).await? else {
            anyhow::bail!("{function} failed")
        };
        assert!(is_positive(function, &event["response"]), "{event}");
    }
    for answer in ["half", r#"{\"access_token\":\"half\"}"#] {
        let mut event = world.event(VERIFY);
        event["request"]["challengeAnswer"] = json!("answer");
        let event = event.to_string().replace("answer\"", &format!("{answer}\"")).replace("half", r"\udc00");
        let invoked = world.cognito.lambda().invoke_with_text(VERIFY, event).await?;
        assert!(matches!(&invoked, Invoked::Returned(event) if event["response"] == json!({"answerCorrect": false})));
    }
    Ok(())
}

#[tokio::test]
async fn an_event_that_is_not_json_ends_in_the_public_error() -> Result<()> {
    let world = Builder::default().emulator().start().await?;
    for function in FUNCTIONS {
        let event = world.event(function).to_string();
        for event in [event.replace(&world.email, r"\ud8"), event.replace('{', ""), String::new()] {
            let invoked = world.cognito.lambda().invoke_with_text(function, event.clone()).await?;
            assert_eq!(invoked, public_error(), "{function} {event}");
        }
    }
    Ok(())
}

/// 200 nested lists are valid JSON that most parsers reject.
#[tokio::test]
async fn a_member_that_no_trigger_reads_may_contain_any_json() -> Result<()> {
    let world = Builder::default().emulator().start().await?;
    for function in FUNCTIONS {
        let lists = format!("\"request\":{{\"deep\":{}1{},", "[".repeat(200), "]".repeat(200));
        let event = world.event(function).to_string().replace("\"request\":{", &lists);
        let Invoked::Returned(event) = world.cognito.lambda().invoke_with_text(function, event).await? else {
            anyhow::bail!("{function} failed")
        };
        assert!(is_positive(function, &event["response"]), "{event}");
    }
    Ok(())
}
