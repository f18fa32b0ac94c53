//! Decides the next step of a sign-in, as a pure function of the challenges so far.
//!
//! One challenge, one attempt: tokens are issued only if the history is a single entry, and that is our own challenge
//! with a correct answer. A history that starts with SRP, contains a foreign challenge or contains two of ours fails,
//! regardless of its results.

use serde::{Serialize, Serializer, ser::SerializeStruct};

use cognito_trigger::challenge::CUSTOM_CHALLENGE;

/// One finished challenge of this sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishedChallenge {
    /// The challenge of our Create trigger.
    Ours {
        /// Whether Verify accepted the answer.
        correct: bool,
    },
    /// Any other challenge, or an entry that cannot be read.
    Foreign,
}

/// What Cognito says about the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// Whether the pool has the user (`userNotFound` is not set).
    pub user_exists: bool,
    /// Whether the app client may use this flow.
    pub client_allowed: bool,
}

/// The response of Define Auth Challenge. Only these three combinations of the three response members can be written,
/// because AWS does not document what any other combination does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// Present our challenge.
    Challenge,
    /// Sign the user in.
    IssueTokens,
    /// End the sign-in with `NotAuthorizedException`.
    Fail(FailReason),
}

/// Why a sign-in ends without tokens; for the log only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailReason {
    /// The app client is not on the list.
    ClientNotAllowed,
    /// The history contains something other than our one challenge.
    UnexpectedHistory,
    /// Verify denied the answer. Verify's log line has the reason.
    AnswerDenied,
    /// The pool has no such user.
    UserNotFound,
}

impl FailReason {
    /// The stable code, for the log.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ClientNotAllowed => "client-not-allowed",
            Self::UnexpectedHistory => "unexpected-history",
            Self::AnswerDenied => "answer-denied",
            Self::UserNotFound => "user-not-found",
        }
    }
}

/// Decides the next step.
///
/// An unknown user gets the same challenge as a known one, so that the first round does not show which users exist. The
/// sign-in of an unknown user always fails after that.
pub fn next_step(history: &[FinishedChallenge], caller: Caller) -> NextStep {
    if !caller.client_allowed {
        return NextStep::Fail(FailReason::ClientNotAllowed);
    }
    match history {
        [] => NextStep::Challenge,
        [FinishedChallenge::Ours { correct: true }] if caller.user_exists => NextStep::IssueTokens,
        [FinishedChallenge::Ours { correct: true }] => NextStep::Fail(FailReason::UserNotFound),
        [FinishedChallenge::Ours { correct: false }] => NextStep::Fail(FailReason::AnswerDenied),
        _ => NextStep::Fail(FailReason::UnexpectedHistory),
    }
}

impl Serialize for NextStep {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut response = serializer.serialize_struct("response", 3)?;
        response.serialize_field("challengeName", &matches!(self, Self::Challenge).then_some(CUSTOM_CHALLENGE))?;
        response.serialize_field("issueTokens", &matches!(self, Self::IssueTokens))?;
        response.serialize_field("failAuthentication", &matches!(self, Self::Fail(_)))?;
        response.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const KNOWN: Caller = Caller { user_exists: true, client_allowed: true };
    const ENTRIES: [FinishedChallenge; 3] = [
        FinishedChallenge::Ours { correct: true },
        FinishedChallenge::Ours { correct: false },
        FinishedChallenge::Foreign,
    ];

    /// All histories of up to `length` entries.
    fn histories(length: usize) -> Vec<Vec<FinishedChallenge>> {
        let mut all = vec![vec![]];
        let mut longest = all.clone();
        for _ in 0..length {
            longest = longest
                .iter()
                .flat_map(|history| ENTRIES.map(|entry| history.iter().copied().chain([entry]).collect()))
                .collect();
            all.extend(longest.clone());
        }
        all
    }

    #[test]
    fn tokens_are_issued_for_exactly_one_history_and_caller() {
        let mut issued = vec![];
        for history in histories(5) {
            for (user_exists, client_allowed) in [(true, true), (true, false), (false, true), (false, false)] {
                let caller = Caller { user_exists, client_allowed };
                if next_step(&history, caller) == NextStep::IssueTokens {
                    issued.push((history.clone(), caller));
                }
            }
        }
        assert_eq!(issued, [(vec![FinishedChallenge::Ours { correct: true }], KNOWN)]);
    }

    #[test]
    fn only_an_empty_history_gets_a_challenge() {
        for history in histories(5) {
            assert_eq!(next_step(&history, KNOWN) == NextStep::Challenge, history.is_empty(), "{history:?}");
        }
    }

    #[test]
    fn an_unknown_user_gets_the_same_challenge_and_then_fails() {
        let unknown = Caller { user_exists: false, ..KNOWN };
        assert_eq!(next_step(&[], unknown), next_step(&[], KNOWN));
        assert_eq!(
            next_step(&[FinishedChallenge::Ours { correct: true }], unknown),
            NextStep::Fail(FailReason::UserNotFound)
        );
    }

    #[test]
    fn a_client_that_is_not_allowed_gets_no_challenge() {
        let caller = Caller { client_allowed: false, ..KNOWN };
        assert_eq!(next_step(&[], caller), NextStep::Fail(FailReason::ClientNotAllowed));
    }

    #[test]
    fn each_step_is_written_as_cognito_documents_it() {
        let response = |step| serde_json::to_value::<NextStep>(step).unwrap();
        assert_eq!(
            response(NextStep::Challenge),
            json!({"challengeName": "CUSTOM_CHALLENGE", "issueTokens": false, "failAuthentication": false})
        );
        assert_eq!(
            response(NextStep::IssueTokens),
            json!({"challengeName": null, "issueTokens": true, "failAuthentication": false})
        );
        assert_eq!(
            response(NextStep::Fail(FailReason::AnswerDenied)),
            json!({"challengeName": null, "issueTokens": false, "failAuthentication": true})
        );
    }
}
