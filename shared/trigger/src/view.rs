//! A typed, read-only view of a trigger's event.
//!
//! The structs are those of `aws_lambda_events`. Real events deviate from them: Cognito sends `null`
//! where it has nothing, leaves members out, and spells two names in two ways. [`TriggerEvent::view`]
//! fills these gaps in a copy, so that an odd event becomes a denial by the trigger's own rules
//! instead of a deserialisation error, whose text Cognito would show to the caller.

use aws_lambda_events::event::cognito::{
    CognitoEventUserPoolsCreateAuthChallenge, CognitoEventUserPoolsDefineAuthChallenge,
    CognitoEventUserPoolsVerifyAuthChallenge,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// The event of Define Auth Challenge.
pub type DefineAuthChallenge = CognitoEventUserPoolsDefineAuthChallenge;
/// The event of Create Auth Challenge.
pub type CreateAuthChallenge = CognitoEventUserPoolsCreateAuthChallenge;
/// The event of Verify Auth Challenge Response.
pub type VerifyAuthChallenge = CognitoEventUserPoolsVerifyAuthChallenge;

/// An event type that one of the three triggers handles.
pub trait TriggerEvent: DeserializeOwned {
    /// `triggerSource` as the event type knows it.
    const SOURCE: &'static str;

    /// What `triggerSource` must start with. The developer guide spells Verify's source in two ways,
    /// with and without `Response`.
    const SOURCE_PREFIX: &'static str;

    /// Reads `event`, or returns `None` if it is not this trigger's event at all.
    fn view(event: &Value) -> Option<Self> {
        let event = event.as_object()?;
        if !event.get("triggerSource")?.as_str()?.starts_with(Self::SOURCE_PREFIX) {
            return None;
        }
        let request = event.get("request")?.as_object()?;
        let text = |name: &str| event.get(name).filter(|value| value.is_string()).cloned();
        serde_json::from_value(json!({
            "triggerSource": Self::SOURCE,
            "region": text("region"),
            "userPoolId": text("userPoolId"),
            "userName": text("userName"),
            "callerContext": {
                "clientId": event.get("callerContext").and_then(|context| context.get("clientId")?.as_str()),
            },
            "request": request_view(request),
            "response": {},
        }))
        .ok()
    }
}

impl TriggerEvent for DefineAuthChallenge {
    const SOURCE: &'static str = "DefineAuthChallenge_Authentication";
    const SOURCE_PREFIX: &'static str = "DefineAuthChallenge";
}

impl TriggerEvent for CreateAuthChallenge {
    const SOURCE: &'static str = "CreateAuthChallenge_Authentication";
    const SOURCE_PREFIX: &'static str = "CreateAuthChallenge";
}

impl TriggerEvent for VerifyAuthChallenge {
    const SOURCE: &'static str = "VerifyAuthChallengeResponse_Authentication";
    const SOURCE_PREFIX: &'static str = "VerifyAuthChallenge";
}

/// `clientMetadata` is left out on purpose: the caller writes it and Cognito does not check it, so no
/// trigger gets to see it.
fn request_view(request: &Map<String, Value>) -> Value {
    json!({
        "userAttributes": strings(request.get("userAttributes")),
        "privateChallengeParameters": strings(request.get("privateChallengeParameters")),
        "challengeName": request.get("challengeName").and_then(Value::as_str),
        "challengeAnswer": request.get("challengeAnswer"),
        "session": session(request.get("session")),
        "userNotFound": user_not_found(request),
    })
}

/// A member that is not a string becomes an empty one, which fits nothing: as an absent member it would be "no
/// restriction" to a rule that only applies where an attribute is set.
fn strings(map: Option<&Value>) -> Map<String, Value> {
    let members = map.and_then(Value::as_object).into_iter().flatten().filter(|(_, value)| !value.is_null());
    let text = |value: &Value| Value::from(value.as_str().unwrap_or_default());
    members.map(|(name, value)| (name.clone(), text(value))).collect()
}

/// A missing list is an empty history. Anything else that cannot be read becomes an entry that is
/// nobody's challenge, because "nothing happened yet" would be the friendlier reading.
fn session(session: Option<&Value>) -> Value {
    match session {
        None | Some(Value::Null) => json!([]),
        Some(Value::Array(entries)) => entries
            .iter()
            .map(|entry| {
                json!({
                    "challengeName": entry.get("challengeName").and_then(Value::as_str),
                    "challengeResult": entry.get("challengeResult") == Some(&Value::Bool(true)),
                    "challengeMetadata": entry.get("challengeMetadata").and_then(Value::as_str),
                })
            })
            .collect(),
        Some(_) => json!([null]),
    }
}

/// The guide spells the member in two ways. Only "absent", `null` and `false` mean that the user exists.
fn user_not_found(request: &Map<String, Value>) -> bool {
    ["userNotFound", "UserNotFound"]
        .iter()
        .filter_map(|name| request.get(*name))
        .any(|value| !matches!(value, Value::Null | Value::Bool(false)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn define(request: &Value) -> Option<DefineAuthChallenge> {
        DefineAuthChallenge::view(&json!({
            "version": "1", "triggerSource": "DefineAuthChallenge_Authentication", "region": "eu-west-1",
            "userPoolId": "eu-west-1_EXAMPLE", "userName": "u", "callerContext": {"clientId": "c"},
            "request": request, "response": {"challengeName": null, "issueTokens": null, "failAuthentication": null},
        }))
    }

    #[test]
    fn reads_the_documented_event() {
        let event = define(&json!({
            "userAttributes": {"sub": "s"},
            "session": [{"challengeName": "CUSTOM_CHALLENGE", "challengeResult": true, "challengeMetadata": "M"}],
            "userNotFound": false,
        }))
        .unwrap();
        assert_eq!(event.cognito_event_user_pools_header.caller_context.client_id.as_deref(), Some("c"));
        let entry = event.request.session[0].as_ref().unwrap();
        assert_eq!((entry.challenge_name.as_deref(), entry.challenge_result), (Some("CUSTOM_CHALLENGE"), true));
        assert_eq!(entry.challenge_metadata.as_deref(), Some("M"));
    }

    #[test]
    fn accepts_nulls_and_missing_members() {
        let empty = json!({"triggerSource": "DefineAuthChallenge_Authentication", "request": {}});
        assert!(DefineAuthChallenge::view(&empty).unwrap().request.session.is_empty());
        let nulls = json!({
            "version": null, "triggerSource": "DefineAuthChallenge_Authentication", "region": null, "userPoolId": null,
            "userName": null, "callerContext": null, "response": null,
            "request": {"userAttributes": null, "session": null, "clientMetadata": null, "userNotFound": null},
        });
        assert!(!DefineAuthChallenge::view(&nulls).unwrap().request.user_not_found);
    }

    #[test]
    fn tolerates_other_types_everywhere_but_never_reads_them_as_the_friendlier_value() {
        let event = define(&json!({
            "userAttributes": {"sub": 5, "email": "e", "custom:x": null},
            "session": [null, 7, {"challengeName": 1, "challengeResult": "true", "challengeMetadata": {}}],
            "userNotFound": "false",
        }))
        .unwrap();
        let attribute = |name: &str| event.request.user_attributes.get(name).map(String::as_str);
        assert_eq!((attribute("sub"), attribute("email"), attribute("custom:x")), (Some(""), Some("e"), None));
        assert_eq!(event.request.session.len(), 3);
        assert!(event.request.session.iter().flatten().all(|entry| !entry.challenge_result));
        assert!(event.request.user_not_found);
        assert_eq!(define(&json!({"session": "none"})).unwrap().request.session, [None]);
    }

    #[test]
    fn reads_both_spellings_of_user_not_found() {
        assert!(define(&json!({"userNotFound": true})).unwrap().request.user_not_found);
        assert!(define(&json!({"UserNotFound": true})).unwrap().request.user_not_found);
    }

    #[test]
    fn hides_client_metadata() {
        assert!(define(&json!({"clientMetadata": {"k": "v"}})).unwrap().request.client_metadata.is_empty());
    }

    #[test]
    fn accepts_both_spellings_of_verify() {
        for source in ["VerifyAuthChallengeResponse_Authentication", "VerifyAuthChallenge_Authentication"] {
            assert!(VerifyAuthChallenge::view(&json!({"triggerSource": source, "request": {}})).is_some(), "{source}");
        }
    }

    #[test]
    fn is_none_for_another_triggers_event() {
        for other in [
            json!({"triggerSource": "CreateAuthChallenge_Authentication", "request": {}}),
            json!({"triggerSource": null, "request": {}}),
            json!({"triggerSource": "DefineAuthChallenge_Authentication", "request": []}),
            json!({"triggerSource": "DefineAuthChallenge_Authentication"}),
            json!([]),
            json!("DefineAuthChallenge_Authentication"),
        ] {
            assert!(DefineAuthChallenge::view(&other).is_none(), "{other}");
        }
    }
}
