//! What every trigger needs to talk to Cognito: the event envelope, the run loop, logging and the
//! one public error text. It knows nothing of Salesforce and decides nothing about people.
//!
//! A trigger is a function from an [`Invocation`] to its answer. The envelope reads the event
//! leniently before, and afterwards writes the answer into `response` of the very event that came
//! in, so that fields which AWS adds one day survive.

#[cfg(target_env = "musl")]
mod allocator;
pub mod challenge;
mod envelope;
mod logging;
#[cfg(feature = "pool-wide")]
pub mod pool_wide;
#[cfg(test)]
mod properties;
mod public_error;
mod run;
mod unicode;
mod view;

pub use public_error::Unavailable;
pub use run::{Invocation, refuse_to_start, run, start_logging};
pub use view::{CreateAuthChallenge, DefineAuthChallenge, TriggerEvent, VerifyAuthChallenge};
