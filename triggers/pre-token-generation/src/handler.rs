//! Whose tokens get the claim and the scopes: those of the app clients of this flow, after a sign-in through the API
//! or a refresh. Everybody else's are left alone.

use std::panic::{AssertUnwindSafe, catch_unwind};

use cognito_trigger::{Event, Invocation};

use crate::answer::Answer;
use crate::config::Config;

/// The occasions on which a client that allows `CUSTOM_AUTH` alone gets tokens.
///
/// Cognito does not say by which flow a user has signed in: an app client that allows passwords as well sends the same
/// events. Managed login, a new password and a remembered device have sources of their own, and are not ours.
const OUR_SOURCES: [&str; 2] = ["TokenGeneration_Authentication", "TokenGeneration_RefreshTokens"];

/// The versions of the event whose answer can add to an access token; the guide calls the two identical for people.
const VERSIONS: [&str; 2] = ["2", "3"];

/// Answers one invocation; `None` leaves the tokens as they are.
pub fn handle<'a>(config: &'a Config, invocation: &Invocation<'_, Event<'_>>) -> Option<Answer<'a>> {
    let Invocation { event, request_id, .. } = *invocation;
    or_unchanged(request_id, || answer(config, event, request_id))
}

/// A panic leaves the tokens as they are too: an error would end the sign-ins of all users of the pool.
fn or_unchanged<A>(request_id: &str, answer: impl FnOnce() -> Option<A>) -> Option<A> {
    catch_unwind(AssertUnwindSafe(answer)).unwrap_or_else(|_| {
        tracing::error!(request_id, "ended by a panic: the event goes back as it came");
        None
    })
}

fn answer<'a>(config: &'a Config, event: &Event<'_>, request_id: &str) -> Option<Answer<'a>> {
    let client_id = event.client_id()?;
    let source = event.trigger_source()?;
    if !config.client_ids.contains(&client_id) || !OUR_SOURCES.contains(&source.as_str()) {
        return None;
    }
    // Not an error, which would end a sign-in that Verify has allowed: without the scopes, the API says no by itself.
    if !event.version().is_some_and(|version| VERSIONS.contains(&version)) {
        tracing::error!(request_id, step = "unchanged", reason = "event-version");
        return None;
    }
    Some(Answer::new(&config.scopes, event.group_configuration()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::value::to_raw_value;
    use serde_json::{Value, json};

    const CLIENT: &str = "1example23456789";

    fn config() -> Config {
        let scopes = ["orders/read", "orders/write"].map(ToOwned::to_owned);
        Config { client_ids: vec!["other".to_owned(), CLIENT.to_owned()], scopes: scopes.into() }
    }

    /// The event of a sign-in, with one member changed.
    fn event(name: &str, value: &Value) -> Value {
        let mut event = json!({
            "version": "2", "triggerSource": "TokenGeneration_Authentication", "callerContext": {"clientId": CLIENT},
            "request": {"userAttributes": {"sub": "s"}, "groupConfiguration": {"groupsToOverride": ["staff"]}},
            "response": {"claimsAndScopeOverrideDetails": null},
        });
        event[name] = value.clone();
        event
    }

    /// `claimsAndScopeOverrideDetails` of the answer; `None` where the event goes back as it came.
    fn added(config: &Config, event: &Value) -> Option<Value> {
        let event = to_raw_value(event).unwrap();
        let event = Event::read(&event);
        let answer = handle(config, &Invocation { event: &event, request_id: "r", time_left: None })?;
        let returned = event.with_response(&answer).unwrap();
        let mut returned: Value = serde_json::from_str(returned.get()).unwrap();
        Some(returned["response"]["claimsAndScopeOverrideDetails"].take())
    }

    #[test]
    fn a_sign_in_and_a_refresh_get_the_claim_in_both_tokens_and_the_scopes_in_one() {
        for source in ["TokenGeneration_Authentication", "TokenGeneration_RefreshTokens"] {
            let details = json!({
                "idTokenGeneration": {"claimsToAddOrOverride": {"sign_in_method": "salesforce"}},
                "accessTokenGeneration": {
                    "claimsToAddOrOverride": {"sign_in_method": "salesforce"},
                    "scopesToAdd": ["orders/read", "orders/write"],
                },
                "groupOverrideDetails": {"groupsToOverride": ["staff"]},
            });
            assert_eq!(added(&config(), &event("triggerSource", &json!(source))), Some(details), "{source}");
        }
    }

    #[test]
    fn without_scopes_the_claim_is_added_alone() {
        let config = Config { scopes: vec![], ..config() };
        let details = added(&config, &event("version", &json!("2"))).unwrap();
        assert_eq!(details["accessTokenGeneration"]["scopesToAdd"], json!([]));
        assert_eq!(details["accessTokenGeneration"]["claimsToAddOrOverride"]["sign_in_method"], "salesforce");
    }

    #[test]
    fn tokens_of_another_client_are_left_alone() {
        for client in [json!("2example"), json!("1EXAMPLE23456789"), json!(""), json!(null), json!([CLIENT])] {
            assert_eq!(added(&config(), &event("callerContext", &json!({"clientId": client}))), None, "{client}");
        }
        assert_eq!(added(&config(), &event("callerContext", &json!(CLIENT))), None);
    }

    #[test]
    fn tokens_after_anything_but_an_api_sign_in_or_a_refresh_are_left_alone() {
        for source in [
            "TokenGeneration_HostedAuth",
            "TokenGeneration_NewPasswordChallenge",
            "TokenGeneration_AuthenticateDevice",
            "TokenGeneration_ClientCredentials",
            "TokenGeneration_Novelty",
            "TokenGeneration_",
            "tokengeneration_authentication",
            "DefineAuthChallenge_Authentication",
            "",
        ] {
            assert_eq!(added(&config(), &event("triggerSource", &json!(source))), None, "{source}");
        }
    }

    #[test]
    fn an_event_that_cannot_add_scopes_is_left_alone() {
        for version in [json!("1"), json!(1), json!("4"), json!(""), json!(null), json!("22"), json!(["2"])] {
            assert_eq!(added(&config(), &event("version", &version)), None, "{version}");
        }
    }

    #[test]
    fn version_three_is_answered_like_version_two() {
        let answer = |version| added(&config(), &event("version", &version));
        assert!(answer(json!("2")).is_some());
        assert_eq!(answer(json!("3")), answer(json!("2")));
        assert_eq!(answer(json!(2)), answer(json!("2")));
    }

    #[test]
    fn no_groups_are_written_where_the_event_has_none() {
        for request in [json!({}), json!({"groupConfiguration": null}), json!(null)] {
            let details = added(&config(), &event("request", &request)).unwrap();
            assert_eq!(details.get("groupOverrideDetails"), None, "{request}");
        }
    }

    #[test]
    fn a_panic_leaves_the_tokens_as_they_are() {
        assert_eq!(or_unchanged("r", || -> Option<()> { panic!("canary") }), None);
    }
}
