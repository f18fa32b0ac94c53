//! What a trigger of this kind gets to see of an event.

use serde_json::value::RawValue;

use super::members::Members;

/// The members of an event that are of use, read leniently: one that is missing, is there twice or has another type is
/// `None`.
///
/// `clientMetadata` is left out on purpose: the caller writes it and Cognito does not check it.
pub struct Event<'a>(&'a Members<'a>);

impl<'a> Event<'a> {
    pub(super) fn new(members: &'a Members<'a>) -> Self {
        Self(members)
    }

    /// `version`, which Cognito documents as text; a number counts as well.
    pub fn version(&self) -> Option<&'a str> {
        Some(self.0.get("version")?.get().trim_matches('"'))
    }

    /// `triggerSource`: on what occasion the trigger is invoked.
    pub fn trigger_source(&self) -> Option<String> {
        text(self.0.get("triggerSource")?)
    }

    /// `userPoolId`.
    pub fn user_pool_id(&self) -> Option<String> {
        text(self.0.get("userPoolId")?)
    }

    /// `userName`.
    pub fn user_name(&self) -> Option<String> {
        text(self.0.get("userName")?)
    }

    /// One of `request.userAttributes`.
    pub fn user_attribute(&self, name: &str) -> Option<String> {
        text(Members::read(self.member("request", "userAttributes")?)?.get(name)?)
    }

    /// `callerContext.clientId`: the app client.
    pub fn client_id(&self) -> Option<String> {
        text(self.member("callerContext", "clientId")?)
    }

    /// `request.groupConfiguration`, as it came; `None` if it is not an object.
    pub fn group_configuration(&self) -> Option<Box<RawValue>> {
        self.member("request", "groupConfiguration").filter(|value| value.get().starts_with('{')).map(ToOwned::to_owned)
    }

    fn member(&self, outer: &str, inner: &str) -> Option<&'a RawValue> {
        Members::read(self.0.get(outer)?)?.get(inner)
    }
}

fn text(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::value::to_raw_value;
    use serde_json::{Value, json};

    fn with<T>(event: &Value, look: impl FnOnce(&Event<'_>) -> T) -> T {
        let text = to_raw_value(event).unwrap();
        look(&Event::new(&Members::read(&text).unwrap()))
    }

    #[test]
    fn reads_the_documented_members() {
        let event = json!({
            "version": "2", "triggerSource": "TokenGeneration_Authentication", "callerContext": {"clientId": "c"},
            "userPoolId": "p", "userName": "u",
            "request": {"groupConfiguration": {"groupsToOverride": ["g"]}, "userAttributes": {"email": "e"}},
        });
        with(&event, |event| {
            assert_eq!(event.version(), Some("2"));
            assert_eq!(event.trigger_source().as_deref(), Some("TokenGeneration_Authentication"));
            assert_eq!(event.client_id().as_deref(), Some("c"));
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
    fn what_is_missing_or_of_another_type_is_none() {
        for event in [
            json!({}),
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
}
