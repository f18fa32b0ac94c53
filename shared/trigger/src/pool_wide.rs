//! Triggers that everybody passes through, with whichever app client and in whichever way they sign in.
//!
//! Most of their events are none of our business. Those go back byte for byte, and so does an event that cannot be
//! read, or at which the trigger fails: an error here would lock people out who have nothing to do with Salesforce.
//! A trigger of this kind may therefore only ever add; where it adds nothing, nobody has gained anything.

mod event;
mod members;
mod onlooker;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, service_fn};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

pub use self::event::Event;
use self::members::Members;
pub use self::onlooker::{Occasion, look_at, look_on};
use crate::public_error::Unavailable;
use crate::run::ended;

/// An event as text. Reading more of it up front would fail for texts that are no business of ours: half a surrogate
/// pair in an attribute is enough.
struct Text(Option<Box<RawValue>>);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Box::deserialize(deserializer).ok()))
    }
}

impl Text {
    /// The JSON that the event is.
    fn json(self, request_id: &str) -> Result<Box<RawValue>, Unavailable> {
        self.0.ok_or_else(|| {
            tracing::error!(request_id, "the event is not JSON");
            Unavailable
        })
    }
}

/// Serves invocations until Lambda ends the process.
///
/// What `handle` returns is written into `response`, and every other member stays as it is, to the byte. With `None`
/// the event goes back as it came. The second argument is Lambda's request id, for the log.
pub async fn run<A: Serialize>(handle: impl Fn(&Event<'_>, &str) -> Option<A>) -> ExitCode {
    let handle = &handle;
    let service = service_fn(|event: LambdaEvent<Text>| std::future::ready(respond(handle, event)));
    ended(lambda_runtime::run(service).await)
}

fn respond<A: Serialize>(
    handle: &impl Fn(&Event<'_>, &str) -> Option<A>,
    event: LambdaEvent<Text>,
) -> Result<Box<RawValue>, Unavailable> {
    let LambdaEvent { payload, context, .. } = event;
    let request_id = &context.request_id;
    let text = payload.json(request_id)?;
    let answered = catch_unwind(AssertUnwindSafe(|| answer(&text, |event| handle(event, request_id))));
    let answered = answered.unwrap_or_else(|_| {
        tracing::error!(request_id, "ended by a panic: the event goes back as it came");
        None
    });
    Ok(answered.unwrap_or(text))
}

/// Answers one event: with what `handle` returns in its `response`, or with `None` where the event goes back as it came.
pub fn answer<A: Serialize>(event: &RawValue, handle: impl FnOnce(&Event<'_>) -> Option<A>) -> Option<Box<RawValue>> {
    let members = Members::read(event)?;
    let answer = handle(&Event::new(&members))?;
    members.with_response(&answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_runtime::Context;
    use serde_json::json;

    /// As the runtime reads it.
    fn read(text: &str) -> Text {
        serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(text.as_bytes())).unwrap()
    }

    fn returned<A: Serialize>(text: &str, handle: impl Fn(&Event<'_>, &str) -> Option<A>) -> String {
        respond(&handle, LambdaEvent::new(read(text), Context::default())).unwrap().get().to_owned()
    }

    const NOTHING: fn(&Event<'_>, &str) -> Option<()> = |_, _| None;

    #[test]
    fn an_event_that_is_left_alone_goes_back_byte_for_byte() {
        let numbers = r#"{"a": 1.0e400, "b": 123456789012345678901234567890,"b":1 }"#;
        let deep = format!("{}1{}", "[".repeat(1000), "]".repeat(1000));
        for text in [numbers, r#"{"a":"\ud83d\/"}"#, &deep, "[]", "null", r#""text""#] {
            assert_eq!(returned(text, NOTHING), text, "{text:.40}");
        }
    }

    #[test]
    fn an_answer_changes_its_member_of_the_response_and_not_a_byte_beside() {
        let text = r#"{"version":"2","response":{"a":null,"b": 1.50},"request":{"x":"\ud83d", "y":1.0e400}}"#;
        let expected = r#"{"version":"2","response":{"b":1.50,"a":{"c":true}},"request":{"x":"\ud83d", "y":1.0e400}}"#;
        assert_eq!(returned(text, |_, _| Some(json!({"a": {"c": true}}))), expected);
    }

    #[test]
    fn a_response_is_made_where_the_event_has_none() {
        for text in [r#"{"y":1}"#, r#"{"y":1,"response":null}"#, r#"{"y":1,"response":"x"}"#] {
            assert_eq!(returned(text, |_, _| Some(json!({"a": 1}))), r#"{"y":1,"response":{"a":1}}"#, "{text}");
        }
    }

    #[test]
    fn an_answer_that_cannot_be_written_and_a_panic_leave_the_event_as_it_came() {
        let text = r#"{"response": {}}"#;
        assert_eq!(returned(text, |_, _| Some(true)), text);
        assert_eq!(returned(text, |_, _| -> Option<()> { panic!("canary") }), text);
    }

    #[test]
    fn a_text_that_is_no_json_is_the_public_error() {
        for text in ["", "text", "{\"a\":"] {
            let event = LambdaEvent::new(read(text), Context::default());
            assert_eq!(respond(&NOTHING, event).err(), Some(Unavailable), "{text}");
        }
    }
}
