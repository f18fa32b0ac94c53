//! Reads the members of a JSON object, each at most once.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// A `T` that is read from a JSON object only.
///
/// serde reads a struct from an array as well, member by member; claims have names or they are none.
/// A repeated member is an error already, because `T` derives its reader.
#[derive(Debug, Clone)]
pub(crate) struct Members<T>(pub(crate) T);

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

/// The member as text; anything but a string is absent.
pub(crate) fn text(value: &Value) -> Option<&str> {
    value.as_str()
}

/// The member as a `NumericDate` (RFC 7519 section 2) in whole seconds; a string, a fraction or a
/// negative number is absent.
pub(crate) fn seconds(value: &Value) -> Option<u64> {
    value.as_u64()
}

/// The member as one string or a list of strings (RFC 7519 section 4.1.3); anything else is absent.
pub(crate) fn texts(value: &Value) -> Option<Vec<&str>> {
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
    fn an_object_is_read_and_its_other_members_are_skipped() {
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
    fn values_of_another_type_are_absent() {
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
