//! App client ids of a user pool.

/// Checks an app client id: 1 to 128 characters of `[\w+]`, as `ClientId` in the Cognito API reference.
///
/// # Errors
/// What is wrong with the id. The text is meant to follow the name of the setting.
pub fn app_client_id(text: &str) -> Result<String, &'static str> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'+';
    if text.is_empty() || text.len() > 128 || !text.bytes().all(allowed) {
        return Err("is not an app client id");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_1_to_128_characters_of_its_alphabet() {
        for id in ["a_b+C9", &"a".repeat(128)] {
            assert_eq!(app_client_id(id).as_deref(), Ok(id));
        }
        for other in ["", " ", "a b", "a;b", "a-b", "\u{e4}", &"a".repeat(129)] {
            assert!(app_client_id(other).is_err(), "{other:?}");
        }
    }
}
