//! The release binary of Pre Token Generation with the events of the developer guide: tokens for the app clients of
//! this flow get the claim and the scopes, and all other events are returned byte for byte.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use anyhow::{Context, Result, bail};
use integration_tests::cognito::PRE_TOKEN;
use integration_tests::lambda::Invoked;
use integration_tests::lambda::environments::Environment;
use integration_tests::world::CLIENT;
use serde_json::{Value, json};

/// All functions of these tests have this setting.
const LISTED: (&str, &str) = ("ALLOWED_CLIENT_IDS", "0example, 1example23456789");

async fn start(variables: &[(&str, &str)]) -> Result<Environment> {
    let variables: Vec<_> = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Environment::start(PRE_TOKEN, &variables).await
}

async fn with_scopes() -> Result<Environment> {
    start(&[LISTED, ("TOKEN_SCOPES", "orders/read,orders/write")]).await
}

/// The event of version 2 as in the developer guide, for an app client of this flow.
fn event(source: &str) -> Value {
    json!({
        "version": "2", "triggerSource": source, "region": "eu-west-1", "userPoolId": "eu-west-1_EXAMPLE",
        "userName": "3f1d6c4e", "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": CLIENT},
        "request": {
            "userAttributes": {"sub": "3f1d6c4e", "email": "alice@acme.example", "email_verified": "true"},
            "groupConfiguration": {
                "groupsToOverride": ["staff", "eu"], "iamRolesToOverride": ["arn:aws:iam::111122223333:role/staff"],
                "preferredRole": "arn:aws:iam::111122223333:role/staff",
            },
            "scopes": ["aws.cognito.signin.user.admin"],
            "clientMetadata": {"sign_in_method": "none"},
        },
        "response": {"claimsAndScopeOverrideDetails": null},
    })
}

/// The additions to the tokens. All other members of the event must be unchanged.
async fn added(function: &Environment, event: &Value) -> Result<Value> {
    let Invoked::Returned(mut returned) = function.invoke(event.to_string()).await? else { bail!("failed") };
    let details = returned["response"]["claimsAndScopeOverrideDetails"].take();
    let mut sent = event.clone();
    sent["response"]["claimsAndScopeOverrideDetails"] = Value::Null;
    assert_eq!(returned, sent);
    Ok(details)
}

/// The event with white space, which is lost if the function parses and prints the event.
fn spaced(event: &Value) -> Result<String> {
    Ok(serde_json::to_string_pretty(event)?)
}

async fn is_returned_unchanged(function: &Environment, event: &str) -> Result<()> {
    let invoked = function.invoke(event.to_owned()).await?;
    assert!(matches!(invoked, Invoked::Returned(_)), "{event}: {invoked:?}");
    assert_eq!(function.last_response(), event);
    Ok(())
}

#[tokio::test]
async fn a_sign_in_and_a_refresh_of_a_listed_client_get_the_claim_and_the_scopes() -> Result<()> {
    let function = with_scopes().await?;
    for source in ["TokenGeneration_Authentication", "TokenGeneration_RefreshTokens"] {
        let event = event(source);
        let expected = json!({
            "idTokenGeneration": {"claimsToAddOrOverride": {"sign_in_method": "salesforce"}},
            "accessTokenGeneration": {
                "claimsToAddOrOverride": {"sign_in_method": "salesforce"},
                "scopesToAdd": ["orders/read", "orders/write"],
            },
            "groupOverrideDetails": event["request"]["groupConfiguration"],
        });
        assert_eq!(added(&function, &event).await?, expected, "{source}");
    }
    Ok(())
}

#[tokio::test]
async fn without_scopes_only_the_claim_is_added() -> Result<()> {
    let details = added(&start(&[LISTED]).await?, &event("TokenGeneration_Authentication")).await?;
    assert_eq!(details["accessTokenGeneration"]["scopesToAdd"], json!([]));
    assert_eq!(details["accessTokenGeneration"]["claimsToAddOrOverride"], json!({"sign_in_method": "salesforce"}));
    Ok(())
}

#[tokio::test]
async fn without_groups_in_the_event_no_groups_are_returned() -> Result<()> {
    let function = with_scopes().await?;
    let mut event = event("TokenGeneration_Authentication");
    event["request"]["groupConfiguration"] = Value::Null;
    assert_eq!(added(&function, &event).await?.get("groupOverrideDetails"), None);
    Ok(())
}

