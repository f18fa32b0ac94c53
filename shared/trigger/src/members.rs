//! The members of a JSON object, each as its original text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use crate::unicode;

/// The top-level members of an object, in their original order.
pub struct Members<'a>(Vec<(Name<'a>, &'a RawValue)>);

/// The name of a member. It is borrowed from the text unless the text contains escapes.
#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> Members<'a> {
    /// Reads an object. Returns `None` if the text is not an object.
    pub(crate) fn read(text: &'a RawValue) -> Option<Self> {
        serde_json::from_str(text.get()).ok()
    }

    /// The value of the member with that name; `None` if the name occurs twice, because Cognito may use either of them.
    pub(crate) fn get(&self, name: &str) -> Option<&'a RawValue> {
        let mut found = self.all(name);
        let value = found.next()?;
        found.next().is_none().then_some(value)
    }

    /// The values of all members with that name.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &'a RawValue> {
        self.iter().filter(move |(other, _)| *other == name).map(|(_, value)| value)
    }

    /// All members, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(Name(name), value)| (name.as_ref(), *value))
    }

    /// Returns the object with the members of `response` added to its own `response`; `None` if `response` is not an
    /// object.
    pub(crate) fn with_response(&self, response: &impl Serialize) -> Option<Box<RawValue>> {
        let added = to_raw_value(response).ok()?;
        let added = Members::read(&added)?;
        let before = self.get("response").and_then(Members::read).unwrap_or(Members(Vec::new()));
        let kept = before.iter().filter(|(name, _)| added.all(name).next().is_none());
        let response: Vec<_> = kept.chain(added.iter()).collect();
        let response = to_raw_value(&Object(&response)).ok()?;

        let mut event: Vec<_> = self.iter().collect();
        match event.iter_mut().find(|(name, _)| *name == "response") {
            Some((_, value)) => *value = &response,
            None => event.push(("response", &response)),
        }
        to_raw_value(&Object(&event)).ok()
    }
}

/// The member as a string; `None` if it has another type.
pub(crate) fn text(value: &RawValue) -> Option<String> {
    unicode::read(value.get())
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

struct Object<'a>(&'a [(&'a str, &'a RawValue)]);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_occurs_twice_is_not_read() {
        let text = RawValue::from_string(r#"{"a":1,"b":2,"a":3,"\u0061":4}"#.to_owned()).unwrap();
        let members = Members::read(&text).unwrap();
        assert_eq!(members.get("a").map(RawValue::get), None);
        assert_eq!(members.all("a").map(RawValue::get).collect::<Vec<_>>(), ["1", "3", "4"]);
        assert_eq!(members.get("b").map(RawValue::get), Some("2"));
        assert_eq!(members.get("c").map(RawValue::get), None);
    }
}
