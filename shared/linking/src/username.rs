//! The user name of a local profile that Pre Sign-up or `make link-users` creates.

use ring::digest;
use verification::EmailAddress;

/// How the pool forms the user names of local profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsernameScheme {
    /// The e-mail address. For pools in which the e-mail address is the user name.
    Email,
    /// `local-` and 32 hexadecimal digits of a hash of the e-mail address. For pools in which the address is an alias,
    /// because there a user name must not look like an address. The name depends only on the pool and the address. So
    /// the same profile cannot be created twice, not even before the first one can be found by a search.
    Local,
}

impl UsernameScheme {
    /// Reads the setting. It is a setting because reading it from the pool would need the permission to read all
    /// settings of the pool.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        match text {
            "email" => Ok(Self::Email),
            "local" => Ok(Self::Local),
            _ => Err("is neither email nor local"),
        }
    }

    /// The scheme for a pool with these `UsernameAttributes`.
    pub fn for_pool(username_attributes: &[String]) -> Self {
        if username_attributes.iter().any(|attribute| attribute == "email") { Self::Email } else { Self::Local }
    }

    /// The user name for an e-mail address.
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

    fn name(scheme: UsernameScheme, email: &str) -> String {
        scheme.of("eu-central-1_AbCdEf123", &email.parse().unwrap())
    }

    #[test]
    fn an_address_as_user_name_is_used_unchanged() {
        assert_eq!(name(UsernameScheme::Email, "Alice@acme.example"), "Alice@acme.example");
    }

    #[test]
    fn a_local_name_is_the_same_for_any_letter_case_and_version() {
        for email in ["person1@acme.example", "Person1@ACME.example"] {
            assert_eq!(name(UsernameScheme::Local, email), "local-d8d1fc175022a1801b9fb654abacad6a");
        }
    }

    #[test]
    fn another_pool_has_another_local_name() {
        let other = UsernameScheme::Local.of("eu-central-1_Other", &"alice@acme.example".parse().unwrap());
        assert_ne!(other, name(UsernameScheme::Local, "alice@acme.example"));
    }

    #[test]
    fn the_scheme_is_email_if_that_is_a_username_attribute() {
        let scheme = |attributes: &[&str]| {
            UsernameScheme::for_pool(&attributes.iter().map(|&attribute| attribute.to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(scheme(&["phone_number", "email"]), UsernameScheme::Email);
        assert_eq!(scheme(&["phone_number"]), UsernameScheme::Local);
        assert_eq!(scheme(&[]), UsernameScheme::Local);
    }

    #[test]
    fn the_setting_is_email_or_local() {
        assert_eq!(UsernameScheme::parse("email"), Ok(UsernameScheme::Email));
        assert_eq!(UsernameScheme::parse("local"), Ok(UsernameScheme::Local));
        for text in ["", "true", "Email", "email,local", "username"] {
            assert!(UsernameScheme::parse(text).is_err(), "{text:?}");
        }
    }
}
