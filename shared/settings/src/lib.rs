//! Reads the configuration once, at cold start, into types.
//!
//! A function must not start with half a configuration. So a [`SettingsError`] names every missing and every malformed
//! variable at once. An empty variable is malformed, not absent. Messages never repeat a value, because an operator may
//! have pasted a secret into the wrong variable and messages go to the log.
//!
//! [`time_budget`] holds the time limits. They are constants, because Cognito's limit of five seconds is fixed.

mod app_client_id;
mod origin;
mod reader;
pub mod time_budget;

pub use app_client_id::app_client_id;
pub use origin::{Origin, OriginError};
pub use reader::{Settings, SettingsError, environment, list};
