//! To which profile an identity is linked, if to any.

use verification::EmailAddress;

use crate::profile::{ForeignIdentity, LinkedIdentity, Profile};
use crate::reason::Reason;

/// The most identities that Cognito links to one profile: `AdminLinkProviderForUser` in the Cognito API reference.
const MAX_IDENTITIES: usize = 5;

/// The statuses of local profiles that can sign in.
const STATUSES_THAT_SIGN_IN: [&str; 2] = ["CONFIRMED", "FORCE_CHANGE_PASSWORD"];

/// What to do with an identity.
#[derive(Debug)]
pub enum Decision<'a> {
    /// Link it to this profile.
    Link(&'a Profile),
    /// Nothing: it is linked to this profile already.
    Linked(&'a Profile),
    /// Nothing, for this reason. The profile is the one that the reason is about, if there is exactly one.
    Leave(Reason, Option<&'a Profile>),
}

/// Why no profile may be linked.
#[derive(Debug)]
pub struct Obstacle<'a> {
    /// The reason.
    pub reason: Reason,
    /// The profile that it is about, if there is exactly one.
    pub profile: Option<&'a Profile>,
}

/// Decides to which profile an identity is linked: to the only enabled local profile in which the address is verified,
/// if no enabled federated profile has the address. `found` is what the pool returned for the address.
///
/// A local profile in which the address is unverified does not count if another one has it verified: anybody can sign up
/// with any address, and could otherwise keep its owner from being linked. Where no local profile has it verified,
/// nothing is linked or created: the unverified profile may be the owner's, and a second one would shut out both as soon
/// as the first is verified. A federated profile counts either way, because its next sign-in may verify the address.
pub fn decide<'a>(
    email: &EmailAddress,
    identity: &ForeignIdentity<'_>,
    found: impl IntoIterator<Item = &'a Profile>,
) -> Decision<'a> {
    match owner(email, found) {
        Ok(profile) => to_local(profile, identity),
        Err(Obstacle { reason, profile }) => Decision::Leave(reason, profile),
    }
}

/// The profile that an identity with this address may be linked to, as far as no identity has a say in it.
///
/// # Errors
/// [`Obstacle`], if there is none.
pub fn owner<'a>(
    email: &EmailAddress,
    found: impl IntoIterator<Item = &'a Profile>,
) -> Result<&'a Profile, Obstacle<'a>> {
    let has_email =
        |profile: &&Profile| profile.email.as_deref().is_some_and(|text| text.parse().ok().as_ref() == Some(email));
    let with_email: Vec<_> = found.into_iter().filter(has_email).collect();
    let (federated, local): (Vec<_>, Vec<_>) =
        with_email.iter().copied().filter(|profile| profile.enabled).partition(|profile| profile.is_federated());
    let (verified, unverified): (Vec<_>, Vec<_>) = local.into_iter().partition(|profile| profile.email_verified);
    let (several, local) =
        if verified.is_empty() { (Reason::EmailUnverified, unverified) } else { (Reason::DuplicateEmail, verified) };
    let none = |reason| Err(Obstacle { reason, profile: None });
    let of = |reason, profile| Err(Obstacle { reason, profile: Some(profile) });
    match (local.as_slice(), federated.as_slice(), with_email.first()) {
        ([], [], None) => none(Reason::NoProfile),
        ([], [], Some(_)) => none(Reason::ProfileDisabled),
        ([], [profile], _) => of(Reason::FederatedProfile, profile),
        ([], [_, _, ..], _) => none(Reason::DuplicateEmail),
        ([profile], [], _) => defect(profile).map_or(Ok(profile), |reason| of(reason, profile)),
        ([profile], [_, ..], _) => of(Reason::FederatedTwin, profile),
        ([_, _, ..], _, _) => none(several),
    }
}

fn to_local<'a>(profile: &'a Profile, identity: &ForeignIdentity<'_>) -> Decision<'a> {
    let leave = |reason| Decision::Leave(reason, Some(profile));
    let Some(identities) = &profile.identities else {
        return leave(Reason::IdentitiesUnreadable);
    };
    // In any letter case: two identities of one provider, however its name is spelled, are two users until an
    // administrator says otherwise.
    let of_provider = |linked: &&LinkedIdentity| linked.provider.to_lowercase() == identity.provider.to_lowercase();
    let of_provider: Vec<_> = identities.iter().filter(of_provider).collect();
    if of_provider.iter().any(|linked| !is_same(linked, identity)) {
        return leave(Reason::AnotherIdentity);
    }
    if !of_provider.is_empty() {
        return Decision::Linked(profile);
    }
    if identities.len() >= MAX_IDENTITIES {
        return leave(Reason::TooManyIdentities);
    }
    Decision::Link(profile)
}

/// What keeps a local profile from signing in, whatever other profiles the pool has; `None` if nothing does.
pub fn defect(profile: &Profile) -> Option<Reason> {
    let Profile { enabled, email, status, email_verified, .. } = profile;
    let email = email.as_deref().unwrap_or_default();
    if !enabled {
        Some(Reason::ProfileDisabled)
    } else if email.is_empty() {
        Some(Reason::EmailMissing)
    } else if email.parse::<EmailAddress>().is_err() {
        Some(Reason::EmailInvalid)
    } else if !STATUSES_THAT_SIGN_IN.contains(&status.as_str()) {
        Some(Reason::NotConfirmed)
    } else if !email_verified {
        Some(Reason::EmailUnverified)
    } else {
        None
    }
}

fn is_same(linked: &LinkedIdentity, identity: &ForeignIdentity<'_>) -> bool {
    linked.provider == identity.provider && linked.user_id == identity.name_id
}

#[cfg(test)]
mod tests;
