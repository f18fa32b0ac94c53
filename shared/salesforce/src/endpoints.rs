//! The calls to Salesforce.

use jsonwebtoken::DecodingKey;
use tokio::time::Instant;
use verification::oidc::introspection::Introspection;
use verification::{AccessToken, Refusal, Unavailable};

use crate::user_info::UserInfo;

/// The endpoints of Salesforce. The caller of these functions limits the time.
pub trait Endpoints {
    /// Calls UserInfo, which says to whom the token belongs.
    fn user_info(&self, token: &AccessToken) -> impl Future<Output = Result<UserInfo, Refusal>>;

    /// The signing key with this id; `None` if Salesforce has no such key.
    fn signing_key(&self, kid: &str) -> impl Future<Output = Result<Option<DecodingKey>, Unavailable>>;

    /// Introspects the token, which says to which client it was issued. Fetching our client credentials has the same
    /// deadline and an error code of its own.
    fn introspect(
        &self,
        token: &AccessToken,
        deadline: Instant,
    ) -> impl Future<Output = Result<Introspection, Refusal>>;
}
