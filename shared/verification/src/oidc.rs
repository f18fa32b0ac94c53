//! What OpenID Connect and its relatives say, whichever provider says it: compact JWS (RFC 7515), `id_token`, and the
//! answer of introspection (RFC 7662). Whom a subject names, the provider knows.

pub mod compact_jws;
pub mod id_token;
pub mod introspection;
pub mod jws;

use settings::list;

use crate::policy::PolicyError;

/// Clocks of the provider and Lambda may differ by this many seconds.
pub const SKEW: u64 = 60;

/// The consumer keys of our apps: at least one.
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

    /// Whether the app is one of ours.
    pub fn contain(&self, client_id: &str) -> bool {
        self.0.iter().any(|allowed| allowed == client_id)
    }
}

#[cfg(test)]
mod tests;
