//! The members of `response` that add claims and scopes to the tokens.
//!
//! The structs are defined here and not taken from `aws_lambda_events`, because those write all members that they know,
//! and Cognito reads an empty `groupOverrideDetails` as "no groups".

use serde::Serialize;
use serde_json::value::RawValue;

/// The members that are added to `response`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response<'a> {
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

/// How the user signed in. The standard claims for this would be `amr` and `acr`, but Cognito reserves them.
#[derive(Clone, Copy, Serialize)]
struct Claims {
    sign_in_method: &'static str,
}

const SALESFORCE: Claims = Claims { sign_in_method: "salesforce" };

impl<'a> Response<'a> {
    /// Adds the claim to both tokens, and the scopes to the access token.
    ///
    /// `groups` is the event's `groupConfiguration`. According to the developer guide, the user's groups are removed
    /// unless the trigger returns it.
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
