//! What the verification needs from AWS: questions that have an answer or none.

use std::fmt;
use std::future::Future;

use secrecy::SecretString;

use crate::email::EmailAddress;
use crate::rules::Claim;
use crate::unavailable::{Cause, Service, Unavailable};
use crate::used_token::UsedToken;

/// Asks the user pool. The caller limits the time.
pub trait UserDirectory {
    /// The users that the pool returns for the address, at least until they are `enough`; the rules compare again.
    fn users_by_email(
        &self,
        pool_id: &str,
        email: &EmailAddress,
        enough: impl Fn(&[DirectoryUser]) -> bool,
    ) -> impl Future<Output = Result<Vec<DirectoryUser>, Unavailable>>;

    /// Links a user of the pool to an account at the identity provider. Writing the same link twice is harmless.
    fn link(&self, pool_id: &str, username: &str, link: &str) -> impl Future<Output = Result<(), Unavailable>>;
}

/// Where neither the look-up nor the link is configured, there is no client.
impl<D: UserDirectory> UserDirectory for Option<D> {
    async fn users_by_email(
        &self,
        pool_id: &str,
        email: &EmailAddress,
        enough: impl Fn(&[DirectoryUser]) -> bool,
    ) -> Result<Vec<DirectoryUser>, Unavailable> {
        self.as_ref().ok_or_else(not_configured)?.users_by_email(pool_id, email, enough).await
    }

    async fn link(&self, pool_id: &str, username: &str, link: &str) -> Result<(), Unavailable> {
        self.as_ref().ok_or_else(not_configured)?.link(pool_id, username, link).await
    }
}

fn not_configured() -> Unavailable {
    Unavailable::new(Service::Directory, Cause::Failed, "no client of the user pool is configured")
}

/// Remembers which attempt used a token.
pub trait TokenStore {
    /// Notes that the attempt uses the token, unless another attempt has used it. The same attempt may ask again, because
    /// Cognito may repeat an invocation.
    fn claim(&self, token: &UsedToken, attempt_id: &str) -> impl Future<Output = Result<Claim, Unavailable>>;
}

/// Holds a secret of ours. The caller limits the time.
pub trait SecretStore {
    /// The text of the secret, fetched anew.
    fn fetch(&self) -> impl Future<Output = Result<SecretString, Unavailable>>;
}

/// A user of the pool, as the directory describes her.
#[derive(Clone, Default)]
pub struct DirectoryUser {
    /// The immutable `sub`. User names differ by how the pool was set up; this does not.
    pub sub: Option<String>,
    /// The address.
    pub email: Option<String>,
    /// Whether the pool holds the address for verified.
    pub email_verified: bool,
    /// Whether the user may sign in.
    pub enabled: bool,
    /// `UserStatus`, as the API spells it.
    pub status: Option<String>,
    /// The link attribute, as it stands there.
    pub link: Option<String>,
}

impl fmt::Debug for DirectoryUser {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sub, email_verified, enabled, status, .. } = self;
        let mut user = formatter.debug_struct("DirectoryUser");
        user.field("sub", sub).field("email_verified", email_verified).field("enabled", enabled);
        user.field("status", status).finish_non_exhaustive()
    }
}

/// Reads `email_verified`. Cognito writes it as `true` and, in some events, as `True`.
pub fn is_true(attribute: &str) -> bool {
    attribute.eq_ignore_ascii_case("true")
}
