//! Profiles that administrators create, and the identities that are linked to them.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::{State, attribute, error, reply, set_attribute};
use crate::person::random_text;

pub const CREATE_USER: &str = "AWSCognitoIdentityProviderService.AdminCreateUser";
pub const LINK_IDENTITY: &str = "AWSCognitoIdentityProviderService.AdminLinkProviderForUser";

impl State {
    pub(super) fn create(&mut self, body: &Value) -> ResponseTemplate {
        let name = body["Username"].as_str().unwrap_or_default();
        if self.users.iter().any(|user| user["Username"] == name || attribute(user, "email") == Some(name)) {
            return error("UsernameExistsException", "User account already exists.");
        }
        let sub = random_text();
        let mut user = json!({
            "Username": name, "Enabled": true, "UserStatus": "FORCE_CHANGE_PASSWORD",
            "Attributes": body["UserAttributes"],
        });
        set_attribute(&mut user, "sub", &sub);
        self.users.push(user.clone());
        reply(200, &json!({"User": user}))
    }

    /// An identity that is linked already is refused, with the error that users of the API have reported.
    pub(super) fn link(&mut self, body: &Value) -> ResponseTemplate {
        let (source, name) = (&body["SourceUser"], body["DestinationUser"]["ProviderAttributeValue"].as_str());
        let (provider, user_id) = (&source["ProviderName"], &source["ProviderAttributeValue"]);
        let has = |entry: &Value| entry["providerName"] == *provider && entry["userId"] == *user_id;
        if self.users.iter().any(|user| identities(user).iter().any(has)) {
            let message =
                "Invalid SourceUser: Cognito users with a username/password may not be passed in as a SourceUser";
            return error("InvalidParameterException", message);
        }
        let Some(user) = self.users.iter_mut().find(|user| user["Username"].as_str() == name) else {
            return error("UserNotFoundException", "User does not exist.");
        };
        let mut linked = identities(user);
        linked.push(json!({
            "userId": user_id, "providerName": provider, "providerType": "SAML", "issuer": null, "primary": false,
        }));
        set_attribute(user, "identities", &Value::from(linked).to_string());
        reply(200, &json!({}))
    }
}

/// The linked identities of a user.
pub fn identities(user: &Value) -> Vec<Value> {
    let text = attribute(user, "identities").unwrap_or("[]");
    serde_json::from_str(text).unwrap_or_default()
}
