//! Reads JSON in which a string holds half a surrogate pair.
//!
//! JSON can spell one (RFC 8259 section 8.2), and `serde_json` refuses the whole text for it. A caller chooses the challenge
//! answer and `clientMetadata`, so such a caller must get a denial and not a function error, which sets off alarms.

use serde::de::DeserializeOwned;

/// What a text says; `None` if it is something else than `T`. Where it cannot be read otherwise, each half of a surrogate
/// pair is read as U+FFFD, which is in no token, no address and no id.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok().or_else(|| serde_json::from_str(&replaced(text)?).ok())
}

/// The text with the escape of U+FFFD for each escape of half a surrogate pair; `None` if it has none.
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
        // An escape that is cut short is no JSON: the parser says so.
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
    fn half_a_pair_is_read_as_the_replacement_character() {
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
    fn other_texts_are_read_as_they_are_or_not_at_all() {
        assert_eq!(read(r#"{"a":"\\ud800 \u00e9"}"#), Some(json!({"a": "\\ud800 \u{e9}"})));
        for text in ["", "{", r#"{"a":"\ud8"}"#, r#"{"a":"\"#, r#"{"a":"\ud800"#, "\"\\\u{e9}\""] {
            assert_eq!(read::<Value>(text), None, "{text}");
        }
    }

    #[test]
    fn a_text_without_half_a_pair_is_left_alone() {
        assert_eq!(replaced(r#"{"a":"\ud83d\ude00 \\ud800 \n"}"#), None);
    }
}
