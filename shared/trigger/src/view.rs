//! The events of the three challenge triggers, as typed, read-only views.
//!
//! The structs are those of `aws_lambda_events`. Real events differ from them: Cognito sends `null` for missing values,
//! omits members, and spells two names in two ways. Therefore [`ChallengeEvent::view`] reads member by member. A
//! malformed event then becomes a denial by the trigger's own rules instead of a deserialisation error, whose text
//! Cognito would show to the caller.

use std::collections::HashMap;

use aws_lambda_events::event::cognito::{
    CognitoEventUserPoolsChallengeResult, CognitoEventUserPoolsCreateAuthChallenge,
    CognitoEventUserPoolsDefineAuthChallenge, CognitoEventUserPoolsHeader, CognitoEventUserPoolsVerifyAuthChallenge,
};
use serde_json::value::RawValue;

use crate::event::Event;
use crate::members::{Members, text};
use crate::unicode;

/// The event of Define Auth Challenge.
pub type DefineAuthChallenge = CognitoEventUserPoolsDefineAuthChallenge;
/// The event of Create Auth Challenge.
pub type CreateAuthChallenge = CognitoEventUserPoolsCreateAuthChallenge;
/// The event of Verify Auth Challenge Response.
pub type VerifyAuthChallenge = CognitoEventUserPoolsVerifyAuthChallenge;

/// An event type that one of the three challenge triggers handles.
///
/// No view contains `clientMetadata`, because the caller writes it and Cognito does not check it.
pub trait ChallengeEvent: Sized {
    /// The required prefix of `triggerSource`. The developer guide spells Verify's source in two ways, with and without
    /// `Response`.
    const SOURCE_PREFIX: &'static str;

    /// Reads `event`; `None` if it is not an event of this trigger.
    fn view(event: &Event<'_>) -> Option<Self> {
        if !event.trigger_source()?.starts_with(Self::SOURCE_PREFIX) {
            return None;
        }
        Some(Self::read(event, &event.request()?))
    }

    /// Reads an event of this trigger.
    fn read(event: &Event<'_>, request: &Members<'_>) -> Self;
}

impl ChallengeEvent for DefineAuthChallenge {
    const SOURCE_PREFIX: &'static str = "DefineAuthChallenge";

    fn read(event: &Event<'_>, request: &Members<'_>) -> Self {
        let mut view = Self::default();
        view.cognito_event_user_pools_header = header(event);
        view.request.user_attributes = texts(request.get("userAttributes"));
        view.request.session = session(request);
        view.request.user_not_found = user_not_found(request);
        view
    }
}

impl ChallengeEvent for CreateAuthChallenge {
    const SOURCE_PREFIX: &'static str = "CreateAuthChallenge";

    fn read(event: &Event<'_>, request: &Members<'_>) -> Self {
        let mut view = Self::default();
        view.cognito_event_user_pools_header = header(event);
        view.request.user_attributes = texts(request.get("userAttributes"));
        view.request.challenge_name = request.get("challengeName").and_then(text);
        view.request.session = session(request);
        view.request.user_not_found = user_not_found(request);
        view
    }
}

impl ChallengeEvent for VerifyAuthChallenge {
    const SOURCE_PREFIX: &'static str = "VerifyAuthChallenge";

    fn read(event: &Event<'_>, request: &Members<'_>) -> Self {
        let mut view = Self::default();
        view.cognito_event_user_pools_header = header(event);
        view.request.user_attributes = texts(request.get("userAttributes"));
        view.request.private_challenge_parameters = texts(request.get("privateChallengeParameters"));
        view.request.challenge_answer = request
            .get("challengeAnswer")
            .filter(|answer| !is_null(answer))
            .and_then(|answer| unicode::read(answer.get()));
        view.request.user_not_found = user_not_found(request);
        view
    }
}

fn header<T: Default>(event: &Event<'_>) -> CognitoEventUserPoolsHeader<T> {
    let mut header = CognitoEventUserPoolsHeader::default();
    header.trigger_source = Some(T::default());
    header.region = event.region();
    header.user_pool_id = event.user_pool_id();
    header.user_name = event.user_name();
    header.caller_context.client_id = event.client_id();
    header
}

/// Reads a map of strings. A member that is not a string or occurs twice becomes an empty string, which matches
/// nothing. If it counted as absent, a rule that applies only to present attributes would not restrict the user.
fn texts(map: Option<&RawValue>) -> HashMap<String, String> {
    let Some(members) = map.and_then(Members::read) else {
        return HashMap::new();
    };
    let mut texts = HashMap::new();
    for (name, value) in members.iter().filter(|(_, value)| !is_null(value)) {
        let value = text(value).unwrap_or_default();
        texts.entry(name.to_owned()).and_modify(String::clear).or_insert(value);
    }
    texts
}

/// Reads the challenge history. A missing list is an empty history. Anything else that cannot be read becomes an entry
/// that is not our challenge, because an empty history would get a new challenge.
fn session(request: &Members<'_>) -> Vec<Option<CognitoEventUserPoolsChallengeResult>> {
    let sessions: Vec<_> = request.all("session").filter(|session| !is_null(session)).collect();
    match sessions.as_slice() {
        [] => vec![],
        [session] => match serde_json::from_str::<Vec<&RawValue>>(session.get()) {
            Ok(entries) => entries.into_iter().map(|entry| Some(challenge_result(entry))).collect(),
            Err(_) => vec![None],
        },
        _ => vec![None],
    }
}

