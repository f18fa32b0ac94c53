//! How long the services are waited for: one deadline for everything that one invocation asks.

use std::time::Duration;

use settings::time_budget::{BUDGET, RESERVE};
use tokio::time::{Instant, timeout_at};

use crate::unavailable::{Cause, Service, Unavailable};

/// What there is time for, if Lambda leaves the invocation `time_left`.
pub fn budget(time_left: Option<Duration>) -> Duration {
    time_left.map_or(BUDGET, |left| left.saturating_sub(RESERVE).min(BUDGET))
}

/// The answer to a question, or that there was none before the deadline.
///
/// # Errors
/// That of the question, or [`Unavailable`] if the deadline passed.
pub async fn within<T, E: From<Unavailable>>(
    deadline: Instant,
    service: Service,
    question: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    timeout_at(deadline, question)
        .await
        .unwrap_or_else(|_| Err(Unavailable::new(service, Cause::Timeout, "no answer before the deadline").into()))
}
