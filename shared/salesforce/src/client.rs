//! The endpoints of one My Domain.

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
use crate::domain::SalesforceDomain;
use crate::endpoints::Endpoints;
use crate::exchange::{Exchange, content_type};
use crate::introspector::Introspector;
use crate::keys::KeyCache;
use crate::user_info::{self, UserInfo};

const USER_INFO_PATH: &str = "/services/oauth2/userinfo";
const INTROSPECTION_PATH: &str = "/services/oauth2/introspect";

/// The endpoints of one My Domain.
pub struct SalesforceClient<S> {
    https: HttpsClient,
    user_info_url: String,
    introspection_url: String,
    introspector: Option<Introspector<S>>,
    keys: KeyCache,
}

impl<S: SecretStore> SalesforceClient<S> {
    /// Builds the client for one domain. The secret holds our client credentials, which introspection alone needs.
    pub fn new(https: &HttpsClient, domain: &SalesforceDomain, introspector: Option<S>) -> Self {
        let origin = domain.as_str();
        Self {
            https: https.clone(),
            user_info_url: format!("{origin}{USER_INFO_PATH}"),
            introspection_url: format!("{origin}{INTROSPECTION_PATH}"),
            introspector: introspector.map(Introspector::new),
            keys: KeyCache::new(origin),
        }
    }

    /// Fetches what sign-ins in the mode need besides UserInfo, before the first one: the signing keys, or the secret. A
    /// failure changes nothing: the sign-in fetches them.
    pub async fn prefetch(&self, mode: &AudienceMode) {
        if mode.has_signed_token() {
            self.keys.prefetch(&self.https).await;
        }
        if let Some(introspector) = &self.introspector {
            introspector.prefetch().await;
        }
    }

    /// Salesforce answers 400 for a token of a kind that it does not introspect: a "no" to the token. Any other error
    /// is about our own client.
    async fn introspect_as(
        &self,
        token: &AccessToken,
        client: &ClientCredentials,
    ) -> Result<Introspection, IntrospectionError> {
        let exchange = Exchange(Service::SalesforceIntrospection);
        let form = [("token", token.expose()), ("token_type_hint", "access_token")];
        let request = self.https.post(&self.introspection_url).header(ACCEPT, "application/json").form(&form);
        let secret = client.client_secret.expose_secret();

        let response = exchange.send(&self.https, request.basic_auth(&client.client_id, Some(secret))).await?;
        let status = response.status().as_u16();
        if let 400 | 401 | 403 = status {
            let refused = exchange.status(Cause::NotAuthorized, &response);
            if status == 400 {
                let judged = introspection::judge_error(&exchange.body(response).await?);
                judged.map_err(|reason| IntrospectionError::Refused(reason.into()))?;
            }
            return Err(IntrospectionError::ClientRejected(refused));
        }
        introspection::parse(&exchange.json_body(response).await?).map_err(IntrospectionError::Refused)
    }
}

/// Why one introspection brought no answer for the rules.
enum IntrospectionError {
    Refused(Refusal),
    /// Salesforce does not accept our own credentials.
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
        let exchange = Exchange(Service::Salesforce);
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
            .map_err(|_| exchange.unavailable(Cause::Failed, "the token cannot be sent in a header"))?;
        authorization.set_sensitive(true);
        let request = self.https.get(&self.user_info_url).header(AUTHORIZATION, authorization);

        let response = exchange.send(&self.https, request.header(ACCEPT, "application/json")).await?;
        user_info::judge_head(response.status().as_u16(), content_type(&response))?;
        user_info::parse(&exchange.body(response).await?)
    }

    async fn signing_key(&self, kid: &str) -> Result<Option<DecodingKey>, Unavailable> {
        self.keys.find(&self.https, kid).await
    }

    /// After a rotation of our secret, Salesforce rejects the one that is kept: then it is fetched again.
    async fn introspect(&self, token: &AccessToken, deadline: Instant) -> Result<Introspection, Refusal> {
        let Some(introspector) = &self.introspector else {
            let exchange = Exchange(Service::SalesforceIntrospection);
            return Err(exchange.unavailable(Cause::NotAuthorized, "no client credentials are configured").into());
        };
        let client = within(deadline, Service::IntrospectionSecret, introspector.credentials()).await?;
        let rejected = match self.introspect_as(token, &client).await {
            Err(IntrospectionError::ClientRejected(rejected)) => rejected,
            other => return Ok(other?),
        };
        let renewed = within(deadline, Service::IntrospectionSecret, introspector.renewed(&client)).await?;
        let client = renewed.ok_or(rejected)?;
        Ok(self.introspect_as(token, &client).await?)
    }
}

#[cfg(test)]
pub(crate) mod tests;
