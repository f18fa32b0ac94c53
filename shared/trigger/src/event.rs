//! A Cognito event, and the same event with the trigger's response in it.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::members::{Members, text};

/// The members of an event that the triggers use. They are read leniently: a member that is missing, occurs twice or
/// has another type is `None`. A payload that is not an object is an event without members.
///
/// `clientMetadata` is left out, because the caller writes it and Cognito does not check it.
pub struct Event<'a>(Option<Members<'a>>);

impl<'a> Event<'a> {
    /// Reads the top level. Nested members are read on demand.
    pub fn read(payload: &'a RawValue) -> Self {
        Self(Members::read(payload))
    }

    /// Returns the event with the members of `response` added to its own `response`. The values of all other members
    /// keep their exact bytes: Cognito continues with the returned event, and AWS may add members in the future. Returns `None` if
    /// `response` or the payload is not a JSON object.
    pub fn with_response(&self, response: &impl Serialize) -> Option<Box<RawValue>> {
        self.0.as_ref()?.with_response(response)
    }

    /// `version`. Cognito documents a string; a number is accepted, too.
    pub fn version(&self) -> Option<&'a str> {
        Some(self.get("version")?.get().trim_matches('"'))
    }

    /// `triggerSource`, which says for which operation Cognito invokes the trigger.
    pub fn trigger_source(&self) -> Option<String> {
        text(self.get("triggerSource")?)
    }

    /// `region`.
    pub fn region(&self) -> Option<String> {
        text(self.get("region")?)
    }

    /// `userPoolId`.
    pub fn user_pool_id(&self) -> Option<String> {
        text(self.get("userPoolId")?)
    }

    /// `userName`.
    pub fn user_name(&self) -> Option<String> {
        text(self.get("userName")?)
    }

    /// `callerContext.clientId`, the app client.
    pub fn client_id(&self) -> Option<String> {
        text(Members::read(self.get("callerContext")?)?.get("clientId")?)
    }

    /// One of `request.userAttributes`.
    pub fn user_attribute(&self, name: &str) -> Option<String> {
        text(Members::read(self.request()?.get("userAttributes")?)?.get(name)?)
    }

    /// `request.groupConfiguration`, unchanged; `None` if it is not an object.
    pub fn group_configuration(&self) -> Option<Box<RawValue>> {
        let configuration = self.request()?.get("groupConfiguration")?;
        configuration.get().starts_with('{').then(|| configuration.to_owned())
    }

    fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.as_ref()?.get(name)
    }

    /// `request`, if it is an object.
    pub(crate) fn request(&self) -> Option<Members<'a>> {
        Members::read(self.get("request")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::value::to_raw_value;
    use serde_json::{Value, json};

    fn with<T>(event: &Value, check: impl FnOnce(&Event<'_>) -> T) -> T {
        let text = to_raw_value(event).unwrap();
        check(&Event::read(&text))
    }

    fn with_response(event: &str, response: &Value) -> Option<String> {
        let event = RawValue::from_string(event.to_owned()).unwrap();
        Event::read(&event).with_response(response).map(|text| text.get().to_owned())
    }

    #[test]
    fn reads_the_documented_members() {
        let event = json!({
            "version": "2", "triggerSource": "TokenGeneration_Authentication", "callerContext": {"clientId": "c"},
            "region": "r", "userPoolId": "p", "userName": "u",
            "request": {"groupConfiguration": {"groupsToOverride": ["g"]}, "userAttributes": {"email": "e"}},
        });
        with(&event, |event| {
            assert_eq!(event.version(), Some("2"));
            assert_eq!(event.trigger_source().as_deref(), Some("TokenGeneration_Authentication"));
            assert_eq!(event.client_id().as_deref(), Some("c"));
            assert_eq!(event.region().as_deref(), Some("r"));
            assert_eq!(event.user_pool_id().as_deref(), Some("p"));
            assert_eq!(event.user_name().as_deref(), Some("u"));
            assert_eq!(event.user_attribute("email").as_deref(), Some("e"));
            assert_eq!(event.user_attribute("sub"), None);
            assert_eq!(event.group_configuration().unwrap().get(), r#"{"groupsToOverride":["g"]}"#);
        });
    }

    #[test]
    fn the_version_may_be_a_number() {
        with(&json!({"version": 2}), |event| assert_eq!(event.version(), Some("2")));
    }

    #[test]
    fn a_member_that_is_missing_or_of_another_type_is_none() {
        for event in [
            json!({}),
            json!([]),
            json!({"triggerSource": null, "callerContext": null, "request": null}),
            json!({
                "triggerSource": 1, "callerContext": {"clientId": 1},
                "request": {"groupConfiguration": null, "userAttributes": {"email": 1}},
            }),
            json!({"triggerSource": ["a"], "callerContext": "c", "request": {"groupConfiguration": []}}),
        ] {
            with(&event, |read| {
                assert_eq!(read.trigger_source(), None, "{event}");
                assert_eq!(read.client_id(), None, "{event}");
                assert_eq!(read.user_attribute("email"), None, "{event}");
                assert!(read.group_configuration().is_none(), "{event}");
            });
        }
    }

    #[test]
    fn a_response_changes_only_its_own_members() {
        let event = r#"{"version":"2","response":{"a":null,"b": 1.50},"request":{"x":"\ud83d", "y":1.0e400}}"#;
        let expected = r#"{"version":"2","response":{"b":1.50,"a":{"c":true}},"request":{"x":"\ud83d", "y":1.0e400}}"#;
        assert_eq!(with_response(event, &json!({"a": {"c": true}})).as_deref(), Some(expected));
    }

    #[test]
    fn a_response_is_added_if_the_event_has_none() {
        for event in [r#"{"y":1}"#, r#"{"y":1,"response":null}"#, r#"{"y":1,"response":"x"}"#] {
            assert_eq!(
                with_response(event, &json!({"a": 1})).as_deref(),
                Some(r#"{"y":1,"response":{"a":1}}"#),
                "{event}"
            );
        }
    }

    #[test]
    fn a_response_and_its_event_must_be_objects() {
        assert_eq!(with_response("{}", &json!(true)), None);
        assert_eq!(with_response("[]", &json!({})), None);
    }
}
