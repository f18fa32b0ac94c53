//! The members of `response` that add to both tokens.
//!
//! Written out here and not taken from `aws_lambda_events`: its types write every member that they know, and Cognito
//! reads an empty `groupOverrideDetails` as "no groups".

use serde::Serialize;
use serde_json::value::RawValue;

/// Added to `response`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer<'a> {
    claims_and_scope_override_details: Overrides<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Overrides<'a> {
    id_token_generation: IdToken,
    access_token_generation: AccessToken<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_override_details: Option<Box<RawValue>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IdToken {
    claims_to_add_or_override: Claims,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AccessToken<'a> {
    claims_to_add_or_override: Claims,
    scopes_to_add: &'a [String],
}

/// How the person signed in. Cognito reserves `amr` and `acr`, which would be the names for it.
#[derive(Clone, Copy, Serialize)]
struct Claims {
    sign_in_method: &'static str,
}

const SALESFORCE: Claims = Claims { sign_in_method: "salesforce" };

impl<'a> Answer<'a> {
    /// Adds the claim to both tokens and the scopes to the access token.
    ///
    /// `groups` is the event's `groupConfiguration`: the guide says that the groups of the user go unless it is handed
    /// back.
    pub fn new(scopes: &'a [String], groups: Option<Box<RawValue>>) -> Self {
        Self {
            claims_and_scope_override_details: Overrides {
                id_token_generation: IdToken { claims_to_add_or_override: SALESFORCE },
                access_token_generation: AccessToken { claims_to_add_or_override: SALESFORCE, scopes_to_add: scopes },
                group_override_details: groups,
            },
        }
    }
}
