//! The input of the program: JSON lines. First one task, then the people on the identity provider's list, then the
//! users of the pool.

use std::collections::HashMap;
use std::io::BufRead;

use linking::Profile;
use serde::Deserialize;

use crate::people::{ListError, Person, check};

/// An error that ends the program without verdicts.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A line has the wrong form.
    #[error("line {line} of the input cannot be read: {cause}")]
    Unreadable {
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong with the line. It does not quote the line.
        cause: &'static str,
    },
    /// The input could not be read, or is not UTF-8.
    #[error("the input cannot be read: {0}")]
    Failed(#[from] std::io::Error),
    /// The list of people cannot be used.
    #[error(transparent)]
    List(#[from] ListError),
}

/// The first line: the pool and the provider.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// The id of the pool.
    pub pool_id: String,
    /// The SAML provider whose identities are to be linked; `None` if none are.
    pub provider: Option<Provider>,
    /// `UsernameAttributes` of the pool, as `DescribeUserPool` returns them.
    #[serde(default)]
    pub username_attributes: Vec<String>,
}

/// A SAML provider of the pool.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provider {
    /// Its name in the pool.
    pub name: String,
    /// The attributes of the pool to which it maps a value.
    pub mapped_attributes: Vec<String>,
}

/// The whole input.
#[derive(Debug)]
pub struct Input {
    /// The pool and the provider.
    pub task: Task,
    /// The people on the identity provider's list.
    pub people: Vec<Person>,
    /// The profiles of the pool.
    pub profiles: Vec<Profile>,
}

/// One line after the first.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Line {
    Person(Person),
    User(User),
}

impl Input {
    /// Reads the whole input. If a user occurs twice, the later one counts: a profile can appear on two pages of
    /// `ListUsers` if other profiles are created or deleted in the meantime.
    ///
    /// # Errors
    /// [`InputError`]. The list is checked before the first user is read.
    pub fn read(reader: impl BufRead) -> Result<Self, InputError> {
        let mut lines = (1..).zip(reader.lines());
        let (_, first) = lines.next().ok_or(InputError::Unreadable { line: 1, cause: "it is missing" })?;
        let task = parse(1, &first?)?;
        let mut people = Vec::new();
        let mut profiles = Profiles::default();
        let mut is_list_checked = false;
        for (line, text) in lines {
            match parse(line, &text?)? {
                Line::Person(_) if is_list_checked => {
                    return Err(InputError::Unreadable { line, cause: "a person comes after a user" });
                }
                Line::Person(person) => people.push(person),
                Line::User(user) => {
                    if !is_list_checked {
                        check(&people)?;
                        is_list_checked = true;
                    }
                    profiles.add(user.into());
                }
            }
        }
        check(&people)?;
        Ok(Self { task, people, profiles: profiles.all })
    }
}

/// Profiles in the order in which their user names first occurred.
#[derive(Default)]
struct Profiles {
    all: Vec<Profile>,
    places: HashMap<String, usize>,
}

impl Profiles {
    fn add(&mut self, profile: Profile) {
        let place = *self.places.entry(profile.username.clone()).or_insert(self.all.len());
        match self.all.get_mut(place) {
            Some(known) => *known = profile,
            None => self.all.push(profile),
        }
    }
}

fn parse<'a, T: Deserialize<'a>>(line: usize, text: &'a str) -> Result<T, InputError> {
    // The error of `serde_json` may quote the line, which contains personal data.
    serde_json::from_str(text).map_err(|_| InputError::Unreadable { line, cause: "it has the wrong form" })
}

/// A user, as `ListUsers` returns it. Without the fields, the user counts as disabled and has no attributes.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct User {
    username: String,
    #[serde(default)]
    enabled: bool,
    #[serde(default, rename = "UserStatus")]
    status: String,
    #[serde(default)]
    attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    name: String,
    value: Option<String>,
}

impl From<User> for Profile {
    fn from(User { username, enabled, status, attributes }: User) -> Self {
        let attributes = attributes.into_iter().map(|Attribute { name, value }| (name, value));
        Self { username, enabled, status, ..Self::default() }.with_attributes(attributes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASK: &str = r#"{"poolId": "p", "provider": null}"#;

    fn read(lines: &[&str]) -> Result<Input, String> {
        Input::read(lines.join("\n").as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_repeated_user_counts_once_and_the_later_one_wins() {
        let lines = [TASK, r#"{"user": {"Username": "a"}}"#, r#"{"user": {"Username": "a", "Enabled": true}}"#];
        let profiles = read(&lines).unwrap().profiles;
        assert!(profiles.len() == 1 && profiles[0].enabled);
    }

    #[test]
    fn a_user_without_fields_is_disabled_and_unverified() {
        let profiles =
            read(&[TASK, r#"{"user": {"Username": "a", "Attributes": [{"Name": "email"}]}}"#]).unwrap().profiles;
        assert!(!profiles[0].enabled && !profiles[0].email_verified && profiles[0].email.is_none());
    }

    #[test]
    fn an_unreadable_line_is_reported_by_number_and_not_quoted() {
        for lines in [
            &[][..],
            &[r#"{"canary": 1}"#],
            &[TASK, r#"{"user": {"Username": null, "UserStatus": "canary"}}"#],
            &[TASK, r#"{"person": {"email": "canary@acme.example"}}"#],
            &[TASK, "canary"],
        ] {
            let error = read(lines).unwrap_err();
            assert!(error.starts_with(&format!("line {} of the input", lines.len().max(1))), "{error}");
            assert!(!error.contains("canary"), "{error}");
        }
    }

    #[test]
    fn an_unusable_list_ends_the_run_at_the_first_user() {
        let person = r#"{"person": {"email": "a@acme.example", "nameId": "", "line": 2}}"#;
        let expected = "IDENTITIES cannot be used:\n  line 2: no name_id";
        for rest in [&[][..], &[r#"{"user": {"Username": "a"}}"#, "not read"]] {
            assert_eq!(read(&[&[TASK, person], rest].concat()).unwrap_err(), expected);
        }
    }

    #[test]
    fn a_person_after_a_user_is_refused() {
        let person = r#"{"person": {"email": "a@acme.example", "nameId": "1", "line": 2}}"#;
        assert!(read(&[TASK, r#"{"user": {"Username": "a"}}"#, person]).is_err());
    }
}
