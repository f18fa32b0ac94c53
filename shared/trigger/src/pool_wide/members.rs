//! The members of a JSON object, each as the text that came.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

/// An object, one level deep, in the order of its text.
pub(super) struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Members<'a> {
    /// `None` if the text is no object.
    pub(super) fn read(text: &'a RawValue) -> Option<Self> {
        serde_json::from_str(text.get()).ok()
    }

    /// The only member of that name. Of two, Cognito may mean the other one.
    pub(super) fn get(&self, name: &str) -> Option<&'a RawValue> {
        let mut found = self.0.iter().filter(|(other, _)| other == name);
        let (_, value) = found.next()?;
        found.next().is_none().then_some(*value)
    }

    /// The object with the members of `answer` in its `response`; `None` if the answer is not an object.
    pub(super) fn with_response(&self, answer: &impl Serialize) -> Option<Box<RawValue>> {
        let answer = to_raw_value(answer).ok()?;
        let answer = Members::read(&answer)?;
        let before = self.get("response").and_then(Members::read).unwrap_or(Members(Vec::new()));
        let kept = before.0.iter().filter(|(name, _)| answer.get(name).is_none());
        let response: Vec<_> = kept.chain(&answer.0).map(|(name, value)| (name.as_str(), *value)).collect();
        let response = to_raw_value(&Object(&response)).ok()?;

        let mut event: Vec<_> = self.0.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        match event.iter_mut().find(|(name, _)| *name == "response") {
            Some((_, value)) => *value = &response,
            None => event.push(("response", &response)),
        }
        to_raw_value(&Object(&event)).ok()
    }
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
    fn a_member_that_is_there_twice_is_not_read() {
        let text = RawValue::from_string(r#"{"a":1,"b":2,"a":1}"#.to_owned()).unwrap();
        let members = Members::read(&text).unwrap();
        assert_eq!(members.get("a").map(RawValue::get), None);
        assert_eq!(members.get("b").map(RawValue::get), Some("2"));
        assert_eq!(members.get("c").map(RawValue::get), None);
    }
}
