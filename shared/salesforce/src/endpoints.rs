//! The questions to Salesforce.

use jsonwebtoken::DecodingKey;
use tokio::time::Instant;
use verification::oidc::introspection::Introspection;
use verification::{AccessToken, Refusal, Unavailable};

use crate::user_info::UserInfo;

/// Asks Salesforce. The caller limits the time.
pub trait Endpoints {
    /// Whose token is this?
    fn user_info(&self, token: &AccessToken) -> impl Future<Output = Result<UserInfo, Refusal>>;

    /// The key that signs under this id; `None` if there is no such key.
    fn signing_key(&self, kid: &str) -> impl Future<Output = Result<Option<DecodingKey>, Unavailable>>;

    /// To which app was the token issued? What else has to be asked for that, ends at the deadline under its own name.
    fn introspect(
        &self,
        token: &AccessToken,
        deadline: Instant,
    ) -> impl Future<Output = Result<Introspection, Refusal>>;
}
