//! Why an identity is not linked.

/// The reason is definite: trying again would not change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The user name does not begin with the name of a listed provider.
    ProviderNotListed,
    /// The event lacks the pool id.
    EventIncomplete,
    /// A user name of this provider could also belong to another provider of the pool.
    ProviderAmbiguous,
    /// The provider maps `email` but not `email_verified`, so its sign-ins mark the address as unverified.
    EmailVerifiedNotMapped,
    /// The original letter case of the NameID is unknown: the user name does not show it, and no attribute holds it.
    NameIdUnknown,
    /// The attribute and the user name hold different NameIDs.
    NameIdMismatch,
    /// There is no e-mail address.
    EmailMissing,
    /// The e-mail address is not one that this suite accepts.
    EmailInvalid,
    /// The domain of the e-mail address is not in `ALLOWED_EMAIL_DOMAINS`.
    EmailDomainNotAllowed,
    /// No profile has the address, and profiles are not created.
    NoProfile,
    /// All profiles with the address are disabled.
    ProfileDisabled,
    /// More than one enabled profile has the address.
    DuplicateEmail,
    /// A federated profile has the same address as the local one.
    FederatedTwin,
    /// Cognito created the profile with the address for a federated identity.
    FederatedProfile,
    /// The profile's status does not allow a sign-in.
    NotConfirmed,
    /// The address is not verified in the pool, so anyone may have signed up with it.
    EmailUnverified,
    /// The attribute `identities` of the profile cannot be parsed.
    IdentitiesUnreadable,
    /// The profile has another identity of the same provider.
    AnotherIdentity,
    /// The profile already has the most identities that Cognito allows.
    TooManyIdentities,
    /// Cognito refused to link the identity.
    LinkRefused,
    /// Another profile has the user name for the new profile.
    UserNameTaken,
    /// Cognito refused to create a profile.
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
