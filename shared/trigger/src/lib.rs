//! What every Cognito trigger needs: the event, the run loop, logging and the public error text. This crate knows
//! nothing about Salesforce and makes no decisions about users.
//!
//! A trigger is a function from an [`Invocation`] to its response. [`run`] reads the event leniently and writes the
//! response into `response` of the same event. [`run_challenge`] does the same for the three challenge triggers, whose
//! events have typed views.
//!
//! Cognito invokes Pre Sign-up for every sign-up and Pre Token Generation for all tokens of the pool. Most of these
//! events do not concern this suite; they are returned unchanged.

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
pub use public_error::PublicError;
pub use run::{Invocation, refuse_to_start, run, run_challenge, start_logging};
pub use view::{ChallengeEvent, CreateAuthChallenge, DefineAuthChallenge, VerifyAuthChallenge};
