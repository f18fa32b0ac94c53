//! The harness for the tests of the release binaries, and for the demo.
//!
//! - [`World`](world::World): the binaries behind Lambda's Runtime API. A driver plays Cognito as documented. Simulated
//!   Salesforce and AWS services can fail.
//! - [`LocalAws`](local_aws::LocalAws): the same binaries, deployed on ministack by the CDK app.
//!
//! Every server listens on a free loopback port, and every process ends with the test that started it.

#![expect(missing_docs, reason = "most names of the harness say what they are")]

pub mod answers;
pub mod aws;
pub mod builder;
pub mod ca;
pub mod cognito;
pub mod directory;
pub mod faults;
pub mod jwt;
pub mod lambda;
pub mod local_aws;
pub mod person;
pub mod process;
pub mod proofs;
pub mod repository;
pub mod salesforce;
pub mod saml;
pub mod secrets;
pub mod sign_ups;
pub mod signing_keys;
pub mod token_store;
pub mod tokens;
pub mod world;
