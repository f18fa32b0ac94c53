//! The run loop. Each invocation ends in a response or in the public error.

use std::fmt::Display;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt;
use lambda_runtime::{Context, LambdaEvent, service_fn};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::event::Event;
use crate::logging;
use crate::public_error::PublicError;
use crate::view::ChallengeEvent;

/// One invocation of a trigger.
#[derive(Clone, Copy)]
pub struct Invocation<'a, E> {
    /// The event: an [`Event`], or a typed view of one.
    pub event: &'a E,
    /// Lambda's request id, for the log.
    pub request_id: &'a str,
    /// The time until Lambda ends the invocation; `None` if there is no limit.
    pub time_left: Option<Duration>,
}

/// A payload whose deserialisation never fails. Otherwise the runtime would return serde's error text, and Cognito
/// would show it to the caller. The payload is kept as text, so that unused members are never parsed.
struct Payload(Option<Box<RawValue>>);

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Box::deserialize(deserializer).ok()))
    }
}

/// Starts logging. Call it first, so that a refusal to start is logged, too.
pub fn start_logging() {
    logging::start();
}

/// Logs why the function does not start, and exits. Lambda then reports a failed start.
///
/// It exits immediately. A return from `main` would wait for DNS look-ups in progress, which can take many seconds.
pub fn refuse_to_start(reason: &impl Display) -> ! {
    tracing::error!(%reason, "refusing to start");
    std::process::exit(1)
}

/// Handles invocations until Lambda ends the process.
///
/// The value that `handle` returns is written into `response`, and all other members keep their exact bytes. `None`
/// returns the whole event unchanged. A payload that is not JSON, and a panic, end in [`PublicError`] like every other
/// failure, so no other text can reach the caller.
pub async fn run<A: Serialize>(
    handle: impl AsyncFn(Invocation<'_, Event<'_>>) -> Result<Option<A>, PublicError>,
) -> ExitCode {
    let handle = &handle;
    let service = service_fn(|event: LambdaEvent<Payload>| respond_or_unavailable(handle, event));
    match lambda_runtime::run(service).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse_to_start(&error),
    }
}

/// [`run`] for a challenge trigger: `handle` gets only this trigger's own events. Any other event ends in
/// [`PublicError`].
pub async fn run_challenge<E: ChallengeEvent, A: Serialize>(
    handle: impl AsyncFn(Invocation<'_, E>) -> Result<A, PublicError>,
) -> ExitCode {
    run(async |invocation| challenge(&handle, invocation).await.map(Some)).await
}

async fn challenge<E: ChallengeEvent, A>(
    handle: &impl AsyncFn(Invocation<'_, E>) -> Result<A, PublicError>,
    Invocation { event, request_id, time_left }: Invocation<'_, Event<'_>>,
) -> Result<A, PublicError> {
    let Some(view) = E::view(event) else {
        tracing::error!(request_id, expected = E::SOURCE_PREFIX, "not an event of this trigger");
        return Err(PublicError);
    };
    handle(Invocation { event: &view, request_id, time_left }).await
}

async fn respond_or_unavailable<A: Serialize>(
    handle: &impl AsyncFn(Invocation<'_, Event<'_>>) -> Result<Option<A>, PublicError>,
    event: LambdaEvent<Payload>,
) -> Result<Box<RawValue>, PublicError> {
    let request_id = event.context.request_id.clone();
    AssertUnwindSafe(respond(handle, event)).catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!(request_id, "ended by a panic");
        Err(PublicError)
    })
}

async fn respond<A: Serialize>(
    handle: &impl AsyncFn(Invocation<'_, Event<'_>>) -> Result<Option<A>, PublicError>,
    event: LambdaEvent<Payload>,
) -> Result<Box<RawValue>, PublicError> {
    let LambdaEvent { payload: Payload(payload), context, .. } = event;
    let request_id = &context.request_id;
    let Some(payload) = payload else {
        tracing::error!(request_id, "the event is not JSON");
        return Err(PublicError);
    };
    let event = Event::read(&payload);
    let Some(response) = handle(Invocation { event: &event, request_id, time_left: time_left(&context) }).await? else {
        return Ok(payload);
    };
    event.with_response(&response).ok_or_else(|| {
        tracing::error!(request_id, "the response could not be written");
        PublicError
    })
}

