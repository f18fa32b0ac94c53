//! Decides whether the identity of a SAML user may be linked to a profile of the pool, and to which one.
//!
//! The rules are in [`decide`], in order, and make no calls. Pre Sign-up applies them at a first SAML sign-in, and
//! `make link-users` applies them to a whole pool. [`ports`] has the calls that Pre Sign-up makes to the pool.

mod decide;
mod name_id;
pub mod ports;
mod profile;
mod provider;
mod reason;
mod username;

pub use decide::{Decision, Obstacle, decide, linkable_profile, profile_problem};
pub use name_id::{NameIdAttribute, name_id};
pub use profile::{LinkedIdentity, Profile, SamlIdentity};
pub use provider::{Providers, is_ambiguous, mapping_problem};
pub use reason::Reason;
pub use username::UsernameScheme;
