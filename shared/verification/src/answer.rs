//! The challenge answer: one string that the caller chooses freely.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::deny_reason::DenyReason;
use crate::token::{AccessToken, IdToken};

/// Longest accepted answer in bytes: enough for an access token and an `id_token`.
const MAX_LENGTH: usize = 16 * 1024;

/// The JSON form. Unknown and repeated keys are errors, because two readers of one text must not see different tokens.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonAnswer {
    access_token: String,
    #[serde(default, deserialize_with = "present")]
    id_token: Option<String>,
}

/// A key that is present must have a string as its value. `null` is refused: it is neither a token nor an absent key.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

/// The tokens of an answer.
#[derive(Debug)]
pub struct Tokens {
    /// The access token.
    pub access: AccessToken,
    /// The `id_token`, if the answer has one.
    pub id: Option<IdToken>,
}

/// Reads an answer: either the raw access token, or `{"access_token": "…", "id_token": "…"}`.
pub(crate) fn parse(answer: Option<&Value>) -> Result<Tokens, DenyReason> {
    let text = answer.and_then(Value::as_str).ok_or(DenyReason::AnswerNotText)?;
    if text.len() > MAX_LENGTH {
        return Err(DenyReason::AnswerTooLong);
    }
    if !text.starts_with('{') {
        let access = AccessToken::parse(text).ok_or(DenyReason::TokenMalformed)?;
        return Ok(Tokens { access, id: None });
    }
    let tokens: JsonAnswer = serde_json::from_str(text).map_err(|_| DenyReason::AnswerMalformed)?;
    let id = match tokens.id_token {
        Some(text) => Some(IdToken::parse(&text).ok_or(DenyReason::AnswerMalformed)?),
        None => None,
    };
    let access = AccessToken::parse(&tokens.access_token).ok_or(DenyReason::TokenMalformed)?;
    Ok(Tokens { access, id })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn reason(answer: &str) -> Option<DenyReason> {
        parse(Some(&json!(answer))).err()
    }

    #[test]
    fn a_raw_token_and_the_json_form_are_accepted() {
        for answer in [
            "00DSG000009FYVd!AQ4",
            r#"{"access_token":"00DSG000009FYVd!AQ4"}"#,
            r#"{ "id_token": "e30.e30.c2ln", "access_token": "a\/b" }"#,
        ] {
            assert_eq!(reason(answer), None, "{answer}");
        }
    }

    #[test]
    fn an_answer_that_is_not_a_string_is_denied() {
        for answer in [None, Some(json!(null)), Some(json!(1)), Some(json!({"access_token": "a"})), Some(json!(["a"]))]
        {
            assert_eq!(parse(answer.as_ref()).err(), Some(DenyReason::AnswerNotText), "{answer:?}");
        }
    }

    #[test]
    fn an_answer_of_more_than_16_kib_is_denied_without_parsing() {
        let padded = |length: usize| format!("{{\"access_token\":\"a\"{}}}", " ".repeat(length - 20));
        assert_eq!(padded(16 * 1024).len(), 16 * 1024);
        assert_eq!(reason(&padded(16 * 1024)), None);
        assert_eq!(reason(&padded(16 * 1024 + 1)), Some(DenyReason::AnswerTooLong));
    }

    #[test]
    fn json_with_unknown_repeated_or_mistyped_keys_is_denied() {
        for answer in [
            "{}",
            "{",
            "{]",
            r#"{"id_token":"a.b.c"}"#,
            r#"{"access_token":"a","access_token":"b"}"#,
            r#"{"access_token":"a","refresh_token":"b"}"#,
            r#"{"access_token":1}"#,
            r#"{"access_token":null}"#,
            r#"{"access_token":["a"]}"#,
            r#"{"access_token":"a"} x"#,
            r#"{"access_token":"a","id_token":""}"#,
            r#"{"access_token":"a","id_token":null}"#,
            r#"{"access_token":"a","id_token":"b c"}"#,
            r#"{"access_token":"a","id_token":{}}"#,
            r#"{"access_token":"a","access\u005ftoken":"b"}"#,
        ] {
            assert_eq!(reason(answer), Some(DenyReason::AnswerMalformed), "{answer}");
        }
    }

    #[test]
    fn a_token_with_a_forbidden_character_is_denied_in_both_forms() {
        for answer in [
            "",
            " a",
            "a b",
            "[\"a\"]",
            " {\"access_token\":\"a\"}",
            r#"{"access_token":""}"#,
            r#"{"access_token":"a\r\nX: y"}"#,
        ] {
            assert_eq!(reason(answer), Some(DenyReason::TokenMalformed), "{answer:?}");
        }
    }

    /// The tokens that the parser returns, as text.
    fn tokens(answer: &str) -> Option<(String, Option<String>)> {
        let Tokens { access, id } = parse(Some(&json!(answer))).ok()?;
        Some((access.expose().to_owned(), id.map(|token| token.expose().to_owned())))
    }

    proptest! {
        #[test]
        fn the_parser_never_panics(answer in ".{0,64}") {
            let _ = parse(Some(&json!(answer)));
        }

        #[test]
        fn a_raw_token_is_returned_unchanged(answer in "[A-Za-z0-9_~+/=-]{1,32}(![A-Za-z0-9!._~+/=-]{0,32})?") {
            prop_assert_eq!(tokens(&answer), Some((answer, None)));
        }

        #[test]
        fn both_tokens_of_the_json_form_are_returned_unchanged(
            token in "[A-Za-z0-9_~+/=-]{1,16}(![A-Za-z0-9!._~+/=-]{0,16})?",
            id_token in proptest::option::of("[A-Za-z0-9._-]{1,32}"),
        ) {
            let mut answer = json!({"access_token": token});
            if let Some(id_token) = &id_token {
                answer["id_token"] = json!(id_token);
            }
            prop_assert_eq!(tokens(&answer.to_string()), Some((token, id_token)));
        }

        #[test]
        fn a_returned_token_has_only_token_characters(
            token in "\\PC{0,8}", id_token in "\\PC{0,8}", raw in "\\PC{0,16}",
        ) {
            let written = json!({"access_token": token, "id_token": id_token}).to_string();
            for answer in [written, raw] {
                if let Some((token, id_token)) = tokens(&answer) {
                    prop_assert!(AccessToken::parse(&token).is_some(), "{}", token);
                    prop_assert!(id_token.is_none_or(|text| IdToken::parse(&text).is_some()));
                }
            }
        }
    }
}
