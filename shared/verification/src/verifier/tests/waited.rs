//! How long the directory took, told beside the verdict.

use super::*;

const LATER: Duration = Duration::from_millis(700);

async fn waited(provider: Played, directory: Directory, answer: &Value, known: bool) -> Option<Duration> {
    let verifier = Verifier::new(policy(), provider, directory, None::<&used_once::Store>);
    verifier.verify(&attempt(answer, known, "a"), None).await.directory
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_is_asked_has_its_time_whatever_the_verdict() {
    for signed in [true, false] {
        let provider = Played { signed, ..GOOD };
        for known in [true, false] {
            assert_eq!(waited(provider, Directory(LATER, Ok(())), &token(), known).await, Some(LATER));
        }
        assert_eq!(waited(provider, Directory(LATER, Err(Cause::Failed)), &token(), true).await, Some(LATER));
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_directory_was_waited_for_until_the_deadline() {
    assert_eq!(waited(GOOD, Directory(NEVER, Ok(())), &token(), true).await, BUDGET.checked_sub(SOON));
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_is_not_asked_has_no_time() {
    assert_eq!(waited(GOOD, Directory(SOON, Ok(())), &json!("a b"), true).await, None);
    assert_eq!(waited(REVOKED, Directory(SOON, Ok(())), &token(), true).await, None);
    let by_event = Policy { directory: DirectoryMode::Event, ..policy() };
    let verifier = Verifier::new(by_event, GOOD, Directory(SOON, Ok(())), None::<&used_once::Store>);
    assert_eq!(verifier.verify(&attempt(&token(), true, "a"), None).await.directory, None);
}
