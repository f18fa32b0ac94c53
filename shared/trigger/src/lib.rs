//! What every trigger needs to talk to Cognito: the event, the run loop, logging and the one public error text. It knows
//! nothing of Salesforce and decides nothing about people.
//!
//! A trigger is a function from an [`Invocation`] to its answer. [`run`] reads the event leniently before, and afterwards
//! writes the answer into `response` of the very event that came in. [`run_challenge`] does the same for the three
//! challenge triggers, whose events have typed views. Pre Sign-up and Pre Token Generation run for each sign-in to the
//! pool, most of which are none of our business: those events go back as they came.

#[cfg(target_env = "musl")]
mod allocator;
pub mod challenge;
mod event;
mod logging;
mod members;
#[cfg(test)]
mod properties;
mod public_error;
mod run;
mod unicode;
mod view;

pub use event::Event;
pub use public_error::Unavailable;
pub use run::{Invocation, refuse_to_start, run, run_challenge, start_logging};
pub use view::{ChallengeEvent, CreateAuthChallenge, DefineAuthChallenge, VerifyAuthChallenge};
