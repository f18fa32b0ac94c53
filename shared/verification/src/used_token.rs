//! The name under which a token is remembered as used, where tokens are good for one sign-in.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;

/// What the table of used tokens remembers of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedToken {
    /// The name of the token in this pool, the same for each spelling of the token: 43 characters.
    pub hash: String,
    /// Unix time in seconds from which the rules refuse the token by themselves. `None` for a token whose life nothing
    /// bounds: each use of an opaque token prolongs the Salesforce session behind it.
    pub until: Option<u64>,
}

impl UsedToken {
    /// Names a token by what makes it the same token in each of its spellings, which stands in `parts`.
    ///
    /// Keyed by the pool, so that a token has another name in each pool's table. The key is not a secret: a token
    /// cannot be guessed, so it cannot be found by its hash either.
    pub fn new(pool_id: &str, parts: &[&str], until: Option<u64>) -> Self {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, pool_id.as_bytes()));
        for part in parts {
            context.update(part.as_bytes());
        }
        Self { hash: URL_SAFE_NO_PAD.encode(context.sign()), until }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(pool_id: &str, parts: &[&str]) -> String {
        UsedToken::new(pool_id, parts, None).hash
    }

    #[test]
    fn a_token_has_one_name_in_a_pool_and_another_in_each_other_pool() {
        assert_eq!(hash("eu-west-1_A", &["a", "b"]), hash("eu-west-1_A", &["ab"]));
        assert_ne!(hash("eu-west-1_A", &["a"]), hash("eu-west-1_A", &["b"]));
        assert_ne!(hash("eu-west-1_A", &["a"]), hash("eu-west-1_B", &["a"]));
    }

    #[test]
    fn the_name_does_not_show_the_token() {
        let hash = hash("eu-west-1_A", &["canary"]);
        assert!(hash.len() == 43 && !hash.contains("canary"), "{hash}");
    }
}
