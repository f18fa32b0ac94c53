//! One call of a Salesforce endpoint: a request and its response, with a size limit.

use std::error::Error as _;
use std::fmt::Display;

use https::{BodyError, HttpsClient, bounded_body};
use reqwest::header::CONTENT_TYPE;
use reqwest::{RequestBuilder, Response};
use verification::{Cause, Service, Unavailable};

/// Longest accepted body in bytes. UserInfo responses have 2 to 3 KiB, JWKS responses less than 10.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// A call of one endpoint. Its errors name the endpoint.
#[derive(Clone, Copy)]
pub(crate) struct EndpointCall(pub(crate) Service);

impl EndpointCall {
    /// Sends a request and returns the response head.
    pub(crate) async fn send(self, https: &HttpsClient, request: RequestBuilder) -> Result<Response, Unavailable> {
        let lost = |error: reqwest::Error| self.unavailable(Cause::Connection, chain(&error));
        https.send(request.build().map_err(lost)?).await.map_err(lost)
    }

    /// Reads the body of a success with JSON. Any other response is an error.
    pub(crate) async fn json_body(self, response: Response) -> Result<Vec<u8>, Unavailable> {
        match Cause::from_head(response.status().as_u16(), content_type(&response)) {
            Some(cause) => Err(self.status_error(cause, &response)),
            None => self.body(response).await,
        }
    }

    /// Reads the body, up to [`MAX_BODY`].
    pub(crate) async fn body(self, mut response: Response) -> Result<Vec<u8>, Unavailable> {
        bounded_body(&mut response, MAX_BODY).await.map_err(|error| match error {
            BodyError::TooLarge => {
                self.unavailable(Cause::TooLarge, format_args!("the body is longer than {MAX_BODY} bytes"))
            }
            BodyError::Truncated(error) => self.unavailable(Cause::Truncated, chain(&error)),
        })
    }

    /// The error for an unusable response, with its status.
    pub(crate) fn status_error(self, cause: Cause, response: &Response) -> Unavailable {
        self.unavailable(cause, format_args!("HTTP status {}", response.status().as_u16()))
    }

    /// The error for a call without a usable response.
    pub(crate) fn unavailable(self, cause: Cause, detail: impl Display) -> Unavailable {
        Unavailable::new(self.0, cause, detail)
    }
}

/// The content type of a response.
pub(crate) fn content_type(response: &Response) -> Option<&str> {
    response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok())
}

/// The texts of an error's sources. They name addresses and system errors, and never contain the request's headers or
/// body.
fn chain(error: &reqwest::Error) -> String {
    let sources = std::iter::successors(error.source(), |&error| error.source());
    sources.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
