//! The second try of a request. A kept connection may be dead, because the peer closed it or a network device dropped
//! it while Lambda had frozen the process.

use std::time::Duration;

use futures_util::future::{Either, select};
use settings::time_budget::RETRY_AFTER_SILENCE;
use tokio::time::timeout;

/// When a request is sent a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryPolicy {
    /// After a lost connection, and after one second without a response. For requests that read, or that may safely
    /// write twice.
    LostOrSilent,
    /// Only after a lost connection. For requests that are not idempotent: if the service is merely slow, the error
    /// response to the copy would arrive before the success of the first request.
    LostOnly,
}

/// Waits for `first`, and sends the request a second time over a `fresh` connection if there is no response:
/// immediately if the first connection was lost, and after one second of silence if `policy` says so. The first
/// response counts, so a response of a slow service still counts after the second try has started.
///
/// The second try must not take a kept connection, because a freeze breaks all of them. No response, not even an error
/// status, causes a second try. There is no third try, because the caller's deadline is short.
pub(crate) async fn retry<T, E, F>(
    policy: RetryPolicy,
    first: impl Future<Output = Result<T, E>>,
    fresh: impl FnOnce() -> F,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    tokio::pin!(first);
    let patience = if policy == RetryPolicy::LostOrSilent { RETRY_AFTER_SILENCE } else { Duration::MAX };
    match timeout(patience, &mut first).await {
        Ok(Ok(answer)) => return Ok(answer),
        Ok(Err(_)) => return fresh().await,
        Err(_) => {}
    }
    let fresh = fresh();
    tokio::pin!(fresh);
    match select(first, fresh).await {
        Either::Left((Ok(answer), _)) | Either::Right((Ok(answer), _)) => Ok(answer),
        Either::Left((Err(_), fresh)) => fresh.await,
        Either::Right((Err(_), first)) => first.await,
    }
}

#[cfg(test)]
mod tests {
    use super::RetryPolicy::{LostOnly, LostOrSilent};
    use super::*;
    use std::future::pending;
    use tokio::time::{Instant, sleep};

    const SOON: Duration = Duration::from_millis(100);

    async fn after(delay: Duration, result: Result<u8, u8>) -> Result<u8, u8> {
        sleep(delay).await;
        result
    }

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn there_is_no_second_try_after_a_response() {
        let never = || -> std::future::Pending<Result<u8, u8>> { panic!("sent again") };
        assert_eq!(retry(LostOrSilent, after(SOON, Ok(1)), never).await, Ok(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lost_connection_is_replaced_immediately_and_once() {
        let start = Instant::now();
        assert_eq!(retry(LostOrSilent, after(SOON, Err(1)), || after(SOON, Ok(2))).await, Ok(2));
        assert_eq!(start.elapsed(), SOON * 2);
        assert_eq!(retry(LostOrSilent, after(SOON, Err(1)), || after(SOON, Err(2))).await, Err(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_connection_is_replaced_after_a_second() {
        let start = Instant::now();
        assert_eq!(retry(LostOrSilent, pending::<Result<u8, u8>>(), || after(SOON, Ok(2))).await, Ok(2));
        assert_eq!(start.elapsed(), RETRY_AFTER_SILENCE + SOON);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_response_counts_even_after_the_second_try_has_started() {
        for fresh in [after(seconds(0.1), Err(2)), after(seconds(3.0), Ok(2))] {
            let start = Instant::now();
            assert_eq!(retry(LostOrSilent, after(seconds(2.5), Ok(1)), || fresh).await, Ok(1));
            assert_eq!(start.elapsed(), seconds(2.5));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn if_a_silent_connection_is_lost_later_the_fresh_one_counts() {
        assert_eq!(retry(LostOrSilent, after(seconds(1.5), Err(1)), || after(seconds(2.0), Ok(2))).await, Ok(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_is_not_idempotent_is_not_sent_twice_after_silence() {
        let never = || -> std::future::Pending<Result<u8, u8>> { panic!("sent again") };
        assert_eq!(retry(LostOnly, after(seconds(3.0), Ok(1)), never).await, Ok(1));
        assert_eq!(retry(LostOnly, after(seconds(3.0), Err(1)), || after(SOON, Ok(2))).await, Ok(2));
    }
}
