//! The rules of the audience modes over arbitrary claims, compared with a second implementation.
//!
//! Input: one byte for the mode and its switches, then the claims as JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use salesforce_cognito_fuzz::members::members;
use serde_json::Value;
use salesforce::{AudienceMode, fuzzing};
use verification::AccessToken;
use verification::oidc::ClientIds;
use verification::oidc::id_token::IdTokenRules;

const NOW: u64 = 1_800_000_000;
const DOMAIN: &str = "https://acme.my.salesforce.com";
const TOKEN: &str = "00DSG000009FYVd!AQ4";
/// `at_hash` of the token: the left half of its SHA-256, in base64url.
const AT_HASH: &str = "sK-M7bHtSXm72LSqOGAIpA";
const ORGANIZATION: &str = "00DSG000009FYVd2AO";
const USER: &str = "005SG000008eiAbYAI";
const NAMES: [&str; 11] = ["iss", "aud", "azp", "sub", "exp", "iat", "nbf", "nonce", "at_hash", "client_id", "active"];

fuzz_target!(|input: &[u8]| {
    let Some((switches, json)) = input.split_first() else { return };
    let (require_at_hash, require_nonce) = (switches & 4 != 0, switches & 8 != 0);
    let clients = ClientIds::parse("ours,also-ours").unwrap();
    let mode = match switches & 3 {
        0 => AudienceMode::IdToken(IdTokenRules {
            clients,
            issuers: vec![DOMAIN.to_owned(), "https://login.salesforce.com".to_owned()],
            require_at_hash,
            require_nonce,
        }),
        1 => AudienceMode::AccessTokenJwt { clients, domain: DOMAIN.to_owned() },
        _ => AudienceMode::Introspection(clients),
    };
    let identity = (ORGANIZATION.parse().unwrap(), USER.parse().unwrap());
    let token = AccessToken::parse(TOKEN).unwrap();
    let accepted = fuzzing::judge_claims(&mode, json, &token, identity, "n", NOW) == Some(Ok(()));
    // Each mode denies repeated claims if it reads them, and ignores other repeated claims.
    let read: &[&str] = match switches & 3 {
        0 => &NAMES[..9],
        1 => &["iss", "aud", "sub", "client_id", "exp", "nbf", "iat"],
        _ => &["active", "client_id", "sub", "exp"],
    };
    let expected = members(json, read).is_some_and(|claims| {
        let claims = Claims(claims.into_iter().collect());
        match switches & 3 {
            0 => claims.id_token(require_at_hash, require_nonce),
            1 => claims.access_token(),
            _ => claims.introspection(),
        }
    });
    assert_eq!(accepted, expected);
});

struct Claims(Value);

impl Claims {
    fn id_token(&self, require_at_hash: bool, require_nonce: bool) -> bool {
        let issued = self.0["iat"].as_u64();
        let audience = match &self.0["aud"] {
            Value::Array(many) => !many.is_empty() && many.iter().all(is_our_app),
            one => is_our_app(one),
        };
        let known = ["https://acme.my.salesforce.com", "https://login.salesforce.com"];
        self.0["iss"].as_str().is_some_and(|iss| known.contains(&iss))
            && audience
            && (self.0["azp"].is_null() || is_our_app(&self.0["azp"]))
            && self.0["exp"].as_u64().is_some_and(|exp| exp > NOW - 60)
            && issued.is_some_and(|iat| (NOW - 360..=NOW + 60).contains(&iat))
            && self.is_past_or_absent("nbf")
            && self.names_the_person()
            && if self.0["at_hash"].is_null() { !require_at_hash } else { self.0["at_hash"] == AT_HASH }
            && (!require_nonce || self.0["nonce"] == "n")
    }

    fn access_token(&self) -> bool {
        let audience = match &self.0["aud"] {
            Value::Array(many) => many.len() == 1 && many[0] == DOMAIN,
            one => one == DOMAIN,
        };
        let user = self.0["sub"].as_str().and_then(|sub| sub.strip_prefix("uid:"));
        self.0["iss"] == DOMAIN
            && audience
            && self.0["exp"].as_u64().is_some_and(|exp| exp > NOW - 60)
            && self.is_past_or_absent("nbf")
            && self.is_past_or_absent("iat")
            && is_our_app(&self.0["client_id"])
            && user.is_some_and(|user| user == USER || user == &USER[..15])
    }

    fn introspection(&self) -> bool {
        self.0["active"] == true
            && is_our_app(&self.0["client_id"])
            && self.names_the_person()
            && self.0["exp"].as_u64().is_some_and(|exp| exp > NOW)
    }

    fn is_past_or_absent(&self, name: &str) -> bool {
        self.0[name].is_null() || self.0[name].as_u64().is_some_and(|time| time <= NOW + 60)
    }

    /// The target `ids` tests the origin in the subject.
    fn names_the_person(&self) -> bool {
        self.0["sub"].as_str().is_some_and(|sub| {
            let ids = sub.split_once("/id/").map(|(_, ids)| ids.split('/').collect::<Vec<_>>());
            let named = |ids: &[&str]| {
                matches!(ids, [organization, user]
                    if [ORGANIZATION, &ORGANIZATION[..15]].contains(organization) && [USER, &USER[..15]].contains(user))
            };
            fuzzing::subject(sub).is_some() && ids.is_some_and(|ids| named(&ids))
        })
    }
}

fn is_our_app(value: &Value) -> bool {
    value == "ours" || value == "also-ours"
}
