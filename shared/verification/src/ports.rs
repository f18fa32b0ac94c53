//! What the verification needs from the outside: two questions, each with three kinds of answer.
//! A definite answer, yes or no, is `Ok`; no answer is [`Unavailable`].

use std::fmt;
use std::future::Future;

use crate::email::EmailAddress;
use crate::token::AccessToken;
use crate::unavailable::Unavailable;
use crate::user_info::UserInfoAnswer;

/// Asks Salesforce whose token this is.
pub trait UserInfoSource {
    /// One question for one token; the caller limits the time.
    fn user_info(&self, token: &AccessToken) -> impl Future<Output = Result<UserInfoAnswer, Unavailable>>;
}

/// Asks the user pool who has an e-mail address.
pub trait UserDirectory {
    /// All users that the pool returns for the address; the rules compare again. The caller limits the time.
    fn users_by_email(
        &self,
        pool_id: &str,
        email: &EmailAddress,
    ) -> impl Future<Output = Result<Vec<DirectoryUser>, Unavailable>>;
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
}

impl fmt::Debug for DirectoryUser {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sub, email_verified, enabled, .. } = self;
        let mut user = formatter.debug_struct("DirectoryUser");
        user.field("sub", sub).field("email_verified", email_verified).field("enabled", enabled).finish_non_exhaustive()
    }
}