/// On Lambda, the deadline is the end of the invocation in Unix time, so it is in the future when the invocation
/// arrives. Emulators send constants that are in the past; these are ignored.
fn time_left(context: &Context) -> Option<Duration> {
    context.deadline().duration_since(SystemTime::now()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::VerifyAuthChallenge;
    use serde_json::{Value, json};

    /// Reads the payload like the runtime does.
    fn event(text: &str) -> LambdaEvent<Payload> {
        let payload = serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(text.as_bytes()));
        LambdaEvent::new(payload.unwrap(), Context::default())
    }

    async fn returned<A: Serialize>(
        text: &str,
        handle: impl AsyncFn(Invocation<'_, Event<'_>>) -> Result<Option<A>, PublicError>,
    ) -> Result<String, PublicError> {
        respond_or_unavailable(&handle, event(text)).await.map(|text| text.get().to_owned())
    }

    async fn no_response(_: Invocation<'_, Event<'_>>) -> Result<Option<()>, PublicError> {
        Ok(None)
    }

    async fn verify(
        text: &str,
        handle: impl AsyncFn(Invocation<'_, VerifyAuthChallenge>) -> Result<Value, PublicError>,
    ) -> Result<String, PublicError> {
        returned(text, async |invocation| challenge(&handle, invocation).await.map(Some)).await
    }

    #[tokio::test]
    async fn an_event_without_a_response_is_returned_byte_for_byte() {
        let numbers = r#"{"a": 1.0e400, "b": 123456789012345678901234567890,"b":1 }"#;
        let deep = format!("{}1{}", "[".repeat(1000), "]".repeat(1000));
        for text in [numbers, r#"{"a":"\ud83d\/"}"#, &deep, "[]", "null", r#""text""#] {
            assert_eq!(returned(text, no_response).await.as_deref(), Ok(text), "{text:.40}");
        }
    }

    #[tokio::test]
    async fn a_payload_that_is_not_json_is_the_public_error() {
        let deep = "[".repeat(100_000);
        for text in ["", "text", "{\"a\":", deep.as_str()] {
            assert_eq!(returned(text, no_response).await, Err(PublicError), "{text:.20}");
        }
    }

    #[tokio::test]
    async fn the_event_is_returned_complete_with_the_response() {
        let event = r#"{"triggerSource":"VerifyAuthChallengeResponse_Authentication","request":{"x": 1},"y":2.0}"#;
        let answered = verify(event, async |_| Ok(json!({"answerCorrect": false}))).await.unwrap();
        let expected = event.replace(r#""y":2.0"#, r#""y":2.0,"response":{"answerCorrect":false}"#);
        assert_eq!(answered, expected);
    }

    #[tokio::test]
    async fn an_event_of_another_trigger_is_an_error_and_does_not_reach_the_handler() {
        for event in [r#"{"triggerSource":"PreSignUp_SignUp","request":{}}"#, "{}", "[]", "null"] {
            assert_eq!(verify(event, async |_| panic!("called")).await, Err(PublicError), "{event}");
        }
    }

    #[tokio::test]
    async fn an_error_a_panic_and_a_response_that_is_not_an_object_are_the_public_error() {
        assert_eq!(returned("{}", async |_| Err::<Option<()>, _>(PublicError)).await, Err(PublicError));
        assert_eq!(returned("{}", async |_| -> Result<Option<()>, _> { panic!("canary") }).await, Err(PublicError));
        assert_eq!(returned("{}", async |_| Ok(Some(true))).await, Err(PublicError));
    }

    #[test]
    fn the_time_left_ends_at_the_deadline_and_a_past_deadline_is_ignored() {
        let mut context = Context::default();
        assert_eq!(time_left(&context), None);
        let end = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap() + Duration::from_secs(5);
        context.deadline = end.as_millis().try_into().unwrap();
        let left = time_left(&context).unwrap();
        assert!(left > Duration::from_secs(4) && left <= Duration::from_secs(5), "{left:?}");
    }
}
