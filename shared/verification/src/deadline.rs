//! One deadline for all outgoing calls of one invocation.

use std::time::Duration;

use settings::time_budget::{BUDGET, RESERVE};
use tokio::time::{Instant, timeout_at};

use crate::unavailable::{Cause, Service, Unavailable};

/// The time for outgoing calls if Lambda leaves the invocation `time_left`.
pub fn budget(time_left: Option<Duration>) -> Duration {
    time_left.map_or(BUDGET, |left| left.saturating_sub(RESERVE).min(BUDGET))
}

/// Waits for a call until the deadline.
///
/// # Errors
/// The error of the call, or [`Unavailable`] if the deadline passes first.
pub async fn within<T, E: From<Unavailable>>(
    deadline: Instant,
    service: Service,
    call: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    timeout_at(deadline, call)
        .await
        .unwrap_or_else(|_| Err(Unavailable::new(service, Cause::Timeout, "no answer before the deadline").into()))
}