#[tokio::test]
async fn additions_that_are_already_in_the_event_are_replaced() -> Result<()> {
    let function = with_scopes().await?;
    let mut event = event("TokenGeneration_Authentication");
    event["response"] = json!({"claimsAndScopeOverrideDetails": {"accessTokenGeneration": {"scopesToAdd": ["admin"]}}});
    let details = added(&function, &event).await?;
    assert_eq!(details["accessTokenGeneration"]["scopesToAdd"], json!(["orders/read", "orders/write"]));
    Ok(())
}

#[tokio::test]
async fn events_of_other_clients_are_returned_byte_for_byte() -> Result<()> {
    let function = with_scopes().await?;
    for client in
        [json!("2example23456789"), json!(""), json!(null), json!("0example, 1example23456789"), json!([CLIENT])]
    {
        for source in ["TokenGeneration_Authentication", "TokenGeneration_RefreshTokens"] {
            let mut event = event(source);
            event["callerContext"]["clientId"] = client.clone();
            is_returned_unchanged(&function, &spaced(&event)?).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn events_of_other_flows_are_returned_byte_for_byte() -> Result<()> {
    let function = with_scopes().await?;
    for source in [
        "TokenGeneration_HostedAuth",
        "TokenGeneration_NewPasswordChallenge",
        "TokenGeneration_AuthenticateDevice",
        "TokenGeneration_ClientCredentials",
        "PostAuthentication_Authentication",
    ] {
        is_returned_unchanged(&function, &spaced(&event(source))?).await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_event_of_version_1_is_returned_and_the_log_has_the_reason() -> Result<()> {
    let function = with_scopes().await?;
    let mut event = event("TokenGeneration_Authentication");
    event["version"] = json!("1");
    event["response"] = json!({"claimsOverrideDetails": null});
    is_returned_unchanged(&function, &spaced(&event)?).await?;
    let log = function.output();
    let line: Value = serde_json::from_str(log.lines().find(|line| line.contains("reason")).context("no line")?)?;
    assert_eq!((&line["level"], &line["reason"]), (&json!("ERROR"), &json!("event-version")));
    assert!(!log.contains("alice"), "{log}");
    Ok(())
}

#[tokio::test]
async fn an_unreadable_event_is_returned_unchanged() -> Result<()> {
    let function = with_scopes().await?;
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200));
    for text in ["{}", "[]", "null", "true", "\"text\"", "{\"a\": 1e400}", "{\"a\":\"\\ud83d\"}", &deep] {
        is_returned_unchanged(&function, text).await?;
    }
    Ok(())
}

/// A Rust string cannot contain half a surrogate pair, but an attribute in Cognito can. The user still gets the scopes.
#[tokio::test]
async fn half_a_surrogate_pair_in_an_attribute_has_no_effect() -> Result<()> {
    let function = with_scopes().await?;
    let event = event("TokenGeneration_Authentication").to_string().replace("alice", r"\ud83d");
    let invoked = function.invoke(event.clone()).await?;
    assert!(matches!(invoked, Invoked::Returned(_)), "{invoked:?}");
    let (before, after) = event.split_once(r#""response":"#).context("no response")?;
    let response = function.last_response();
    assert!(
        response.starts_with(before) && response.ends_with(after.split_once('}').context("no end")?.1),
        "{response}"
    );
    assert!(response.contains(r#""scopesToAdd":["orders/read","orders/write"]"#), "{response}");
    Ok(())
}

#[tokio::test]
async fn without_app_clients_or_with_a_reserved_or_invalid_scope_it_does_not_start() -> Result<()> {
    for (variables, named) in [
        (vec![], "ALLOWED_CLIENT_IDS is not set"),
        (vec![("ALLOWED_CLIENT_IDS", "")], "ALLOWED_CLIENT_IDS is empty"),
        (vec![LISTED, ("TOKEN_SCOPES", "")], "TOKEN_SCOPES is empty"),
        (vec![LISTED, ("TOKEN_SCOPES", "orders/read,openid")], "TOKEN_SCOPES has a bad entry 2: is reserved"),
        (
            vec![LISTED, ("TOKEN_SCOPES", "aws.cognito.signin.user.admin")],
            "TOKEN_SCOPES has a bad entry 1: is reserved",
        ),
        (vec![LISTED, ("TOKEN_SCOPES", "a b")], "TOKEN_SCOPES has a bad entry 1: is not a scope"),
    ] {
        let message = start(&variables).await.err().context("it started")?.to_string();
        assert!(message.contains("refusing to start") && message.contains(named), "{message}");
    }
    Ok(())
}
