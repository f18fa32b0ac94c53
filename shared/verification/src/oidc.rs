//! OAuth and OpenID Connect checks that do not depend on the provider: compact JWS (RFC 7515), `id_token`, and
//! introspection responses (RFC 7662). Only the provider can read a subject (`sub`).

pub mod compact_jws;
pub mod id_token;
pub mod introspection;
pub mod jws;

use settings::list;

use crate::policy::PolicyError;

/// Accepted difference between the clocks of the provider and of Lambda, in seconds.
pub const SKEW: u64 = 60;

/// The client ids of our apps (Salesforce calls them consumer keys): at least one.
#[derive(Debug, Clone)]
pub struct ClientIds(Vec<String>);

impl ClientIds {
    /// Reads a comma-separated list.
    ///
    /// # Errors
    /// An entry is empty, longer than 255 characters or not visible ASCII.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let key = |part: &str| match part.len() {
            1..=255 if part.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(part.to_owned()),
            _ => Err("is not a consumer key"),
        };
        list(text, key).map(Self).map_err(PolicyError::List)
    }

    /// Whether the client id is one of ours.
    pub fn contain(&self, client_id: &str) -> bool {
        self.0.iter().any(|allowed| allowed == client_id)
    }
}

#[cfg(test)]
mod tests;
