//! The handler with the pool played in memory.

use std::cell::RefCell;
use std::time::Duration;

use linking::{LinkedIdentity, Providers};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use verification::AllowedEmailDomains;

use super::*;

const EMAIL: &str = "alice@acme.example";

/// What the pool does, and what was asked of it.
#[derive(Default)]
struct Pool {
    /// One answer for each look-up; the last one stays.
    found: RefCell<Vec<Vec<Profile>>>,
    taken: bool,
    not_created: Option<&'static str>,
    refused: Option<&'static str>,
    /// Another provider beside the listed one.
    beside: Option<&'static str>,
    /// The operation that gives no answer.
    silent: Option<&'static str>,
    calls: RefCell<Vec<String>>,
}

impl Pool {
    fn with(found: impl IntoIterator<Item = Vec<Profile>>) -> Self {
        Self { found: RefCell::new(found.into_iter().collect()), ..Self::default() }
    }

    async fn call(&self, operation: &str, what: &str) -> Result<(), NoAnswer> {
        self.calls.borrow_mut().push(format!("{operation} {what}"));
        if self.silent == Some(operation) {
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

impl ProfileDirectory for Pool {
    async fn profiles_by_email(&self, pool_id: &str, email: &EmailAddress) -> Result<Vec<Profile>, NoAnswer> {
        self.call("find", &format!("{pool_id} {}", email.as_str())).await?;
        let mut found = self.found.borrow_mut();
        Ok(if found.len() > 1 { found.remove(0) } else { found.first().cloned().unwrap_or_default() })
    }

    async fn create(&self, _: &str, username: &str, _: &EmailAddress) -> Result<Creation, NoAnswer> {
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
        identity: &ForeignIdentity<'_>,
    ) -> Result<Linking, NoAnswer> {
        self.call("link", &format!("{username} {} {}", identity.provider, identity.name_id)).await?;
        Ok(self.refused.map_or(Linking::Linked, Linking::Refused))
    }
}

/// Asked beside the others, so these questions are not among the calls.
impl ProviderDirectory for Pool {
    async fn provider_names(&self, _: &str) -> Result<Vec<String>, NoAnswer> {
        if self.silent == Some("list") {
            std::future::pending::<()>().await;
        }
        Ok(["Okta"].into_iter().chain(self.beside).map(ToOwned::to_owned).collect())
    }

    async fn mapped_attributes(&self, _: &str, _: &str) -> Result<Vec<String>, NoAnswer> {
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

fn policy(create: Option<LocalNames>) -> Policy {
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

/// What came of an event, and what the pool was asked.
async fn handled(policy: &Policy, pool: &Pool, event: &Value) -> (Result<(), Unavailable>, Vec<String>) {
    let text = to_raw_value(event).unwrap();
    let (standings, function_name) = (Standings::default(), "f".to_owned());
    let linker = Linker { policy, directory: pool, standings, function_name };
    let event = Event::read(&text);
    let done = linker.handle(&Invocation { event: &event, request_id: "r", time_left: None }).await;
    (done, pool.calls.take())
}

async fn outcome(policy: &Policy, pool: &Pool) -> Outcome {
    let text = to_raw_value(&event()).unwrap();
    SignUp::read(policy, &Event::read(&text), "Okta_alice").unwrap().link(policy, pool).await.unwrap()
}

/// Why a sign-up is not even looked up.
fn reason(policy: &Policy, event: &Value) -> &'static str {
    let user_name = event["userName"].as_str().unwrap_or_default();
    let text = to_raw_value(event).unwrap();
    SignUp::read(policy, &Event::read(&text), user_name).unwrap_err().code()
}

const LOOKED_UP: &str = "find eu-west-1_EXAMPLE alice@acme.example";

#[tokio::test]
async fn the_profile_with_the_address_is_linked() {
    let (done, calls) = handled(&policy(None), &Pool::with([vec![local()]]), &event()).await;
    assert_eq!((done, calls), (Ok(()), vec![LOOKED_UP.to_owned(), "link local Okta alice".to_owned()]));
}

#[tokio::test]
async fn an_event_of_another_source_asks_nothing() {
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
        let (done, calls) =
            handled(&policy(None), &Pool::with([vec![local()]]), &changed("triggerSource", source)).await;
        assert_eq!((done, calls), (Ok(()), vec![]));
    }
}

#[tokio::test]
async fn a_sign_up_that_cannot_be_linked_is_not_looked_up_and_goes_on() {
    let pool = Pool::with([vec![local()]]);
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
async fn with_a_list_of_domains_other_domains_are_left_alone() {
    let domains = |list: &str| Policy { email_domains: AllowedEmailDomains::parse(list).ok(), ..policy(None) };
    assert_eq!(reason(&domains("sub.acme.example,example"), &event()), "email-domain-not-allowed");
    assert_eq!(handled(&domains("ACME.example"), &Pool::with([vec![local()]]), &event()).await.1.len(), 2);
}

#[tokio::test]
async fn the_name_id_comes_from_the_attribute_where_one_is_named() {
    let named = Policy { name_id_attribute: Some("custom:name_id".to_owned()), ..policy(None) };
    let mut folded = changed("userName", json!("okta_alice"));
    assert_eq!(reason(&named, &folded), "name-id-unknown");
    folded["request"]["userAttributes"]["custom:name_id"] = json!("bob");
    assert_eq!(reason(&named, &folded), "name-id-mismatch");
    folded["request"]["userAttributes"]["custom:name_id"] = json!("Alice");
    let (_, calls) = handled(&named, &Pool::with([vec![local()]]), &folded).await;
    assert_eq!(calls, [LOOKED_UP, "link local Okta Alice"]);
}

#[tokio::test]
async fn what_the_rules_leave_alone_is_not_touched_and_the_sign_up_goes_on() {
    let unverified = Pool::with([vec![Profile { email_verified: false, ..local() }]]);
    let (done, calls) = handled(&policy(Some(LocalNames::Email)), &unverified, &event()).await;
    assert_eq!((done, calls), (Ok(()), vec![LOOKED_UP.to_owned()]));
}

#[tokio::test]
async fn without_permission_to_create_nobody_is_created() {
    let pool = Pool::default();
    assert_eq!(outcome(&policy(None), &pool).await.reason, Some(Reason::NoProfile));
    assert_eq!(pool.calls.take(), [LOOKED_UP]);
}

#[tokio::test]
async fn who_has_no_profile_gets_one_that_is_linked_under_the_name_that_the_pool_gave_it() {
    let pool = Pool::default();
    let outcome = outcome(&policy(Some(LocalNames::Email)), &pool).await;
    assert_eq!((outcome.reason, outcome.created), (None, true));
    let expected = [LOOKED_UP, "create alice@acme.example", "link new alice@acme.example Okta alice"];
    assert_eq!(pool.calls.take(), expected);
}

#[tokio::test]
async fn a_profile_that_somebody_else_has_just_made_is_judged_like_any_other() {
    for (second, expected) in [
        (vec![local()], None),
        (vec![Profile { email_verified: false, ..local() }], Some(Reason::EmailUnverified)),
        (vec![local(), local()], Some(Reason::DuplicateEmail)),
        (vec![], Some(Reason::UserNameTaken)),
    ] {
        let pool = Pool { taken: true, ..Pool::with([vec![], second]) };
        let outcome = outcome(&policy(Some(LocalNames::Local)), &pool).await;
        assert_eq!((outcome.reason, outcome.created), (expected, false));
        let links = pool.calls.take().iter().filter(|call| call.starts_with("link")).count();
        assert_eq!(links, usize::from(expected.is_none()), "{expected:?}");
    }
}

#[tokio::test]
async fn a_refusal_to_link_lets_the_sign_up_go_on_and_is_told_by_its_code() {
    let pool = Pool { refused: Some("AliasExistsException"), ..Pool::with([vec![local()]]) };
    let Outcome { reason, sub, detail, .. } = outcome(&policy(None), &pool).await;
    assert_eq!((reason, sub.as_deref()), (Some(Reason::LinkRefused), Some("sub")));
    assert_eq!(detail, Some("AliasExistsException"));
    assert_eq!(handled(&policy(None), &pool, &event()).await.0, Ok(()));
}

#[tokio::test]
async fn a_profile_that_was_created_and_could_not_be_linked_is_told() {
    let pool = Pool { refused: Some("LimitExceededException"), ..Pool::default() };
    let Outcome { reason, created, .. } = outcome(&policy(Some(LocalNames::Email)), &pool).await;
    assert_eq!((reason, created), (Some(Reason::LinkRefused), true));
}

#[tokio::test]
async fn the_same_event_once_more_finds_the_link_and_does_nothing() {
    let linked = LinkedIdentity { provider: "Okta".to_owned(), user_id: "alice".to_owned(), primary: false };
    let pool = Pool::with([vec![Profile { identities: Some(vec![linked]), ..local() }]]);
    let Outcome { reason, sub, .. } = outcome(&policy(None), &pool).await;
    assert_eq!((reason, sub.as_deref(), pool.calls.take().len()), (None, Some("sub"), 1));
}

#[tokio::test]
async fn beside_an_ambiguous_provider_nobody_is_looked_up_and_the_sign_up_goes_on() {
    let pool = Pool { beside: Some("Okta_Partners"), ..Pool::with([vec![local()]]) };
    for name in ["Okta_alice", "Okta_Partners_alice"] {
        let (done, calls) = handled(&policy(None), &pool, &changed("userName", json!(name))).await;
        assert_eq!((done, calls), (Ok(()), vec![]), "{name}");
    }
}

#[tokio::test]
async fn a_refusal_to_create_lets_the_sign_up_go_on_and_is_told_by_its_code() {
    let pool = Pool { not_created: Some("InvalidParameterException"), ..Pool::default() };
    let Outcome { reason, created, detail, .. } = outcome(&policy(Some(LocalNames::Email)), &pool).await;
    assert_eq!((reason, created), (Some(Reason::CreateRefused), false));
    assert_eq!(detail, Some("InvalidParameterException"));
    assert_eq!(handled(&policy(Some(LocalNames::Email)), &pool, &event()).await.0, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_does_not_answer_ends_the_sign_up_within_four_seconds_all_calls_together() {
    for (silent, found) in [
        ("list", vec![local()]),
        ("describe", vec![local()]),
        ("find", vec![local()]),
        ("create", vec![]),
        ("link", vec![local()]),
    ] {
        let pool = Pool { silent: Some(silent), ..Pool::with([found]) };
        let start = Instant::now();
        let (done, _) = handled(&policy(Some(LocalNames::Email)), &pool, &event()).await;
        assert_eq!((done, start.elapsed()), (Err(Unavailable), Duration::from_secs(4)), "{silent}");
    }
}
