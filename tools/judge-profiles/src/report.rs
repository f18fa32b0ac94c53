//! Gives a verdict on every profile of the pool and every person on the list, and sorts them.

use std::collections::{HashMap, HashSet};

use linking::{Decision, Profile, Reason, SamlIdentity, UsernameScheme, decide, linkable_profile, profile_problem};
use serde::Serialize;
use verification::EmailAddress;

use crate::input::Input;
use crate::people::Person;
use crate::verdict::{VERDICTS, Verdict};

/// One line of the report.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row<'a> {
    /// The code of the verdict.
    pub verdict: &'static str,
    /// The profile; `None` for a person without a profile.
    pub profile: Option<ProfileSummary<'a>>,
    /// The person on the list with the address of the profile.
    pub person: Option<PersonSummary<'a>>,
    /// The calls that the verdict requires, in order.
    pub steps: &'static [&'static str],
    /// The user name of the profile that is to be created.
    pub new_username: Option<String>,
}

/// A profile in the report.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProfileSummary<'a> {
    username: &'a str,
    sub: Option<&'a str>,
    email: Option<&'a str>,
    status: &'a str,
    enabled: bool,
    providers: Vec<String>,
}

/// A person on the list, in the report.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonSummary<'a> {
    email: &'a str,
    name_id: &'a str,
    line: usize,
}

/// The rows of the report, in the order of [`VERDICTS`].
pub fn report(input: &Input) -> Vec<Row<'_>> {
    let pool = Pool::new(input);
    let profiles = input.profiles.iter().map(|profile| (Some(profile), pool.person_of(profile)));
    let mut rows: Vec<_> = profiles.map(|(profile, person)| (pool.verdict(profile, person), profile, person)).collect();
    let with_profile: HashSet<_> = rows.iter().filter_map(|(_, _, person)| Some(person.as_ref()?.line)).collect();
    let without = input.people.iter().filter(|person| !with_profile.contains(&person.line));
    rows.extend(without.map(|person| (pool.verdict(None, Some(person)), None, Some(person))));
    let place = |wanted: Verdict| VERDICTS.iter().position(|(verdict, _)| *verdict == wanted);
    rows.sort_by_key(|(verdict, ..)| place(*verdict));
    rows.into_iter().map(|(verdict, profile, person)| pool.row(verdict, profile, person)).collect()
}

/// The pool and the list, with indexes.
struct Pool<'a> {
    input: &'a Input,
    by_email: HashMap<String, Vec<&'a Profile>>,
    person_by_email: HashMap<String, &'a Person>,
    /// The user names of profiles, by provider and NameID of their identities.
    holders: HashMap<(String, String), &'a str>,
}

impl<'a> Pool<'a> {
    fn new(input: &'a Input) -> Self {
        let mut by_email: HashMap<_, Vec<_>> = HashMap::new();
        let mut holders = HashMap::new();
        for profile in &input.profiles {
            if let Some(email) = &profile.email {
                by_email.entry(email.to_ascii_lowercase()).or_default().push(profile);
            }
            for identity in profile.all_identities() {
                holders.insert(holder_key(&identity.provider, &identity.user_id), profile.username.as_str());
            }
        }
        let person_by_email = input.people.iter().map(|person| (person.email.to_ascii_lowercase(), person)).collect();
        Self { input, by_email, person_by_email, holders }
    }

