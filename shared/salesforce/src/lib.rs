//! Salesforce as the identity provider: its ids, its endpoints, and the rules about the person that it names.
//!
//! The rules about the person are in `rules`, in order, or in the parser of the value that they concern:
//! `access_token_jwt`, `user_info`, and `oidc` of the crate `verification`. [`SalesforceProvider`] applies them in
//! order, and [`SalesforceClient`] makes the calls.

mod access_token_jwt;
mod audience;
mod client;
mod client_credentials;
mod credentials_cache;
mod domain;
mod endpoint_call;
mod endpoints;
#[cfg(fuzzing)]
pub mod fuzzing;
mod ids;
mod keys;
mod opaque_token;
mod policy;
mod provider;
mod rules;
pub mod user_info;

pub use audience::AudienceMode;
pub use client::SalesforceClient;
pub use client_credentials::ClientCredentials;
pub use domain::{InvalidDomain, SalesforceDomain};
pub use endpoints::Endpoints;
pub use ids::{Identity, InvalidId, OrganizationId, SalesforceUserId};
pub use policy::{AllowedOrganizations, Policy};
pub use provider::{Observed, SalesforceProvider};
pub use rules::LocalValidation;
pub use user_info::UserInfo;
