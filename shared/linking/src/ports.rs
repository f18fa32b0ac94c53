//! What linking at sign-in needs from the user pool. The caller limits the time.

use std::future::Future;

use verification::{EmailAddress, Unavailable};

use crate::profile::{ForeignIdentity, Profile};

/// Asks the user pool for profiles, and links identities to them.
pub trait ProfileDirectory {
    /// All profiles that the pool returns for the address; the rules compare the address again.
    fn profiles_by_email(
        &self,
        pool_id: &str,
        email: &EmailAddress,
    ) -> impl Future<Output = Result<Vec<Profile>, Unavailable>>;

    /// Creates a local profile with a verified address, without a message to the user.
    fn create(
        &self,
        pool_id: &str,
        username: &str,
        email: &EmailAddress,
    ) -> impl Future<Output = Result<Creation, Unavailable>>;

    /// Links the identity, so that its sign-ins end in the local profile.
    fn link_identity(
        &self,
        pool_id: &str,
        username: &str,
        identity: &ForeignIdentity<'_>,
    ) -> impl Future<Output = Result<Linking, Unavailable>>;
}

/// Asks the user pool for its identity providers.
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

/// The outcome of creating a profile.
#[derive(Debug, Clone)]
pub enum Creation {
    /// The new profile.
    Created(Profile),
    /// Another profile has the user name, or the address as an alias.
    Taken,
    /// Cognito refuses, and would refuse again. The code of the error, or `other`.
    Refused(&'static str),
}

/// The outcome of linking an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Linking {
    /// It is linked.
    Linked,
    /// Cognito refuses to link it to this profile, and would refuse again. The code of the error.
    Refused(&'static str),
}
