//! AWS SDK clients for local AWS.

use aws_credential_types::Credentials;
use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::config::{BehaviorVersion, Config, Region};
use aws_smithy_http_client::Builder;

/// The region of local AWS.
pub const REGION: &str = "us-east-1";

/// A client of the Cognito API at `endpoint`, as an app would build one.
pub fn cognito(endpoint: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new("test", "test", None, None, "local AWS"))
        .endpoint_url(endpoint)
        .http_client(Builder::new().build_http())
        .build();
    Client::from_conf(config)
}
