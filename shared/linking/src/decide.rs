//! Decides to which profile an identity is linked.

use verification::EmailAddress;

use crate::profile::{LinkedIdentity, Profile, SamlIdentity};
use crate::reason::Reason;

/// Most identities that Cognito links to one profile: `AdminLinkProviderForUser` in the Cognito API reference.
const MAX_IDENTITIES: usize = 5;

/// The statuses with which a local profile can sign in.
const STATUSES_THAT_SIGN_IN: [&str; 2] = ["CONFIRMED", "FORCE_CHANGE_PASSWORD"];

/// What to do with an identity.
#[derive(Debug)]
pub enum Decision<'a> {
    /// Link it to this profile.
    Link(&'a Profile),
    /// Nothing: the identity is already linked to this profile.
    AlreadyLinked(&'a Profile),
    /// Do not link it, for this reason. The profile is the one that the reason concerns, if there is exactly one.
    DoNotLink(Reason, Option<&'a Profile>),
}

/// Why no profile may be linked.
#[derive(Debug)]
pub struct Obstacle<'a> {
    /// The reason.
    pub reason: Reason,
    /// The profile that the reason concerns, if there is exactly one.
    pub profile: Option<&'a Profile>,
}

/// Decides to which profile an identity is linked: the only enabled local profile in which the address is verified, if
/// no enabled federated profile has the address. `found` are the profiles that the pool returned for the address.
///
/// A local profile in which the address is unverified does not count if another local profile has it verified. Anyone
/// can sign up with any address, and could otherwise prevent the owner from being linked.
///
/// If no local profile has it verified, nothing is linked or created. The unverified profile may belong to the owner.
/// If a second profile were created, both would be locked out as soon as the first one is verified.
///
/// A federated profile always counts, because its next sign-in may verify the address.
pub fn decide<'a>(
    email: &EmailAddress,
    identity: &SamlIdentity<'_>,
    found: impl IntoIterator<Item = &'a Profile>,
) -> Decision<'a> {
    match linkable_profile(email, found) {
        Ok(profile) => link_to_local(profile, identity),
        Err(Obstacle { reason, profile }) => Decision::DoNotLink(reason, profile),
    }
}

/// Returns the profile to which an identity with this address may be linked. The identity itself is not checked here.
///
/// # Errors
/// [`Obstacle`], if there is no such profile.
pub fn linkable_profile<'a>(
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
        ([profile], [], _) => profile_problem(profile).map_or(Ok(profile), |reason| of(reason, profile)),
        ([profile], [_, ..], _) => of(Reason::FederatedTwin, profile),
        ([_, _, ..], _, _) => none(several),
    }
}

fn link_to_local<'a>(profile: &'a Profile, identity: &SamlIdentity<'_>) -> Decision<'a> {
    let do_not_link = |reason| Decision::DoNotLink(reason, Some(profile));
    let Some(identities) = &profile.identities else {
        return do_not_link(Reason::IdentitiesUnreadable);
    };
    // Compares the provider's name without letter case: two identities of one provider, in any spelling of its name,
    // count as two users until an administrator decides otherwise.
    let of_provider = |linked: &&LinkedIdentity| linked.provider.to_lowercase() == identity.provider.to_lowercase();
    let of_provider: Vec<_> = identities.iter().filter(of_provider).collect();
    if of_provider.iter().any(|linked| !is_same(linked, identity)) {
        return do_not_link(Reason::AnotherIdentity);
    }
    if !of_provider.is_empty() {
        return Decision::AlreadyLinked(profile);
    }
    if identities.len() >= MAX_IDENTITIES {
        return do_not_link(Reason::TooManyIdentities);
    }
    Decision::Link(profile)
}

/// What prevents a local profile from signing in, regardless of the other profiles of the pool; `None` if nothing does.
pub fn profile_problem(profile: &Profile) -> Option<Reason> {
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

fn is_same(linked: &LinkedIdentity, identity: &SamlIdentity<'_>) -> bool {
    linked.provider == identity.provider && linked.user_id == identity.name_id
}

#[cfg(test)]
mod tests;
