//! Talks to Salesforce over HTTPS. No rule stands here: what an answer means is decided in
//! `user_info` and [`rules`](crate).

use std::error::Error as _;
use std::str::FromStr;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Response, redirect, retry};
use settings::{Origin, OriginError};

use crate::once_more::once_more;
use crate::ports::UserInfoSource;
use crate::token::AccessToken;
use crate::unavailable::{Cause, Service, Unavailable};
use crate::user_info::{self, Head, UserInfoAnswer};

/// Longest time for DNS, TCP and TLS together. Two tries fit into the deadline of a verification.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// UserInfo answers are two to three KiB.
const MAX_BODY: usize = 64 * 1024;

const USER_INFO_PATH: &str = "/services/oauth2/userinfo";

/// The origin of an organization's My Domain, `https://acme.my.salesforce.com`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalesforceDomain(Origin);

/// The text is not the origin of a My Domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDomain {
    /// It is not an https origin.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// It is a login or instance host, which answers for the tokens of every organization.
    #[error("is a host that serves every organization")]
    SharedHost,
}

impl FromStr for SalesforceDomain {
    type Err = InvalidDomain;

    fn from_str(text: &str) -> Result<Self, InvalidDomain> {
        let origin: Origin = text.parse()?;
        let host = origin.host();
        let of_salesforce = host == "salesforce.com" || host.ends_with(".salesforce.com");
        if of_salesforce && !host.ends_with(".my.salesforce.com") {
            return Err(InvalidDomain::SharedHost);
        }
        Ok(Self(origin))
    }
}

/// The one HTTP client for Salesforce: it is sent live tokens, so it follows no redirect, uses no
/// proxy, keeps no cookie and speaks https only.
pub struct SalesforceClient {
    http: Client,
    user_info_url: String,
}

impl SalesforceClient {
    /// Builds the client for one domain.
    ///
    /// # Errors
    /// The platform's certificates or TLS could not be set up.
    pub fn new(domain: &SalesforceDomain) -> Result<Self, reqwest::Error> {
        // Fails only if a provider is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let origin = domain.0.as_str();
        let http = Client::builder()
            .https_only(origin.starts_with("https://"))
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT)
            .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { http, user_info_url: format!("{origin}{USER_INFO_PATH}") })
    }

    async fn request(&self, authorization: &HeaderValue) -> Result<Response, reqwest::Error> {
        let request = self.http.get(&self.user_info_url).header(AUTHORIZATION, authorization.clone());
        request.header(ACCEPT, "application/json").send().await
    }
}

impl UserInfoSource for SalesforceClient {
    async fn user_info(&self, token: &AccessToken) -> Result<UserInfoAnswer, Unavailable> {
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
            .map_err(|_| unavailable(Cause::Failed, "the token cannot be sent in a header"))?;
        authorization.set_sensitive(true);

        // `send` fails only before the head of an answer is there, and no time limit but that for
        // connecting is set on the client: every failure of it is a lost connection.
        let mut response = once_more(async || self.request(&authorization).await, |_| true)
            .await
            .map_err(|error| unavailable(Cause::Connection, chain(&error)))?;

        let status = response.status().as_u16();
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        match user_info::judge_head(status, content_type) {
            Head::ReadBody => {
                let body = read_body(&mut response).await?;
                user_info::parse(&body).map_err(|cause| unavailable(cause, "the body is not JSON"))
            }
            Head::Denied(reason) => Ok(UserInfoAnswer::Denied(reason)),
            Head::Unavailable(cause) => Err(unavailable(cause, format_args!("HTTP status {status}"))),
        }
    }
}

/// Reads in pieces: a limit that is checked after reading everything is none.
async fn read_body(response: &mut Response) -> Result<Vec<u8>, Unavailable> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > MAX_BODY => {
                return Err(unavailable(Cause::TooLarge, format_args!("the body is longer than {MAX_BODY} bytes")));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(unavailable(Cause::Truncated, chain(&error))),
        }
    }
}

fn unavailable(cause: Cause, detail: impl std::fmt::Display) -> Unavailable {
    Unavailable::new(Service::Salesforce, cause, detail)
}

/// The texts of an error and its sources. They name addresses and system errors; the request's
/// headers are in none of them.
fn chain(error: &reqwest::Error) -> String {
    let mut text = String::from("request failed");
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests;
