//! The verdicts of the report.

use linking::Reason;

/// The verdict on a profile, or on a listed person without a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A local profile without any problem.
    CanSignIn,
    /// A local profile without any problem, with a linked SAML identity.
    Linked,
    /// A local profile without any problem. The identity in the list is to be linked to it.
    NeedsLink,
    /// A person on the list without a profile.
    NeedsProfileAndLink,
    /// A federated profile with a password that an administrator set.
    FederatedWithPassword,
    /// Another profile has the identity in the list.
    IdentityTaken,
    /// A federated profile of another provider than the one of the run.
    OtherProvider,
    /// What prevents the profile from being linked, or from signing in.
    Obstacle(Reason),
}

/// All verdicts in the order of the report, with the advice to the operator.
pub const VERDICTS: [(Verdict, &str); 18] = [
    (Verdict::CanSignIn, "nothing: a local profile that the custom challenge can find"),
    (
        Verdict::Linked,
        "nothing: a local profile with a SAML identity; AWS allows API sign-in after the first SAML sign-in",
    ),
    (Verdict::NeedsLink, "APPLY=1 links the SAML identity to the local profile"),
    (Verdict::NeedsProfileAndLink, "APPLY=1 creates a local profile and links the SAML identity to it"),
    (
        Verdict::Obstacle(Reason::FederatedProfile),
        "the user has signed in by SAML: AWS links an identity only before its first sign-in. Nothing is changed; \
         docs/saml.md describes the options",
    ),
    (
        Verdict::Obstacle(Reason::FederatedTwin),
        "a federated profile has the same address, but only one profile may have it: see the line of that profile",
    ),
    (
        Verdict::FederatedWithPassword,
        "a federated profile with a password: AWS documents API sign-in for it; it is not linked",
    ),
    (
        Verdict::Obstacle(Reason::DuplicateEmail),
        "more than one profile has the address, verified or federated: disable or correct all but one",
    ),
    (Verdict::Obstacle(Reason::EmailMissing), "set the address, if it is known"),
    (
        Verdict::Obstacle(Reason::EmailInvalid),
        "correct the address: it is not plain ASCII, or too long, and Verify refuses it",
    ),
    (Verdict::Obstacle(Reason::EmailUnverified), "verify the address, once you know who owns it"),
    (Verdict::Obstacle(Reason::NotConfirmed), "confirm the profile or reset it: its status does not allow signing in"),
    (Verdict::Obstacle(Reason::ProfileDisabled), "nothing, unless the user should be able to sign in"),
    (Verdict::IdentityTaken, "another profile has the identity in the list: decide by hand which one is right"),
    (
        Verdict::Obstacle(Reason::AnotherIdentity),
        "the profile is linked to another identity of the provider than in the list: decide by hand which one is right",
    ),
    (
        Verdict::Obstacle(Reason::TooManyIdentities),
        "five identities are linked already, the most that Cognito allows: unlink one",
    ),
    (Verdict::Obstacle(Reason::IdentitiesUnreadable), "the attribute identities cannot be parsed: look at the profile"),
    (Verdict::OtherProvider, "nothing: a federated profile of a provider other than PROVIDER"),
];

impl Verdict {
    /// The stable code. An obstacle has the same code as in the log of Pre Sign-up.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CanSignIn => "can-sign-in",
            Self::Linked => "linked",
            Self::NeedsLink => "needs-link",
            Self::NeedsProfileAndLink => "needs-profile-and-link",
            Self::FederatedWithPassword => "federated-with-password",
            Self::IdentityTaken => "identity-taken",
            Self::OtherProvider => "other-provider",
            Self::Obstacle(reason) => reason.code(),
        }
    }
}
