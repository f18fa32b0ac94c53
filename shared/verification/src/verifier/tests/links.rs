//! What is written after all rules said yes.

use super::*;

#[tokio::test(start_paused = true)]
async fn the_first_success_links_and_a_link_that_cannot_be_written_is_no_yes() {
    let linking = || Policy { link_on_first_sign_in: true, directory: DirectoryMode::Event, ..policy() };
    let verifier = Verifier::new(linking(), GOOD, Directory(SOON, Ok(())), None::<&used_once::Store>);
    assert!(verifier.verify(&attempt(&token(), true, "a"), None).await.verdict.is_ok());
    let broken = Directory(SOON, Err(Cause::NotAuthorized));
    let verifier = Verifier::new(linking(), GOOD, broken, None::<&used_once::Store>);
    let Verification { verdict, .. } = verifier.verify(&attempt(&token(), true, "a"), None).await;
    assert_eq!(unavailable(verdict).as_deref(), Some("directory-not-authorized"));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_written_where_linking_is_off_or_a_link_is_there() {
    let unwritable = || Directory(SOON, Err(Cause::NotAuthorized));
    let by_event =
        |link_on_first_sign_in| Policy { link_on_first_sign_in, directory: DirectoryMode::Event, ..policy() };
    let verifier = Verifier::new(by_event(false), GOOD, unwritable(), None::<&used_once::Store>);
    assert!(verifier.verify(&attempt(&token(), true, "a"), None).await.verdict.is_ok());
    let answer = token();
    let mut linked = attempt(&answer, true, "a");
    linked.user.as_mut().unwrap().link = Some("7".to_owned());
    let verifier = Verifier::new(by_event(true), GOOD, unwritable(), None::<&used_once::Store>);
    assert!(verifier.verify(&linked, None).await.verdict.is_ok());
}
