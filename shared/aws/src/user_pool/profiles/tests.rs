//! The calls that read, create and link profiles, against a fake pool endpoint.

use super::super::tests::{POOL, directory, error, page};
use super::*;
use linking::LinkedIdentity;
use serde_json::{Value, json};
use std::time::Duration;
use wiremock::matchers::{body_json, header, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

const IDENTITY: SamlIdentity<'_> = SamlIdentity { provider: "Okta", name_id: "Alice_1" };

fn email() -> EmailAddress {
    "alice@example.com".parse().unwrap()
}

async fn answering(response: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(response).expect(1).mount(&server).await;
    server
}

async fn created(response: ResponseTemplate) -> Result<Creation, Unavailable> {
    directory(&answering(response).await.uri()).create(POOL, "alice", &email()).await
}

async fn linked(response: ResponseTemplate) -> Result<Linking, Unavailable> {
    directory(&answering(response).await.uri()).link_identity(POOL, "alice", &IDENTITY).await
}

/// The profiles of a pool with this user.
async fn read(user: &Value) -> Result<Vec<Profile>, Unavailable> {
    let server = answering(page(&json!({"Users": [user]}))).await;
    directory(&server.uri()).profiles_by_email(POOL, &email()).await
}

fn user(identities: &str) -> Value {
    json!({
        "Username": "alice", "Enabled": true, "UserStatus": "FORCE_CHANGE_PASSWORD",
        "Attributes": [
            {"Name": "sub", "Value": "s"}, {"Name": "email", "Value": "alice@example.com"},
            {"Name": "email_verified", "Value": "true"}, {"Name": "identities", "Value": identities},
        ],
    })
}

#[tokio::test]
async fn a_profile_is_read_with_all_fields_that_linking_needs() {
    let identities = r#"[{"userId":"a_b","providerName":"Okta","providerType":"SAML","issuer":null,"primary":false}]"#;
    let profiles = read(&user(identities)).await.unwrap();
    let Profile { username, sub, email, email_verified, enabled, status, identities } = &profiles[0];
    assert_eq!((username.as_str(), sub.as_deref(), email.as_deref()), ("alice", Some("s"), Some("alice@example.com")));
    assert_eq!((*email_verified, *enabled, status.as_str()), (true, true, "FORCE_CHANGE_PASSWORD"));
    let expected = LinkedIdentity { provider: "Okta".to_owned(), user_id: "a_b".to_owned(), primary: false };
    assert_eq!(identities.as_deref(), Some(&[expected][..]));
}

#[tokio::test]
async fn a_profile_without_a_user_name_is_unavailable() {
    for user in [json!({}), json!({"Username": ""})] {
        assert_eq!(read(&user).await.unwrap_err().to_string(), "directory-unreadable");
    }
}

#[tokio::test]
async fn a_profile_is_created_with_a_verified_address_and_without_a_message() {
    let server = MockServer::start().await;
    Mock::given(header("x-amz-target", "AWSCognitoIdentityProviderService.AdminCreateUser"))
        .and(body_json(json!({
            "UserPoolId": POOL, "Username": "alice", "MessageAction": "SUPPRESS",
            "UserAttributes": [
                {"Name": "email", "Value": "alice@example.com"}, {"Name": "email_verified", "Value": "true"},
            ],
        })))
        .respond_with(page(&json!({"User": {"Username": "uuid", "Attributes": [{"Name": "sub", "Value": "s"}]}})))
        .expect(1)
        .mount(&server)
        .await;
    let Ok(Creation::Created(profile)) = directory(&server.uri()).create(POOL, "alice", &email()).await else {
        panic!("not created");
    };
    assert_eq!((profile.username.as_str(), profile.sub.as_deref()), ("uuid", Some("s")));
}

#[tokio::test]
async fn a_user_name_or_an_email_of_another_user_is_reported_as_taken() {
    for code in ["UsernameExistsException", "AliasExistsException"] {
        assert!(matches!(created(error(400, code)).await, Ok(Creation::Taken)), "{code}");
    }
}

#[tokio::test]
async fn a_refusal_to_create_is_reported_with_a_known_code_only() {
    for (status, code, expected) in [
        (400, "InvalidParameterException", "InvalidParameterException"),
        (400, "InvalidPasswordException", "InvalidPasswordException"),
        (400, "LimitExceededException", "LimitExceededException"),
        (400, "UserLambdaValidationException", "UserLambdaValidationException"),
        (404, "ResourceNotFoundException", "ResourceNotFoundException"),
        (400, "CanaryException", "other"),
    ] {
        let answer = created(error(status, code)).await;
        assert!(matches!(answer, Ok(Creation::Refused(code)) if code == expected), "{code}: {answer:?}");
    }
}

#[tokio::test]
async fn throttling_missing_permissions_and_aws_failures_are_unavailable() {
    for (status, code, reason) in [
        (400, "TooManyRequestsException", "directory-throttled"),
        (400, "ThrottlingException", "directory-throttled"),
        (429, "InvalidParameterException", "directory-throttled"),
        (400, "AccessDeniedException", "directory-not-authorized"),
        (400, "NotAuthorizedException", "directory-not-authorized"),
        (400, "ExpiredTokenException", "directory-not-authorized"),
        (403, "CanaryException", "directory-failed"),
        (400, "UnexpectedLambdaException", "directory-failed"),
        (400, "InternalErrorException", "directory-failed"),
        (500, "InvalidParameterException", "directory-failed"),
    ] {
        assert_eq!(created(error(status, code)).await.unwrap_err().to_string(), reason, "{code}");
    }
    assert_eq!(created(page(&json!({}))).await.unwrap_err().to_string(), "directory-unreadable");
    let without_code = ResponseTemplate::new(400).set_body_string("a page");
    assert!(created(without_code).await.is_err());
}

#[tokio::test]
async fn an_identity_is_linked_by_its_unchanged_name_id() {
    let server = MockServer::start().await;
    Mock::given(header("x-amz-target", "AWSCognitoIdentityProviderService.AdminLinkProviderForUser"))
        .and(body_json(json!({
            "UserPoolId": POOL,
            "DestinationUser": {"ProviderName": "Cognito", "ProviderAttributeValue": "alice"},
            "SourceUser": {
                "ProviderName": "Okta", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "Alice_1",
            },
        })))
        .respond_with(page(&json!({})))
        .expect(1)
        .mount(&server)
        .await;
    let linked = directory(&server.uri()).link_identity(POOL, "alice", &IDENTITY).await;
    assert_eq!(linked, Ok(Linking::Linked));
}

#[tokio::test]
async fn a_refusal_to_link_is_reported_with_its_code_only() {
    for code in LINK_REFUSED_CODES {
        assert_eq!(linked(error(400, code)).await, Ok(Linking::Refused(code)));
    }
}

#[tokio::test]
async fn any_other_error_of_linking_is_unavailable() {
    for (status, code, reason) in [
        (400, "TooManyRequestsException", "directory-throttled"),
        (400, "AccessDeniedException", "directory-not-authorized"),
        (400, "NotAuthorizedException", "directory-not-authorized"),
        (400, "ResourceNotFoundException", "directory-failed"),
        (500, "InternalErrorException", "directory-failed"),
    ] {
        assert_eq!(linked(error(status, code)).await.unwrap_err().to_string(), reason, "{code}");
    }
}

#[test]
fn debug_output_names_no_person() {
    let identities =
        Some(vec![LinkedIdentity { provider: "Okta".to_owned(), user_id: "canary".to_owned(), primary: true }]);
    let profile = Profile {
        username: "canary".to_owned(),
        email: Some("canary@example.com".to_owned()),
        identities: identities.clone(),
        ..Profile::default()
    };
    let printed = format!("{profile:?} {identities:?}");
    assert!(!printed.contains("canary"), "{printed}");
}

/// The response to a copy would arrive first, and it would be an error: the user name exists then, and the identity is
/// linked.
#[tokio::test]
async fn creating_and_linking_are_not_sent_twice_to_a_slow_pool() {
    let slow = |body| page(&body).set_delay(Duration::from_millis(1500));
    let creation = created(slow(json!({"User": {"Username": "alice"}}))).await;
    assert!(matches!(creation, Ok(Creation::Created(_))), "{creation:?}");
    assert!(matches!(linked(slow(json!({}))).await, Ok(Linking::Linked)));
}
