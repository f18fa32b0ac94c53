//! The identity provider's list: e-mail addresses and their NameIDs.

use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use verification::EmailAddress;

/// One line of the list.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// The e-mail address, as in the list.
    pub email: String,
    /// The NameID that the provider will send.
    pub name_id: String,
    /// The line of the list, from 1.
    pub line: usize,
}

/// The problems of the list, by line number. They do not quote the list.
#[derive(Debug, PartialEq, Eq)]
pub struct ListError(Vec<String>);

impl fmt::Display for ListError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "IDENTITIES cannot be used:\n  {}", self.0.join("\n  "))
    }
}

impl std::error::Error for ListError {}

/// Checks the list.
///
/// If an address or a NameID occurs twice, the whole list is unusable: one of the two people would get the profile of
/// the other, and only the author of the list knows which line is right. Letter case is ignored, because a pool may
/// ignore it.
///
/// # Errors
/// [`ListError`], with all problems.
pub fn check(people: &[Person]) -> Result<(), ListError> {
    let mut problems = Vec::new();
    let mut seen = HashMap::new();
    for Person { email, name_id, line } in people {
        if name_id.is_empty() {
            problems.push(format!("line {line}: no name_id"));
            continue;
        }
        if email.parse::<EmailAddress>().is_err() {
            problems.push(format!("line {line}: no plain ASCII e-mail address"));
            continue;
        }
        for (column, value) in [("email", email), ("name_id", name_id)] {
            let first = *seen.entry((column, value.to_lowercase())).or_insert(*line);
            if first != *line {
                problems.push(format!("line {line}: the same {column} as line {first}"));
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(ListError(problems)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The problems of a list with these addresses and NameIDs, from line 2 on.
    fn problems(list: &[(&str, &str)]) -> Vec<String> {
        let people = (2..).zip(list).map(|(line, (email, name_id))| Person {
            email: (*email).to_owned(),
            name_id: (*name_id).to_owned(),
            line,
        });
        check(&people.collect::<Vec<_>>()).err().map(|ListError(problems)| problems).unwrap_or_default()
    }

    #[test]
    fn a_list_without_duplicates_can_be_used() {
        assert!(problems(&[]).is_empty());
        assert!(problems(&[("a@acme.example", "1"), ("b@acme.example", "2")]).is_empty());
    }

    #[test]
    fn a_repeated_address_or_name_id_makes_the_list_unusable_in_any_letter_case() {
        assert_eq!(problems(&[("a@acme.example", "1"), ("A@ACME.example", "2")]), ["line 3: the same email as line 2"]);
        assert_eq!(
            problems(&[("a@acme.example", "X"), ("b@acme.example", "x")]),
            ["line 3: the same name_id as line 2"]
        );
    }

    #[test]
    fn a_line_without_a_name_id_or_a_plain_address_makes_the_list_unusable() {
        assert_eq!(
            problems(&[("a@acme.example", ""), ("", "1"), ("j\u{fc}rgen@acme.example", "2")]),
            ["line 2: no name_id", "line 3: no plain ASCII e-mail address", "line 4: no plain ASCII e-mail address"]
        );
    }

    #[test]
    fn the_problems_do_not_quote_the_list() {
        let list = [("canary", "canary"), ("canary@acme.example", ""), ("canary@acme.example", "canary")];
        assert!(!problems(&[list, list].concat()).join("").contains("canary"));
    }
}
