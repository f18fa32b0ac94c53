//! The run loop: one invocation in, one answer or the public error out.

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
use crate::public_error::Unavailable;
use crate::view::ChallengeEvent;

/// One call of a trigger.
#[derive(Clone, Copy)]
pub struct Invocation<'a, E> {
    /// The event: an [`Event`], or a typed view of one.
    pub event: &'a E,
    /// Lambda's request id, for the log.
    pub request_id: &'a str,
    /// What is left until Lambda ends the invocation; `None` where the platform sets no limit.
    pub time_left: Option<Duration>,
}

/// A payload whose deserialisation never fails: the runtime would answer a failure itself, with serde's text,
/// and Cognito would show that to the caller. It is kept as text, so that what nobody asks for is never read.
struct Payload(Option<Box<RawValue>>);

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Box::deserialize(deserializer).ok()))
    }
}

/// Starts logging; call it first, so that a refusal to start is logged as well.
pub fn start_logging() {
    logging::start();
}

/// Logs why the function does not start, and ends the process, which makes Lambda report it.
///
/// At once: the end of `main` would wait for name look-ups that are still going on, for many seconds if nobody answers.
pub fn refuse_to_start(reason: &impl Display) -> ! {
    tracing::error!(%reason, "refusing to start");
    std::process::exit(1)
}

/// Serves invocations until Lambda ends the process.
///
/// What `handle` returns is written into `response`, and every other member stays as it came, to the byte. With `None`
/// the whole event goes back as it came. A payload that is not JSON, and a panic, end in [`Unavailable`] like every other
/// failure: there is no path on which any other text reaches the caller.
pub async fn run<A: Serialize>(
    handle: impl AsyncFn(Invocation<'_, Event<'_>>) -> Result<Option<A>, Unavailable>,
) -> ExitCode {
    let handle = &handle;
    let service = service_fn(|event: LambdaEvent<Payload>| respond_or_unavailable(handle, event));
    match lambda_runtime::run(service).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse_to_start(&error),
    }
}

/// [`run`] for a challenge trigger: `handle` is called with each event that is this trigger's, and any other one ends in
/// [`Unavailable`].
pub async fn run_challenge<E: ChallengeEvent, A: Serialize>(
    handle: impl AsyncFn(Invocation<'_, E>) -> Result<A, Unavailable>,
) -> ExitCode {
    run(async |invocation| challenge(&handle, invocation).await.map(Some)).await
}

async fn challenge<E: ChallengeEvent, A>(
    handle: &impl AsyncFn(Invocation<'_, E>) -> Result<A, Unavailable>,
    Invocation { event, request_id, time_left }: Invocation<'_, Event<'_>>,
) -> Result<A, Unavailable> {
    let Some(view) = E::view(event) else {
        tracing::error!(request_id, expected = E::SOURCE_PREFIX, "not an event of this trigger");
        return Err(Unavailable);
    };
    handle(Invocation { event: &view, request_id, time_left }).await
}

async fn respond_or_unavailable<A: Serialize>(
    handle: &impl AsyncFn(Invocation<'_, Event<'_>>) -> Result<Option<A>, Unavailable>,
    event: LambdaEvent<Payload>,
) -> Result<Box<RawValue>, Unavailable> {
    let request_id = event.context.request_id.clone();
    AssertUnwindSafe(respond(handle, event)).catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!(request_id, "ended by a panic");
        Err(Unavailable)
    })
}

async fn respond<A: Serialize>(
    handle: &impl AsyncFn(Invocation<'_, Event<'_>>) -> Result<Option<A>, Unavailable>,
    event: LambdaEvent<Payload>,
) -> Result<Box<RawValue>, Unavailable> {
    let LambdaEvent { payload: Payload(payload), context, .. } = event;
    let request_id = &context.request_id;
    let Some(payload) = payload else {
        tracing::error!(request_id, "the event is not JSON");
        return Err(Unavailable);
    };
    let event = Event::read(&payload);
    let Some(answer) = handle(Invocation { event: &event, request_id, time_left: time_left(&context) }).await? else {
        return Ok(payload);
    };
    event.with_response(&answer).ok_or_else(|| {
        tracing::error!(request_id, "the answer could not be written");
        Unavailable
    })
}

