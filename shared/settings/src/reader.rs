//! Reads named variables and collects all problems with them.

use std::fmt::Display;

/// A configuration that cannot be used. Its text names every bad variable and says how to correct it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the configuration cannot be used: {}", problems.join("; "))]
pub struct SettingsError {
    problems: Vec<String>,
}

impl SettingsError {
    /// For a required setting that is missing although reading it reported no problem. This cannot happen; an error is
    /// still better than a panic.
    pub fn incomplete() -> Self {
        Self { problems: vec!["a required setting is missing".to_owned()] }
    }
}

/// Collects settings from a source of named values.
///
/// The source is a closure, so that tests can pass a list instead of the process environment. Read every setting first
/// and then call [`finish`](Self::finish), because only then the message is complete.
pub struct Settings<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<String>,
}

/// The process environment, as a source for [`Settings::new`].
///
/// A value that is not UTF-8 gets replacement characters, so that it fails to parse. If it counted as absent, an
/// optional restriction would be off without a message.
#[expect(clippy::disallowed_methods, reason = "the only place that reads the environment")]
pub fn environment(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

impl<'a> Settings<'a> {
    /// Starts reading from `lookup`.
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, problems: Vec::new() }
    }

    /// Reads a setting without which the function must not start.
    ///
    /// Records a problem and returns `None` if the setting is missing or malformed, so that the other settings are
    /// still read.
    pub fn required<T, E: Display>(
        &mut self,
        name: &str,
        meaning: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        if (self.lookup)(name).is_none() {
            self.problem(name, format_args!("is not set; set it to {meaning}"));
            return None;
        }
        self.optional(name, meaning, parse)
    }

    /// Reads a setting that may be absent. If it is set, it must be valid.
    pub fn optional<T, E: Display>(
        &mut self,
        name: &str,
        meaning: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let value = (self.lookup)(name)?;
        if value.trim().is_empty() {
            self.problem(name, format_args!("is empty; set it to {meaning}"));
            return None;
        }
        match parse(&value) {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                self.problem(name, format_args!("{error}; set it to {meaning}"));
                None
            }
        }
    }

    /// Records a problem that concerns several settings together.
    pub fn problem(&mut self, name: &str, what: impl Display) {
        self.problems.push(format!("{name} {what}"));
    }

    /// Returns all collected problems as one error.
    ///
    /// # Errors
    /// [`SettingsError`] if any setting is missing or malformed.
    pub fn finish(self) -> Result<(), SettingsError> {
        if self.problems.is_empty() { Ok(()) } else { Err(SettingsError { problems: self.problems }) }
    }
}

/// Splits a comma-separated value and parses each part. An empty part is an error.
///
/// # Errors
/// The error of the first bad part, with its position and without its value.
pub fn list<T, E: Display>(value: &str, parse: impl Fn(&str) -> Result<T, E>) -> Result<Vec<T>, String> {
    value
        .split(',')
        .enumerate()
        .map(|(index, part)| parse(part.trim()).map_err(|error| format!("has a bad entry {}: {error}", index + 1)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Result<u8, &'static str> {
        text.parse().map_err(|_| "is not a number")
    }

    fn from<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn the_environment_is_the_process_environment() {
        // cargo sets this variable for each test, to the same value as at compile time.
        assert_eq!(environment("CARGO_MANIFEST_DIR").as_deref(), Some(env!("CARGO_MANIFEST_DIR")));
        assert_eq!(environment("A_NAME_THAT_IS_NOT_SET"), None);
    }

    #[test]
    fn a_valid_setting_is_returned() {
        let source = from(&[("A", "7")]);
        let mut settings = Settings::new(&source);
        assert_eq!(settings.required("A", "a number", number), Some(7));
        assert_eq!(settings.optional("A", "a number", number), Some(7));
        assert_eq!(settings.finish(), Ok(()));
    }

    #[test]
    fn names_every_bad_variable_in_one_message() {
        let source = from(&[("B", ""), ("C", "x")]);
        let mut settings = Settings::new(&source);
        settings.required("A", "a number", number);
        settings.required("B", "a number", number);
        settings.optional("C", "a number", number);
        assert_eq!(
            settings.finish().unwrap_err().to_string(),
            "the configuration cannot be used: A is not set; set it to a number; B is empty; set it to a number; \
             C is not a number; set it to a number"
        );
    }

    #[test]
    fn never_repeats_a_value() {
        let source = from(&[("A", "s3cret-value")]);
        let mut settings = Settings::new(&source);
        settings.optional("A", "a number", number);
        settings.optional("A", "numbers", |value| list(value, number));
        assert!(!settings.finish().unwrap_err().to_string().contains("s3cret"));
    }

    #[test]
    fn an_absent_optional_setting_is_accepted() {
        let source = from(&[]);
        let mut settings = Settings::new(&source);
        assert_eq!(settings.optional("A", "a number", number), None);
        assert_eq!(settings.finish(), Ok(()));
    }

    #[test]
    fn an_empty_optional_setting_is_refused() {
        let source = from(&[("A", "  ")]);
        let mut settings = Settings::new(&source);
        settings.optional("A", "a number", number);
        assert!(settings.finish().is_err());
    }

    #[test]
    fn a_list_may_have_blanks_around_entries_but_no_empty_entry() {
        assert_eq!(list("1, 2 ,3", number), Ok(vec![1, 2, 3]));
        for bad in ["1,,2", ",1", "1,", "1,x"] {
            assert!(list(bad, number).is_err(), "{bad:?}");
        }
    }
}
