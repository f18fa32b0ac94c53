//! Salesforce, the identity provider: asks its endpoints. No rule stands here: what an answer means is decided in
//! `verification`.

mod client;
mod client_credentials;
mod domain;
mod exchange;
mod introspector;
mod keys;

pub use client::SalesforceClient;
pub use client_credentials::ClientCredentials;
pub use domain::{InvalidDomain, SalesforceDomain};
