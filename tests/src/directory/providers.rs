//! The identity providers of a pool.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::{error, reply};
use crate::sign_ups::PROVIDER;

pub const LIST_PROVIDERS: &str = "AWSCognitoIdentityProviderService.ListIdentityProviders";
pub const DESCRIBE_PROVIDER: &str = "AWSCognitoIdentityProviderService.DescribeIdentityProvider";

/// The attribute mapping of each provider, by its name.
pub(super) struct Providers(BTreeMap<String, Value>);

/// The provider of the tests, with a valid attribute mapping.
impl Default for Providers {
    fn default() -> Self {
        let mut providers = Self(BTreeMap::new());
        providers.map(PROVIDER, &[("email", "email"), ("email_verified", "email_verified")]);
        providers
    }
}

impl Providers {
    pub(super) fn map(&mut self, provider: &str, mapping: &[(&str, &str)]) {
        let mapping = mapping.iter().map(|(to, from)| ((*to).to_owned(), json!(from))).collect();
        self.0.insert(provider.to_owned(), Value::Object(mapping));
    }

    pub(super) fn list(&self) -> ResponseTemplate {
        reply(200, &listed(self.0.keys()))
    }

    pub(super) fn describe(&self, body: &Value) -> ResponseTemplate {
        let name = body["ProviderName"].as_str().unwrap_or_default();
        let Some(mapping) = self.0.get(name) else {
            return error("ResourceNotFoundException", "There is no such provider.");
        };
        reply(200, &described(name, mapping))
    }
}

/// The response to [`LIST_PROVIDERS`] of a pool with these providers.
pub fn listed<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Value {
    let provider = |name: N| json!({"ProviderName": name.as_ref(), "ProviderType": "SAML"});
    json!({"Providers": names.into_iter().map(provider).collect::<Vec<_>>()})
}

/// The response to [`DESCRIBE_PROVIDER`] of a provider with this attribute mapping.
pub fn described(name: &str, mapping: &Value) -> Value {
    json!({"IdentityProvider": {"ProviderName": name, "ProviderType": "SAML", "AttributeMapping": mapping}})
}
