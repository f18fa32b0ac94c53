//! The handler with a fake pool in memory.

use std::cell::RefCell;
use std::time::Duration;

use linking::{LinkedIdentity, Providers};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use verification::AllowedEmailDomains;

use super::*;

const EMAIL: &str = "alice@acme.example";

/// A fake pool, which records the calls.
#[derive(Default)]
struct FakePool {
    /// The result of each look-up, in order. The last one repeats.
    found: RefCell<Vec<Vec<Profile>>>,
    taken: bool,
    not_created: Option<&'static str>,
    refused: Option<&'static str>,
    /// A second provider of the pool, in addition to the listed one.
    other_provider: Option<&'static str>,
    /// The operation that never answers.
    silent: Option<&'static str>,
    calls: RefCell<Vec<String>>,
}

impl FakePool {
    fn with(found: impl IntoIterator<Item = Vec<Profile>>) -> Self {
        Self { found: RefCell::new(found.into_iter().collect()), ..Self::default() }
    }

    async fn call(&self, operation: &str, what: &str) -> Result<(), Unavailable> {
        self.calls.borrow_mut().push(format!("{operation} {what}"));
        if self.silent == Some(operation) {
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

impl ProfileDirectory for FakePool {
    async fn profiles_by_email(&self, pool_id: &str, email: &EmailAddress) -> Result<Vec<Profile>, Unavailable> {
        self.call("find", &format!("{pool_id} {}", email.as_str())).await?;
        let mut found = self.found.borrow_mut();
        Ok(if found.len() > 1 { found.remove(0) } else { found.first().cloned().unwrap_or_default() })
    }

    async fn create(&self, _: &str, username: &str, _: &EmailAddress) -> Result<Creation, Unavailable> {
        self.call("create", username).await?;
        let profile = Profile { username: format!("new {username}"), ..Profile::default() };
        Ok(match self.not_created {
            Some(code) => Creation::Refused(code),
            None if self.taken => Creation::Taken,
            None => Creation::Created(profile),
        })
    }

    async fn link_identity(
        &self,
        _: &str,
        username: &str,
        identity: &SamlIdentity<'_>,
    ) -> Result<Linking, Unavailable> {
        self.call("link", &format!("{username} {} {}", identity.provider, identity.name_id)).await?;
        Ok(self.refused.map_or(Linking::Linked, Linking::Refused))
    }
}

/// These calls are not recorded.
impl ProviderDirectory for FakePool {
    async fn provider_names(&self, _: &str) -> Result<Vec<String>, Unavailable> {
        if self.silent == Some("list") {
            std::future::pending::<()>().await;
        }
        Ok(["Okta"].into_iter().chain(self.other_provider).map(ToOwned::to_owned).collect())
    }

    async fn mapped_attributes(&self, _: &str, _: &str) -> Result<Vec<String>, Unavailable> {
        if self.silent == Some("describe") {
            std::future::pending::<()>().await;
        }
        Ok(["email", "email_verified"].map(ToOwned::to_owned).into())
    }
}

fn local() -> Profile {
    Profile {
        username: "local".to_owned(),
        sub: Some("sub".to_owned()),
        email: Some(EMAIL.to_owned()),
        email_verified: true,
        enabled: true,
        status: "CONFIRMED".to_owned(),
        identities: Some(vec![]),
    }
}

fn policy(create: Option<UsernameScheme>) -> Policy {
    let providers = Providers::parse("Okta").unwrap();
    Policy { providers, name_id_attribute: None, email_domains: None, create }
}

fn event() -> Value {
    json!({
        "version": "1", "triggerSource": "PreSignUp_ExternalProvider", "userPoolId": "eu-west-1_EXAMPLE",
        "userName": "Okta_alice", "request": {"userAttributes": {"email": EMAIL, "email_verified": "false"}},
    })
}

fn changed(name: &str, value: Value) -> Value {
    let mut event = event();
    event[name] = value;
    event
}

/// The result of an event, and the calls to the pool.
async fn handled(policy: &Policy, pool: &FakePool, event: &Value) -> (Result<(), PublicError>, Vec<String>) {
    let text = to_raw_value(event).unwrap();
    let (provider_checks, function_name) = (ProviderChecks::default(), "f".to_owned());
    let linker = Linker { policy, directory: pool, provider_checks, function_name };
    let event = Event::read(&text);
    let result = linker.handle(&Invocation { event: &event, request_id: "r", time_left: None }).await;
    (result, pool.calls.take())
}

async fn verdict(policy: &Policy, pool: &FakePool) -> Verdict {
    let text = to_raw_value(&event()).unwrap();
    SignUp::read(policy, &Event::read(&text), "Okta_alice").unwrap().link(policy, pool).await.unwrap()
}

/// Why a sign-up is not linked, before the pool is read.
fn reason(policy: &Policy, event: &Value) -> &'static str {
    let user_name = event["userName"].as_str().unwrap_or_default();
    let text = to_raw_value(event).unwrap();
    SignUp::read(policy, &Event::read(&text), user_name).unwrap_err().code()
}

const LOOKED_UP: &str = "find eu-west-1_EXAMPLE alice@acme.example";

#[tokio::test]
async fn the_profile_with_the_address_is_linked() {
    let (result, calls) = handled(&policy(None), &FakePool::with([vec![local()]]), &event()).await;
    assert_eq!((result, calls), (Ok(()), vec![LOOKED_UP.to_owned(), "link local Okta alice".to_owned()]));
}

#[tokio::test]
async fn an_event_of_another_source_makes_no_calls() {
    for source in [
        json!("PreSignUp_SignUp"),
        json!("PreSignUp_AdminCreateUser"),
        json!("PreSignUp_Novelty"),
        json!("presignup_externalprovider"),
        json!("PreSignUp_ExternalProvider2"),
        json!("InboundFederation_ExternalProvider"),
        json!(["PreSignUp_ExternalProvider"]),
        json!(null),
    ] {
        let (result, calls) =
            handled(&policy(None), &FakePool::with([vec![local()]]), &changed("triggerSource", source)).await;
        assert_eq!((result, calls), (Ok(()), vec![]));
    }
}

#[tokio::test]
async fn a_sign_up_that_cannot_be_linked_makes_no_calls_and_continues() {
    let pool = FakePool::with([vec![local()]]);
    let with_email = |email: Value| changed("request", json!({"userAttributes": {"email": email}}));
    for (event, expected) in [
        (changed("userName", json!("Entra_alice")), "provider-not-listed"),
        (changed("userName", json!("alice")), "provider-not-listed"),
        (changed("userName", json!(null)), "provider-not-listed"),
        (changed("userName", json!("okta_alice")), "name-id-unknown"),
        (changed("userPoolId", json!(null)), "event-incomplete"),
        (changed("request", json!(null)), "email-missing"),
        (with_email(json!(null)), "email-missing"),
        (with_email(json!("")), "email-missing"),
        (with_email(json!([EMAIL])), "email-missing"),
        (with_email(json!("alice")), "email-invalid"),
        (with_email(json!("alice@acme.example\" or email ^= \"")), "email-invalid"),
        (with_email(json!("al\u{131}ce@acme.example")), "email-invalid"),
    ] {
        assert_eq!(reason(&policy(None), &event), expected, "{event}");
        assert_eq!(handled(&policy(None), &pool, &event).await, (Ok(()), vec![]), "{event}");
    }
}

#[tokio::test]
async fn with_a_list_of_domains_other_domains_are_not_linked() {
    let domains = |list: &str| Policy { email_domains: AllowedEmailDomains::parse(list).ok(), ..policy(None) };
    assert_eq!(reason(&domains("sub.acme.example,example"), &event()), "email-domain-not-allowed");
    assert_eq!(handled(&domains("ACME.example"), &FakePool::with([vec![local()]]), &event()).await.1.len(), 2);
}

#[tokio::test]
async fn the_name_id_comes_from_the_attribute_if_one_is_configured() {
    let named = Policy { name_id_attribute: Some("custom:name_id".to_owned()), ..policy(None) };
    let mut folded = changed("userName", json!("okta_alice"));
    assert_eq!(reason(&named, &folded), "name-id-unknown");
    folded["request"]["userAttributes"]["custom:name_id"] = json!("bob");
    assert_eq!(reason(&named, &folded), "name-id-mismatch");
    folded["request"]["userAttributes"]["custom:name_id"] = json!("Alice");
    let (_, calls) = handled(&named, &FakePool::with([vec![local()]]), &folded).await;
    assert_eq!(calls, [LOOKED_UP, "link local Okta Alice"]);
}

#[tokio::test]
async fn if_the_rules_forbid_a_link_nothing_is_written_and_the_sign_up_continues() {
    let unverified = FakePool::with([vec![Profile { email_verified: false, ..local() }]]);
    let (result, calls) = handled(&policy(Some(UsernameScheme::Email)), &unverified, &event()).await;
    assert_eq!((result, calls), (Ok(()), vec![LOOKED_UP.to_owned()]));
}

#[tokio::test]
async fn without_the_setting_no_profile_is_created() {
    let pool = FakePool::default();
    assert_eq!(verdict(&policy(None), &pool).await.reason, Some(Reason::NoProfile));
    assert_eq!(pool.calls.take(), [LOOKED_UP]);
}

#[tokio::test]
async fn a_created_profile_is_linked_by_the_user_name_that_the_pool_returned() {
    let pool = FakePool::default();
    let verdict = verdict(&policy(Some(UsernameScheme::Email)), &pool).await;
    assert_eq!((verdict.reason, verdict.created), (None, true));
    let expected = [LOOKED_UP, "create alice@acme.example", "link new alice@acme.example Okta alice"];
    assert_eq!(pool.calls.take(), expected);
}

#[tokio::test]
async fn if_the_user_name_is_taken_the_rules_check_the_existing_profile() {
    for (second, expected) in [
        (vec![local()], None),
        (vec![Profile { email_verified: false, ..local() }], Some(Reason::EmailUnverified)),
        (vec![local(), local()], Some(Reason::DuplicateEmail)),
        (vec![], Some(Reason::UserNameTaken)),
    ] {
        let pool = FakePool { taken: true, ..FakePool::with([vec![], second]) };
        let verdict = verdict(&policy(Some(UsernameScheme::Local)), &pool).await;
        assert_eq!((verdict.reason, verdict.created), (expected, false));
        let links = pool.calls.take().iter().filter(|call| call.starts_with("link")).count();
        assert_eq!(links, usize::from(expected.is_none()), "{expected:?}");
    }
}

#[tokio::test]
async fn after_a_refusal_to_link_the_sign_up_continues_and_the_code_is_logged() {
    let pool = FakePool { refused: Some("AliasExistsException"), ..FakePool::with([vec![local()]]) };
    let Verdict { reason, sub, detail, .. } = verdict(&policy(None), &pool).await;
    assert_eq!((reason, sub.as_deref()), (Some(Reason::LinkRefused), Some("sub")));
    assert_eq!(detail, Some("AliasExistsException"));
    assert_eq!(handled(&policy(None), &pool, &event()).await.0, Ok(()));
}

#[tokio::test]
async fn a_profile_that_was_created_but_not_linked_is_logged_as_created() {
    let pool = FakePool { refused: Some("LimitExceededException"), ..FakePool::default() };
    let Verdict { reason, created, .. } = verdict(&policy(Some(UsernameScheme::Email)), &pool).await;
    assert_eq!((reason, created), (Some(Reason::LinkRefused), true));
}

#[tokio::test]
async fn a_repeated_event_finds_the_link_and_writes_nothing() {
    let linked = LinkedIdentity { provider: "Okta".to_owned(), user_id: "alice".to_owned(), primary: false };
    let pool = FakePool::with([vec![Profile { identities: Some(vec![linked]), ..local() }]]);
    let Verdict { reason, sub, .. } = verdict(&policy(None), &pool).await;
    assert_eq!((reason, sub.as_deref(), pool.calls.take().len()), (None, Some("sub"), 1));
}

#[tokio::test]
async fn with_an_ambiguous_provider_nothing_is_linked_and_the_sign_up_continues() {
    let pool = FakePool { other_provider: Some("Okta_Partners"), ..FakePool::with([vec![local()]]) };
    for name in ["Okta_alice", "Okta_Partners_alice"] {
        let (result, calls) = handled(&policy(None), &pool, &changed("userName", json!(name))).await;
        assert_eq!((result, calls), (Ok(()), vec![]), "{name}");
    }
}

#[tokio::test]
async fn after_a_refusal_to_create_the_sign_up_continues_and_the_code_is_logged() {
    let pool = FakePool { not_created: Some("InvalidParameterException"), ..FakePool::default() };
    let Verdict { reason, created, detail, .. } = verdict(&policy(Some(UsernameScheme::Email)), &pool).await;
    assert_eq!((reason, created), (Some(Reason::CreateRefused), false));
    assert_eq!(detail, Some("InvalidParameterException"));
    assert_eq!(handled(&policy(Some(UsernameScheme::Email)), &pool, &event()).await.0, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_does_not_answer_ends_the_sign_up_after_four_seconds() {
    for (silent, found) in [
        ("list", vec![local()]),
        ("describe", vec![local()]),
        ("find", vec![local()]),
        ("create", vec![]),
        ("link", vec![local()]),
    ] {
        let pool = FakePool { silent: Some(silent), ..FakePool::with([found]) };
        let start = Instant::now();
        let (result, _) = handled(&policy(Some(UsernameScheme::Email)), &pool, &event()).await;
        assert_eq!((result, start.elapsed()), (Err(PublicError), Duration::from_secs(4)), "{silent}");
    }
}
