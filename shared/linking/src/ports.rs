//! The calls to the user pool that linking at sign-in needs. The caller of these functions limits the time.

use std::future::Future;

use verification::{EmailAddress, Unavailable};

use crate::profile::{Profile, SamlIdentity};

/// Reads, creates and links profiles of the user pool.
pub trait ProfileDirectory {
    /// Returns all profiles that the pool finds for the address. The rules compare the address again.
    fn profiles_by_email(
        &self,
        pool_id: &str,
        email: &EmailAddress,
    ) -> impl Future<Output = Result<Vec<Profile>, Unavailable>>;

    /// Creates a local profile with a verified e-mail address. The user gets no message.
    fn create(
        &self,
        pool_id: &str,
        username: &str,
        email: &EmailAddress,
    ) -> impl Future<Output = Result<Creation, Unavailable>>;

    /// Links the identity to the local profile, so that the identity signs in as this profile.
    fn link_identity(
        &self,
        pool_id: &str,
        username: &str,
        identity: &SamlIdentity<'_>,
    ) -> impl Future<Output = Result<Linking, Unavailable>>;
}

/// Reads the identity providers of the user pool.
pub trait ProviderDirectory {
    /// Returns the names of all identity providers of the pool.
    fn provider_names(&self, pool_id: &str) -> impl Future<Output = Result<Vec<String>, Unavailable>>;

    /// Returns the attributes of the pool to which the provider maps a value.
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
    /// Cognito refuses, and would refuse again. The value is the error code, or `other`.
    Refused(&'static str),
}

/// The outcome of linking an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Linking {
    /// The identity is linked.
    Linked,
    /// Cognito refuses to link it to this profile, and would refuse again. The value is the error code.
    Refused(&'static str),
}
