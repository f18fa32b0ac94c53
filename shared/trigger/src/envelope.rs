//! Puts a trigger's answer into the event that came in.

use serde::Serialize;
use serde_json::{Map, Value};

/// Writes the members of `answer` into `event.response` and nothing else.
///
/// Cognito goes on with what is returned, so the event goes back whole: members of the event that
/// this suite does not know, and members of `response` that the answer does not name, stay as they were.
/// `None` if the answer is not a JSON object or the event cannot hold one.
pub(crate) fn answer(mut event: Value, answer: &impl Serialize) -> Option<Value> {
    let Ok(Value::Object(members)) = serde_json::to_value(answer) else {
        return None;
    };
    let response = event.as_object_mut()?.entry("response").or_insert(Value::Null);
    if !response.is_object() {
        *response = Value::Object(Map::new());
    }
    response.as_object_mut()?.extend(members);
    Some(event)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changes_only_the_answers_members_of_the_response() {
        let event = json!({
            "version": "9", "added by AWS": [1], "request": {"userNotFound": null, "new": {}},
            "response": {"answerCorrect": true, "unknown": 5},
        });
        let mut expected = event.clone();
        expected["response"]["answerCorrect"] = json!(false);
        assert_eq!(answer(event, &json!({"answerCorrect": false})), Some(expected));
    }

    #[test]
    fn makes_a_response_where_the_event_has_none() {
        for event in [json!({}), json!({"response": null}), json!({"response": "x"})] {
            assert_eq!(answer(event, &json!({"a": 1})), Some(json!({"response": {"a": 1}})));
        }
    }

    #[test]
    fn an_answer_that_is_no_object_cannot_be_written() {
        assert_eq!(answer(json!({}), &json!(true)), None);
        assert_eq!(answer(json!([]), &json!({})), None);
    }
}
