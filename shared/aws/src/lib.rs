//! What the functions ask of AWS: the user pool, the table of used tokens, a secret. No rule stands here.

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
