//! One more try, for a connection that is gone: closed by the peer, or dropped without a word, while Lambda had the
//! process frozen.

use std::time::Duration;

use futures_util::future::{Either, select};
use settings::time_budget::SILENCE;
use tokio::time::timeout;

/// When a request is sent a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// After a lost connection, and after a second of silence. For a request that reads, or writes what may be written
    /// twice.
    LostOrSilent,
    /// After a lost connection alone. For a request whose copy gets another answer: if the service is merely slow, the
    /// refusal of the copy would arrive before the success of the first.
    Lost,
}

/// Waits for `first`, and asks once more over a `fresh` connection if there was no answer: at once if the first
/// connection was lost, and, where `again` says so, after a second of silence. Whichever is answered first counts, so a
/// service that is merely slow is still waited for.
///
/// The second try must not take a kept connection: a freeze ends all of them. An answer, good or bad, is never asked for
/// again, and there is no third try: the caller's deadline is short.
pub(crate) async fn retry<T, E, F>(
    again: Again,
    first: impl Future<Output = Result<T, E>>,
    fresh: impl FnOnce() -> F,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    tokio::pin!(first);
    let patience = if again == Again::LostOrSilent { SILENCE } else { Duration::MAX };
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
    use super::Again::{Lost, LostOrSilent};
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
    async fn an_answer_is_not_asked_for_again() {
        let never = || -> std::future::Pending<Result<u8, u8>> { panic!("asked again") };
        assert_eq!(retry(LostOrSilent, after(SOON, Ok(1)), never).await, Ok(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lost_connection_is_replaced_at_once_and_one_time() {
        let start = Instant::now();
        assert_eq!(retry(LostOrSilent, after(SOON, Err(1)), || after(SOON, Ok(2))).await, Ok(2));
        assert_eq!(start.elapsed(), SOON * 2);
        assert_eq!(retry(LostOrSilent, after(SOON, Err(1)), || after(SOON, Err(2))).await, Err(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_connection_is_replaced_after_a_second() {
        let start = Instant::now();
        assert_eq!(retry(LostOrSilent, pending::<Result<u8, u8>>(), || after(SOON, Ok(2))).await, Ok(2));
        assert_eq!(start.elapsed(), SILENCE + SOON);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_answer_counts_whatever_the_fresh_connection_does() {
        for fresh in [after(seconds(0.1), Err(2)), after(seconds(3.0), Ok(2))] {
            let start = Instant::now();
            assert_eq!(retry(LostOrSilent, after(seconds(2.5), Ok(1)), || fresh).await, Ok(1));
            assert_eq!(start.elapsed(), seconds(2.5));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_connection_that_ends_later_leaves_the_fresh_one() {
        assert_eq!(retry(LostOrSilent, after(seconds(1.5), Err(1)), || after(seconds(2.0), Ok(2))).await, Ok(2));
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_not_be_sent_twice_waits_in_silence() {
        let never = || -> std::future::Pending<Result<u8, u8>> { panic!("asked again") };
        assert_eq!(retry(Lost, after(seconds(3.0), Ok(1)), never).await, Ok(1));
        assert_eq!(retry(Lost, after(seconds(3.0), Err(1)), || after(SOON, Ok(2))).await, Ok(2));
    }
}
