//! One request to Salesforce and its answer, bounded.

use std::error::Error as _;
use std::fmt::Display;

use https::{BodyError, HttpsClient, bounded_body};
use reqwest::header::CONTENT_TYPE;
use reqwest::{RequestBuilder, Response};
use verification::{Cause, Service, Unavailable};

/// UserInfo answers are two to three KiB, key sets less than ten.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// One question to one endpoint; it names the endpoint in what goes wrong.
#[derive(Clone, Copy)]
pub(crate) struct Exchange(pub(crate) Service);

impl Exchange {
    /// Sends a request.
    pub(crate) async fn send(self, https: &HttpsClient, request: RequestBuilder) -> Result<Response, Unavailable> {
        let lost = |error: reqwest::Error| self.unavailable(Cause::Connection, chain(&error));
        https.send(request.build().map_err(lost)?).await.map_err(lost)
    }

    /// The body of a success with JSON; any other answer is none.
    pub(crate) async fn json_body(self, response: Response) -> Result<Vec<u8>, Unavailable> {
        match Cause::of_head(response.status().as_u16(), content_type(&response)) {
            Some(cause) => Err(self.status(cause, &response)),
            None => self.body(response).await,
        }
    }

    /// The body, if it is not too long.
    pub(crate) async fn body(self, mut response: Response) -> Result<Vec<u8>, Unavailable> {
        bounded_body(&mut response, MAX_BODY).await.map_err(|error| match error {
            BodyError::TooLarge => {
                self.unavailable(Cause::TooLarge, format_args!("the body is longer than {MAX_BODY} bytes"))
            }
            BodyError::Truncated(error) => self.unavailable(Cause::Truncated, chain(&error)),
        })
    }

    /// No usable answer, because of its status.
    pub(crate) fn status(self, cause: Cause, response: &Response) -> Unavailable {
        self.unavailable(cause, format_args!("HTTP status {}", response.status().as_u16()))
    }

    /// No usable answer.
    pub(crate) fn unavailable(self, cause: Cause, detail: impl Display) -> Unavailable {
        Unavailable::new(self.0, cause, detail)
    }
}

/// The content type of an answer.
pub(crate) fn content_type(response: &Response) -> Option<&str> {
    response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok())
}

/// The texts of an error's sources. They name addresses and system errors; the request's headers and body are in
/// none of them.
fn chain(error: &reqwest::Error) -> String {
    let sources = std::iter::successors(error.source(), |&error| error.source());
    sources.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
