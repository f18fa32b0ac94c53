//! Configuration is read once, at cold start, into types; nothing is read later.
//!
//! A function that starts with half a configuration is worse than one that does not start: every
//! missing or malformed variable is therefore collected and named in one [`SettingsError`], and a
//! variable that is set to nothing counts as malformed, never as absent. Values are never repeated
//! in a message, because a secret pasted into the wrong variable would end up in the log.
//!
//! What nobody can set, because Cognito gives five seconds, stands in [`time_budget`].

mod app_client_id;
mod origin;
mod reader;
pub mod time_budget;

pub use app_client_id::app_client_id;
pub use origin::{Origin, OriginError};
pub use reader::{Settings, SettingsError, environment, list};
