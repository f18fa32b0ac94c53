//! The common configuration of the AWS clients: one TLS stack, no credential provider chain, no retries by the SDK.

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

use crate::connector::{Connector, UnusableResponse};

/// The credentials and endpoints from Lambda's environment variables.
///
/// They do not change during the life of the process. So the SDK's credential provider chain, and the SDKs on which it
/// depends, are left out.
#[derive(Debug)]
pub struct AwsEnvironment {
    /// `AWS_REGION`.
    pub region: String,
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
    pub credentials: Credentials,
    /// Endpoints that replace those of AWS; absent on Lambda.
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
    /// The origin of the Cognito API.
    pub fn cognito_origin(&self) -> String {
        self.origin(self.endpoints.cognito.as_ref(), "cognito-idp")
    }

    /// The origin of the DynamoDB API.
    pub fn dynamodb_origin(&self) -> String {
        self.origin(self.endpoints.dynamodb.as_ref(), "dynamodb")
    }

    /// The origin that the SDK uses, too. It is needed only to open connections before the first request.
    fn origin(&self, configured: Option<&Origin>, service: &str) -> String {
        let region = &self.region;
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        configured.map_or_else(|| format!("https://{service}.{region}.{domain}"), ToString::to_string)
    }
}

impl Endpoints {
    /// Whether one of them is plain http to a loopback address.
    pub fn any_is_plain_http(&self) -> bool {
        [&self.cognito, &self.secrets_manager, &self.dynamodb].into_iter().flatten().any(|origin| !origin.is_https())
    }
}

/// The configuration from which the AWS clients are built.
pub struct AwsClients {
    config: SdkConfig,
    endpoints: Endpoints,
}

impl AwsClients {
    /// The clients will send their requests through `https`. Sends nothing.
    pub fn new(environment: AwsEnvironment, https: &HttpsClient) -> Self {
        let AwsEnvironment { region, credentials, endpoints } = environment;
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(SharedHttpClient::new(Connector(https.clone())))
            // The connection pool does not belong to the SDK. With another mode, the SDK would search its own pool and
            // log an error each time.
            .retry_config(RetryConfig::disabled().with_reconnect_mode(ReconnectMode::ReuseAllConnections))
            // The credentials do not change, and our own deadline limits the time of every response.
            .identity_cache(IdentityCache::no_cache())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build();
        Self { config, endpoints }
    }

    /// Clients for the fake servers of a test.
    #[cfg(test)]
    pub(crate) fn for_tests(endpoints: Endpoints) -> Self {
        let credentials = Credentials::new("key", "secret", None, None, "test");
        let transport = https::Transport { plain_http: true, ..https::Transport::default() };
        let https = HttpsClient::new(&transport).expect("TLS can be set up");
        Self::new(AwsEnvironment { region: "eu-west-1".to_owned(), credentials, endpoints }, &https)
    }

    /// The configuration of the client for one service.
    pub(crate) fn config(&self, endpoint: impl FnOnce(&Endpoints) -> &Option<Origin>) -> SdkConfig {
        let mut config = self.config.to_builder();
        config.set_endpoint_url(endpoint(&self.endpoints).as_ref().map(ToString::to_string));
        config.build()
    }
}

/// Maps an SDK error to [`Unavailable`]. Only a known error code is kept. The message is not, because it may quote the
/// request.
pub(crate) fn unavailable<E>(service: Service, error: &SdkError<E>) -> Unavailable
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let (cause, detail) = match error {
        SdkError::DispatchFailure(failed) => {
            let unusable =
                failed.as_connector_error().and_then(|error| error.source()?.downcast_ref::<UnusableResponse>());
            (unusable.map_or(Cause::Connection, UnusableResponse::cause), DisplayErrorContext(error).to_string())
        }
        SdkError::ServiceError(failed) => {
            let status = failed.raw().status().as_u16();
            match failed.err().code() {
                Some(code) => {
                    let known = KNOWN_CODES.iter().find(|(known, _)| *known == code);
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

/// The cause for a response whose body the SDK could not read as an error of the service: the page of a load balancer,
/// or a truncated body.
fn cause_of_status(status: u16) -> Cause {
    match status {
        429 => Cause::Throttled,
        200..=299 => Cause::Unreadable,
        300..=399 => Cause::Redirected,
        _ => Cause::Failed,
    }
}

/// The error codes that are logged, and the cause that each stands for. Any other code is logged as `other`, because a
/// network device between the function and AWS may have written it.
const KNOWN_CODES: [(&str, Cause); 24] = [
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
