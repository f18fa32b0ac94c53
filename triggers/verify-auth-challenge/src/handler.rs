//! Reads the attempt from the event, and writes the verdict into the response and the log.

use aws::LINK_ATTRIBUTE;
use cognito_trigger::challenge::{ATTEMPT_ID, NONCE};
use cognito_trigger::{Invocation, PublicError, VerifyAuthChallenge};
use salesforce::{Endpoints, Identity, Observed, SalesforceProvider};
use serde::Serialize;
use verification::ports::{TokenStore, UserDirectory, is_true};
use verification::{Attempt, Challenge, PoolUser, Refusal, Verification, VerifiedIdentity, Verifier};

/// The response of Verify. Only [`allow`] creates one with `answerCorrect` set to true.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    answer_correct: bool,
}

const DENIED: Response = Response { answer_correct: false };

/// The only expression in this suite that allows a sign-in. It takes the proof by value, so each proof allows one
/// sign-in.
fn allow(VerifiedIdentity { .. }: VerifiedIdentity<Identity>) -> Response {
    Response { answer_correct: true }
}

/// Handles one invocation. `observe` gets every verification after its log line has been written.
///
/// # Errors
/// [`PublicError`] if there is no verdict. The cause is in the log.
pub async fn handle<E: Endpoints, D: UserDirectory, T: TokenStore>(
    verifier: &Verifier<SalesforceProvider<E>, D, T>,
    observe: impl FnOnce(&Verification<Identity, Observed>),
    invocation: Invocation<'_, VerifyAuthChallenge>,
) -> Result<Response, PublicError> {
    let Invocation { event, request_id, time_left } = invocation;
    let verification = verifier.verify(&attempt(event), time_left).await;
    log(&verification, request_id, verifier.provider().audience_mode().name());
    observe(&verification);
    match verification.verdict {
        Ok(identity) => Ok(allow(identity)),
        Err(Refusal::Denied(_)) => Ok(DENIED),
        Err(Refusal::Unavailable(_)) => Err(PublicError),
    }
}

/// Writes the log line of a verdict. It is the only record of who signed in, or why an attempt was not allowed.
fn log(verification: &Verification<Identity, Observed>, request_id: &str, audience_mode: &str) {
    let Verification { verdict, observed, .. } = verification;
    match verdict {
        Ok(identity) => {
            let (organization_id, user_id) = identity.account();
            tracing::info!(request_id, verdict = "allowed", audience_mode, %organization_id, %user_id);
        }
        Err(Refusal::Denied(reason)) => {
            let organization_id = observed.organization.as_ref().map(tracing::field::display);
            let user_id = observed.user.as_ref().map(tracing::field::display);
            let reason = reason.code();
            tracing::info!(request_id, verdict = "denied", reason, audience_mode, organization_id, user_id);
        }
        Err(Refusal::Unavailable(unavailable)) => {
            let detail = &unavailable.detail;
            tracing::error!(request_id, verdict = "unavailable", reason = %unavailable, audience_mode, detail);
        }
    }
}

/// Reads the values that Cognito and our Create trigger wrote. Of the values that the caller wrote, it reads only the
/// answer.
fn attempt(event: &VerifyAuthChallenge) -> Attempt<'_> {
    let request = &event.request;
    let attribute = |name: &str| request.user_attributes.get(name);
    let private = |name: &str| {
        request.private_challenge_parameters.get(name).map(String::as_str).filter(|value| !value.is_empty())
    };
    let header = &event.cognito_event_user_pools_header;
    Attempt {
        pool_id: header.user_pool_id.as_deref(),
        username: header.user_name.as_deref(),
        challenge: private(NONCE).zip(private(ATTEMPT_ID)).map(|(nonce, attempt_id)| Challenge { nonce, attempt_id }),
        answer: request.challenge_answer.as_ref(),
        user: (!request.user_not_found).then(|| PoolUser {
            sub: attribute("sub").cloned(),
            email: attribute("email").and_then(|email| email.parse().ok()),
            email_verified: attribute("email_verified").is_some_and(|flag| is_true(flag)),
            status: attribute("cognito:user_status").cloned(),
            link: attribute(LINK_ATTRIBUTE).cloned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cognito_trigger::{ChallengeEvent, Event};
    use serde_json::value::to_raw_value;
    use serde_json::{Value, json};

    fn view(request: &Value) -> VerifyAuthChallenge {
        let event = to_raw_value(&json!({
            "triggerSource": "VerifyAuthChallengeResponse_Authentication", "userPoolId": "eu-west-1_EXAMPLE",
            "request": request,
        }));
        VerifyAuthChallenge::view(&Event::read(&event.unwrap())).unwrap()
    }

    fn request() -> Value {
        json!({
            "userAttributes": {"sub": "s", "email": "alice@example.com", "email_verified": "true"},
            "privateChallengeParameters": {"nonce": "n", "attemptId": "a"},
            "challengeAnswer": "token", "userNotFound": false,
        })
    }

    #[test]
    fn reads_the_documented_event() {
        let event = view(&request());
        let attempt = attempt(&event);
        assert_eq!(attempt.pool_id, Some("eu-west-1_EXAMPLE"));
        assert_eq!(attempt.answer, Some(&json!("token")));
        let challenge = attempt.challenge.unwrap();
        assert_eq!((challenge.nonce, challenge.attempt_id), ("n", "a"));
        let user = attempt.user.unwrap();
        assert_eq!((user.sub.as_deref(), user.email_verified), (Some("s"), true));
        assert_eq!(user.email, "alice@example.com".parse().ok());
    }

    #[test]
    fn an_unknown_user_has_no_attributes_even_if_the_event_has_some() {
        let mut request = request();
        request["userNotFound"] = json!(true);
        assert!(attempt(&view(&request)).user.is_none());
    }

    #[test]
    fn a_challenge_without_both_private_parameters_is_not_ours() {
        for private in [
            json!(null),
            json!({}),
            json!({"nonce": "n"}),
            json!({"nonce": "n", "attemptId": ""}),
            json!({"nonce": 1, "attemptId": 2}),
        ] {
            let mut request = request();
            request["privateChallengeParameters"] = private.clone();
            assert!(attempt(&view(&request)).challenge.is_none(), "{private}");
        }
    }

    #[test]
    fn only_a_true_flag_counts_as_verified() {
        for (flag, expected) in
            [("true", true), ("True", true), ("false", false), ("1", false), ("", false), ("yes", false)]
        {
            let mut request = request();
            request["userAttributes"]["email_verified"] = json!(flag);
            assert_eq!(attempt(&view(&request)).user.unwrap().email_verified, expected, "{flag}");
        }
    }

    #[test]
    fn a_missing_or_mistyped_attribute_matches_nothing() {
        let mut request = request();
        request["userAttributes"] = json!({"sub": 1, "email": "not an address"});
        let user = attempt(&view(&request)).user.unwrap();
        assert!(user.sub.as_deref() == Some("") && user.email.is_none() && !user.email_verified);
    }
}
