//! The calls to AWS that the verification needs. Each returns an answer or [`Unavailable`].

use std::fmt;
use std::future::Future;

use secrecy::SecretString;

use crate::email::EmailAddress;
use crate::rules::TokenUse;
use crate::unavailable::{Cause, Service, Unavailable};
use crate::used_token::UsedToken;

/// The user pool. The caller of these functions limits the time.
pub trait UserDirectory {
    /// Returns the users that the pool finds for the address. It may stop as soon as the users are `enough`. The rules
    /// compare the addresses again.
    fn users_by_email(
        &self,
        pool_id: &str,
        email: &EmailAddress,
        enough: impl Fn(&[DirectoryUser]) -> bool,
    ) -> impl Future<Output = Result<Vec<DirectoryUser>, Unavailable>>;

    /// Links a user of the pool to an account at the identity provider. Writing the same link again changes nothing.
    fn link(&self, pool_id: &str, username: &str, link: &str) -> impl Future<Output = Result<(), Unavailable>>;
}

/// Without look-up and without links, no client is configured.
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

/// The store of used tokens, with the attempt that used each of them.
pub trait TokenStore {
    /// Records that the attempt uses the token, unless another attempt has used it. The same attempt may record it
    /// again, because Cognito may repeat an invocation.
    fn record_use(&self, token: &UsedToken, attempt_id: &str) -> impl Future<Output = Result<TokenUse, Unavailable>>;
}

/// A store that holds our secret. The caller of this function limits the time.
pub trait SecretStore {
    /// Fetches the current text of the secret.
    fn fetch(&self) -> impl Future<Output = Result<SecretString, Unavailable>>;
}

/// A user of the pool, as the directory returns it.
#[derive(Clone, Default)]
pub struct DirectoryUser {
    /// The immutable `sub`. User names depend on the pool's settings; the `sub` does not.
    pub sub: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// Whether the address is verified in the pool.
    pub email_verified: bool,
    /// Whether the user may sign in.
    pub enabled: bool,
    /// `UserStatus`, as in the API.
    pub status: Option<String>,
    /// The raw value of the link attribute.
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

/// Reads `email_verified`. Cognito writes `true` and, in some events, `True`.
pub fn is_true(attribute: &str) -> bool {
    attribute.eq_ignore_ascii_case("true")
}
