//! The only HTTPS client of a process. The calls to Salesforce and AWS share it: one TLS configuration, one set of
//! trust anchors, one connection pool.

mod client;
mod retry;
mod startup;
mod tls;

pub use client::{BodyError, HttpsClient, bounded_body};
pub use retry::RetryPolicy;
pub use startup::Startup;
pub use tls::{ClientSetupError, Transport, ca_bundle};
