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

/// Asks the user pool for profiles, and links identities of other providers to them. The caller limits the time.
pub trait ProfileDirectory {
    /// All profiles that the pool returns for the address; whoever decides compares again.
    fn profiles_by_email(
        &self,
        pool_id: &str,
        email: &EmailAddress,
    ) -> impl Future<Output = Result<Vec<Profile>, Unavailable>>;

    /// Creates a local profile with a verified address, without a message to the person.
    fn create(
        &self,
        pool_id: &str,
        username: &str,
        email: &EmailAddress,
    ) -> impl Future<Output = Result<Creation, Unavailable>>;

    /// Makes the sign-ins of an identity end in a local profile.
    fn link_identity(
        &self,
        pool_id: &str,
        username: &str,
        identity: &ForeignIdentity<'_>,
    ) -> impl Future<Output = Result<Linking, Unavailable>>;
}

/// Asks the user pool for its identity providers. The caller limits the time.
pub trait ProviderDirectory {
    /// The names of all identity providers of the pool.
    fn provider_names(&self, pool_id: &str) -> impl Future<Output = Result<Vec<String>, Unavailable>>;

    /// The attributes of the pool that the provider's attributes are mapped to.
    fn mapped_attributes(
        &self,
        pool_id: &str,
        provider: &str,
    ) -> impl Future<Output = Result<Vec<String>, Unavailable>>;
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

/// A profile of the pool, as far as linking depends on it.
#[derive(Clone, Default)]
pub struct Profile {
    /// What the pool calls it. It may be an address.
    pub username: String,
    /// The immutable `sub`.
    pub sub: Option<String>,
    /// The address.
    pub email: Option<String>,
    /// Whether the pool holds the address for verified.
    pub email_verified: bool,
    /// Whether the user may sign in.
    pub enabled: bool,
    /// `UserStatus`, as the API spells it.
    pub status: String,
    /// The identities of other providers; `None` if what stands there cannot be read.
    pub identities: Option<Vec<LinkedIdentity>>,
}

impl fmt::Debug for Profile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sub, email_verified, enabled, status, .. } = self;
        let mut profile = formatter.debug_struct("Profile");
        profile.field("sub", sub).field("email_verified", email_verified).field("enabled", enabled);
        profile.field("status", status).finish_non_exhaustive()
    }
}

/// An identity of another provider that a profile has.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkedIdentity {
    /// The name of the provider in the pool.
    pub provider: String,
    /// Whom the provider means. It may be an address.
    pub user_id: String,
    /// Whether the profile was made for this identity, rather than linked to it later.
    pub primary: bool,
}

impl fmt::Debug for LinkedIdentity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { provider, primary, .. } = self;
        let mut identity = formatter.debug_struct("LinkedIdentity");
        identity.field("provider", provider).field("primary", primary).finish_non_exhaustive()
    }
}

/// An identity that is about to be linked.
#[derive(Clone, Copy)]
pub struct ForeignIdentity<'a> {
    /// The name of the provider in the pool.
    pub provider: &'a str,
    /// The NameID, exactly as the provider sends it.
    pub name_id: &'a str,
}

/// What became of a profile that was to be created.
#[derive(Debug, Clone)]
pub enum Creation {
    /// It is there.
    Created(Profile),
    /// Another profile has the user name, or the address as an alias.
    Taken,
    /// Cognito does not create it, and asking again would not change that. The code of the error, or `other`.
    Refused(&'static str),
}

/// What became of an identity that was to be linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Linking {
    /// It is linked.
    Linked,
    /// Cognito does not link it to this profile, and asking again would not change that. The code of the error.
    Refused(&'static str),
}
