//! What the verification needs from the outside: questions, each with three kinds of answer.
//! A definite answer, yes or no, is `Ok`; no answer is [`Unavailable`].

use std::fmt;
use std::future::Future;

use jsonwebtoken::DecodingKey;

use crate::audience::introspection::IntrospectionAnswer;
use crate::email::EmailAddress;
use crate::token::AccessToken;
use crate::unavailable::Unavailable;
use crate::user_info::UserInfoAnswer;

/// Asks Salesforce. The caller limits the time.
pub trait Salesforce {
    /// Whose token is this?
    fn user_info(&self, token: &AccessToken) -> impl Future<Output = Result<UserInfoAnswer, Unavailable>>;

    /// The key that signs under this id; `None` if there is no such key.
    fn signing_key(&self, kid: &str) -> impl Future<Output = Result<Option<DecodingKey>, Unavailable>>;

    /// To which app was the token issued?
    fn introspect(&self, token: &AccessToken) -> impl Future<Output = Result<IntrospectionAnswer, Unavailable>>;
}

/// Asks the user pool. The caller limits the time.
pub trait UserDirectory {
    /// All users that the pool returns for the address; the rules compare again.
    fn users_by_email(
        &self,
        pool_id: &str,
        email: &EmailAddress,
    ) -> impl Future<Output = Result<Vec<DirectoryUser>, Unavailable>>;

    /// Links a user of the pool to a person at Salesforce. Writing the same link twice is harmless.
    fn link(&self, pool_id: &str, username: &str, link: &str) -> impl Future<Output = Result<(), Unavailable>>;
}

/// Remembers which attempt used a token.
pub trait TokenStore {
    /// Notes that the attempt uses the token, unless another attempt has used it. Answers whether it was noted; the
    /// same attempt may ask again, because Cognito may repeat an invocation.
    fn claim(&self, token_hash: &str, attempt_id: &str) -> impl Future<Output = Result<bool, Unavailable>>;
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
    /// The link attribute, as it stands there.
    pub link: Option<String>,
}

impl fmt::Debug for DirectoryUser {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sub, email_verified, enabled, .. } = self;
        let mut user = formatter.debug_struct("DirectoryUser");
        user.field("sub", sub).field("email_verified", email_verified).field("enabled", enabled).finish_non_exhaustive()
    }
}
