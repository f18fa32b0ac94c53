//! Where the five seconds of a trigger go. Cognito waits no longer, cold start included:
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html>

use std::time::Duration;

/// How long Cognito waits for a trigger; the functions' own limit as well, `TRIGGER_TIMEOUT` in `cdk/lib`.
pub const COGNITO: Duration = Duration::from_secs(5);

/// How long the initialisation waits for connections, keys and the secret together. What takes longer goes on.
pub const STARTUP: Duration = Duration::from_millis(250);

/// Longest time for all questions of one invocation.
pub const BUDGET: Duration = Duration::from_secs(4);

/// Kept back from Lambda's own limit, for the answer to get out.
pub const RESERVE: Duration = Duration::from_millis(250);

/// Longest time for DNS, TCP and TLS of one connection together.
pub const CONNECT: Duration = Duration::from_secs(1);

/// How long a request waits for the head of an answer before a fresh connection is tried as well. Longer than services
/// usually take, and short enough for a fresh connection and its answer within [`BUDGET`].
pub const SILENCE: Duration = Duration::from_secs(1);

/// Denials are given at full multiples of this since the questions were asked. Judging takes some microseconds more or
/// less depending on what was found, on a user who exists for example; a caller who asks often enough could tell.
pub const DENIAL_GRID: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_fit_into_what_cognito_waits() {
        assert!(STARTUP + BUDGET + DENIAL_GRID + RESERVE < COGNITO);
    }

    #[test]
    fn a_silent_connection_leaves_time_for_a_fresh_one_and_its_answer() {
        assert!(SILENCE + CONNECT + CONNECT <= BUDGET);
    }

    #[test]
    fn lambda_waits_as_long_as_cognito_does() {
        let construct = include_str!("../../../cdk/lib/salesforce-custom-auth.ts");
        assert!(construct.contains(&format!("const TRIGGER_TIMEOUT = Duration.seconds({});", COGNITO.as_secs())));
    }
}
