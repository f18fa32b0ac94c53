//! The user name of a local profile that is created.

use ring::digest;
use verification::EmailAddress;

/// How the pool wants its users to be named. Which it is, the operator says: asking the pool at every start would take
/// the permission to read all of its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalNames {
    /// By their address: in pools whose users sign in with it and with nothing else.
    Email,
    /// By letters and digits that follow from the address. Where the address is an alias, no user name may look like
    /// one; and one that follows from the address cannot be created twice, not even while search does not find the
    /// first yet.
    Local,
}

impl LocalNames {
    /// Reads the setting.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        match text {
            "email" => Ok(Self::Email),
            "local" => Ok(Self::Local),
            _ => Err("is neither email nor local"),
        }
    }

    /// The user name for an address: the one that `make link-users` would give it.
    pub fn of(self, pool_id: &str, email: &EmailAddress) -> String {
        match self {
            Self::Email => email.as_str().to_owned(),
            Self::Local => {
                let text = format!("{pool_id} {}", email.as_str().to_ascii_lowercase());
                let hash = digest::digest(&digest::SHA256, text.as_bytes());
                let hex = hash.as_ref().iter().take(16).map(|byte| format!("{byte:02x}"));
                format!("local-{}", hex.collect::<String>())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(names: LocalNames, email: &str) -> String {
        names.of("eu-central-1_AbCdEf123", &email.parse().unwrap())
    }

    #[test]
    fn where_people_are_named_by_their_address_it_is_the_address_as_it_came() {
        assert_eq!(name(LocalNames::Email, "Alice@acme.example"), "Alice@acme.example");
    }

    /// `cdk/test/link-users-run.test.ts` has the same example.
    #[test]
    fn a_local_name_is_that_of_the_tool_in_any_letter_case() {
        for email in ["person1@acme.example", "Person1@ACME.example"] {
            assert_eq!(name(LocalNames::Local, email), "local-d8d1fc175022a1801b9fb654abacad6a");
        }
    }

    #[test]
    fn another_pool_has_another_local_name() {
        let other = LocalNames::Local.of("eu-central-1_Other", &"alice@acme.example".parse().unwrap());
        assert_ne!(other, name(LocalNames::Local, "alice@acme.example"));
    }

    #[test]
    fn anything_but_the_two_words_is_refused() {
        for text in ["", "true", "Email", "email,local", "username"] {
            assert!(LocalNames::parse(text).is_err(), "{text:?}");
        }
    }
}
