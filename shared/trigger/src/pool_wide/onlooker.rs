//! A trigger that acts beside the event and has nothing to say in it.

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::time::Duration;

use futures_util::FutureExt;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::value::RawValue;

use super::{Event, Members, Text};
use crate::public_error::Unavailable;
use crate::run::{ended, time_left};

/// What belongs to one invocation beside its event.
#[derive(Clone, Copy)]
pub struct Occasion<'a> {
    /// Lambda's request id, for the log.
    pub request_id: &'a str,
    /// What is left until Lambda ends the invocation; `None` where the platform sets no limit.
    pub time_left: Option<Duration>,
}

/// Serves invocations until Lambda ends the process. Every event goes back byte for byte, or not at all: where `handle`
/// fails, or panics, Cognito gets the one public error and does not go on.
pub async fn look_on(handle: impl AsyncFn(&Event<'_>, Occasion<'_>) -> Result<(), Unavailable>) -> ExitCode {
    let handle = &handle;
    let service = service_fn(|event: LambdaEvent<Text>| respond(handle, event));
    ended(lambda_runtime::run(service).await)
}

async fn respond(
    handle: &impl AsyncFn(&Event<'_>, Occasion<'_>) -> Result<(), Unavailable>,
    event: LambdaEvent<Text>,
) -> Result<Box<RawValue>, Unavailable> {
    let LambdaEvent { payload, context, .. } = event;
    let request_id = &context.request_id;
    let text = payload.json(request_id)?;
    let occasion = Occasion { request_id, time_left: time_left(&context) };
    let looked = AssertUnwindSafe(look_at(&text, async |event| handle(event, occasion).await)).catch_unwind().await;
    let done = looked.unwrap_or_else(|_| {
        tracing::error!(request_id, "ended by a panic");
        Some(Err(Unavailable))
    });
    done.unwrap_or(Ok(())).map(|()| text)
}

/// Shows one event to `handle`; `None` if it is no object.
pub async fn look_at<T>(event: &RawValue, handle: impl AsyncFnOnce(&Event<'_>) -> T) -> Option<T> {
    let members = Members::read(event)?;
    Some(handle(&Event::new(&members)).await)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_runtime::Context;

    async fn returned(
        text: &str,
        handle: impl AsyncFn(&Event<'_>, Occasion<'_>) -> Result<(), Unavailable>,
    ) -> Result<String, Unavailable> {
        let text = serde_json::from_str::<Box<RawValue>>(text).ok();
        respond(&handle, LambdaEvent::new(Text(text), Context::default())).await.map(|text| text.get().to_owned())
    }

    #[tokio::test]
    async fn an_event_goes_back_byte_for_byte() {
        for text in [r#"{"a": 1.0e400, "a":1 ,"response": null}"#, r#"{"a":"\ud83d\/"}"#, "[]", "null", r#""text""#] {
            assert_eq!(returned(text, async |_, _| Ok(())).await.as_deref(), Ok(text));
        }
    }

    #[tokio::test]
    async fn what_is_no_object_does_not_reach_the_handler() {
        for text in ["[]", "1"] {
            assert_eq!(returned(text, async |_, _| panic!("called")).await.as_deref(), Ok(text));
        }
    }

    #[tokio::test]
    async fn a_failure_and_a_panic_are_the_public_error() {
        assert_eq!(returned("{}", async |_, _| Err(Unavailable)).await, Err(Unavailable));
        assert_eq!(returned("{}", async |_, _| panic!("canary")).await, Err(Unavailable));
        assert_eq!(returned("{", async |_, _| Ok(())).await, Err(Unavailable));
    }
}
