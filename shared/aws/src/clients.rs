//! What the AWS clients share: one TLS stack, no credential chain, no retries of their own.

use std::error::Error as _;

pub use aws_credential_types::Credentials;
use aws_sdk_cognitoidentityprovider::config::retry::{ReconnectMode, RetryConfig};
use aws_sdk_cognitoidentityprovider::config::{
    BehaviorVersion, IdentityCache, Region, SharedCredentialsProvider, SharedHttpClient, StalledStreamProtectionConfig,
};
use aws_sdk_cognitoidentityprovider::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_types::SdkConfig;
use https::HttpsClient;
use settings::Origin;
use verification::{Cause, Service, Unavailable};

use crate::connector::{AnswerError, Connector};

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

impl AwsEnvironment {
    /// Where the user pool is asked.
    pub fn cognito_origin(&self) -> String {
        self.origin(self.endpoints.cognito.as_ref(), "cognito-idp")
    }

    /// Where the table of used tokens is asked.
    pub fn dynamodb_origin(&self) -> String {
        self.origin(self.endpoints.dynamodb.as_ref(), "dynamodb")
    }

    /// What the SDK will find as well. Only connections that are opened ahead depend on it.
    fn origin(&self, configured: Option<&Origin>, service: &str) -> String {
        let region = &self.region;
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        configured.map_or_else(|| format!("https://{service}.{region}.{domain}"), ToString::to_string)
    }
}

impl Endpoints {
    /// Whether one of them is a plain server on the machine itself.
    pub fn any_is_plain(&self) -> bool {
        [&self.cognito, &self.secrets_manager, &self.dynamodb].into_iter().flatten().any(|origin| !origin.is_https())
    }
}

/// What the AWS clients are built from.
pub struct AwsClients {
    config: SdkConfig,
    endpoints: Endpoints,
}

impl AwsClients {
    /// Sends what the clients ask through `https`; nothing is sent yet.
    pub fn new(environment: AwsEnvironment, https: &HttpsClient) -> Self {
        let AwsEnvironment { region, credentials, endpoints } = environment;
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(SharedHttpClient::new(Connector(https.clone())))
            // The pool of connections is not the SDK's, which would log an error each time it looked for one in vain.
            .retry_config(RetryConfig::disabled().with_reconnect_mode(ReconnectMode::ReuseAllConnections))
            // The credentials do not change, and every answer is read under a deadline of ours.
            .identity_cache(IdentityCache::no_cache())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build();
        Self { config, endpoints }
    }

    /// Clients of the servers that a test plays the services with.
    #[cfg(test)]
    pub(crate) fn of(endpoints: Endpoints) -> Self {
        let credentials = Credentials::new("key", "secret", None, None, "test");
        let transport = https::Transport { plain: true, ..https::Transport::default() };
        let https = HttpsClient::new(&transport).expect("TLS can be set up");
        Self::new(AwsEnvironment { region: "eu-west-1".to_owned(), credentials, endpoints }, &https)
    }

    /// The configuration of one service's client.
    pub(crate) fn config(&self, endpoint: impl FnOnce(&Endpoints) -> &Option<Origin>) -> SdkConfig {
        let mut config = self.config.to_builder();
        config.set_endpoint_url(endpoint(&self.endpoints).as_ref().map(ToString::to_string));
        config.build()
    }
}

/// Keeps the code of a service error, if it is a known one, and not its message, which may quote the request.
pub(crate) fn unavailable<E>(service: Service, error: &SdkError<E>) -> Unavailable
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let (cause, detail) = match error {
        SdkError::DispatchFailure(failed) => {
            let answer = failed.as_connector_error().and_then(|error| error.source()?.downcast_ref::<AnswerError>());
            (answer.map_or(Cause::Connection, AnswerError::cause), DisplayErrorContext(error).to_string())
        }
        SdkError::ServiceError(failed) => {
            let status = failed.raw().status().as_u16();
            match failed.err().code() {
                Some(code) => {
                    let known = CODES.iter().find(|(known, _)| *known == code);
                    let (code, cause) = known.copied().unwrap_or(("other", Cause::Failed));
                    let cause = if status == 429 { Cause::Throttled } else { cause };
                    (cause, format!("HTTP status {status}, {code}"))
                }
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

/// The codes that are logged, and what each means for the sign-in. Another one may be the text of something between the
/// function and AWS, and stays out of the log.
const CODES: [(&str, Cause); 24] = [
    ("TooManyRequestsException", Cause::Throttled),
    ("ThrottlingException", Cause::Throttled),
    ("ProvisionedThroughputExceededException", Cause::Throttled),
    ("RequestLimitExceeded", Cause::Throttled),
    ("NotAuthorizedException", Cause::NotAuthorized),
    ("AccessDeniedException", Cause::NotAuthorized),
    ("UnrecognizedClientException", Cause::NotAuthorized),
    ("ExpiredTokenException", Cause::NotAuthorized),
    ("InvalidSignatureException", Cause::NotAuthorized),
    ("DecryptionFailure", Cause::Failed),
    ("InternalErrorException", Cause::Failed),
    ("InternalServerError", Cause::Failed),
    ("InternalServiceError", Cause::Failed),
    ("InvalidParameterException", Cause::Failed),
    ("InvalidRequestException", Cause::Failed),
    ("LimitExceededException", Cause::Failed),
    ("ResourceNotFoundException", Cause::Failed),
    ("ServiceUnavailable", Cause::Failed),
    ("UnexpectedLambdaException", Cause::Failed),
    ("UnsupportedUserStateException", Cause::Failed),
    ("UserLambdaValidationException", Cause::Failed),
    ("UserNotFoundException", Cause::Failed),
    ("UsernameExistsException", Cause::Failed),
    ("ValidationException", Cause::Failed),
];
