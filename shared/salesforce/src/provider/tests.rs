//! The provider with fake endpoints in memory, and with paused time.

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

/// Endpoints that respond after a delay. They count the calls of UserInfo and of introspection.
struct FakeEndpoints {
    user_info: (Duration, Option<DenyReason>),
    introspection: (Duration, Result<(), Refusal>),
    calls: Cell<(usize, usize)>,
}

impl Default for FakeEndpoints {
    fn default() -> Self {
        Self { user_info: (SOON, None), introspection: (SOON, Ok(())), calls: Cell::default() }
    }
}

fn subject() -> String {
    format!("https://login.salesforce.com/id/{ORGANIZATION}/{USER}")
}

impl Endpoints for &FakeEndpoints {
    async fn user_info(&self, _: &AccessToken) -> Result<UserInfo, Refusal> {
        let (user_info, introspection) = self.calls.get();
        self.calls.set((user_info + 1, introspection));
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
            integration_user: IntegrationUser::NotMarked,
        })
    }

    async fn signing_key(&self, _: &str) -> Result<Option<DecodingKey>, Unavailable> {
        Ok(None)
    }

    async fn introspect(&self, _: &AccessToken, _: Instant) -> Result<Introspection, Refusal> {
        let (user_info, introspection) = self.calls.get();
        self.calls.set((user_info, introspection + 1));
        sleep(self.introspection.0).await;
        self.introspection.1.clone()?;
        let expires = unix_time() + 60;
        Ok(from_value(json!({"active": true, "client_id": "ours", "sub": subject(), "exp": expires})).unwrap())
    }
}

fn tokens() -> Tokens {
    Tokens { access: AccessToken::parse("00DSG000009FYVd!AQ4").unwrap(), id: IdToken::parse("e30.e30.c2ln") }
}

fn provider<'a>(
    endpoints: &'a FakeEndpoints,
    mode: usize,
    organizations: &str,
) -> SalesforceProvider<&'a FakeEndpoints> {
    let audience = modes().into_iter().nth(mode).unwrap();
    SalesforceProvider::new(
        Policy { organizations: AllowedOrganizations::parse(organizations).unwrap(), audience },
        endpoints,
    )
}

/// The identified account, what Salesforce said, and how long it took.
async fn identified(
    endpoints: &FakeEndpoints,
    mode: usize,
    organizations: &str,
) -> (Result<Identity, Refusal>, Observed, Duration) {
    let (provider, tokens, mut observed) = (provider(endpoints, mode, organizations), tokens(), Observed::default());
    let start = Instant::now();
    let validation = provider.validate_locally(&tokens, "n", start + BUDGET, &mut observed).await.unwrap();
    let person = provider.identify(&tokens, &validation, start + BUDGET, &mut observed).await;
    (person.map(|person| person.account), observed, start.elapsed())
}

const UNCHECKED: usize = 0;
const INTROSPECTION: usize = 2;

#[tokio::test(start_paused = true)]
async fn user_info_and_introspection_are_called_at_the_same_time() {
    for (mode, calls) in [(UNCHECKED, (1, 0)), (INTROSPECTION, (1, 1))] {
        let endpoints = FakeEndpoints::default();
        let (account, observed, took) = identified(&endpoints, mode, ORGANIZATION).await;
        assert_eq!(account, Ok((ORGANIZATION.parse().unwrap(), USER.parse().unwrap())));
        assert_eq!((endpoints.calls.get(), took, observed.user_info_latency), (calls, SOON, Some(SOON)));
    }
}

#[tokio::test(start_paused = true)]
async fn no_endpoint_is_called_twice_or_after_the_deadline() {
    for (endpoints, code) in [
        (FakeEndpoints { user_info: (NEVER, None), ..FakeEndpoints::default() }, "salesforce-timeout"),
        (
            FakeEndpoints { introspection: (NEVER, Ok(())), ..FakeEndpoints::default() },
            "salesforce-introspection-timeout",
        ),
    ] {
        let (account, _, took) = identified(&endpoints, INTROSPECTION, ORGANIZATION).await;
        assert_eq!((account.unwrap_err().to_string().as_str(), took), (code, BUDGET));
        assert_eq!(endpoints.calls.get(), (1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_denial_by_user_info_counts_even_if_introspection_is_unavailable() {
    let down = Unavailable::new(Service::SalesforceIntrospection, Cause::Failed, "");
    let endpoints = FakeEndpoints {
        user_info: (SOON, Some(DenyReason::TokenRejected)),
        introspection: (SOON, Err(down.into())),
        ..FakeEndpoints::default()
    };
    let (account, observed, _) = identified(&endpoints, INTROSPECTION, ORGANIZATION).await;
    assert_eq!(account, Err(DenyReason::TokenRejected.into()));
    assert_eq!(observed, Observed { user_info_latency: Some(SOON), ..Observed::default() });
}

#[tokio::test(start_paused = true)]
async fn a_denial_comes_with_the_user_that_user_info_named() {
    let refused = Err(DenyReason::IntrospectionInactive.into());
    for (endpoints, organizations, reason) in [
        (FakeEndpoints::default(), "00D6g000006wre4EAA", DenyReason::OrganizationNotAllowed),
        (
            FakeEndpoints { introspection: (SOON, refused), ..FakeEndpoints::default() },
            ORGANIZATION,
            DenyReason::IntrospectionInactive,
        ),
    ] {
        let (account, observed, _) = identified(&endpoints, INTROSPECTION, organizations).await;
        assert_eq!(account, Err(reason.into()));
        assert_eq!((observed.organization, observed.user), (ORGANIZATION.parse().ok(), USER.parse().ok()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_signed_token_with_an_unknown_key_is_denied_without_calling_user_info() {
    let endpoints = FakeEndpoints::default();
    let provider = provider(&endpoints, 1, ORGANIZATION);
    let header = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ";
    for (id_token, reason) in [
        (format!("{header}.e30.c2ln"), DenyReason::IdTokenKeyUnknown),
        ("e30.e30.c2ln".to_owned(), DenyReason::IdTokenMalformed),
    ] {
        let tokens = Tokens { id: IdToken::parse(&id_token), ..tokens() };
        let deadline = Instant::now() + BUDGET;
        let validation = provider.validate_locally(&tokens, "n", deadline, &mut Observed::default()).await;
        assert_eq!(validation.err(), Some(reason.into()));
    }
    assert_eq!(endpoints.calls.get(), (0, 0));
}

#[test]
fn a_link_is_read_with_short_or_long_ids_and_written_with_long_ones() {
    let endpoints = FakeEndpoints::default();
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
fn the_time_comes_from_the_system_clock() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(unix_time());
    assert!(now.elapsed().is_ok_and(|ago| ago < Duration::from_secs(5)));
}