    fn provider(&self) -> Option<&'a str> {
        self.input.task.provider.as_ref().map(|provider| provider.name.as_str())
    }

    fn person_of(&self, profile: &Profile) -> Option<&'a Person> {
        self.person_by_email.get(&profile.email.as_ref()?.to_ascii_lowercase()).copied()
    }

    fn verdict(&self, profile: Option<&Profile>, person: Option<&Person>) -> Verdict {
        match profile {
            Some(profile) if profile.is_federated() => self.judge_federated(profile),
            Some(profile) => self.judge_local(profile, person),
            None if person.is_some_and(|person| self.is_taken(person)) => Verdict::IdentityTaken,
            None => Verdict::NeedsProfileAndLink,
        }
    }

    fn judge_local(&self, profile: &Profile, person: Option<&Person>) -> Verdict {
        let email = match (profile_problem(profile), address(profile)) {
            (Some(reason), _) => return Verdict::Obstacle(reason),
            (None, None) => return Verdict::Obstacle(Reason::EmailInvalid),
            (None, Some(email)) => email,
        };
        let sharing = self.sharing(profile);
        let Some((person, provider)) = person.zip(self.provider()) else {
            return match linkable_profile(&email, sharing) {
                Ok(_) if self.is_linked(profile) => Verdict::Linked,
                Ok(_) => Verdict::CanSignIn,
                Err(obstacle) => Verdict::Obstacle(obstacle.reason),
            };
        };
        match decide(&email, &SamlIdentity { provider, name_id: &person.name_id }, sharing) {
            Decision::AlreadyLinked(_) => Verdict::Linked,
            Decision::Link(_) if self.is_taken(person) => Verdict::IdentityTaken,
            Decision::Link(_) => Verdict::NeedsLink,
            Decision::DoNotLink(reason, _) => Verdict::Obstacle(reason),
        }
    }

    fn judge_federated(&self, profile: &Profile) -> Verdict {
        let own = profile.all_identities().into_iter().find(|identity| identity.primary);
        if self.provider().is_some_and(|provider| own.is_none_or(|own| own.provider != provider)) {
            return Verdict::OtherProvider;
        }
        // Whether the address is verified does not matter here, because the provider decides it at each sign-in.
        match profile_problem(profile) {
            Some(reason @ (Reason::ProfileDisabled | Reason::EmailMissing | Reason::EmailInvalid)) => {
                return Verdict::Obstacle(reason);
            }
            _ if profile.is_federated_with_password() => return Verdict::FederatedWithPassword,
            _ => {}
        }
        let enabled: Vec<_> = self.sharing(profile).filter(|other| other.enabled).collect();
        let twins = enabled.iter().filter(|other| other.is_federated()).count();
        let verified = enabled.iter().filter(|other| !other.is_federated() && other.email_verified).count();
        let several = twins > 1 || verified > 1;
        Verdict::Obstacle(if several { Reason::DuplicateEmail } else { Reason::FederatedProfile })
    }

    /// All profiles with the address of this one, including itself.
    fn sharing(&self, profile: &Profile) -> impl Iterator<Item = &'a Profile> {
        let email = profile.email.as_deref().unwrap_or_default().to_ascii_lowercase();
        self.by_email.get(&email).into_iter().flatten().copied()
    }

    /// Whether an identity is linked to the profile. If the run has a provider, only its identities count.
    fn is_linked(&self, profile: &Profile) -> bool {
        let counts = |name: &str| self.provider().is_none_or(|provider| provider == name);
        profile.identities.iter().flatten().any(|identity| counts(&identity.provider))
    }

    /// Whether a profile already has the person's identity.
    fn is_taken(&self, person: &Person) -> bool {
        self.provider().is_some_and(|provider| self.holders.contains_key(&holder_key(provider, &person.name_id)))
    }

    fn row(&self, verdict: Verdict, profile: Option<&'a Profile>, person: Option<&'a Person>) -> Row<'a> {
        let new_profile = person.filter(|_| verdict == Verdict::NeedsProfileAndLink);
        Row {
            verdict: verdict.code(),
            profile: profile.map(ProfileSummary::of),
            person: person.map(|Person { email, name_id, line }| PersonSummary { email, name_id, line: *line }),
            steps: match verdict {
                Verdict::NeedsLink => &["link"],
                Verdict::NeedsProfileAndLink => &["create", "link"],
                _ => &[],
            },
            new_username: new_profile.and_then(|person| self.new_username(person)),
        }
    }

    fn new_username(&self, person: &Person) -> Option<String> {
        let task = &self.input.task;
        let email = person.email.parse().ok()?;
        Some(UsernameScheme::for_pool(&task.username_attributes).of(&task.pool_id, &email))
    }
}

impl<'a> ProfileSummary<'a> {
    fn of(profile: &'a Profile) -> Self {
        let mut providers: Vec<_> = profile.all_identities().into_iter().map(|identity| identity.provider).collect();
        providers.sort();
        providers.dedup();
        Self {
            username: &profile.username,
            sub: profile.sub.as_deref(),
            email: profile.email.as_deref(),
            status: &profile.status,
            enabled: profile.enabled,
            providers,
        }
    }
}

fn address(profile: &Profile) -> Option<EmailAddress> {
    profile.email.as_ref()?.parse().ok()
}

/// The key ignores letter case, because a pool may ignore it. A false match costs the operator a manual check; a missed
/// match could link the profile of another user.
fn holder_key(provider: &str, name_id: &str) -> (String, String) {
    (provider.to_owned(), name_id.to_lowercase())
}

#[cfg(test)]
mod tests;
