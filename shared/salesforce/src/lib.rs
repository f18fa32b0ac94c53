//! Salesforce, the first identity provider: its ids and endpoints, and the rules about the person that it names.
//!
//! Every rule about the person stands in `rules`, in order, or in the parser of the thing that it is about:
//! `access_token_jwt`, `user_info`, and `oidc` of the crate `verification`. [`SalesforceProvider`] calls them in turn, and
//! [`SalesforceClient`] does the talking.

mod access_token_jwt;
mod audience;
mod client;
mod client_credentials;
mod domain;
mod endpoints;
mod exchange;
#[cfg(fuzzing)]
pub mod fuzzing;
mod ids;
mod introspector;
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
pub use provider::{SalesforceProvider, Seen};
pub use rules::Vouched;
pub use user_info::UserInfo;
