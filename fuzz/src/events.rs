//! Assertions about the events of all three triggers.

use cognito_trigger::{ChallengeEvent, Event};
use serde::Serialize;
use serde_json::value::to_raw_value;
use serde_json::{Map, Value, json};

/// Reads the event as the trigger does, and compares the view with the event.
pub fn view<E: ChallengeEvent + Serialize>(event: &Value) -> Option<E> {
    let source = event["triggerSource"].as_str();
    let ours = source.is_some_and(|source| source.starts_with(E::SOURCE_PREFIX)) && event["request"].is_object();
    let view = E::view(&Event::read(&to_raw_value(event).unwrap()));
    assert_eq!(view.is_some(), ours, "an event is read if and only if it is this trigger's");
    if let Some(view) = &view {
        agree(event, &serde_json::to_value(view).unwrap(), E::SOURCE_PREFIX);
    }
    view
}

/// The event with the response, as the run loop returns it.
pub fn answered(event: &Value, answer: &impl Serialize) -> Value {
    let answered = Event::read(&to_raw_value(event).unwrap()).with_response(answer).unwrap();
    serde_json::from_str(answered.get()).unwrap()
}

fn agree(event: &Value, view: &Value, prefix: &str) {
    assert!(view["triggerSource"].as_str().unwrap().starts_with(prefix));
    for name in ["region", "userPoolId", "userName"] {
        assert_eq!(view[name].as_str(), event[name].as_str(), "{name}");
    }
    assert_eq!(view["callerContext"]["clientId"].as_str(), event["callerContext"]["clientId"].as_str());
    let (seen, sent) = (&view["request"], &event["request"]);
    assert_eq!(seen["clientMetadata"], json!({}), "a trigger never sees what the caller writes");
    for name in ["userAttributes", "privateChallengeParameters"] {
        if let Some(seen) = seen[name].as_object() {
            strings_agree(seen, sent[name].as_object());
        }
    }
    if let Some(seen) = seen.get("challengeAnswer") {
        assert_eq!(*seen, sent["challengeAnswer"]);
    }
    if let Some(seen) = seen["session"].as_array() {
        session_agrees(seen, &sent["session"]);
    }
    assert_eq!(seen["userNotFound"], !user_exists(event));
}

fn strings_agree(seen: &Map<String, Value>, sent: Option<&Map<String, Value>>) {
    assert_eq!(seen.len(), sent.map_or(0, |sent| sent.values().filter(|value| !value.is_null()).count()));
    for (name, value) in seen {
        let sent = &sent.unwrap()[name];
        assert!(value == sent || !sent.is_string() && value == "", "{name}");
    }
}

fn session_agrees(seen: &[Value], sent: &Value) {
    match sent {
        Value::Null => assert!(seen.is_empty()),
        Value::Array(sent) => {
            assert_eq!(seen.len(), sent.len());
            for (seen, sent) in seen.iter().zip(sent) {
                assert_eq!(seen["challengeName"].as_str(), sent["challengeName"].as_str());
                assert_eq!(seen["challengeMetadata"].as_str(), sent["challengeMetadata"].as_str());
                assert_eq!(seen["challengeResult"] == true, sent["challengeResult"] == true);
            }
        }
        _ => assert_eq!(seen, [Value::Null]),
    }
}

/// Whether the event says that the user exists.
pub fn user_exists(event: &Value) -> bool {
    ["userNotFound", "UserNotFound"]
        .iter()
        .all(|name| matches!(event["request"][name], Value::Null | Value::Bool(false)))
}

/// Asserts that the event is unchanged except for these members of `response`; returns them.
pub fn assert_unchanged_except(before: &Value, after: &Value, answered: &[&str]) -> Value {
    let without = |event: &Value| {
        let mut event = event.as_object().unwrap().clone();
        let mut response = match event.remove("response") {
            Some(Value::Object(response)) => response,
            _ => Map::new(),
        };
        let answer: Map<_, _> =
            answered.iter().filter_map(|name| Some(((*name).to_owned(), response.remove(*name)?))).collect();
        (event, response, answer)
    };
    let (event_before, response_before, _) = without(before);
    let (event_after, response_after, answer) = without(after);
    assert_eq!(event_before, event_after);
    assert_eq!(response_before, response_after);
    assert_eq!(answer.len(), answered.len());
    Value::Object(answer)
}
