//! Decides whether the holder of the tokens is the pool user whom Cognito is signing in.
//!
//! An [`IdentityProvider`] identifies the holder. The module `rules` has the rules about the pool user, in order, and
//! [`Verifier`] applies all of them. [`DenyReason`] lists every reason of a denial. This crate makes no network calls:
//! the crates `salesforce` and `aws` make them, and depend on this one.

mod answer;
pub mod deadline;
mod deny_reason;
mod email;
#[cfg(fuzzing)]
pub mod fuzzing;
pub mod oidc;
mod policy;
pub mod ports;
mod provider;
mod refusal;
mod rules;
pub mod strict_json;
pub mod token;
mod unavailable;
mod used_token;
mod verifier;

pub use answer::Tokens;
pub use deny_reason::{DenyReason, require};
pub use email::EmailAddress;
pub use policy::{AllowedEmailDomains, DirectoryMode, Policy, PolicyError};
pub use provider::{IdentityProvider, Person};
pub use refusal::Refusal;
pub use rules::{Attempt, Challenge, PoolUser, TokenUse, VerifiedIdentity};
pub use token::{AccessToken, IdToken};
pub use unavailable::{Cause, Service, Unavailable};
pub use used_token::UsedToken;
pub use verifier::{Verification, Verifier};
