//! The one HTTPS client of a process. Salesforce and AWS are asked through it: one TLS configuration, one set of trusted
//! authorities, one pool of connections.

mod client;
mod retry;
mod startup;
mod tls;

pub use client::{BodyError, HttpsClient, bounded_body};
pub use retry::Again;
pub use startup::Startup;
pub use tls::{ClientSetupError, Transport, authorities};
