//! The environment variables that Lambda sets. The AWS SDKs treat an empty one as absent, and so does this module.

use settings::{Origin, Settings};

use crate::clients::{AwsEnvironment, Credentials, Endpoints};

/// Reads region, credentials and endpoints. Returns `None` after recording in `settings` what is missing or malformed.
pub fn environment(settings: &mut Settings<'_>, lookup: &dyn Fn(&str) -> Option<String>) -> Option<AwsEnvironment> {
    let region = settings.required("AWS_REGION", "the region; Lambda sets it", region);
    let key = settings.required("AWS_ACCESS_KEY_ID", "an access key; Lambda sets it", credential);
    let secret = settings.required("AWS_SECRET_ACCESS_KEY", "a secret key; Lambda sets it", credential);
    let is_set = |name: &str| lookup(name).is_some_and(|value| !value.is_empty());
    let session_token = is_set("AWS_SESSION_TOKEN")
        .then(|| settings.optional("AWS_SESSION_TOKEN", "a session token; Lambda sets it", credential))
        .flatten();
    for name in ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"] {
        if is_set(name) && lookup(name).is_none_or(|value| !value.eq_ignore_ascii_case("false")) {
            settings.problem(name, "is not supported: the standard endpoints are used; leave it out");
        }
    }
    let mut endpoint = |name: &str| {
        let meaning = "an https origin, or leave it out";
        is_set(name).then(|| settings.optional(name, meaning, str::parse::<Origin>)).flatten()
    };
    let all = endpoint("AWS_ENDPOINT_URL");
    let endpoints = Endpoints {
        cognito: endpoint("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER").or_else(|| all.clone()),
        secrets_manager: endpoint("AWS_ENDPOINT_URL_SECRETS_MANAGER").or_else(|| all.clone()),
        dynamodb: endpoint("AWS_ENDPOINT_URL_DYNAMODB").or(all),
    };
    let credentials = Credentials::new(key?, secret?, session_token, None, "environment");
    Some(AwsEnvironment { region: region?, credentials, endpoints })
}

/// The name of this Lambda function (`FunctionName` in the Lambda API reference). Returns `None` after recording in
/// `settings` that it is missing or malformed.
pub fn function_name(settings: &mut Settings<'_>) -> Option<String> {
    settings.required("AWS_LAMBDA_FUNCTION_NAME", "the function's name; Lambda sets it", |text| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        let is_name = text.len() <= 64 && text.bytes().all(allowed);
        if is_name { Ok(text.to_owned()) } else { Err("is not the name of a Lambda function") }
    })
}

/// The region is a part of host names. With other characters in it, requests could go to another host or fail.
fn region(text: &str) -> Result<String, &'static str> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.bytes().all(allowed) { Ok(text.to_owned()) } else { Err("is not a region") }
}

/// Credentials must fit into the header that signs a request.
fn credential(text: &str) -> Result<String, &'static str> {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) { Ok(text.to_owned()) } else { Err("is not a credential") }
}
