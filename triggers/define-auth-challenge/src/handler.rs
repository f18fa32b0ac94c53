//! Converts the event for [`next_step`](crate::next_step), and logs a failed sign-in.

use aws_lambda_events::event::cognito::CognitoEventUserPoolsChallengeResult;
use cognito_trigger::challenge::{CUSTOM_CHALLENGE, SALESFORCE_TOKEN};
use cognito_trigger::{DefineAuthChallenge, Invocation};

use crate::config::AllowedClients;
use crate::next_step::{Caller, FinishedChallenge, NextStep, next_step};

/// Handles one invocation. It cannot fail, because every event has a next step.
pub fn handle(clients: &AllowedClients, invocation: &Invocation<'_, DefineAuthChallenge>) -> NextStep {
    let Invocation { event, request_id, .. } = *invocation;
    let history: Vec<FinishedChallenge> = event.request.session.iter().map(|entry| finished(entry.as_ref())).collect();
    let client_id = event.cognito_event_user_pools_header.caller_context.client_id.as_deref();
    let caller = Caller { user_exists: !event.request.user_not_found, client_allowed: clients.allow(client_id) };
    let step = next_step(&history, caller);
    if let NextStep::Fail(reason) = step {
        tracing::info!(request_id, step = "fail", reason = reason.code());
    }
    step
}

/// A challenge counts as ours only if it has our metadata, which only a Create trigger of this pool can set.
fn finished(entry: Option<&CognitoEventUserPoolsChallengeResult>) -> FinishedChallenge {
    match entry {
        Some(entry)
            if entry.challenge_name.as_deref() == Some(CUSTOM_CHALLENGE)
                && entry.challenge_metadata.as_deref() == Some(SALESFORCE_TOKEN) =>
        {
            FinishedChallenge::Ours { correct: entry.challenge_result }
        }
        _ => FinishedChallenge::Foreign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::next_step::FailReason;
    use cognito_trigger::{ChallengeEvent, Event};
    use serde_json::value::to_raw_value;
    use serde_json::{Value, json};

    fn step(session: &Value) -> NextStep {
        let event = to_raw_value(&json!({
            "triggerSource": "DefineAuthChallenge_Authentication", "callerContext": {"clientId": "c"},
            "request": {"session": session},
        }));
        let event = DefineAuthChallenge::view(&Event::read(&event.unwrap())).unwrap();
        handle(&AllowedClients::Any, &Invocation { event: &event, request_id: "r", time_left: None })
    }

    fn entry(name: &Value, result: &Value, metadata: &Value) -> Value {
        json!([{"challengeName": name, "challengeResult": result, "challengeMetadata": metadata}])
    }

    #[test]
    fn our_challenge_answered_correctly_gets_tokens() {
        let session = entry(&json!("CUSTOM_CHALLENGE"), &json!(true), &json!("SALESFORCE_TOKEN"));
        assert_eq!(step(&session), NextStep::IssueTokens);
    }

    #[test]
    fn a_custom_challenge_without_our_metadata_gets_no_tokens() {
        for metadata in
            [json!(null), json!(""), json!("salesforce_token"), json!("ROUND-1"), json!(["SALESFORCE_TOKEN"])]
        {
            let session = entry(&json!("CUSTOM_CHALLENGE"), &json!(true), &metadata);
            assert!(matches!(step(&session), NextStep::Fail(_)), "{metadata}");
        }
    }

    #[test]
    fn no_other_challenge_gets_tokens_even_with_our_metadata() {
        for name in [
            "SRP_A",
            "PASSWORD_VERIFIER",
            "SMS_MFA",
            "EMAIL_OTP",
            "SOFTWARE_TOKEN_MFA",
            "DEVICE_SRP_AUTH",
            "DEVICE_PASSWORD_VERIFIER",
            "ADMIN_NO_SRP_AUTH",
            "NEW_PASSWORD_REQUIRED",
            "custom_challenge",
            "",
        ] {
            let session = entry(&json!(name), &json!(true), &json!("SALESFORCE_TOKEN"));
            assert!(matches!(step(&session), NextStep::Fail(_)), "{name}");
        }
    }

    #[test]
    fn a_result_that_is_not_the_boolean_true_is_a_wrong_answer() {
        for result in [json!(false), json!(null), json!("true"), json!(1)] {
            let session = entry(&json!("CUSTOM_CHALLENGE"), &result, &json!("SALESFORCE_TOKEN"));
            assert_eq!(step(&session), NextStep::Fail(FailReason::AnswerDenied), "{result}");
        }
    }

    #[test]
    fn an_unreadable_entry_fails_the_sign_in() {
        for session in [json!([null]), json!(["CUSTOM_CHALLENGE"]), json!("CUSTOM_CHALLENGE"), json!({})] {
            assert!(matches!(step(&session), NextStep::Fail(_)), "{session}");
        }
    }

    #[test]
    fn every_fail_reason_has_its_stable_code() {
        for (reason, code) in [
            (FailReason::ClientNotAllowed, "client-not-allowed"),
            (FailReason::UnexpectedHistory, "unexpected-history"),
            (FailReason::AnswerDenied, "answer-denied"),
            (FailReason::UserNotFound, "user-not-found"),
        ] {
            assert_eq!(reason.code(), code);
        }
    }
}
