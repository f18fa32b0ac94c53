//! The user name of a local profile that Pre Sign-up or `make link-users` creates.

use ring::digest;
use verification::EmailAddress;

/// How the pool names its users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalNames {
    /// By their address: in pools where the e-mail address is the user name.
    Email,
    /// By `local-` and 32 hexadecimal digits that follow from the address. Where the address is an alias, no user name
    /// may look like one; and a name that follows from the address cannot be created twice, not even while the first
    /// profile is too new to be found by a search.
    Local,
}

impl LocalNames {
    /// Reads the setting. It exists because asking the pool at each start would take a permission to read all of its
    /// settings.
    ///
    /// # Errors
    /// The text is neither `email` nor `local`.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        match text {
            "email" => Ok(Self::Email),
            "local" => Ok(Self::Local),
            _ => Err("is neither email nor local"),
        }
    }

    /// What a pool with these `UsernameAttributes` needs.
    pub fn for_pool(username_attributes: &[String]) -> Self {
        if username_attributes.iter().any(|attribute| attribute == "email") { Self::Email } else { Self::Local }
    }

    /// The user name for an address.
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
    fn where_the_address_is_the_user_name_it_is_used_as_it_came() {
        assert_eq!(name(LocalNames::Email, "Alice@acme.example"), "Alice@acme.example");
    }

    #[test]
    fn a_local_name_is_the_same_in_any_letter_case_and_in_any_version() {
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
    fn a_pool_names_its_users_by_address_if_that_is_a_user_name_attribute() {
        let names = |attributes: &[&str]| {
            LocalNames::for_pool(&attributes.iter().map(|&attribute| attribute.to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(names(&["phone_number", "email"]), LocalNames::Email);
        assert_eq!(names(&["phone_number"]), LocalNames::Local);
        assert_eq!(names(&[]), LocalNames::Local);
    }

    #[test]
    fn anything_but_the_two_words_is_refused() {
        for text in ["", "true", "Email", "email,local", "username"] {
            assert!(LocalNames::parse(text).is_err(), "{text:?}");
        }
    }
}
