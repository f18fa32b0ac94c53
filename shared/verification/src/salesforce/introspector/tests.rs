//! The credentials, kept and renewed, against a server that plays Secrets Manager.

use super::*;
use crate::aws::{AwsClients, Endpoints};
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

fn introspector(server: &MockServer) -> Introspector {
    let aws = AwsClients::of(Endpoints { secrets_manager: server.uri().parse().ok(), ..Endpoints::default() });
    Introspector::new(Secret::new(&aws, "arn".to_owned()))
}

/// Answers so many times with a secret that is told apart by its text.
async fn holding(server: &MockServer, secret: &str, times: u64) {
    let text = json!({"client_id": "client", "client_secret": secret}).to_string();
    answering(server, ResponseTemplate::new(200).set_body_json(json!({"SecretString": text})), times).await;
}

async fn answering(server: &MockServer, response: ResponseTemplate, times: u64) {
    Mock::given(any()).respond_with(response).up_to_n_times(times).expect(times).mount(server).await;
}

/// Makes what is kept look older.
async fn age(introspector: &Introspector, by: Duration) {
    let kept = &mut *introspector.kept.lock().await;
    let fetched = &mut kept.as_mut().unwrap().fetched;
    *fetched = fetched.checked_sub(by).unwrap();
}

#[tokio::test]
async fn the_secret_is_fetched_once_ahead_or_when_it_is_needed() {
    for ahead in [true, false] {
        let server = MockServer::start().await;
        holding(&server, "one", 1).await;
        let introspector = introspector(&server);
        if ahead {
            introspector.prefetch().await;
        }
        for _ in 0..2 {
            assert_eq!(introspector.credentials().await.unwrap().client_secret.expose_secret(), "one");
        }
    }
}

#[tokio::test]
async fn a_secret_that_could_not_be_had_is_asked_for_again() {
    let server = MockServer::start().await;
    answering(&server, ResponseTemplate::new(500), 2).await;
    holding(&server, "one", 1).await;
    let introspector = introspector(&server);
    introspector.prefetch().await;
    assert_eq!(introspector.credentials().await.unwrap_err().to_string(), "introspection-secret-failed");
    assert!(introspector.credentials().await.is_ok());
}

#[tokio::test]
async fn rejected_credentials_are_renewed_at_most_once_a_minute() {
    let server = MockServer::start().await;
    holding(&server, "one", 2).await;
    holding(&server, "two", 1).await;
    let introspector = introspector(&server);
    let first = introspector.credentials().await.unwrap();
    assert!(introspector.renewed(&first).await.unwrap().is_none(), "fetched just now");
    age(&introspector, RENEWAL_COOLDOWN).await;
    assert!(introspector.renewed(&first).await.unwrap().is_none(), "the secret has not changed");
    assert!(introspector.renewed(&first).await.unwrap().is_none(), "fetched just now");
    age(&introspector, RENEWAL_COOLDOWN).await;
    assert_eq!(introspector.renewed(&first).await.unwrap().unwrap().client_secret.expose_secret(), "two");
    assert_eq!(introspector.credentials().await.unwrap().client_secret.expose_secret(), "two");
}

#[tokio::test]
async fn a_renewal_that_fails_keeps_the_old_credentials_and_is_no_answer() {
    let server = MockServer::start().await;
    holding(&server, "one", 1).await;
    answering(&server, ResponseTemplate::new(500), 1).await;
    let introspector = introspector(&server);
    let first = introspector.credentials().await.unwrap();
    age(&introspector, RENEWAL_COOLDOWN).await;
    assert_eq!(introspector.renewed(&first).await.unwrap_err().to_string(), "introspection-secret-failed");
    assert_eq!(introspector.credentials().await.unwrap().client_secret.expose_secret(), "one");
}
