//! The calls that read the providers, against a fake pool endpoint.

use super::super::tests::{POOL, directory, error, page};
use super::*;
use serde_json::{Value, json};
use wiremock::matchers::{body_json, body_partial_json, header};
use wiremock::{Mock, MockServer, ResponseTemplate};

const LIST: &str = "AWSCognitoIdentityProviderService.ListIdentityProviders";
const DESCRIBE: &str = "AWSCognitoIdentityProviderService.DescribeIdentityProvider";

async fn answering(operation: &str, response: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(header("x-amz-target", operation)).respond_with(response).mount(&server).await;
    server
}

async fn listed(response: ResponseTemplate) -> Result<Vec<String>, Unavailable> {
    directory(&answering(LIST, response).await.uri()).provider_names(POOL).await
}

async fn mapped(response: ResponseTemplate) -> Result<Vec<String>, Unavailable> {
    directory(&answering(DESCRIBE, response).await.uri()).mapped_attributes(POOL, "Okta").await
}

fn provider(mapping: &Value) -> ResponseTemplate {
    page(&json!({"IdentityProvider": {
        "UserPoolId": POOL, "ProviderName": "Okta", "ProviderType": "SAML", "AttributeMapping": mapping,
    }}))
}

#[tokio::test]
async fn all_pages_of_the_list_are_read_even_after_an_empty_one() {
    let server = MockServer::start().await;
    let of_token = |token: &str| json!({"UserPoolId": POOL, "MaxResults": 60, "NextToken": token});
    for (request, answer) in [
        (of_token("2"), json!({"Providers": [{"ProviderName": "Entra"}]})),
        (of_token("1"), json!({"Providers": [], "NextToken": "2"})),
        (json!({"UserPoolId": POOL}), json!({"Providers": [{"ProviderName": "Okta"}], "NextToken": "1"})),
    ] {
        Mock::given(header("x-amz-target", LIST))
            .and(body_partial_json(request))
            .respond_with(page(&answer))
            .up_to_n_times(1)
            .mount(&server)
            .await;
    }
    assert_eq!(directory(&server.uri()).provider_names(POOL).await, Ok(vec!["Okta".to_owned(), "Entra".to_owned()]));
}

#[tokio::test]
async fn an_endless_list_is_unavailable_after_twenty_pages() {
    let endless = page(&json!({"Providers": [{"ProviderName": "Okta"}], "NextToken": "1"}));
    let server = answering(LIST, endless).await;
    let listed = directory(&server.uri()).provider_names(POOL).await;
    assert_eq!(listed.unwrap_err().to_string(), "directory-too-many-pages");
    assert_eq!(server.received_requests().await.unwrap_or_default().len(), 20);
}

#[tokio::test]
async fn a_list_with_a_nameless_provider_is_unavailable() {
    let nameless = page(&json!({"Providers": [{"ProviderName": "Okta"}, {"ProviderType": "SAML"}]}));
    assert_eq!(listed(nameless).await.unwrap_err().to_string(), "directory-unreadable");
}

#[tokio::test]
async fn the_mapping_of_one_provider_is_read() {
    let server = MockServer::start().await;
    Mock::given(header("x-amz-target", DESCRIBE))
        .and(body_json(json!({"UserPoolId": POOL, "ProviderName": "Okta"})))
        .respond_with(provider(&json!({"email": "mail"})))
        .expect(1)
        .mount(&server)
        .await;
    assert_eq!(directory(&server.uri()).mapped_attributes(POOL, "Okta").await, Ok(vec!["email".to_owned()]));
}

#[tokio::test]
async fn an_attribute_with_an_empty_source_is_not_mapped() {
    let found = mapped(provider(&json!({"email": "mail", "email_verified": ""}))).await;
    assert_eq!(found, Ok(vec!["email".to_owned()]));
    for mapping in [json!({}), json!(null)] {
        assert_eq!(mapped(provider(&mapping)).await, Ok(vec![]));
    }
}

#[tokio::test]
async fn an_error_of_either_call_is_unavailable() {
    for (code, reason) in [
        ("TooManyRequestsException", "directory-throttled"),
        ("AccessDeniedException", "directory-not-authorized"),
        ("ResourceNotFoundException", "directory-failed"),
    ] {
        assert_eq!(listed(error(400, code)).await.unwrap_err().to_string(), reason);
        assert_eq!(mapped(error(400, code)).await.unwrap_err().to_string(), reason);
    }
}

#[tokio::test]
async fn a_description_of_another_provider_or_none_is_unavailable() {
    for answer in [json!({}), json!({"IdentityProvider": {}}), json!({"IdentityProvider": {"ProviderName": "okta"}})] {
        assert_eq!(mapped(page(&answer)).await.unwrap_err().to_string(), "directory-unreadable", "{answer}");
    }
}
