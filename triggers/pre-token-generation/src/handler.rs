//! Adds the claim and the scopes to the tokens of this flow's app clients, at a sign-in through the API and at a
//! refresh. All other tokens stay unchanged.

use std::panic::{AssertUnwindSafe, catch_unwind};

use cognito_trigger::{Event, Invocation};

use crate::config::Config;
use crate::response::Response;

/// The trigger sources for a client that allows only `CUSTOM_AUTH`.
///
/// Cognito does not tell the trigger by which flow the user signed in. An app client that also allows passwords sends
/// the same events. Managed login, a new password and a remembered device have other sources and are ignored.
const OUR_SOURCES: [&str; 2] = ["TokenGeneration_Authentication", "TokenGeneration_RefreshTokens"];

/// The event versions in which a response can add scopes to an access token. According to the developer guide, the two
/// are identical for users.
const VERSIONS: [&str; 2] = ["2", "3"];

/// Handles one invocation; `None` leaves the tokens unchanged.
pub fn handle<'a>(config: &'a Config, invocation: &Invocation<'_, Event<'_>>) -> Option<Response<'a>> {
    let Invocation { event, request_id, .. } = *invocation;
    or_unchanged(request_id, || response(config, event, request_id))
}

/// A panic leaves the tokens unchanged, too. An error would end the sign-ins of all users of the pool.
fn or_unchanged<R>(request_id: &str, response: impl FnOnce() -> Option<R>) -> Option<R> {
    catch_unwind(AssertUnwindSafe(response)).unwrap_or_else(|_| {
        tracing::error!(request_id, "ended by a panic: the event is returned unchanged");
        None
    })
}

fn response<'a>(config: &'a Config, event: &Event<'_>, request_id: &str) -> Option<Response<'a>> {
    let client_id = event.client_id()?;
    let source = event.trigger_source()?;
    if !config.client_ids.contains(&client_id) || !OUR_SOURCES.contains(&source.as_str()) {
        return None;
    }
    // Not an error, because an error would end a sign-in that Verify has allowed. Without the scopes, the API denies
    // the request itself.
    if !event.version().is_some_and(|version| VERSIONS.contains(&version)) {
        tracing::error!(request_id, step = "unchanged", reason = "event-version");
        return None;
    }
    Some(Response::new(&config.scopes, event.group_configuration()))
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

    /// `claimsAndScopeOverrideDetails` of the response; `None` if the event is returned unchanged.
    fn added(config: &Config, event: &Value) -> Option<Value> {
        let event = to_raw_value(event).unwrap();
        let event = Event::read(&event);
        let response = handle(config, &Invocation { event: &event, request_id: "r", time_left: None })?;
        let returned = event.with_response(&response).unwrap();
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
    fn without_scopes_only_the_claim_is_added() {
        let config = Config { scopes: vec![], ..config() };
        let details = added(&config, &event("version", &json!("2"))).unwrap();
        assert_eq!(details["accessTokenGeneration"]["scopesToAdd"], json!([]));
        assert_eq!(details["accessTokenGeneration"]["claimsToAddOrOverride"]["sign_in_method"], "salesforce");
    }

    #[test]
    fn tokens_of_another_client_stay_unchanged() {
        for client in [json!("2example"), json!("1EXAMPLE23456789"), json!(""), json!(null), json!([CLIENT])] {
            assert_eq!(added(&config(), &event("callerContext", &json!({"clientId": client}))), None, "{client}");
        }
        assert_eq!(added(&config(), &event("callerContext", &json!(CLIENT))), None);
    }

    #[test]
    fn tokens_after_any_other_operation_stay_unchanged() {
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
    fn an_event_of_another_version_stays_unchanged() {
        for version in [json!("1"), json!(1), json!("4"), json!(""), json!(null), json!("22"), json!(["2"])] {
            assert_eq!(added(&config(), &event("version", &version)), None, "{version}");
        }
    }

    #[test]
    fn version_three_gets_the_same_response_as_version_two() {
        let answer = |version| added(&config(), &event("version", &version));
        assert!(answer(json!("2")).is_some());
        assert_eq!(answer(json!("3")), answer(json!("2")));
        assert_eq!(answer(json!(2)), answer(json!("2")));
    }

    #[test]
    fn without_groups_in_the_event_no_groups_are_written() {
        for request in [json!({}), json!({"groupConfiguration": null}), json!(null)] {
            let details = added(&config(), &event("request", &request)).unwrap();
            assert_eq!(details.get("groupOverrideDetails"), None, "{request}");
        }
    }

    #[test]
    fn a_panic_leaves_the_tokens_unchanged() {
        assert_eq!(or_unchanged("r", || -> Option<()> { panic!("canary") }), None);
    }
}
