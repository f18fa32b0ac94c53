//! Reads JSON whose strings contain unpaired surrogates.
//!
//! JSON can express one (RFC 8259 section 8.2), and `serde_json` refuses the whole text because of it. The caller
//! chooses the challenge answer and `clientMetadata`. Such a caller must get a denial and not a function error, because
//! function errors set off alarms.

use serde::de::DeserializeOwned;

/// Parses a text; `None` if it is not a `T`. If the text cannot be parsed otherwise, each unpaired surrogate is read as
/// U+FFFD, which no valid token, address or id contains.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok().or_else(|| serde_json::from_str(&replaced(text)?).ok())
}

/// The text with each escape of an unpaired surrogate replaced by the escape of U+FFFD; `None` if it has none.
fn replaced(text: &str) -> Option<String> {
    let mut replaced = String::with_capacity(text.len());
    let (mut rest, mut found) = (text, false);
    while let Some((before, escape)) = rest.find('\\').and_then(|at| rest.split_at_checked(at)) {
        replaced.push_str(before);
        let pair =
            matches!((unit(escape), escape.get(6..).and_then(unit)), (Some(0xd800..0xdc00), Some(0xdc00..0xe000)));
        let length = match unit(escape) {
            Some(_) if pair => 12,
            Some(0xd800..0xe000) => {
                found = true;
                replaced.push_str("\\ufffd");
                rest = escape.get(6..)?;
                continue;
            }
            Some(_) => 6,
            None => 2,
        };
        // A truncated escape is not JSON. The parser reports it.
        let (escape, after) = escape.split_at_checked(length)?;
        replaced.push_str(escape);
        rest = after;
    }
    replaced.push_str(rest);
    found.then_some(replaced)
}

/// The UTF-16 code unit of an escape `\uXXXX` at the beginning of the text.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn an_unpaired_surrogate_is_read_as_the_replacement_character() {
        for (text, expected) in [
            (r#"{"a":"\ud800"}"#, json!({"a": "\u{fffd}"})),
            (r#"{"a":"x\uDFFFy"}"#, json!({"a": "x\u{fffd}y"})),
            (r#"["\ud83d\ude00","\ud83d\ud83d\ude00"]"#, json!(["\u{1f600}", "\u{fffd}\u{1f600}"])),
            (r#"{"\udc00":"\\ud800"}"#, json!({"\u{fffd}": "\\ud800"})),
            (r#"["\ud800\n","\ud800\u0041"]"#, json!(["\u{fffd}\n", "\u{fffd}A"])),
        ] {
            assert_eq!(read(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_texts_are_read_unchanged_or_refused() {
        assert_eq!(read(r#"{"a":"\\ud800 \u00e9"}"#), Some(json!({"a": "\\ud800 \u{e9}"})));
        for text in ["", "{", r#"{"a":"\ud8"}"#, r#"{"a":"\"#, r#"{"a":"\ud800"#, "\"\\\u{e9}\""] {
            assert_eq!(read::<Value>(text), None, "{text}");
        }
    }

    #[test]
    fn a_text_without_unpaired_surrogates_is_unchanged() {
        assert_eq!(replaced(r#"{"a":"\ud83d\ude00 \\ud800 \n"}"#), None);
    }
}
