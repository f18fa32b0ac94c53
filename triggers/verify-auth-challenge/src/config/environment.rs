//! The variables that Lambda sets itself. The SDKs take an empty one for an absent one, and so do we.

use settings::{Origin, Settings};
use verification::aws::{AwsEnvironment, Credentials, Endpoints};

pub(super) fn read(settings: &mut Settings<'_>, lookup: &dyn Fn(&str) -> Option<String>) -> Option<AwsEnvironment> {
    let any = |text: &str| Ok::<_, &str>(text.to_owned());
    let region = settings.required("AWS_REGION", "the region; Lambda sets it", any);
    let key = settings.required("AWS_ACCESS_KEY_ID", "an access key; Lambda sets it", any);
    let secret = settings.required("AWS_SECRET_ACCESS_KEY", "a secret key; Lambda sets it", any);
    let session_token = lookup("AWS_SESSION_TOKEN").filter(|token| !token.is_empty());
    let mut endpoint = |name: &str| {
        let is_set = lookup(name).is_some_and(|value| !value.is_empty());
        is_set.then(|| settings.optional(name, "an https origin, or leave it out", str::parse::<Origin>)).flatten()
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
