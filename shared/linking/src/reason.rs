//! Why an identity is not linked.

/// A definite "no": asking again would not change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The user name does not begin with the name of a listed provider.
    ProviderNotListed,
    /// The event lacks the pool id.
    EventIncomplete,
    /// A user name does not tell this provider from another one of the pool.
    ProviderAmbiguous,
    /// The provider's sign-ins make the address unverified: its mapping sets `email` and leaves `email_verified` out.
    EmailVerifiedNotMapped,
    /// Cognito has folded the letter case of the NameID, and no attribute holds it as it was.
    NameIdUnknown,
    /// The attribute and the user name hold two different NameIDs.
    NameIdMismatch,
    /// The provider sent no address.
    EmailMissing,
    /// The address is not one that this suite compares.
    EmailInvalid,
    /// The domain of the address is not on the list.
    EmailDomainNotAllowed,
    /// No profile has the address, and none may be created.
    NoProfile,
    /// The only profiles with the address are disabled.
    ProfileDisabled,
    /// More than one enabled profile has the address.
    DuplicateEmail,
    /// A federated profile has the address beside the local one.
    FederatedTwin,
    /// The profile with the address was made for a federated identity.
    FederatedProfile,
    /// The profile's status is not one that signs in.
    NotConfirmed,
    /// Nobody has verified the address in the pool: anybody may have signed up with it.
    EmailUnverified,
    /// What the profile's `identities` hold cannot be read.
    IdentitiesUnreadable,
    /// The profile has another identity of the same provider.
    AnotherIdentity,
    /// The profile has as many identities as Cognito links to one.
    TooManyIdentities,
    /// Cognito would not link them.
    LinkRefused,
    /// The user name for a new profile is somebody's already.
    UserNameTaken,
    /// Cognito would not create a profile.
    CreateRefused,
}

impl Reason {
    /// The stable code, for the log.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ProviderNotListed => "provider-not-listed",
            Self::EventIncomplete => "event-incomplete",
            Self::ProviderAmbiguous => "provider-ambiguous",
            Self::EmailVerifiedNotMapped => "email-verified-not-mapped",
            Self::NameIdUnknown => "name-id-unknown",
            Self::NameIdMismatch => "name-id-mismatch",
            Self::EmailMissing => "email-missing",
            Self::EmailInvalid => "email-invalid",
            Self::EmailDomainNotAllowed => "email-domain-not-allowed",
            Self::NoProfile => "no-profile",
            Self::ProfileDisabled => "profile-disabled",
            Self::DuplicateEmail => "duplicate-email",
            Self::FederatedTwin => "federated-twin",
            Self::FederatedProfile => "federated-profile",
            Self::NotConfirmed => "not-confirmed",
            Self::EmailUnverified => "email-unverified",
            Self::IdentitiesUnreadable => "identities-unreadable",
            Self::AnotherIdentity => "another-identity",
            Self::TooManyIdentities => "too-many-identities",
            Self::LinkRefused => "link-refused",
            Self::UserNameTaken => "user-name-taken",
            Self::CreateRefused => "create-refused",
        }
    }
}
