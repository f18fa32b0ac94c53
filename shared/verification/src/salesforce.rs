//! Talks to Salesforce over HTTPS. No rule stands here: what an answer means is decided in `user_info`, `audience` and
//! `rules`.

mod domain;
mod http;
mod keys;

use std::fmt;

use jsonwebtoken::DecodingKey;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

pub use self::domain::{InvalidDomain, SalesforceDomain};
use self::http::Exchange;
use self::keys::KeyCache;
use crate::audience::introspection::{self, IntrospectionAnswer};
use crate::deny_reason::DenyReason;
use crate::https::HttpsClient;
use crate::ports::Salesforce;
use crate::token::AccessToken;
use crate::unavailable::{Cause, Service, Unavailable};
use crate::user_info::{self, Head, UserInfoAnswer};

const USER_INFO_PATH: &str = "/services/oauth2/userinfo";
const INTROSPECTION_PATH: &str = "/services/oauth2/introspect";

/// The consumer key and secret of the app that may introspect tokens.
pub struct ClientCredentials {
    /// The consumer key.
    pub client_id: String,
    /// The consumer secret.
    pub client_secret: SecretString,
}

impl ClientCredentials {
    /// Both are visible ASCII, and the key has no colon, which would move the border between the two in the header of
    /// HTTP Basic authentication (RFC 7617 section 2).
    pub(crate) fn are_usable(&self) -> bool {
        let visible = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        visible(&self.client_id) && !self.client_id.contains(':') && visible(self.client_secret.expose_secret())
    }
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ClientCredentials([redacted])")
    }
}

/// The endpoints of one My Domain.
pub struct SalesforceClient {
    https: HttpsClient,
    user_info_url: String,
    introspection_url: String,
    introspector: Option<ClientCredentials>,
    keys: KeyCache,
}

impl SalesforceClient {
    /// Builds the client for one domain. `introspector` is needed for introspection alone.
    pub fn new(https: &HttpsClient, domain: &SalesforceDomain, introspector: Option<ClientCredentials>) -> Self {
        let origin = domain.as_str();
        Self {
            https: https.clone(),
            user_info_url: format!("{origin}{USER_INFO_PATH}"),
            introspection_url: format!("{origin}{INTROSPECTION_PATH}"),
            introspector,
            keys: KeyCache::new(origin),
        }
    }
}

impl Salesforce for SalesforceClient {
    async fn user_info(&self, token: &AccessToken) -> Result<UserInfoAnswer, Unavailable> {
        let exchange = Exchange(Service::Salesforce);
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
            .map_err(|_| exchange.unavailable(Cause::Failed, "the token cannot be sent in a header"))?;
        authorization.set_sensitive(true);
        let request = || self.https.get(&self.user_info_url).header(AUTHORIZATION, authorization.clone());

        let response = exchange.send(&self.https, || request().header(ACCEPT, "application/json")).await?;
        match user_info::judge_head(response.status().as_u16(), http::content_type(&response)) {
            Head::ReadBody => {
                let body = exchange.body(response).await?;
                user_info::parse(&body).map_err(|cause| exchange.unavailable(cause, "the body is not JSON"))
            }
            Head::Denied(reason) => Ok(UserInfoAnswer::Denied(reason)),
            Head::Unavailable(cause) => Err(exchange.status(cause, &response)),
        }
    }

    async fn signing_key(&self, kid: &str) -> Result<Option<DecodingKey>, Unavailable> {
        self.keys.find(&self.https, kid).await
    }

    /// Salesforce answers 400 for a token of a kind that it does not introspect: a "no" to the token. Any other error
    /// is about our own client.
    async fn introspect(&self, token: &AccessToken) -> Result<IntrospectionAnswer, Unavailable> {
        let exchange = Exchange(Service::SalesforceIntrospection);
        let Some(client) = &self.introspector else {
            return Err(exchange.unavailable(Cause::NotAuthorized, "no client credentials are configured"));
        };
        let form = [("token", token.expose()), ("token_type_hint", "access_token")];
        let request = || self.https.post(&self.introspection_url).header(ACCEPT, "application/json").form(&form);
        let secret = client.client_secret.expose_secret();

        let response = exchange.send(&self.https, || request().basic_auth(&client.client_id, Some(secret))).await?;
        let status = response.status().as_u16();
        if let 400 | 401 | 403 = status {
            let refused = exchange.status(Cause::NotAuthorized, &response);
            let blames_token = status == 400 && introspection::blames_token(&exchange.body(response).await?);
            let denied = IntrospectionAnswer::Denied(DenyReason::IntrospectionInactive);
            return if blames_token { Ok(denied) } else { Err(refused) };
        }
        let body = exchange.json_body(response).await?;
        introspection::parse(&body).ok_or_else(|| exchange.unavailable(Cause::Unreadable, "the body is not JSON"))
    }
}

#[cfg(test)]
mod tests;
