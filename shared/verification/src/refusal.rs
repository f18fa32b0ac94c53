//! Why there is no "yes".

use crate::deny_reason::DenyReason;
use crate::unavailable::Unavailable;

/// The two kinds never mix: a denial is an answer, the other is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The answer is "no".
    #[error("denied: {}", .0.code())]
    Denied(DenyReason),
    /// There is no answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<DenyReason> for Refusal {
    fn from(reason: DenyReason) -> Self {
        Self::Denied(reason)
    }
}
