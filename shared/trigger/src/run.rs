//! The run loop: one invocation in, one answer or the public error out.

use std::fmt::Display;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt;
use lambda_runtime::{Context, LambdaEvent, service_fn};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::envelope;
use crate::logging;
use crate::public_error::Unavailable;
use crate::unicode;
use crate::view::TriggerEvent;

/// One call of a trigger.
#[derive(Clone, Copy)]
pub struct Invocation<'a, E> {
    /// The event, as a typed view without `clientMetadata`.
    pub event: &'a E,
    /// Lambda's request id, for the log.
    pub request_id: &'a str,
    /// What is left until Lambda ends the invocation; `None` where the platform sets no limit.
    pub time_left: Option<Duration>,
}

/// A payload whose deserialisation never fails: the runtime would answer a failure itself, with serde's text,
/// and Cognito would show that to the caller.
struct Payload(Option<Value>);

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer).ok();
        Ok(Self(text.and_then(|text| unicode::read(text.get()))))
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
/// `handle` is called with each event that is this trigger's; what it returns is written into
/// `response`. An event of another kind, and a panic, end in [`Unavailable`] like every other
/// failure: there is no path on which any other text reaches the caller.
pub async fn run<E, A, H>(handle: H) -> ExitCode
where
    E: TriggerEvent,
    A: Serialize,
    H: AsyncFn(Invocation<'_, E>) -> Result<A, Unavailable>,
{
    let handle = &handle;
    let service = service_fn(|event: LambdaEvent<Payload>| respond_or_unavailable(handle, event));
    ended(lambda_runtime::run(service).await)
}

/// What the process ends with after Lambda's loop.
pub(crate) fn ended(run: Result<(), lambda_runtime::Error>) -> ExitCode {
    match run {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse_to_start(&error),
    }
}

async fn respond_or_unavailable<E, A, H>(handle: &H, event: LambdaEvent<Payload>) -> Result<Value, Unavailable>
where
    E: TriggerEvent,
    A: Serialize,
    H: AsyncFn(Invocation<'_, E>) -> Result<A, Unavailable>,
{
    let request_id = event.context.request_id.clone();
    AssertUnwindSafe(respond(handle, event)).catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!(request_id, "ended by a panic");
        Err(Unavailable)
    })
}

async fn respond<E, A, H>(handle: &H, event: LambdaEvent<Payload>) -> Result<Value, Unavailable>
where
    E: TriggerEvent,
    A: Serialize,
    H: AsyncFn(Invocation<'_, E>) -> Result<A, Unavailable>,
{
    let LambdaEvent { payload: Payload(payload), context, .. } = event;
    let request_id = &context.request_id;
    let Some((payload, view)) = payload.and_then(|payload| E::view(&payload).map(|view| (payload, view))) else {
        tracing::error!(request_id, expected = E::SOURCE_PREFIX, "not an event of this trigger");
        return Err(Unavailable);
    };
    let answer = handle(Invocation { event: &view, request_id, time_left: time_left(&context) }).await?;
    envelope::answer(payload, &answer).ok_or_else(|| {
        tracing::error!(request_id, "the answer could not be written");
        Unavailable
    })
}

/// On Lambda, the deadline is the end of the invocation in Unix time and never past when the invocation
/// arrives. Emulators send constants, which lie in the past: those say nothing.
pub(crate) fn time_left(context: &Context) -> Option<Duration> {
    context.deadline().duration_since(SystemTime::now()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::VerifyAuthChallenge;
    use serde_json::json;

    fn event(payload: Value) -> LambdaEvent<Payload> {
        LambdaEvent::new(Payload(Some(payload)), Context::default())
    }

    #[test]
    fn no_text_fails_to_deserialize_as_a_payload() {
        let deep = "[".repeat(100_000);
        for text in ["", "text", "{\"a\":", r#"{"a":"\ud8"}"#, deep.as_str()] {
            let payload = Payload::deserialize(&mut serde_json::Deserializer::from_str(text));
            assert!(payload.is_ok_and(|payload| payload.0.is_none()), "{text:.20}");
        }
    }

    #[tokio::test]
    async fn the_event_goes_back_whole_with_the_answer_in_it() {
        let payload =
            json!({"triggerSource": "VerifyAuthChallengeResponse_Authentication", "request": {"x": 1}, "y": 2});
        let handle = async |_: Invocation<'_, VerifyAuthChallenge>| Ok(json!({"answerCorrect": false}));
        let mut expected = payload.clone();
        expected["response"] = json!({"answerCorrect": false});
        assert_eq!(respond(&handle, event(payload)).await, Ok(expected));
    }

    #[tokio::test]
    async fn an_event_of_another_trigger_is_an_error_and_never_reaches_the_handler() {
        let payload = json!({"triggerSource": "PreSignUp_SignUp", "request": {}});
        let handle = async |_: Invocation<'_, VerifyAuthChallenge>| -> Result<Value, Unavailable> { panic!("called") };
        assert_eq!(respond(&handle, event(payload)).await, Err(Unavailable));
    }

    #[tokio::test]
    async fn a_panic_ends_in_the_public_error() {
        let payload = json!({"triggerSource": "VerifyAuthChallengeResponse_Authentication", "request": {}});
        let handle = async |_: Invocation<'_, VerifyAuthChallenge>| -> Result<Value, Unavailable> { panic!("canary") };
        assert_eq!(respond_or_unavailable(&handle, event(payload)).await, Err(Unavailable));
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
