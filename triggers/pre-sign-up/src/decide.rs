//! What to do with the profiles that have the address: the rules of `make link-users`, for one person.

use verification::EmailAddress;
use verification::ports::{ForeignIdentity, LinkedIdentity, Profile};

use crate::reason::Reason;

/// Cognito links no more to one profile.
const MOST_IDENTITIES: usize = 5;

/// The statuses of local profiles that can sign in.
const STATUSES_THAT_SIGN_IN: [&str; 2] = ["CONFIRMED", "FORCE_CHANGE_PASSWORD"];

/// The status of a profile that Cognito has made at a federated sign-in.
const FEDERATED: &str = "EXTERNAL_PROVIDER";

/// What is to be done.
#[derive(Debug)]
pub enum Decision<'a> {
    /// Link the identity to this profile.
    Link(&'a Profile),
    /// Nothing: the identity is linked to this profile.
    Linked(&'a Profile),
    /// Nothing, for this reason, which is about this profile if it is about a certain one.
    Leave(Reason, Option<&'a Profile>),
}

/// Decides whose profile an identity is to be linked to: that of the only enabled local profile in which the address is
/// verified, if no federated profile has it. `found` is what the pool returned for the address.
///
/// Local profiles in which it is not verified do not count beside one in which it is: anybody can sign up with any
/// address, and would keep its owner from being linked. Alone they count, and nothing is linked or created: such a
/// profile may be the person's own, and a second one with the address would shut both out once the first is verified.
/// A federated profile counts either way, because its next sign-in may verify the address.
pub fn decide<'a>(email: &EmailAddress, identity: &ForeignIdentity<'_>, found: &'a [Profile]) -> Decision<'a> {
    let has_email =
        |profile: &&Profile| profile.email.as_deref().is_some_and(|text| text.parse().ok().as_ref() == Some(email));
    let with_email: Vec<_> = found.iter().filter(has_email).collect();
    let (federated, local): (Vec<_>, Vec<_>) =
        with_email.iter().copied().filter(|profile| profile.enabled).partition(|profile| is_federated(profile));
    let (verified, unverified): (Vec<_>, Vec<_>) = local.into_iter().partition(|profile| profile.email_verified);
    let (several, local) =
        if verified.is_empty() { (Reason::EmailUnverified, unverified) } else { (Reason::DuplicateEmail, verified) };
    match (local.as_slice(), federated.as_slice(), with_email.first()) {
        ([], [], None) => Decision::Leave(Reason::NoProfile, None),
        ([], [], Some(_)) => Decision::Leave(Reason::ProfileDisabled, None),
        ([], [profile], _) => Decision::Leave(Reason::FederatedProfile, Some(profile)),
        ([], [_, _, ..], _) => Decision::Leave(Reason::DuplicateEmail, None),
        ([profile], [], _) => to_local(profile, identity),
        ([profile], [_, ..], _) => Decision::Leave(Reason::FederatedTwin, Some(profile)),
        ([_, _, ..], _, _) => Decision::Leave(several, None),
    }
}

/// One that was given a password has another status, and is still the provider's.
fn is_federated(profile: &Profile) -> bool {
    profile.status == FEDERATED || profile.identities.iter().flatten().any(|identity| identity.primary)
}

fn to_local<'a>(profile: &'a Profile, identity: &ForeignIdentity<'_>) -> Decision<'a> {
    let leave = |reason| Decision::Leave(reason, Some(profile));
    if !STATUSES_THAT_SIGN_IN.contains(&profile.status.as_str()) {
        return leave(Reason::NotConfirmed);
    }
    if !profile.email_verified {
        return leave(Reason::EmailUnverified);
    }
    let Some(identities) = &profile.identities else {
        return leave(Reason::IdentitiesUnreadable);
    };
    // In any letter case: two identities of one provider, whatever it is called, are two people until somebody says no.
    let of_provider = |linked: &&LinkedIdentity| linked.provider.to_lowercase() == identity.provider.to_lowercase();
    let of_provider: Vec<_> = identities.iter().filter(of_provider).collect();
    if of_provider.iter().any(|linked| !is_same(linked, identity)) {
        return leave(Reason::AnotherIdentity);
    }
    if !of_provider.is_empty() {
        return Decision::Linked(profile);
    }
    if identities.len() >= MOST_IDENTITIES {
        return leave(Reason::TooManyIdentities);
    }
    Decision::Link(profile)
}

fn is_same(linked: &LinkedIdentity, identity: &ForeignIdentity<'_>) -> bool {
    linked.provider == identity.provider && linked.user_id == identity.name_id
}

#[cfg(test)]
mod tests;
