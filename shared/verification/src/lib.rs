//! Who is this person? Decides whether the holder of a Salesforce access token is the pool user whom
//! Cognito is signing in.
//!
//! Every rule that can deny a sign-in stands in `rules`, in order; [`DenyReason`] names them. The
//! rules judge what [`ports`] bring in, [`Verifier`] calls them in turn, and the adapters
//! [`salesforce`] and [`cognito`] do the talking. Dependencies point that way only: no rule does I/O,
//! no adapter holds a rule.

mod answer;
mod audience;
pub mod aws;
pub mod cognito;
pub mod deadline;
mod deny_reason;
pub mod dynamodb;
mod email;
#[cfg(fuzzing)]
pub mod fuzzing;
pub mod https;
pub mod platform;
mod policy;
pub mod ports;
mod retry;
mod rules;
pub mod salesforce;
mod salesforce_id;
pub mod secrets_manager;
pub mod startup;
mod token;
mod unavailable;
mod used_token;
mod user_info;
mod verifier;

pub use audience::id_token::IdTokenRules;
pub use audience::introspection::{Introspection, IntrospectionAnswer};
pub use audience::{AudienceMode, ClientIds};
pub use deny_reason::DenyReason;
pub use email::EmailAddress;
pub use policy::{AllowedEmailDomains, AllowedOrganizations, DirectoryMode, Policy, PolicyError};
pub use rules::{Attempt, Challenge, PoolUser, VerifiedIdentity};
pub use salesforce_id::{InvalidId, OrganizationId, SalesforceUserId};
pub use token::{AccessToken, IdToken};
pub use unavailable::{Cause, Service, Unavailable};
pub use used_token::UsedToken;
pub use user_info::{UserInfo, UserInfoAnswer};
pub use verifier::{Denial, Refusal, Verification, Verifier, Waited};
