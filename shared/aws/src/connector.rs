//! Sends the requests of the AWS SDK through our HTTPS client.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use https::{BodyError, HttpsClient, RetryPolicy, bounded_body};
use reqwest::{Body, Request};
use verification::Cause;

/// Longest accepted body in bytes. A page of `ListUsers` has at most 60 users, with at most 2 KiB in an attribute.
const MAX_BODY: usize = 1024 * 1024;

/// Operations that are not idempotent. If the first request succeeded, a copy is refused because the user name exists
/// or the identity is linked already. Each of them follows another call to the same pool, so its connection is alive.
const NOT_IDEMPOTENT: [&str; 2] = [".AdminCreateUser", ".AdminLinkProviderForUser"];

/// A response arrived, but it is unusable. The request is not sent again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnusableResponse {
    #[error("the body is longer than {MAX_BODY} bytes")]
    TooLarge,
    #[error("the body is truncated")]
    Truncated,
    #[error("the response head is malformed")]
    Malformed,
}

impl UnusableResponse {
    pub(crate) const fn cause(&self) -> Cause {
        match self {
            Self::TooLarge => Cause::TooLarge,
            Self::Truncated => Cause::Truncated,
            Self::Malformed => Cause::Unreadable,
        }
    }
}

impl From<BodyError> for UnusableResponse {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => Self::TooLarge,
            BodyError::Truncated(_) => Self::Truncated,
        }
    }
}

/// The SDK's HTTP client, which passes each request to our own.
#[derive(Debug, Clone)]
pub(crate) struct Connector(pub(crate) HttpsClient);

impl HttpClient for Connector {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let https = self.0.clone();
        HttpConnectorFuture::new(async move { send(&https, request).await })
    }
}

fn retry_policy(request: &Request) -> RetryPolicy {
    let operation = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    if NOT_IDEMPOTENT.iter().any(|name| operation.ends_with(name)) {
        RetryPolicy::LostOnly
    } else {
        RetryPolicy::LostOrSilent
    }
}

async fn send(https: &HttpsClient, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let user = |error: Box<dyn std::error::Error + Send + Sync>| ConnectorError::user(error);
    let request = request.try_into_http1x().map_err(|error| user(error.into()))?;
    // The SDK streams none of our request bodies: each is in memory.
    let request = request.map(|body| Body::from(body.bytes().unwrap_or_default().to_vec()));
    let request = Request::try_from(request).map_err(|error| user(error.into()))?;
    let sent = https.send_with(retry_policy(&request), request).await;
    let mut response = sent.map_err(|error| ConnectorError::io(error.without_url().into()))?;

    let unusable = |error: UnusableResponse| ConnectorError::other(error.into(), None);
    let body = bounded_body(&mut response, MAX_BODY).await.map_err(|error| unusable(error.into()))?;
    let mut converted = http::Response::new(SdkBody::from(body));
    *converted.status_mut() = response.status();
    *converted.headers_mut() = std::mem::take(response.headers_mut());
    HttpResponse::try_from(converted).map_err(|_| unusable(UnusableResponse::Malformed))
}
