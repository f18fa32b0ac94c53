//! The endpoints of one My Domain.

use https::HttpsClient;
use jsonwebtoken::DecodingKey;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use secrecy::ExposeSecret;
use tokio::time::Instant;
use verification::deadline::within;
use verification::introspection::{self, IntrospectionAnswer};
use verification::ports::{Salesforce, SecretStore};
use verification::user_info::{self, Head, UserInfoAnswer};
use verification::{AccessToken, AudienceMode, Cause, DenyReason, Service, Unavailable};

use crate::client_credentials::ClientCredentials;
use crate::domain::SalesforceDomain;
use crate::exchange::{Exchange, content_type};
use crate::introspector::Introspector;
use crate::keys::KeyCache;

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
    ) -> Result<Introspected, Unavailable> {
        let exchange = Exchange(Service::SalesforceIntrospection);
        let form = [("token", token.expose()), ("token_type_hint", "access_token")];
        let request = self.https.post(&self.introspection_url).header(ACCEPT, "application/json").form(&form);
        let secret = client.client_secret.expose_secret();

        let response = exchange.send(&self.https, request.basic_auth(&client.client_id, Some(secret))).await?;
        let status = response.status().as_u16();
        if let 400 | 401 | 403 = status {
            let refused = exchange.status(Cause::NotAuthorized, &response);
            let blames_token = status == 400 && introspection::blames_token(&exchange.body(response).await?);
            let denied = IntrospectionAnswer::Denied(DenyReason::IntrospectionInactive);
            return Ok(if blames_token { Introspected::Answer(denied) } else { Introspected::ClientRejected(refused) });
        }
        let body = exchange.json_body(response).await?;
        let answer = introspection::parse(&body);
        let answer = answer.ok_or_else(|| exchange.unavailable(Cause::Unreadable, "the body is not JSON"))?;
        Ok(Introspected::Answer(answer))
    }
}

/// What an introspection came to.
enum Introspected {
    Answer(IntrospectionAnswer),
    /// Salesforce does not accept our own credentials.
    ClientRejected(Unavailable),
}

impl<S: SecretStore> Salesforce for &SalesforceClient<S> {
    async fn user_info(&self, token: &AccessToken) -> Result<UserInfoAnswer, Unavailable> {
        let exchange = Exchange(Service::Salesforce);
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
            .map_err(|_| exchange.unavailable(Cause::Failed, "the token cannot be sent in a header"))?;
        authorization.set_sensitive(true);
        let request = self.https.get(&self.user_info_url).header(AUTHORIZATION, authorization);

        let response = exchange.send(&self.https, request.header(ACCEPT, "application/json")).await?;
        match user_info::judge_head(response.status().as_u16(), content_type(&response)) {
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

    /// After a rotation of our secret, Salesforce rejects the one that is kept: then it is fetched again.
    async fn introspect(&self, token: &AccessToken, deadline: Instant) -> Result<IntrospectionAnswer, Unavailable> {
        let Some(introspector) = &self.introspector else {
            let exchange = Exchange(Service::SalesforceIntrospection);
            return Err(exchange.unavailable(Cause::NotAuthorized, "no client credentials are configured"));
        };
        let client = within(deadline, Service::IntrospectionSecret, introspector.credentials()).await?;
        let rejected = match self.introspect_as(token, &client).await? {
            Introspected::Answer(answer) => return Ok(answer),
            Introspected::ClientRejected(rejected) => rejected,
        };
        let renewed = within(deadline, Service::IntrospectionSecret, introspector.renewed(&client)).await?;
        let Some(client) = renewed else {
            return Err(rejected);
        };
        match self.introspect_as(token, &client).await? {
            Introspected::Answer(answer) => Ok(answer),
            Introspected::ClientRejected(rejected) => Err(rejected),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
