//! The client for the endpoints of one My Domain.

use https::HttpsClient;
use jsonwebtoken::DecodingKey;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use secrecy::ExposeSecret;
use tokio::time::Instant;
use verification::deadline::within;
use verification::oidc::introspection::{self, Introspection};
use verification::ports::SecretStore;
use verification::{AccessToken, Cause, Refusal, Service, Unavailable};

use crate::audience::AudienceMode;
use crate::client_credentials::ClientCredentials;
use crate::credentials_cache::CredentialsCache;
use crate::domain::SalesforceDomain;
use crate::endpoint_call::{EndpointCall, content_type};
use crate::endpoints::Endpoints;
use crate::keys::KeyCache;
use crate::user_info::{self, UserInfo};

const USER_INFO_PATH: &str = "/services/oauth2/userinfo";
const INTROSPECTION_PATH: &str = "/services/oauth2/introspect";

/// A client for the endpoints of one My Domain.
pub struct SalesforceClient<S> {
    https: HttpsClient,
    user_info_url: String,
    introspection_url: String,
    credentials: Option<CredentialsCache<S>>,
    keys: KeyCache,
}

impl<S: SecretStore> SalesforceClient<S> {
    /// Creates the client for one My Domain. Only introspection needs `secret`, which holds our client credentials.
    pub fn new(https: &HttpsClient, domain: &SalesforceDomain, secret: Option<S>) -> Self {
        let origin = domain.as_str();
        Self {
            https: https.clone(),
            user_info_url: format!("{origin}{USER_INFO_PATH}"),
            introspection_url: format!("{origin}{INTROSPECTION_PATH}"),
            credentials: secret.map(CredentialsCache::new),
            keys: KeyCache::new(origin),
        }
    }

    /// Fetches before the first sign-in what the mode needs in addition to UserInfo: the signing keys, or the secret.
    /// If that fails, the first sign-in fetches it.
    pub async fn prefetch(&self, mode: &AudienceMode) {
        if mode.has_signed_token() {
            self.keys.prefetch(&self.https).await;
        }
        if let Some(credentials) = &self.credentials {
            credentials.prefetch().await;
        }
    }

    /// Introspects the token with these client credentials. Salesforce responds with 400 if it does not introspect this
    /// kind of token; that is a denial. Any other error is about our own client.
    async fn introspect_as(
        &self,
        token: &AccessToken,
        client: &ClientCredentials,
    ) -> Result<Introspection, IntrospectionError> {
        let call = EndpointCall(Service::SalesforceIntrospection);
        let form = [("token", token.expose()), ("token_type_hint", "access_token")];
        let request = self.https.post(&self.introspection_url).header(ACCEPT, "application/json").form(&form);
        let secret = client.client_secret.expose_secret();

        let response = call.send(&self.https, request.basic_auth(&client.client_id, Some(secret))).await?;
        let status = response.status().as_u16();
        if let 400 | 401 | 403 = status {
            let refused = call.status_error(Cause::NotAuthorized, &response);
            if status == 400 {
                let judged = introspection::judge_error(&call.body(response).await?);
                judged.map_err(|reason| IntrospectionError::Refused(reason.into()))?;
            }
            return Err(IntrospectionError::ClientRejected(refused));
        }
        introspection::parse(&call.json_body(response).await?).map_err(IntrospectionError::Refused)
    }
}

/// Why one introspection gave no response for the rules.
enum IntrospectionError {
    Refused(Refusal),
    /// Salesforce rejected our own client credentials.
    ClientRejected(Unavailable),
}

impl From<Unavailable> for IntrospectionError {
    fn from(unavailable: Unavailable) -> Self {
        Self::Refused(unavailable.into())
    }
}

impl From<IntrospectionError> for Refusal {
    fn from(error: IntrospectionError) -> Self {
        match error {
            IntrospectionError::Refused(refusal) => refusal,
            IntrospectionError::ClientRejected(rejected) => rejected.into(),
        }
    }
}

impl<S: SecretStore> Endpoints for &SalesforceClient<S> {
    async fn user_info(&self, token: &AccessToken) -> Result<UserInfo, Refusal> {
        let call = EndpointCall(Service::Salesforce);
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
            .map_err(|_| call.unavailable(Cause::Failed, "the token cannot be sent in a header"))?;
        authorization.set_sensitive(true);
        let request = self.https.get(&self.user_info_url).header(AUTHORIZATION, authorization);

        let response = call.send(&self.https, request.header(ACCEPT, "application/json")).await?;
        user_info::judge_head(response.status().as_u16(), content_type(&response))?;
        user_info::parse(&call.body(response).await?)
    }

    async fn signing_key(&self, kid: &str) -> Result<Option<DecodingKey>, Unavailable> {
        self.keys.find(&self.https, kid).await
    }

    /// Salesforce rejects the cached credentials after a rotation of our secret. Then the secret is fetched again, and
    /// the token introspected again.
    async fn introspect(&self, token: &AccessToken, deadline: Instant) -> Result<Introspection, Refusal> {
        let Some(cache) = &self.credentials else {
            let call = EndpointCall(Service::SalesforceIntrospection);
            return Err(call.unavailable(Cause::NotAuthorized, "no client credentials are configured").into());
        };
        let client = within(deadline, Service::IntrospectionSecret, cache.credentials()).await?;
        let rejected = match self.introspect_as(token, &client).await {
            Err(IntrospectionError::ClientRejected(rejected)) => rejected,
            other => return Ok(other?),
        };
        let refreshed = within(deadline, Service::IntrospectionSecret, cache.refresh(&client)).await?;
        let client = refreshed.ok_or(rejected)?;
        Ok(self.introspect_as(token, &client).await?)
    }
}

#[cfg(test)]
pub(crate) mod tests;
