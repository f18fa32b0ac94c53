//! May the identity of a SAML user be linked to a profile of the pool, and to which one?
//!
//! The rules stand in [`decide`], in order, and ask nobody. Pre Sign-up applies them at a first SAML sign-in, and
//! `make link-users` to a whole pool. [`ports`] says what Pre Sign-up asks the pool.

mod decide;
mod local_name;
mod name_id;
pub mod ports;
mod profile;
mod provider;
mod reason;

pub use decide::{Decision, Obstacle, decide, defect, owner};
pub use local_name::LocalNames;
pub use name_id::{NameIdAttribute, name_id};
pub use profile::{ForeignIdentity, LinkedIdentity, Profile};
pub use provider::{Providers, is_ambiguous, mapping_problem};
pub use reason::Reason;
