//! The provider with its endpoints played in memory, and time paused.

use super::*;
use crate::audience::tests::modes;
use crate::policy::AllowedOrganizations;
use crate::user_info::{IntegrationUser, UserInfo};
use jsonwebtoken::DecodingKey;
use serde_json::{from_value, json};
use settings::time_budget::BUDGET;
use std::cell::Cell;
use tokio::time::sleep;
use verification::oidc::introspection::Introspection;
use verification::{AccessToken, Cause, IdToken, Unavailable};

const ORGANIZATION: &str = "00DSG000009FYVd2AO";
const USER: &str = "005SG000008eiAbYAI";
const SOON: Duration = Duration::from_millis(300);
const NEVER: Duration = Duration::from_hours(1);

/// Endpoints that answer after a delay: UserInfo, and introspection.
struct Played {
    user_info: (Duration, Option<DenyReason>),
    introspection: (Duration, Result<(), Refusal>),
    asked: Cell<(usize, usize)>,
}

impl Default for Played {
    fn default() -> Self {
        Self { user_info: (SOON, None), introspection: (SOON, Ok(())), asked: Cell::default() }
    }
}

fn subject() -> String {
    format!("https://login.salesforce.com/id/{ORGANIZATION}/{USER}")
}

impl Endpoints for &Played {
    async fn user_info(&self, _: &AccessToken) -> Result<UserInfo, Refusal> {
        let (user_info, introspection) = self.asked.get();
        self.asked.set((user_info + 1, introspection));
        sleep(self.user_info.0).await;
        self.user_info.1.map_or(Ok(()), |reason| Err(Refusal::from(reason)))?;
        Ok(UserInfo {
            sub: Some(subject()),
            organization_id: Some(ORGANIZATION.to_owned()),
            user_id: Some(USER.to_owned()),
            email: Some("alice@example.com".to_owned()),
            email_verified: Some(true),
            active: Some(true),
            user_type: Some("STANDARD".to_owned()),
            integration_user: IntegrationUser::No,
        })
    }

    async fn signing_key(&self, _: &str) -> Result<Option<DecodingKey>, Unavailable> {
        Ok(None)
    }

    async fn introspect(&self, _: &AccessToken, _: Instant) -> Result<Introspection, Refusal> {
        let (user_info, introspection) = self.asked.get();
        self.asked.set((user_info, introspection + 1));
        sleep(self.introspection.0).await;
        self.introspection.1.clone()?;
        let ends = unix_time() + 60;
        Ok(from_value(json!({"active": true, "client_id": "ours", "sub": subject(), "exp": ends})).unwrap())
    }
}

fn tokens() -> Tokens {
    Tokens { access: AccessToken::parse("00DSG000009FYVd!AQ4").unwrap(), id: IdToken::parse("e30.e30.c2ln") }
}

fn provider<'a>(endpoints: &'a Played, mode: usize, organizations: &str) -> SalesforceProvider<&'a Played> {
    let audience = modes().into_iter().nth(mode).unwrap();
    SalesforceProvider::new(
        Policy { organizations: AllowedOrganizations::parse(organizations).unwrap(), audience },
        endpoints,
    )
}

/// What comes of the tokens, what was seen, and how long it took.
async fn identified(
    endpoints: &Played,
    mode: usize,
    organizations: &str,
) -> (Result<Identity, Refusal>, Seen, Duration) {
    let (provider, tokens, mut seen) = (provider(endpoints, mode, organizations), tokens(), Seen::default());
    let start = Instant::now();
    let vouched = provider.vouch(&tokens, "n", start + BUDGET, &mut seen).await.unwrap();
    let person = provider.identify(&tokens, &vouched, start + BUDGET, &mut seen).await;
    (person.map(|person| person.account), seen, start.elapsed())
}

const UNCHECKED: usize = 0;
const INTROSPECTION: usize = 2;

