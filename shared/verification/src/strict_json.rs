//! Strict reading of JSON objects: each member at most once.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

/// A `T` that is read only from a JSON object.
///
/// serde also reads a struct from an array, member by member. Claims have names, so an array is refused here. A
/// repeated member is an error already, because `T` derives `Deserialize`.
#[derive(Debug, Clone)]
pub struct Members<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Members<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectOnly<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectOnly<T> {
            type Value = Members<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Members<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members)).map(Members)
            }
        }

        deserializer.deserialize_any(ObjectOnly(PhantomData))
    }
}

/// Why a body could not be read as an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParseError {
    /// The body is not JSON in UTF-8 (RFC 8259 section 8.1). This is not an answer.
    NotJson,
    /// The body is JSON of another shape. A string with an unpaired surrogate counts as this, too. This is an answer: a
    /// denial.
    WrongShape,
}

/// Reads a whole body. Skipped members must be UTF-8, too.
///
/// # Errors
/// [`ParseError`] if the body is not such an object.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<Members<T>, ParseError> {
    let text = std::str::from_utf8(body).map_err(|_| ParseError::NotJson)?;
    // `serde_json` reports an unpaired surrogate as a syntax error, but accepts it in a string that it skips.
    let is_json = || serde_json::from_str::<IgnoredAny>(text).is_ok();
    serde_json::from_str(text).map_err(|_| if is_json() { ParseError::WrongShape } else { ParseError::NotJson })
}

/// The member as a string. Any other type counts as absent.
pub fn text(value: &Value) -> Option<&str> {
    value.as_str()
}

/// The member as a `NumericDate` (RFC 7519 section 2) in whole seconds. A string, a fraction or a negative number
/// counts as absent.
pub fn seconds(value: &Value) -> Option<u64> {
    value.as_u64()
}

/// The member as one string or a list of strings (RFC 7519 section 4.1.3). Anything else counts as absent.
pub fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(one) => Some(vec![one]),
        Value::Array(many) => many.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, serde::Deserialize)]
    struct One {
        #[serde(default)]
        a: Value,
    }

    fn read(text: &str) -> Option<Value> {
        serde_json::from_str(text).ok().map(|Members(One { a })| a)
    }

    #[test]
    fn an_object_is_read_and_unknown_members_are_skipped() {
        assert_eq!(read(r#"{"a":1,"b":{"c":[]}}"#), Some(json!(1)));
        assert_eq!(read("{}"), Some(Value::Null));
    }

    #[test]
    fn arrays_other_values_and_repeated_members_are_refused() {
        for text in ["[1]", "[]", "null", "1", "\"a\"", r#"{"a":1,"a":2}"#, r#"{"a":1,"\u0061":2}"#] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_body_that_is_not_json_is_another_error_than_json_of_another_shape() {
        let unreadable = |body: &[u8]| super::read::<One>(body).err();
        assert_eq!(unreadable(br#"{"a":1}"#), None);
        for body in ["", "{", "<html>", "{} {}", r#"{"a":"\ud80"}"#] {
            assert_eq!(unreadable(body.as_bytes()), Some(ParseError::NotJson), "{body}");
        }
        for body in ["[]", "null", r#"{"a":1,"a":2}"#, r#"{"a":"\ud800"}"#, r#"{"a":"\udc00x"}"#] {
            assert_eq!(unreadable(body.as_bytes()), Some(ParseError::WrongShape), "{body}");
        }
    }

    #[test]
    fn a_body_that_is_not_utf_8_is_not_json_even_in_a_skipped_member() {
        for body in [b"{\"a\":\"\xff\"}".as_slice(), b"{\"a\":1,\"b\":\"\xff\"}", b"{\"a\":1,\"\xff\":1}"] {
            assert_eq!(super::read::<One>(body).err(), Some(ParseError::NotJson));
        }
    }

    #[test]
    fn values_of_another_type_count_as_absent() {
        for value in [json!("1"), json!(1.5), json!(-1), json!(null), json!([1]), json!(true)] {
            assert_eq!(seconds(&value), None, "{value}");
        }
        for value in [json!(1), json!(null), json!(["a", 1]), json!({"a": 1}), json!([null])] {
            assert_eq!(texts(&value), None, "{value}");
        }
        assert_eq!(texts(&json!("a")), Some(vec!["a"]));
        assert_eq!(texts(&json!(["a", "b"])), Some(vec!["a", "b"]));
    }
}
