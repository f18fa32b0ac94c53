//! The world around the release binaries, for tests and the demo.
//!
//! - [`World`](world::World): the binaries under cargo-lambda's emulator, with a driver that plays
//!   Cognito's side as documented, and fakes of Salesforce and the AWS services that can misbehave.
//! - [`LocalAws`](local_aws::LocalAws): the same binaries deployed by the real CDK app on ministack.
//!
//! Everything listens on free loopback ports, and every process ends with the test that started it.

pub mod answers;
pub mod aws;
pub mod builder;
pub mod cognito;
pub mod directory;
pub mod faults;
pub mod gate;
pub mod jwt;
pub mod lambda;
pub mod local_aws;
pub mod misbehaving;
pub mod person;
pub mod process;
pub mod proofs;
pub mod repository;
pub mod salesforce;
pub mod saml;
pub mod secrets;
pub mod sign_ups;
pub mod signing_keys;
pub mod tls_front;
pub mod token_store;
pub mod tokens;
pub mod world;
