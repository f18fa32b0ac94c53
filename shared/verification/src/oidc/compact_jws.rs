//! The JWS Compact Serialization (RFC 7515 section 3.1). Only the canonical spelling is accepted.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A token of three parts in base64url. The signature is not checked here.
#[derive(Debug, PartialEq, Eq)]
pub struct CompactJws<'a> {
    /// The JOSE header, decoded.
    pub header: Vec<u8>,
    /// Header and payload as sent. This is the text that the signature covers.
    pub signed: &'a str,
}

impl<'a> CompactJws<'a> {
    /// Reads a token. Returns `None` unless it has three parts and each part is the canonical base64url of at least one
    /// byte.
    ///
    /// A lenient decoder ignores padding and the unused bits of a part's last character. Salesforce's decoder may be
    /// lenient. Then an attacker could respell a used token: Salesforce would still accept it, and it would look like
    /// an unused one here.
    pub fn parse(token: &'a str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let [header, ..] = [decode(header)?, decode(payload)?, decode(signature)?];
        Some(Self { header, signed })
    }
}

/// The engine refuses padding, unused bits that are set, the characters `+` and `/`, and dots.
fn decode(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok().filter(|bytes| !bytes.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canonical_spelling_is_read() {
        let expected = CompactJws { header: b"{}".to_vec(), signed: "e30.e30" };
        assert_eq!(CompactJws::parse("e30.e30.c2ln"), Some(expected));
    }

    #[test]
    fn a_non_canonical_spelling_of_any_part_is_refused() {
        for (canonical, others) in [
            ("e30", ["e30=", "e31", "e3 0", "e30\n"]),
            ("-_8", ["+_8", "-/8", "-_8=", "-_9"]),
            ("c2ln", ["c2ln====", "c2l", "c2lnA", ""]),
        ] {
            assert!(CompactJws::parse(&format!("{canonical}.{canonical}.{canonical}")).is_some());
            for other in others {
                for token in [
                    format!("{other}.{canonical}.{canonical}"),
                    format!("{canonical}.{other}.{canonical}"),
                    format!("{canonical}.{canonical}.{other}"),
                ] {
                    assert_eq!(CompactJws::parse(&token), None, "{token}");
                }
            }
        }
    }

    #[test]
    fn a_token_has_three_parts() {
        for token in ["", ".", "..", "e30", "e30.e30", "e30.e30.", "e30.e30.e30.e30", ".e30.e30"] {
            assert_eq!(CompactJws::parse(token), None, "{token}");
        }
    }
}
