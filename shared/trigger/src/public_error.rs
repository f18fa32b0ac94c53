//! The only error text that a caller can see.

use lambda_runtime::Diagnostic;

/// A trigger has no verdict.
///
/// Cognito shows the text of a trigger's error to an anonymous caller (as
/// `VerifyAuthChallengeResponse failed with error …`). So there is one constant text for all causes:
/// `temporarily_unavailable`, the code of RFC 6749 section 4.1.2.1 that tells a client to try again. The type has no
/// fields, so nothing can leak. Log the cause before you create it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicError;

impl PublicError {
    /// The public text.
    pub const TEXT: &'static str = "temporarily_unavailable";
}

impl From<PublicError> for Diagnostic {
    fn from(_: PublicError) -> Self {
        Self { error_type: PublicError::TEXT.to_owned(), error_message: PublicError::TEXT.to_owned() }
    }
}
