//! Who is this person? Decides whether the holder of a Salesforce access token is the pool user whom
//! Cognito is signing in.
//!
//! Every rule that can deny a sign-in stands in `rules`, in order; [`DenyReason`] names them. The rules judge what
//! [`ports`] bring in, and [`Verifier`] calls them in turn. Nothing here talks to a network: the crates `salesforce` and
//! `aws` do, and depend on this one.

mod answer;
mod audience;
pub mod deadline;
mod deny_reason;
mod email;
#[cfg(fuzzing)]
pub mod fuzzing;
mod policy;
pub mod ports;
mod refusal;
mod rules;
mod salesforce_id;
pub mod strict_json;
mod token;
mod unavailable;
mod used_token;
pub mod user_info;
mod verifier;

pub use audience::id_token::IdTokenRules;
pub use audience::introspection::Introspection;
pub use audience::{AudienceMode, ClientIds, introspection, jws};
pub use deny_reason::DenyReason;
pub use email::EmailAddress;
pub use policy::{AllowedEmailDomains, AllowedOrganizations, DirectoryMode, Policy, PolicyError};
pub use refusal::Refusal;
pub use rules::{Attempt, Challenge, Claim, PoolUser, VerifiedIdentity};
pub use salesforce_id::{InvalidId, OrganizationId, SalesforceUserId};
pub use token::{AccessToken, IdToken};
pub use unavailable::{Cause, Service, Unavailable};
pub use used_token::UsedToken;
pub use user_info::UserInfo;
pub use verifier::{Named, Verification, Verifier, Waited};