/// On Lambda, the deadline is the end of the invocation in Unix time and never past when the invocation
/// arrives. Emulators send constants, which lie in the past: those say nothing.
fn time_left(context: &Context) -> Option<Duration> {
    context.deadline().duration_since(SystemTime::now()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::VerifyAuthChallenge;
    use serde_json::{Value, json};

    /// As the runtime reads it.
    fn event(text: &str) -> LambdaEvent<Payload> {
        let payload = serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(text.as_bytes()));
        LambdaEvent::new(payload.unwrap(), Context::default())
    }

    async fn returned<A: Serialize>(
        text: &str,
        handle: impl AsyncFn(Invocation<'_, Event<'_>>) -> Result<Option<A>, Unavailable>,
    ) -> Result<String, Unavailable> {
        respond_or_unavailable(&handle, event(text)).await.map(|text| text.get().to_owned())
    }

    async fn nothing(_: Invocation<'_, Event<'_>>) -> Result<Option<()>, Unavailable> {
        Ok(None)
    }

    async fn verify(
        text: &str,
        handle: impl AsyncFn(Invocation<'_, VerifyAuthChallenge>) -> Result<Value, Unavailable>,
    ) -> Result<String, Unavailable> {
        returned(text, async |invocation| challenge(&handle, invocation).await.map(Some)).await
    }

    #[tokio::test]
    async fn an_event_without_an_answer_goes_back_byte_for_byte() {
        let numbers = r#"{"a": 1.0e400, "b": 123456789012345678901234567890,"b":1 }"#;
        let deep = format!("{}1{}", "[".repeat(1000), "]".repeat(1000));
        for text in [numbers, r#"{"a":"\ud83d\/"}"#, &deep, "[]", "null", r#""text""#] {
            assert_eq!(returned(text, nothing).await.as_deref(), Ok(text), "{text:.40}");
        }
    }

    #[tokio::test]
    async fn a_text_that_is_no_json_is_the_public_error() {
        let deep = "[".repeat(100_000);
        for text in ["", "text", "{\"a\":", deep.as_str()] {
            assert_eq!(returned(text, nothing).await, Err(Unavailable), "{text:.20}");
        }
    }

    #[tokio::test]
    async fn the_event_goes_back_whole_with_the_answer_in_it() {
        let event = r#"{"triggerSource":"VerifyAuthChallengeResponse_Authentication","request":{"x": 1},"y":2.0}"#;
        let answered = verify(event, async |_| Ok(json!({"answerCorrect": false}))).await.unwrap();
        let expected = event.replace(r#""y":2.0"#, r#""y":2.0,"response":{"answerCorrect":false}"#);
        assert_eq!(answered, expected);
    }

    #[tokio::test]
    async fn an_event_of_another_trigger_is_an_error_and_never_reaches_the_handler() {
        for event in [r#"{"triggerSource":"PreSignUp_SignUp","request":{}}"#, "{}", "[]", "null"] {
            assert_eq!(verify(event, async |_| panic!("called")).await, Err(Unavailable), "{event}");
        }
    }

    #[tokio::test]
    async fn a_failure_a_panic_and_an_answer_that_is_no_object_are_the_public_error() {
        assert_eq!(returned("{}", async |_| Err::<Option<()>, _>(Unavailable)).await, Err(Unavailable));
        assert_eq!(returned("{}", async |_| -> Result<Option<()>, _> { panic!("canary") }).await, Err(Unavailable));
        assert_eq!(returned("{}", async |_| Ok(Some(true))).await, Err(Unavailable));
    }

    #[test]
    fn the_time_left_ends_at_the_deadline_and_a_past_one_says_nothing() {
        let mut context = Context::default();
        assert_eq!(time_left(&context), None);
        let end = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap() + Duration::from_secs(5);
        context.deadline = end.as_millis().try_into().unwrap();
        let left = time_left(&context).unwrap();
        assert!(left > Duration::from_secs(4) && left <= Duration::from_secs(5), "{left:?}");
    }
}
