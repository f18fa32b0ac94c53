//! The calls to AWS: the user pool, the table of used tokens, a secret. This crate contains no rules.

mod clients;
mod connector;
mod environment;
mod secrets;
mod used_tokens;
mod user_pool;

pub use clients::{AwsClients, AwsEnvironment, Credentials, Endpoints};
pub use environment::{environment, function_name};
pub use secrets::Secret;
pub use used_tokens::TokenUseTable;
#[cfg(fuzzing)]
pub use user_pool::filter;
pub use user_pool::{CognitoDirectory, LINK_ATTRIBUTE};
