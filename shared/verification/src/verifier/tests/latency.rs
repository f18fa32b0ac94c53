//! The latency of the directory, which comes with every verdict.

use super::*;

const LATER: Duration = Duration::from_millis(700);

async fn latency(provider: FakeProvider, directory: FakeDirectory, answer: &Value, known: bool) -> Option<Duration> {
    let verifier = Verifier::new(policy(), provider, directory, None::<&used_once::FakeStore>);
    verifier.verify(&attempt(answer, known, "a"), None).await.directory_latency
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_is_called_has_a_latency_with_every_verdict() {
    for signed in [true, false] {
        let provider = FakeProvider { signed, ..GOOD };
        for known in [true, false] {
            assert_eq!(latency(provider, FakeDirectory(LATER, Ok(())), &token(), known).await, Some(LATER));
        }
        assert_eq!(latency(provider, FakeDirectory(LATER, Err(Cause::Failed)), &token(), true).await, Some(LATER));
    }
}

#[tokio::test(start_paused = true)]
async fn the_latency_of_a_silent_directory_ends_at_the_deadline() {
    assert_eq!(latency(GOOD, FakeDirectory(NEVER, Ok(())), &token(), true).await, BUDGET.checked_sub(SOON));
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_is_not_called_has_no_latency() {
    assert_eq!(latency(GOOD, FakeDirectory(SOON, Ok(())), &json!("a b"), true).await, None);
    assert_eq!(latency(REVOKED, FakeDirectory(SOON, Ok(())), &token(), true).await, None);
    let by_event = Policy { directory: DirectoryMode::Event, ..policy() };
    let verifier = Verifier::new(by_event, GOOD, FakeDirectory(SOON, Ok(())), None::<&used_once::FakeStore>);
    assert_eq!(verifier.verify(&attempt(&token(), true, "a"), None).await.directory_latency, None);
}
