//! Asks the user pool through the AWS SDK. No rule stands here: what the users mean is decided in
//! [`rules`](crate).

use std::time::Duration;

pub use aws_credential_types::Credentials;
use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::config::retry::RetryConfig;
use aws_sdk_cognitoidentityprovider::config::timeout::TimeoutConfig;
use aws_sdk_cognitoidentityprovider::config::{BehaviorVersion, Config, Region};
use aws_sdk_cognitoidentityprovider::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_cognitoidentityprovider::operation::list_users::{ListUsersError, ListUsersOutput};
use aws_sdk_cognitoidentityprovider::types::UserType;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, tls};
use settings::Origin;

use crate::email::EmailAddress;
use crate::once_more::once_more;
use crate::ports::{DirectoryUser, UserDirectory};
use crate::unavailable::{Cause, Service, Unavailable};

/// Longest time for DNS, TCP and TLS together. Two tries fit into the deadline of a verification.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The signing credentials and the address, as Lambda puts them into the environment.
///
/// They are fixed for the life of the process, so the SDK's chain of credential sources, and the
/// second SDK that it brings, are left out.
#[derive(Debug)]
pub struct AwsEnvironment {
    /// `AWS_REGION`.
    pub region: String,
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
    pub credentials: Credentials,
    /// `AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER` or `AWS_ENDPOINT_URL`; absent on Lambda.
    pub endpoint: Option<Origin>,
}

/// The users of a pool, through `ListUsers`.
pub struct CognitoDirectory {
    client: Client,
}

impl CognitoDirectory {
    /// Builds the client; nothing is sent yet.
    pub fn new(environment: AwsEnvironment) -> Self {
        let http = Builder::new().tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).build_https();
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(environment.region))
            .credentials_provider(environment.credentials)
            .http_client(http)
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).build());
        config.set_endpoint_url(environment.endpoint.map(|origin| origin.to_string()));
        Self { client: Client::from_conf(config.build()) }
    }

    async fn page(
        &self,
        pool_id: &str,
        filter: &str,
        page: Option<&String>,
    ) -> Result<ListUsersOutput, SdkError<ListUsersError>> {
        // `AttributesToGet` is not set: naming an attribute that a user lacks can be an error.
        let request = self.client.list_users().user_pool_id(pool_id).filter(filter);
        // Boxed: the SDK's futures nest so deeply that the compiler gives up on their layout further up.
        Box::pin(request.set_pagination_token(page.cloned()).send()).await
    }
}

impl UserDirectory for CognitoDirectory {
    /// Reads every page: one that is empty and still has a token is not the last.
    async fn users_by_email(&self, pool_id: &str, email: &EmailAddress) -> Result<Vec<DirectoryUser>, Unavailable> {
        // INVARIANT: an `EmailAddress` holds no quote and no backslash, so it cannot end the string.
        let filter = format!("email = \"{}\"", email.as_str());
        let mut users = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let page = once_more(async || self.page(pool_id, &filter, token.as_ref()).await, lost_before_answer)
                .await
                .map_err(|error| unavailable(&error))?;
            users.extend(page.users.unwrap_or_default().into_iter().map(directory_user));
            token = page.pagination_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(users);
            }
        }
    }
}

fn directory_user(user: UserType) -> DirectoryUser {
    let mut found = DirectoryUser { enabled: user.enabled, ..DirectoryUser::default() };
    for attribute in user.attributes.unwrap_or_default() {
        match attribute.name.as_str() {
            "sub" => found.sub = attribute.value,
            "email" => found.email = attribute.value,
            "email_verified" => found.email_verified = attribute.value.is_some_and(|value| is_true(&value)),
            _ => {}
        }
    }
    found
}

/// Cognito writes the flag as `true` and, in some events, as `True`.
pub fn is_true(attribute: &str) -> bool {
    attribute.eq_ignore_ascii_case("true")
}

fn lost_before_answer(error: &SdkError<ListUsersError>) -> bool {
    matches!(error, SdkError::DispatchFailure(_) | SdkError::TimeoutError(_))
}

/// Keeps the code of a service error and not its message, which may quote the filter.
fn unavailable(error: &SdkError<ListUsersError>) -> Unavailable {
    let (cause, detail) = match error {
        SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) => {
            (Cause::Connection, DisplayErrorContext(error).to_string())
        }
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or("no error code");
            let cause = match code {
                "TooManyRequestsException" | "ThrottlingException" => Cause::Throttled,
                "NotAuthorizedException"
                | "AccessDeniedException"
                | "UnrecognizedClientException"
                | "ExpiredTokenException"
                | "InvalidSignatureException" => Cause::NotAuthorized,
                _ if service.raw().status().as_u16() == 429 => Cause::Throttled,
                _ => Cause::Failed,
            };
            (cause, format!("HTTP status {}, {code}", service.raw().status().as_u16()))
        }
        // The body could not be parsed: a load balancer's page, or an answer cut short.
        SdkError::ResponseError(response) => {
            let status = response.raw().status().as_u16();
            let cause = match status {
                429 => Cause::Throttled,
                300..=399 => Cause::Redirected,
                500..=599 => Cause::Failed,
                _ => Cause::Unreadable,
            };
            (cause, format!("HTTP status {status}"))
        }
        _ => (Cause::Failed, "the request could not be built".to_owned()),
    };
    Unavailable::new(Service::Directory, cause, detail)
}

#[cfg(test)]
mod tests;
