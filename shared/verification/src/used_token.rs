//! The key under which a used token is recorded, if tokens may be used only once.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;

/// What the table of used tokens stores about a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedToken {
    /// The token's key in this pool: 43 characters, the same for every spelling of the token.
    pub hash: String,
    /// Unix time in seconds from which the rules refuse the token anyway. `None` if no rule does: each use of an opaque
    /// token prolongs the Salesforce session behind it.
    pub expires_at: Option<u64>,
}

impl UsedToken {
    /// Computes the key from `parts`, which are the same in every spelling of the token.
    ///
    /// It is an HMAC keyed by the pool id, so a token has another key in every pool's table. The pool id is not a
    /// secret and need not be: a token cannot be guessed, so its hash does not reveal it.
    pub fn new(pool_id: &str, parts: &[&str], expires_at: Option<u64>) -> Self {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, pool_id.as_bytes()));
        for part in parts {
            context.update(part.as_bytes());
        }
        Self { hash: URL_SAFE_NO_PAD.encode(context.sign()), expires_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(pool_id: &str, parts: &[&str]) -> String {
        UsedToken::new(pool_id, parts, None).hash
    }

    #[test]
    fn a_token_has_one_key_in_a_pool_and_another_key_in_every_other_pool() {
        assert_eq!(hash("eu-west-1_A", &["a", "b"]), hash("eu-west-1_A", &["ab"]));
        assert_ne!(hash("eu-west-1_A", &["a"]), hash("eu-west-1_A", &["b"]));
        assert_ne!(hash("eu-west-1_A", &["a"]), hash("eu-west-1_B", &["a"]));
    }

    #[test]
    fn the_key_does_not_contain_the_token() {
        let hash = hash("eu-west-1_A", &["canary"]);
        assert!(hash.len() == 43 && !hash.contains("canary"), "{hash}");
    }
}
