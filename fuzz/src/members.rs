//! A parser of JSON objects that detects repeated members.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

/// The members of a JSON object that have one of these names.
///
/// `None` if the text is not a JSON object, or repeats one of them. The values of other members are ignored.
pub fn members(json: &[u8], names: &[&str]) -> Option<BTreeMap<String, Value>> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let found = Named(names).deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    found
}

struct Named<'a>(&'a [&'a str]);

impl<'de> DeserializeSeed<'de> for Named<'_> {
    type Value = Option<BTreeMap<String, Value>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Named<'_> {
    type Value = Option<BTreeMap<String, Value>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = Some(BTreeMap::new());
        while let Some(name) = map.next_key::<String>()? {
            if self.0.contains(&name.as_str()) {
                let value = map.next_value()?;
                if found.as_mut().is_some_and(|found| found.insert(name, value).is_some()) {
                    found = None;
                }
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}
