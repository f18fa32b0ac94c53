//! One more try, for a connection that failed before any answer.

use std::time::Duration;

/// Longest time for DNS, TCP and TLS together. Two tries fit into the deadline of a verification.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Runs `attempt`, and once more if `lost_before_answer` says that the first try got no answer at all.
///
/// This is for the connection that the other side closed while Lambda had the process frozen. What is
/// asked reads, or writes what may be written twice, so asking again cannot do harm. There is no pause
/// and no third try: the deadline that surrounds the question is short, and an answer, good or bad, is
/// never asked for again.
pub(crate) async fn once_more<T, E>(
    attempt: impl AsyncFn() -> Result<T, E>,
    lost_before_answer: impl Fn(&E) -> bool,
) -> Result<T, E> {
    match attempt().await {
        Err(error) if lost_before_answer(&error) => attempt().await,
        result => result,
    }
}
