//! What is asked, and in which order: junk must not reach the directory, whose quota all sign-ins share.

use super::*;
use crate::audience::id_token::IdTokenRules;
use std::cell::Cell;

/// Counts the questions to a directory that answers after a delay.
struct Counting(Directory, Cell<usize>);

impl UserDirectory for &Counting {
    async fn users_by_email(
        &self,
        pool_id: &str,
        email: &EmailAddress,
        enough: impl Fn(&[DirectoryUser]) -> bool,
    ) -> Result<Vec<DirectoryUser>, Unavailable> {
        self.1.set(self.1.get() + 1);
        self.0.users_by_email(pool_id, email, enough).await
    }

    async fn link(&self, pool_id: &str, username: &str, link: &str) -> Result<(), Unavailable> {
        self.0.link(pool_id, username, link).await
    }
}

fn id_token_policy() -> Policy {
    let rules = IdTokenRules {
        clients: ClientIds::parse("client").unwrap(),
        issuers: vec![],
        require_at_hash: false,
        require_nonce: false,
    };
    Policy { audience: AudienceMode::IdToken(rules), ..policy() }
}

/// What came of the questions, how often the directory was asked, and how long it took.
async fn asked(
    policy: Policy,
    salesforce: Org,
    directory: Directory,
    vouched: Vouched<'_>,
    known: bool,
) -> (Result<VerifiedIdentity, Refusal>, usize, Duration) {
    let counting = Counting(directory, Cell::default());
    let answer = json!(r#"{"access_token":"00DSG000009FYVd!AQ4","id_token":"e30.e30.c2ln"}"#);
    let attempt = attempt(&answer, known, "a");
    let verifier = Verifier::new(policy, salesforce, &counting, None::<&used_once::Store>);
    let admitted = rules::admit(&verifier.policy, &attempt).unwrap();
    let start = Instant::now();
    let verdict = verifier.ask(&attempt, &admitted, &vouched, start + BUDGET, &mut Notes::default()).await;
    (verdict, counting.1.get(), start.elapsed())
}

fn signed() -> Vouched<'static> {
    let subject = (ORGANIZATION.parse().unwrap(), USER.parse().unwrap());
    Vouched::IdToken { subject, issued: unix_time() }
}

#[tokio::test(start_paused = true)]
async fn where_a_signature_has_vouched_both_services_are_asked_at_the_same_time() {
    let (verdict, directory, took) = asked(id_token_policy(), GOOD, Directory(SOON, Ok(())), signed(), true).await;
    assert_eq!(verdict.unwrap().organization().to_string(), ORGANIZATION);
    assert_eq!((directory, took), (1, SOON));
}

#[tokio::test(start_paused = true)]
async fn otherwise_the_directory_is_asked_after_salesforces_good_answer() {
    let (verdict, directory, took) = asked(policy(), GOOD, Directory(SOON, Ok(())), Vouched::Unchecked, true).await;
    assert!(verdict.is_ok());
    assert_eq!((directory, took), (1, SOON * 2));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_salesforce_refuses_does_not_reach_the_directory() {
    let (verdict, directory, took) = asked(policy(), REVOKED, Directory(SOON, Ok(())), Vouched::Unchecked, true).await;
    assert_eq!((reason(verdict), directory, took), (Some(DenyReason::TokenRejected), 0, SOON));
}

#[tokio::test(start_paused = true)]
async fn a_token_of_an_organization_that_is_not_listed_does_not_reach_the_directory() {
    let organizations = AllowedOrganizations::parse("00D6g000006wre4EAA").unwrap();
    let policy = Policy { organizations, ..policy() };
    let counting = Counting(Directory(SOON, Ok(())), Cell::default());
    let verifier = Verifier::new(policy, GOOD, &counting, None::<&used_once::Store>);
    let Verification { verdict, .. } = verifier.verify(&attempt(&json!("e30.e30.c2ln"), true, "a"), None).await;
    assert_eq!((reason(verdict), counting.1.get()), (Some(DenyReason::OrganizationNotAllowed), 0));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_introspection_refuses_does_not_reach_the_directory() {
    let (directory, clients) = (Directory(SOON, Ok(())), ClientIds::parse("client").unwrap());
    let (verdict, asked, took) = asked(policy(), GOOD, directory, Vouched::ByIntrospection(&clients), true).await;
    assert_eq!((reason(verdict), asked, took), (Some(DenyReason::IntrospectionInactive), 0, SOON));
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_does_not_depend_on_whether_the_user_exists() {
    for (policy, vouched) in [(policy as fn() -> Policy, Vouched::Unchecked), (id_token_policy, signed())] {
        for salesforce in [GOOD, REVOKED] {
            let directory = || Directory(SOON, Ok(()));
            let (_, for_known, known_took) = asked(policy(), salesforce, directory(), vouched, true).await;
            let (unknown, for_unknown, unknown_took) = asked(policy(), salesforce, directory(), vouched, false).await;
            assert!(unknown.is_err());
            assert_eq!((for_unknown, unknown_took), (for_known, known_took));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn salesforces_no_stands_without_the_directory() {
    let down = Directory(SOON, Err(Cause::Failed));
    let (verdict, ..) = asked(id_token_policy(), REVOKED, down, signed(), true).await;
    assert_eq!(reason(verdict), Some(DenyReason::TokenRejected));
}