fn challenge_result(entry: &RawValue) -> CognitoEventUserPoolsChallengeResult {
    let mut result = CognitoEventUserPoolsChallengeResult::default();
    if let Some(entry) = Members::read(entry) {
        result.challenge_name = entry.get("challengeName").and_then(text);
        result.challenge_result = entry.get("challengeResult").is_some_and(|result| result.get() == "true");
        result.challenge_metadata = entry.get("challengeMetadata").and_then(text);
    }
    result
}

/// The developer guide spells the member in two ways. The user exists only if each of them is absent, `null` or
/// `false`.
fn user_not_found(request: &Members<'_>) -> bool {
    let mut values = ["userNotFound", "UserNotFound"].into_iter().flat_map(|name| request.all(name));
    values.any(|value| !["null", "false"].contains(&value.get()))
}

fn is_null(value: &RawValue) -> bool {
    value.get() == "null"
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::value::to_raw_value;
    use serde_json::{Value, json};

    fn view<E: ChallengeEvent>(event: &Value) -> Option<E> {
        E::view(&Event::read(&to_raw_value(event).unwrap()))
    }

    fn define(request: &Value) -> Option<DefineAuthChallenge> {
        view(&json!({
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
    fn accepts_null_and_missing_members() {
        let empty = json!({"triggerSource": "DefineAuthChallenge_Authentication", "request": {}});
        assert!(view::<DefineAuthChallenge>(&empty).unwrap().request.session.is_empty());
        let nulls = json!({
            "version": null, "triggerSource": "DefineAuthChallenge_Authentication", "region": null, "userPoolId": null,
            "userName": null, "callerContext": null, "response": null,
            "request": {"userAttributes": null, "session": null, "clientMetadata": null, "userNotFound": null},
        });
        assert!(!view::<DefineAuthChallenge>(&nulls).unwrap().request.user_not_found);
    }

    #[test]
    fn a_value_of_another_type_never_counts_in_favour_of_the_caller() {
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
    fn client_metadata_is_never_read() {
        assert!(define(&json!({"clientMetadata": {"k": "v"}})).unwrap().request.client_metadata.is_empty());
    }

    #[test]
    fn accepts_both_spellings_of_verify() {
        for source in ["VerifyAuthChallengeResponse_Authentication", "VerifyAuthChallenge_Authentication"] {
            let event = json!({"triggerSource": source, "request": {}});
            assert!(view::<VerifyAuthChallenge>(&event).is_some(), "{source}");
        }
    }

    #[test]
    fn an_event_of_another_trigger_has_no_view() {
        for other in [
            json!({"triggerSource": "CreateAuthChallenge_Authentication", "request": {}}),
            json!({"triggerSource": null, "request": {}}),
            json!({"triggerSource": "DefineAuthChallenge_Authentication", "request": []}),
            json!({"triggerSource": "DefineAuthChallenge_Authentication"}),
            json!([]),
            json!("DefineAuthChallenge_Authentication"),
        ] {
            assert!(view::<DefineAuthChallenge>(&other).is_none(), "{other}");
        }
    }

    /// `json!` cannot create a repeated member.
    #[test]
    fn a_repeated_member_never_counts_in_favour_of_the_caller() {
        let request = r#""userAttributes": {"a": "x", "b": "y", "a": "z"}, "userNotFound": true, "userNotFound": false,
            "session": [], "session": [{"challengeResult": true}]"#;
        let event = format!(r#"{{"triggerSource": "DefineAuthChallenge_Authentication", "request": {{{request}}}}}"#);
        let view = DefineAuthChallenge::view(&Event::read(&RawValue::from_string(event).unwrap())).unwrap();
        assert_eq!(view.request.user_attributes["a"], "");
        assert_eq!(view.request.user_attributes["b"], "y");
        assert!(view.request.user_not_found);
        assert_eq!(view.request.session, [None]);
        for twice in [r#""request": {}, "request": {}"#, r#""triggerSource": "DefineAuthChallenge_x", "request": {}"#] {
            let event = format!(r#"{{"triggerSource": "DefineAuthChallenge_Authentication", {twice}}}"#);
            assert!(DefineAuthChallenge::view(&Event::read(&RawValue::from_string(event).unwrap())).is_none());
        }
    }

    #[test]
    fn an_answer_of_null_is_a_missing_answer() {
        let event = json!({"triggerSource": "VerifyAuthChallenge_x", "request": {"challengeAnswer": null}});
        assert_eq!(view::<VerifyAuthChallenge>(&event).unwrap().request.challenge_answer, None);
    }

    #[test]
    fn an_unpaired_surrogate_is_read_and_matches_nothing() {
        let event = r#"{"triggerSource": "VerifyAuthChallenge_x", "request": {
            "clientMetadata": {"\ud800": "\ud800"}, "challengeAnswer": "a\ud800",
            "userAttributes": {"email": "\udc00@acme.example"}}}"#;
        let view = VerifyAuthChallenge::view(&Event::read(&RawValue::from_string(event.to_owned()).unwrap())).unwrap();
        assert_eq!(view.request.challenge_answer, Some(json!("a\u{fffd}")));
        assert_eq!(view.request.user_attributes["email"], "\u{fffd}@acme.example");
    }
}
