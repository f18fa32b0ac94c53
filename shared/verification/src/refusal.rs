//! Why an attempt is not allowed.

use crate::deny_reason::DenyReason;
use crate::unavailable::Unavailable;

/// Either a denial or no verdict. A denial is definite; without a verdict, the client may try again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The verdict is "denied".
    #[error("denied: {}", .0.code())]
    Denied(DenyReason),
    /// There is no verdict, because a service gave no usable answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<DenyReason> for Refusal {
    fn from(reason: DenyReason) -> Self {
        Self::Denied(reason)
    }
}
