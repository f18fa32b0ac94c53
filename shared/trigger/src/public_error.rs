//! The only error text that a caller ever sees.

use lambda_runtime::Diagnostic;

/// A trigger could not reach a verdict.
///
/// Cognito shows the text of a trigger's error to an anonymous caller (as
/// `VerifyAuthChallengeResponse failed with error …`), so there is one constant for all causes:
/// `temporarily_unavailable`, the code of RFC 6749 section 4.1.2.1 that tells a client to try again.
/// The type holds nothing, so nothing can leak; the cause belongs in the log, before this is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unavailable;

impl Unavailable {
    /// The public text.
    pub const TEXT: &'static str = "temporarily_unavailable";
}

impl From<Unavailable> for Diagnostic {
    fn from(_: Unavailable) -> Self {
        Self { error_type: Unavailable::TEXT.to_owned(), error_message: Unavailable::TEXT.to_owned() }
    }
}
