//! The link, which is written after all other rules have passed.

use super::*;

#[tokio::test(start_paused = true)]
async fn the_first_success_links_and_a_failed_link_prevents_the_sign_in() {
    let linking = || Policy { link_on_first_sign_in: true, directory: DirectoryMode::Event, ..policy() };
    let verifier = Verifier::new(linking(), GOOD, FakeDirectory(SOON, Ok(())), None::<&used_once::FakeStore>);
    assert!(verifier.verify(&attempt(&token(), true, "a"), None).await.verdict.is_ok());
    let refusing = FakeDirectory(SOON, Err(Cause::NotAuthorized));
    let verifier = Verifier::new(linking(), GOOD, refusing, None::<&used_once::FakeStore>);
    let Verification { verdict, .. } = verifier.verify(&attempt(&token(), true, "a"), None).await;
    assert_eq!(unavailable(verdict).as_deref(), Some("directory-not-authorized"));
}

#[tokio::test(start_paused = true)]
async fn no_link_is_written_if_linking_is_off_or_a_link_exists() {
    let unwritable = || FakeDirectory(SOON, Err(Cause::NotAuthorized));
    let by_event =
        |link_on_first_sign_in| Policy { link_on_first_sign_in, directory: DirectoryMode::Event, ..policy() };
    let verifier = Verifier::new(by_event(false), GOOD, unwritable(), None::<&used_once::FakeStore>);
    assert!(verifier.verify(&attempt(&token(), true, "a"), None).await.verdict.is_ok());
    let answer = token();
    let mut linked = attempt(&answer, true, "a");
    linked.user.as_mut().unwrap().link = Some("7".to_owned());
    let verifier = Verifier::new(by_event(true), GOOD, unwritable(), None::<&used_once::FakeStore>);
    assert!(verifier.verify(&linked, None).await.verdict.is_ok());
}
