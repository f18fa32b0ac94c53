//! What the AWS clients share: one TLS stack, no credential chain, no retries of their own.

pub use aws_credential_types::Credentials;
use aws_sdk_cognitoidentityprovider::config::retry::RetryConfig;
use aws_sdk_cognitoidentityprovider::config::timeout::TimeoutConfig;
use aws_sdk_cognitoidentityprovider::config::{BehaviorVersion, Region, SharedCredentialsProvider};
use aws_sdk_cognitoidentityprovider::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, tls};
use aws_types::SdkConfig;
use settings::Origin;

use crate::once_more::CONNECT_TIMEOUT;
use crate::unavailable::{Cause, Service, Unavailable};

/// The signing credentials and the addresses, as Lambda puts them into the environment.
///
/// They are fixed for the life of the process, so the SDK's chain of credential sources, and the
/// SDKs that it brings, are left out.
#[derive(Debug)]
pub struct AwsEnvironment {
    /// `AWS_REGION`.
    pub region: String,
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
    pub credentials: Credentials,
    /// Other addresses than AWS's own; absent on Lambda.
    pub endpoints: Endpoints,
}

/// `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<service>`.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "named after the services")]
pub struct Endpoints {
    pub cognito: Option<Origin>,
    pub secrets_manager: Option<Origin>,
    pub dynamodb: Option<Origin>,
}

/// What the AWS clients are built from; the certificates of the platform are read once.
pub struct AwsClients {
    config: SdkConfig,
    endpoints: Endpoints,
}

impl AwsClients {
    /// Sets TLS up; nothing is sent yet.
    pub fn new(environment: AwsEnvironment) -> Self {
        let AwsEnvironment { region, credentials, endpoints } = environment;
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(Builder::new().tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).build_https())
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).build())
            .build();
        Self { config, endpoints }
    }

    /// Clients of the servers that a test plays the services with.
    #[cfg(test)]
    pub(crate) fn of(endpoints: Endpoints) -> Self {
        let credentials = Credentials::new("key", "secret", None, None, "test");
        Self::new(AwsEnvironment { region: "eu-west-1".to_owned(), credentials, endpoints })
    }

    /// The configuration of one service's client.
    pub(crate) fn config(&self, endpoint: impl FnOnce(&Endpoints) -> &Option<Origin>) -> SdkConfig {
        let mut config = self.config.to_builder();
        config.set_endpoint_url(endpoint(&self.endpoints).as_ref().map(ToString::to_string));
        config.build()
    }
}

/// Whether the connection was lost before any answer.
pub(crate) fn lost_before_answer<E>(error: &SdkError<E>) -> bool {
    matches!(error, SdkError::DispatchFailure(_) | SdkError::TimeoutError(_))
}

/// Keeps the code of a service error and not its message, which may quote the request.
pub(crate) fn unavailable<E>(service: Service, error: &SdkError<E>) -> Unavailable
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let (cause, detail) = match error {
        SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) => {
            (Cause::Connection, DisplayErrorContext(error).to_string())
        }
        SdkError::ServiceError(failed) => {
            let status = failed.raw().status().as_u16();
            match failed.err().code() {
                Some(code) => (cause_of_code(code, status), format!("HTTP status {status}, {code}")),
                None => (cause_of_status(status), format!("HTTP status {status}")),
            }
        }
        SdkError::ResponseError(failed) => {
            let status = failed.raw().status().as_u16();
            (cause_of_status(status), format!("HTTP status {status}"))
        }
        _ => (Cause::Failed, "the request could not be built".to_owned()),
    };
    Unavailable::new(service, cause, detail)
}

/// For a body that is not the service's: a load balancer's page, or an answer cut short.
fn cause_of_status(status: u16) -> Cause {
    match status {
        429 => Cause::Throttled,
        200..=299 => Cause::Unreadable,
        300..=399 => Cause::Redirected,
        _ => Cause::Failed,
    }
}

fn cause_of_code(code: &str, status: u16) -> Cause {
    match code {
        "TooManyRequestsException"
        | "ThrottlingException"
        | "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded" => Cause::Throttled,
        "NotAuthorizedException"
        | "AccessDeniedException"
        | "UnrecognizedClientException"
        | "ExpiredTokenException"
        | "InvalidSignatureException" => Cause::NotAuthorized,
        _ if status == 429 => Cause::Throttled,
        _ => Cause::Failed,
    }
}
