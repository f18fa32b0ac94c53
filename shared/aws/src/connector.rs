//! The AWS SDK's requests, sent by the one HTTP client.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use https::{Again, BodyError, HttpsClient, bounded_body};
use reqwest::{Body, Request};
use verification::Cause;

/// A page of `ListUsers` has 60 users at most, with 2 KiB in an attribute at most.
const MAX_BODY: usize = 1024 * 1024;

/// Operations whose copy is refused where the first succeeds: the user name is taken then, and the identity linked.
/// Each follows a question to the same pool a moment before, so its connection is alive.
const NOT_TWICE: [&str; 2] = [".AdminCreateUser", ".AdminLinkProviderForUser"];

/// An answer that is no use although there was one: it is not asked for again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AnswerError {
    #[error("the body is longer than {MAX_BODY} bytes")]
    TooLarge,
    #[error("the body is cut off")]
    Truncated,
    #[error("the head is malformed")]
    Malformed,
}

impl AnswerError {
    pub(crate) const fn cause(&self) -> Cause {
        match self {
            Self::TooLarge => Cause::TooLarge,
            Self::Truncated => Cause::Truncated,
            Self::Malformed => Cause::Unreadable,
        }
    }
}

impl From<BodyError> for AnswerError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => Self::TooLarge,
            BodyError::Truncated(_) => Self::Truncated,
        }
    }
}

/// What hands a request of the SDK on.
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
        HttpConnectorFuture::new(async move { exchange(&https, request).await })
    }
}

fn again(request: &Request) -> Again {
    let operation = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    if NOT_TWICE.iter().any(|name| operation.ends_with(name)) { Again::Lost } else { Again::LostOrSilent }
}

async fn exchange(https: &HttpsClient, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let user = |error: Box<dyn std::error::Error + Send + Sync>| ConnectorError::user(error);
    let request = request.try_into_http1x().map_err(|error| user(error.into()))?;
    // The SDK streams no body of ours: each is in memory.
    let request = request.map(|body| Body::from(body.bytes().unwrap_or_default().to_vec()));
    let request = Request::try_from(request).map_err(|error| user(error.into()))?;
    let sent = https.send_again(again(&request), request).await;
    let mut response = sent.map_err(|error| ConnectorError::io(error.without_url().into()))?;

    let unusable = |error: AnswerError| ConnectorError::other(error.into(), None);
    let body = bounded_body(&mut response, MAX_BODY).await.map_err(|error| unusable(error.into()))?;
    let mut answer = http::Response::new(SdkBody::from(body));
    *answer.status_mut() = response.status();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    HttpResponse::try_from(answer).map_err(|_| unusable(AnswerError::Malformed))
}
