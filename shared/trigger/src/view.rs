//! A typed, read-only view of a trigger's event.
//!
//! The structs are those of `aws_lambda_events`. Real events deviate from them: Cognito sends `null`
//! where it has nothing, leaves members out, and spells two names in two ways. [`TriggerEvent::view`]
//! therefore reads member by member, so that an odd event becomes a denial by the trigger's own rules
//! instead of a deserialisation error, whose text Cognito would show to the caller.

use std::collections::HashMap;

use aws_lambda_events::event::cognito::{
    CognitoEventUserPoolsChallengeResult, CognitoEventUserPoolsCreateAuthChallenge,
    CognitoEventUserPoolsDefineAuthChallenge, CognitoEventUserPoolsHeader, CognitoEventUserPoolsVerifyAuthChallenge,
};
use serde_json::{Map, Value};

/// The event of Define Auth Challenge.
pub type DefineAuthChallenge = CognitoEventUserPoolsDefineAuthChallenge;
/// The event of Create Auth Challenge.
pub type CreateAuthChallenge = CognitoEventUserPoolsCreateAuthChallenge;
/// The event of Verify Auth Challenge Response.
pub type VerifyAuthChallenge = CognitoEventUserPoolsVerifyAuthChallenge;

/// An event type that one of the three triggers handles.
///
/// No view has `clientMetadata`: the caller writes it and Cognito does not check it, so no trigger gets to see it.
pub trait TriggerEvent: Sized {
    /// What `triggerSource` must start with. The developer guide spells Verify's source in two ways,
    /// with and without `Response`.
    const SOURCE_PREFIX: &'static str;

    /// Reads `event`, or returns `None` if it is not this trigger's event at all.
    fn view(event: &Value) -> Option<Self> {
        let event = event.as_object()?;
        if !event.get("triggerSource")?.as_str()?.starts_with(Self::SOURCE_PREFIX) {
            return None;
        }
        Some(Self::read(event, event.get("request")?.as_object()?))
    }

    /// Reads an event that is this trigger's.
    fn read(event: &Map<String, Value>, request: &Map<String, Value>) -> Self;
}

impl TriggerEvent for DefineAuthChallenge {
    const SOURCE_PREFIX: &'static str = "DefineAuthChallenge";

    fn read(event: &Map<String, Value>, request: &Map<String, Value>) -> Self {
        let mut view = Self::default();
        view.cognito_event_user_pools_header = header(event);
        view.request.user_attributes = texts(request.get("userAttributes"));
        view.request.session = session(request.get("session"));
        view.request.user_not_found = user_not_found(request);
        view
    }
}

impl TriggerEvent for CreateAuthChallenge {
    const SOURCE_PREFIX: &'static str = "CreateAuthChallenge";

    fn read(event: &Map<String, Value>, request: &Map<String, Value>) -> Self {
        let mut view = Self::default();
        view.cognito_event_user_pools_header = header(event);
        view.request.user_attributes = texts(request.get("userAttributes"));
        view.request.challenge_name = text(request.get("challengeName"));
        view.request.session = session(request.get("session"));
        view.request.user_not_found = user_not_found(request);
        view
    }
}

impl TriggerEvent for VerifyAuthChallenge {
    const SOURCE_PREFIX: &'static str = "VerifyAuthChallenge";

    fn read(event: &Map<String, Value>, request: &Map<String, Value>) -> Self {
        let mut view = Self::default();
        view.cognito_event_user_pools_header = header(event);
        view.request.user_attributes = texts(request.get("userAttributes"));
        view.request.private_challenge_parameters = texts(request.get("privateChallengeParameters"));
        view.request.challenge_answer = request.get("challengeAnswer").filter(|answer| !answer.is_null()).cloned();
        view.request.user_not_found = user_not_found(request);
        view
    }
}

fn header<T: Default>(event: &Map<String, Value>) -> CognitoEventUserPoolsHeader<T> {
    let mut header = CognitoEventUserPoolsHeader::default();
    header.trigger_source = Some(T::default());
    header.region = text(event.get("region"));
    header.user_pool_id = text(event.get("userPoolId"));
    header.user_name = text(event.get("userName"));
    header.caller_context.client_id = text(event.get("callerContext").and_then(|context| context.get("clientId")));
    header
}

fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(ToOwned::to_owned)
}

/// A member that is not a string becomes an empty one, which fits nothing: as an absent member it would be "no
/// restriction" to a rule that only applies where an attribute is set.
fn texts(map: Option<&Value>) -> HashMap<String, String> {
    let members = map.and_then(Value::as_object).into_iter().flatten().filter(|(_, value)| !value.is_null());
    members.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

/// A missing list is an empty history. Anything else that cannot be read becomes an entry that is
/// nobody's challenge, because "nothing happened yet" would be the friendlier reading.
fn session(session: Option<&Value>) -> Vec<Option<CognitoEventUserPoolsChallengeResult>> {
    match session {
        None | Some(Value::Null) => vec![],
        Some(Value::Array(entries)) => entries.iter().map(|entry| Some(challenge_result(entry))).collect(),
        Some(_) => vec![None],
    }
}

fn challenge_result(entry: &Value) -> CognitoEventUserPoolsChallengeResult {
    let mut result = CognitoEventUserPoolsChallengeResult::default();
    result.challenge_name = text(entry.get("challengeName"));
    result.challenge_result = entry.get("challengeResult") == Some(&Value::Bool(true));
    result.challenge_metadata = text(entry.get("challengeMetadata"));
    result
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
    use serde_json::json;

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
