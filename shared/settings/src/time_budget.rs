//! The time limits of a trigger. Cognito waits five seconds for a trigger, cold start included:
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html>

use std::time::Duration;

/// How long Cognito waits for a trigger. The Lambda timeout of the functions is the same: `TRIGGER_TIMEOUT` in
/// `cdk/lib`.
pub const COGNITO_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the initialisation waits for connections, signing keys and the secret together. Tasks that take longer
/// continue during the invocations.
pub const STARTUP_WAIT: Duration = Duration::from_millis(250);

/// Limit for all outgoing calls of one invocation together.
pub const BUDGET: Duration = Duration::from_secs(4);

/// Reserved before Lambda's own limit, so that the response can still be sent.
pub const RESERVE: Duration = Duration::from_millis(250);

/// Limit for DNS, TCP and TLS of one connection together.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a request waits for the response head before the client sends it again over a fresh connection. Services
/// usually answer faster. The limit leaves time in [`BUDGET`] for a fresh connection and its response.
pub const RETRY_AFTER_SILENCE: Duration = Duration::from_secs(1);

/// A denial is delayed until the time since the answer was parsed is a multiple of this. The rules take some
/// microseconds more or less, depending on what they find, for example whether the user exists. Without the padding, an
/// attacker who measures many attempts could see the difference.
pub const DENIAL_PADDING: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_parts_together_fit_into_cognitos_timeout() {
        assert!(STARTUP_WAIT + BUDGET + DENIAL_PADDING + RESERVE < COGNITO_TIMEOUT);
    }

    #[test]
    fn after_a_silent_connection_there_is_time_for_a_fresh_one_and_its_response() {
        assert!(RETRY_AFTER_SILENCE + CONNECT_TIMEOUT + CONNECT_TIMEOUT <= BUDGET);
    }

    #[test]
    fn the_lambda_timeout_is_cognitos_timeout() {
        let construct = include_str!("../../../cdk/lib/salesforce-custom-auth.ts");
        assert!(
            construct.contains(&format!("const TRIGGER_TIMEOUT = Duration.seconds({});", COGNITO_TIMEOUT.as_secs()))
        );
    }
}
