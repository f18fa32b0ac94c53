//! How long the services took, told beside the verdict.

use super::*;

const LATER: Duration = Duration::from_millis(700);

async fn waited(salesforce: Org, directory: Directory, answer: &Value, known: bool) -> Waited {
    let verifier = Verifier::new(policy(), salesforce, directory, None::<&used_once::Store>);
    verifier.verify(&attempt(answer, known, "a"), None).await.waited
}

#[tokio::test(start_paused = true)]
async fn each_service_that_is_asked_has_its_own_time_whatever_the_verdict() {
    let both = Waited { user_info: Some(SOON), directory: Some(LATER) };
    for known in [true, false] {
        assert_eq!(waited(GOOD, Directory(LATER, Ok(())), &token(), known).await, both);
    }
    assert_eq!(waited(GOOD, Directory(LATER, Err(Cause::Failed)), &token(), true).await, both);
}

#[tokio::test(start_paused = true)]
async fn a_silent_service_was_waited_for_until_the_deadline() {
    let salesforce = Waited { user_info: Some(BUDGET), directory: None };
    assert_eq!(waited(Org(NEVER, None), Directory(SOON, Ok(())), &token(), true).await, salesforce);
    let directory = Waited { user_info: Some(SOON), directory: BUDGET.checked_sub(SOON) };
    assert_eq!(waited(GOOD, Directory(NEVER, Ok(())), &token(), true).await, directory);
}

#[tokio::test(start_paused = true)]
async fn who_is_not_asked_has_no_time() {
    assert_eq!(waited(GOOD, Directory(SOON, Ok(())), &json!("a b"), true).await, Waited::default());
    let by_event = Policy { directory: DirectoryMode::Event, ..policy() };
    let verifier = Verifier::new(by_event, GOOD, Directory(SOON, Ok(())), None::<&used_once::Store>);
    let expected = Waited { user_info: Some(SOON), directory: None };
    assert_eq!(waited(REVOKED, Directory(SOON, Ok(())), &token(), true).await, expected);
    assert_eq!(verifier.verify(&attempt(&token(), true, "a"), None).await.waited, expected);
}
