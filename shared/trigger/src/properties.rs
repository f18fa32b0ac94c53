//! Properties of all events, even malformed ones: the view contains only what the event says, and the event is returned
//! complete.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde::Serialize;
use serde_json::value::to_raw_value;
use serde_json::{Map, Value, json};

use crate::event::Event;
use crate::view::{ChallengeEvent, CreateAuthChallenge, DefineAuthChallenge, VerifyAuthChallenge};

/// Small JSON values of any shape.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        select(vec!["", "s", "true", "CUSTOM_CHALLENGE", "SALESFORCE_TOKEN"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        let names = select(vec!["sub", "email", "nonce", "challengeName", "challengeResult", "challengeMetadata"]);
        prop_oneof![vec(inner.clone(), 0..3).prop_map(Value::from), object(names, inner).prop_map(Value::Object)]
    })
}

fn object(
    names: impl Strategy<Value = &'static str>,
    values: impl Strategy<Value = Value>,
) -> impl Strategy<Value = Map<String, Value>> {
    btree_map(names.prop_map(ToOwned::to_owned), values, 0..8).prop_map(|members| members.into_iter().collect())
}

/// An event with Cognito's member names and any values.
fn event() -> impl Strategy<Value = Value> {
    let sources = select(vec![
        "DefineAuthChallenge_Authentication",
        "CreateAuthChallenge_Authentication",
        "VerifyAuthChallengeResponse_Authentication",
        "VerifyAuthChallenge_Authentication",
        "PreSignUp_SignUp",
    ]);
    let names = select(vec!["version", "region", "userPoolId", "userName", "callerContext", "response", "new"]);
    let in_request = select(vec![
        "userAttributes",
        "privateChallengeParameters",
        "challengeAnswer",
        "session",
        "userNotFound",
        "UserNotFound",
        "clientMetadata",
    ]);
    (object(names, value()), option::weighted(0.95, sources), option::weighted(0.95, object(in_request, value())))
        .prop_map(|(mut event, source, request)| {
            event.insert("triggerSource".to_owned(), json!(source));
            event.insert("request".to_owned(), json!(request));
            Value::Object(event)
        })
}

fn read_view<E: ChallengeEvent>(event: &Value) -> Option<E> {
    E::view(&Event::read(&to_raw_value(event).unwrap()))
}

/// The event with the response in it.
fn with_response(event: &Value, response: &Value) -> Option<Value> {
    let returned = Event::read(&to_raw_value(event).unwrap()).with_response(response)?;
    Some(serde_json::from_str(returned.get()).unwrap())
}

/// The view of the event as JSON.
fn view<E: ChallengeEvent + Serialize>(event: &Value) -> Option<Value> {
    read_view::<E>(event).map(|view| serde_json::to_value(view).unwrap())
}

fn views(event: &Value) -> [(&'static str, Option<Value>); 3] {
    [
        ("DefineAuthChallenge", view::<DefineAuthChallenge>(event)),
        ("CreateAuthChallenge", view::<CreateAuthChallenge>(event)),
        ("VerifyAuthChallenge", view::<VerifyAuthChallenge>(event)),
    ]
}

proptest! {
    #[test]
    fn an_event_is_read_only_by_its_own_trigger(event in event()) {
        for (prefix, view) in views(&event) {
            let own = event["triggerSource"].as_str().is_some_and(|source| source.starts_with(prefix));
            prop_assert_eq!(view.is_some(), own && event["request"].is_object(), "{}", prefix);
        }
    }

    #[test]
    fn no_view_holds_client_metadata(event in event()) {
        for view in views(&event).into_iter().filter_map(|(_, view)| view) {
            prop_assert_eq!(&view["request"]["clientMetadata"], &json!({}));
        }
    }

    #[test]
    fn a_string_in_the_view_is_the_string_in_the_event(event in event()) {
        for view in views(&event).into_iter().filter_map(|(_, view)| view) {
            for name in ["region", "userPoolId", "userName"] {
                prop_assert_eq!(view[name].as_str(), event[name].as_str(), "{}", name);
            }
            let client = |event: &Value| event["callerContext"]["clientId"].as_str().map(ToOwned::to_owned);
            prop_assert_eq!(client(&view), client(&event));
        }
    }

    #[test]
    fn an_attribute_that_is_not_a_string_is_empty_and_none_is_added(event in event()) {
        for view in views(&event).into_iter().filter_map(|(_, view)| view) {
            let sent = event["request"]["userAttributes"].as_object().cloned().unwrap_or_default();
            let expected: Map<_, _> = sent
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name, Value::from(value.as_str().unwrap_or_default())))
                .collect();
            prop_assert_eq!(&view["request"]["userAttributes"], &Value::Object(expected));
        }
    }

    #[test]
    fn a_challenge_counts_as_solved_only_if_the_event_says_true(event in event()) {
        for view in [view::<DefineAuthChallenge>(&event), view::<CreateAuthChallenge>(&event)].into_iter().flatten() {
            let sent = &event["request"]["session"];
            for (at, entry) in view["request"]["session"].as_array().unwrap().iter().enumerate() {
                prop_assert_eq!(entry["challengeResult"] == true, sent[at]["challengeResult"] == true);
                prop_assert_eq!(entry["challengeName"].as_str(), sent[at]["challengeName"].as_str());
                prop_assert_eq!(entry["challengeMetadata"].as_str(), sent[at]["challengeMetadata"].as_str());
            }
        }
    }

    #[test]
    fn a_history_is_empty_only_if_the_event_has_none(event in event()) {
        if let Some(view) = view::<DefineAuthChallenge>(&event) {
            let sent = &event["request"]["session"];
            let none = sent.is_null() || *sent == json!([]);
            prop_assert_eq!(view["request"]["session"] == json!([]), none);
        }
    }

    #[test]
    fn the_answer_is_what_the_caller_sent(event in event()) {
        if let Some(view) = read_view::<VerifyAuthChallenge>(&event) {
            let sent = event["request"].get("challengeAnswer").filter(|answer| !answer.is_null());
            prop_assert_eq!(view.request.challenge_answer.as_ref(), sent);
        }
    }

    #[test]
    fn an_event_is_returned_unchanged_except_for_the_response(event in event(), correct in any::<bool>()) {
        let returned = with_response(&event, &json!({"answerCorrect": correct})).unwrap();
        prop_assert_eq!(&returned["response"]["answerCorrect"], &json!(correct));
        let without = |mut event: Value| {
            let response = event.as_object_mut().and_then(|event| event.remove("response"));
            let mut response = response.and_then(|response| response.as_object().cloned()).unwrap_or_default();
            response.remove("answerCorrect");
            (event, response)
        };
        prop_assert_eq!(without(returned), without(event));
    }

    #[test]
    fn reading_and_answering_an_event_never_panic(text in "\\PC{0,48}") {
        let event = serde_json::from_str(&text).unwrap_or(Value::String(text));
        let _ = (views(&event), with_response(&event, &json!({})));
    }
}
