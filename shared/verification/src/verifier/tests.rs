//! The verifier with both services played in memory, and time paused.

use super::*;
use crate::email::EmailAddress;
use crate::policy::{AllowedOrganizations, AudienceMode};
use crate::ports::DirectoryUser;
use crate::rules::PoolUser;
use crate::token::AccessToken;
use crate::user_info::IntegrationUser;
use serde_json::{Value, json};

const ORGANIZATION: &str = "00DSG000009FYVd2AO";
const USER: &str = "005SG000008eiAbYAI";

/// Answers after a delay, with claims or with a "no".
struct Salesforce(Duration, Option<DenyReason>);

impl UserInfoSource for Salesforce {
    async fn user_info(&self, _: &AccessToken) -> Result<UserInfoAnswer, Unavailable> {
        tokio::time::sleep(self.0).await;
        Ok(match self.1 {
            Some(reason) => UserInfoAnswer::Denied(reason),
            None => UserInfoAnswer::Claims(Box::new(UserInfo {
                sub: Some(format!("https://login.salesforce.com/id/{ORGANIZATION}/{USER}")),
                organization_id: Some(ORGANIZATION.to_owned()),
                user_id: Some(USER.to_owned()),
                email: Some("alice@example.com".to_owned()),
                email_verified: Some(true),
                active: Some(true),
                user_type: Some("STANDARD".to_owned()),
                integration_user: IntegrationUser::No,
            })),
        })
    }
}

/// Answers after a delay, or fails.
struct Directory(Duration, Result<(), Cause>);

impl UserDirectory for Directory {
    async fn users_by_email(&self, _: &str, email: &EmailAddress) -> Result<Vec<DirectoryUser>, Unavailable> {
        tokio::time::sleep(self.0).await;
        self.1.map_err(|cause| Unavailable::new(Service::Directory, cause, ""))?;
        let email = Some(email.as_str().to_owned());
        Ok(vec![DirectoryUser { sub: Some("pool-sub".to_owned()), email, email_verified: true, enabled: true }])
    }
}

const SOON: Duration = Duration::from_millis(300);
const NEVER: Duration = Duration::from_hours(1);
const GOOD: Salesforce = Salesforce(SOON, None);
const REVOKED: Salesforce = Salesforce(SOON, Some(DenyReason::TokenRejected));

async fn verify(
    salesforce: Salesforce,
    directory: Directory,
    answer: &Value,
    known: bool,
    time_left: Option<Duration>,
) -> (Result<VerifiedIdentity, Refusal>, Duration) {
    let organizations = AllowedOrganizations::parse(ORGANIZATION).unwrap();
    let policy = Policy { organizations, audience: AudienceMode::Unchecked, email_domains: None };
    let user =
        PoolUser { sub: Some("pool-sub".to_owned()), email: "alice@example.com".parse().ok(), email_verified: true };
    let attempt = Attempt {
        pool_id: Some("eu-west-1_EXAMPLE"),
        challenge_is_ours: true,
        answer: Some(answer),
        user: known.then_some(user),
    };
    let start = Instant::now();
    let verdict = Verifier::new(policy, salesforce, directory).verify(&attempt, time_left).await;
    (verdict, start.elapsed())
}

fn token() -> Value {
    json!("00DSG000009FYVd!AQ4")
}

fn reason(verdict: Result<VerifiedIdentity, Refusal>) -> Option<DenyReason> {
    match verdict {
        Err(Refusal::Denied(denial)) => Some(denial.reason),
        _ => None,
    }
}

fn unavailable(verdict: Result<VerifiedIdentity, Refusal>) -> Option<String> {
    match verdict {
        Err(Refusal::Unavailable(unavailable)) => Some(unavailable.to_string()),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn both_services_are_asked_at_the_same_time() {
    let (verdict, took) = verify(GOOD, Directory(SOON, Ok(())), &token(), true, None).await;
    assert_eq!(verdict.unwrap().organization().to_string(), ORGANIZATION);
    assert_eq!(took, SOON);
}

#[tokio::test(start_paused = true)]
async fn a_malformed_answer_is_denied_without_asking_anybody() {
    let (verdict, took) = verify(GOOD, Directory(SOON, Ok(())), &json!("a b"), true, None).await;
    assert_eq!((reason(verdict), took), (Some(DenyReason::TokenMalformed), Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_a_silent_service_and_names_it() {
    let (verdict, took) = verify(Salesforce(NEVER, None), Directory(SOON, Ok(())), &token(), true, None).await;
    assert_eq!((unavailable(verdict).as_deref(), took), (Some("salesforce-timeout"), BUDGET));
    let (verdict, took) = verify(GOOD, Directory(NEVER, Ok(())), &token(), true, None).await;
    assert_eq!((unavailable(verdict).as_deref(), took), (Some("directory-timeout"), BUDGET));
}

#[tokio::test(start_paused = true)]
async fn lambdas_own_limit_shortens_the_deadline() {
    let limit = Some(Duration::from_millis(1250));
    let (verdict, took) = verify(Salesforce(NEVER, None), Directory(SOON, Ok(())), &token(), true, limit).await;
    assert_eq!(unavailable(verdict).as_deref(), Some("salesforce-timeout"));
    assert_eq!(took, Duration::from_secs(1));
    let (verdict, took) = verify(GOOD, Directory(SOON, Ok(())), &token(), true, Some(Duration::ZERO)).await;
    assert_eq!((unavailable(verdict).as_deref(), took), (Some("salesforce-timeout"), Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_directory_without_an_answer_is_never_a_yes() {
    let down = Directory(SOON, Err(Cause::Failed));
    assert_eq!(unavailable(verify(GOOD, down, &token(), true, None).await.0).as_deref(), Some("directory-failed"));
}

#[tokio::test(start_paused = true)]
async fn salesforces_no_stands_without_the_directory() {
    let down = Directory(SOON, Err(Cause::Failed));
    assert_eq!(reason(verify(REVOKED, down, &token(), true, None).await.0), Some(DenyReason::TokenRejected));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_user_takes_as_long_as_a_known_one_and_a_revoked_token() {
    let slow = || Directory(SOON * 3, Ok(()));
    let (unknown, unknown_took) = verify(GOOD, slow(), &token(), false, None).await;
    let (revoked, revoked_took) = verify(REVOKED, slow(), &token(), true, None).await;
    let (good, good_took) = verify(GOOD, slow(), &token(), true, None).await;
    assert_eq!(reason(unknown), Some(DenyReason::UserNotFound));
    assert_eq!(reason(revoked), Some(DenyReason::TokenRejected));
    assert!(good.is_ok());
    assert_eq!((unknown_took, revoked_took), (good_took, good_took));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_user_gets_the_same_unavailability_as_a_known_one() {
    for known in [true, false] {
        let (verdict, _) = verify(GOOD, Directory(SOON, Err(Cause::Throttled)), &token(), known, None).await;
        assert_eq!(unavailable(verdict).as_deref(), Some("directory-throttled"), "{known}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_denial_names_whom_salesforce_named() {
    match verify(GOOD, Directory(SOON, Ok(())), &token(), false, None).await.0 {
        Err(Refusal::Denied(denial)) => {
            assert_eq!(denial.organization.unwrap().to_string(), ORGANIZATION);
            assert_eq!(denial.user.unwrap().to_string(), USER);
        }
        other => panic!("{other:?}"),
    }
}