#[tokio::test(start_paused = true)]
async fn user_info_and_introspection_are_asked_at_the_same_time() {
    for (mode, asked) in [(UNCHECKED, (1, 0)), (INTROSPECTION, (1, 1))] {
        let endpoints = Played::default();
        let (account, seen, took) = identified(&endpoints, mode, ORGANIZATION).await;
        assert_eq!(account, Ok((ORGANIZATION.parse().unwrap(), USER.parse().unwrap())));
        assert_eq!((endpoints.asked.get(), took, seen.user_info), (asked, SOON, Some(SOON)));
    }
}

#[tokio::test(start_paused = true)]
async fn no_question_is_asked_twice_or_beyond_the_deadline() {
    for (endpoints, code) in [
        (Played { user_info: (NEVER, None), ..Played::default() }, "salesforce-timeout"),
        (Played { introspection: (NEVER, Ok(())), ..Played::default() }, "salesforce-introspection-timeout"),
    ] {
        let (account, _, took) = identified(&endpoints, INTROSPECTION, ORGANIZATION).await;
        assert_eq!((account.unwrap_err().to_string().as_str(), took), (code, BUDGET));
        assert_eq!(endpoints.asked.get(), (1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn the_no_of_user_info_stands_without_introspection() {
    let down = Unavailable::new(Service::SalesforceIntrospection, Cause::Failed, "");
    let endpoints = Played {
        user_info: (SOON, Some(DenyReason::TokenRejected)),
        introspection: (SOON, Err(down.into())),
        ..Played::default()
    };
    let (account, seen, _) = identified(&endpoints, INTROSPECTION, ORGANIZATION).await;
    assert_eq!(account, Err(DenyReason::TokenRejected.into()));
    assert_eq!(seen, Seen { user_info: Some(SOON), ..Seen::default() });
}

#[tokio::test(start_paused = true)]
async fn a_denial_says_whom_user_info_named() {
    let refused = Err(DenyReason::IntrospectionInactive.into());
    for (endpoints, organizations, reason) in [
        (Played::default(), "00D6g000006wre4EAA", DenyReason::OrganizationNotAllowed),
        (
            Played { introspection: (SOON, refused), ..Played::default() },
            ORGANIZATION,
            DenyReason::IntrospectionInactive,
        ),
    ] {
        let (account, seen, _) = identified(&endpoints, INTROSPECTION, organizations).await;
        assert_eq!(account, Err(reason.into()));
        assert_eq!((seen.organization, seen.user), (ORGANIZATION.parse().ok(), USER.parse().ok()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_signed_token_under_an_unknown_key_is_denied_without_asking_who_it_is() {
    let endpoints = Played::default();
    let provider = provider(&endpoints, 1, ORGANIZATION);
    let header = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ";
    for (id_token, reason) in [
        (format!("{header}.e30.c2ln"), DenyReason::IdTokenKeyUnknown),
        ("e30.e30.c2ln".to_owned(), DenyReason::IdTokenMalformed),
    ] {
        let tokens = Tokens { id: IdToken::parse(&id_token), ..tokens() };
        let vouched = provider.vouch(&tokens, "n", Instant::now() + BUDGET, &mut Seen::default()).await;
        assert_eq!(vouched.err(), Some(reason.into()));
    }
    assert_eq!(endpoints.asked.get(), (0, 0));
}

#[test]
fn a_link_is_read_in_either_form_of_the_ids_and_written_in_the_long_one() {
    let endpoints = Played::default();
    let provider = provider(&endpoints, UNCHECKED, ORGANIZATION);
    let account = (ORGANIZATION.parse().unwrap(), USER.parse().unwrap());
    assert_eq!(provider.link_to(account), format!("{ORGANIZATION}/{USER}"));
    for link in ["00DSG000009FYVd2AO/005SG000008eiAbYAI", "00DSG000009FYVd/005SG000008eiAb"] {
        assert_eq!(provider.account_of(link), Some(account), "{link}");
    }
    for link in ["", "/", USER, "00DSG000009FYVd2AO/005SG000008eiAbYAI/", "005SG000008eiAbYAI/00DSG000009FYVd2AO"] {
        assert_eq!(provider.account_of(link), None, "{link}");
    }
}

#[test]
fn the_time_is_that_of_the_clock() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(unix_time());
    assert!(now.elapsed().is_ok_and(|ago| ago < Duration::from_secs(5)));
}
