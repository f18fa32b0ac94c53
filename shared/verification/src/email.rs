//! E-mail addresses that this suite can compare.

use std::fmt;
use std::str::FromStr;

/// Longest accepted address in bytes: a `ListUsers` filter has at most 256 characters, and `email = ""` takes ten of
/// them.
const MAX_LENGTH: usize = 246;

/// The text is not an e-mail address that this suite accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a plain ASCII e-mail address")]
pub struct InvalidEmail;

/// An e-mail address.
///
/// Two addresses are equal if all their characters are equal, where the case of ASCII letters does not matter. Nothing
/// else is normalised: no dots, no `+` suffix, no Unicode. Only the unquoted form of RFC 5321 (`Dot-string "@" Domain`)
/// is accepted. That excludes look-alike letters and every character with a meaning in a `ListUsers` filter.
#[derive(Clone)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The address in its original spelling. It is personal data: never log it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl PartialEq for EmailAddress {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for EmailAddress {}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EmailAddress([redacted])")
    }
}

impl FromStr for EmailAddress {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let (local, domain) = text.split_once('@').ok_or(InvalidEmail)?;
        let labels_are = |part: &str, allowed: fn(u8) -> bool| {
            part.split('.').all(|label| !label.is_empty() && label.bytes().all(allowed))
        };
        if text.len() <= MAX_LENGTH && labels_are(local, is_atext) && labels_are(domain, is_host_character) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidEmail)
        }
    }
}

/// `atext` of RFC 5322 section 3.2.3. It has no quotes, backslashes, blanks, control characters or `@`.
fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

fn is_host_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn email(text: &str) -> EmailAddress {
        text.parse().unwrap()
    }

    #[test]
    fn only_ascii_case_is_ignored() {
        assert_eq!(email("Alice@Example.com"), email("alice@example.COM"));
        for other in ["a.lice@example.com", "alice+tag@example.com", "alice@example.co", "alice@example.com.invalid"] {
            assert_ne!(email("alice@example.com"), email(other), "{other}");
        }
    }

    #[test]
    fn an_address_that_is_not_plain_ascii_is_refused() {
        for text in [
            "",
            "@",
            "alice",
            "alice@",
            "@example.com",
            "alice@example..com",
            ".alice@example.com",
            "alice.@example.com",
            "alice@@example.com",
            "alice@example.com@evil.example",
            " alice@example.com",
            "alice@example.com ",
            "alice@example.com\n",
            "al\u{0}ice@example.com",
            "\u{0430}lice@example.com",
            "alice@ex\u{e4}mple.com",
            "al\u{212a}e@example.com",
            "alice@example.com\u{200b}",
            "alice@[127.0.0.1]",
            "\"a b\"@example.com",
        ] {
            assert!(text.parse::<EmailAddress>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_address_that_could_change_a_filter_is_refused() {
        for text in [
            "a\" or \"@example.com",
            "a\\@example.com",
            "a@example.com\" or email ^= \"",
            "a(b)@example.com",
            "a,b@example.com",
        ] {
            assert!(text.parse::<EmailAddress>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_longest_address_exactly_fits_a_list_users_filter() {
        let longest = format!("{}@example.com", "a".repeat(MAX_LENGTH - "@example.com".len()));
        assert_eq!(format!("email = \"{}\"", email(&longest).as_str()).len(), 256);
        assert!(format!("a{longest}").parse::<EmailAddress>().is_err());
    }

    #[test]
    fn debug_does_not_show_the_address() {
        assert_eq!(format!("{:?}", email("alice@example.com")), "EmailAddress([redacted])");
    }

    proptest! {
        #[test]
        fn an_accepted_address_has_no_filter_syntax(text in "[ -~]{0,12}@[ -~]{0,12}") {
            if let Ok(address) = text.parse::<EmailAddress>() {
                prop_assert!(!address.as_str().contains(['"', '\\', ' ', '(', ')', ',']));
            }
        }

        #[test]
        fn an_address_equals_only_itself_in_any_letter_case(
            text in "[A-Za-z0-9+_']{1,8}(\\.[a-z]{1,3})?@[A-Za-z0-9-]{1,8}\\.example",
            at in any::<proptest::sample::Index>(),
        ) {
            let address = email(&text);
            prop_assert_eq!(&address, &email(&text.to_ascii_uppercase()));
            prop_assert_eq!(address.domain(), text.split('@').nth(1).unwrap_or_default());
            let mut longer = text.clone();
            longer.insert(at.index(text.len()), 'x');
            prop_assert!(address != email(&longer), "{}", longer);
        }
    }
}
