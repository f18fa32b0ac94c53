//! The challenge: what the client has to send, and what Verify has to expect.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognito_trigger::challenge::{ATTEMPT_ID, NONCE, SALESFORCE_DOMAIN_URL, SALESFORCE_TOKEN, TYPE};
use serde::Serialize;
use settings::Origin;

/// The response of Create Auth Challenge.
///
/// It depends on nothing in the event, so a user who does not exist gets the same challenge as one who does. Cognito
/// may invoke the trigger twice for one round. That is harmless, because Cognito keeps the public and the private
/// parameters of the same call.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names of Cognito's response")]
pub struct Challenge {
    public_challenge_parameters: BTreeMap<&'static str, String>,
    private_challenge_parameters: BTreeMap<&'static str, String>,
    challenge_metadata: &'static str,
}

impl Challenge {
    /// Creates a challenge with a new nonce and a new attempt id.
    pub fn random(salesforce: Option<&Origin>) -> Result<Self, getrandom::Error> {
        let nonce = random_128_bits()?;
        let mut public = BTreeMap::from([(TYPE, SALESFORCE_TOKEN.to_owned()), (NONCE, nonce.clone())]);
        if let Some(origin) = salesforce {
            public.insert(SALESFORCE_DOMAIN_URL, origin.to_string());
        }
        Ok(Self {
            public_challenge_parameters: public,
            private_challenge_parameters: BTreeMap::from([(NONCE, nonce), (ATTEMPT_ID, random_128_bits()?)]),
            challenge_metadata: SALESFORCE_TOKEN,
        })
    }
}

/// 22 characters of base64url. They are valid as an OpenID Connect nonce and as a Cognito parameter.
fn random_128_bits() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn challenge(salesforce: Option<&Origin>) -> Value {
        serde_json::to_value(Challenge::random(salesforce).unwrap()).unwrap()
    }

    #[test]
    fn the_public_parameters_tell_the_client_what_to_send() {
        let origin: Origin = "https://acme.my.salesforce.com".parse().unwrap();
        let public = &challenge(Some(&origin))["publicChallengeParameters"];
        assert_eq!(public["type"], "SALESFORCE_TOKEN");
        assert_eq!(public["salesforceDomainUrl"], "https://acme.my.salesforce.com");
        assert_eq!(URL_SAFE_NO_PAD.decode(public["nonce"].as_str().unwrap()).unwrap().len(), 16);
    }

    #[test]
    fn without_a_configured_domain_the_parameter_is_absent() {
        assert_eq!(challenge(None)["publicChallengeParameters"].get("salesforceDomainUrl"), None);
    }

    #[test]
    fn the_private_parameters_are_the_nonce_and_a_hidden_attempt_id() {
        let challenge = challenge(None);
        let private = &challenge["privateChallengeParameters"];
        assert_eq!(private["nonce"], challenge["publicChallengeParameters"]["nonce"]);
        assert!(private["attemptId"].is_string());
        assert!(!challenge["publicChallengeParameters"].to_string().contains(private["attemptId"].as_str().unwrap()));
    }

    #[test]
    fn the_metadata_marks_the_challenge_as_ours() {
        assert_eq!(challenge(None)["challengeMetadata"], json!(SALESFORCE_TOKEN));
    }

    #[test]
    fn all_values_are_strings_because_cognito_refuses_others() {
        let challenge = challenge(None);
        for half in ["publicChallengeParameters", "privateChallengeParameters"] {
            assert!(challenge[half].as_object().unwrap().values().all(Value::is_string), "{half}");
        }
    }

    #[test]
    fn two_challenges_share_neither_nonce_nor_attempt_id() {
        let (one, two) = (challenge(None), challenge(None));
        for name in ["nonce", "attemptId"] {
            assert_ne!(one["privateChallengeParameters"][name], two["privateChallengeParameters"][name], "{name}");
        }
    }
}
