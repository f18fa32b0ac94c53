//! The compact form of a signed token (RFC 7515 section 3.1), in its one spelling.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A token of three parts in base64url. Whether its signature is good is not decided here.
#[derive(Debug, PartialEq, Eq)]
pub struct CompactJws<'a> {
    /// The JOSE header, decoded.
    pub header: Vec<u8>,
    /// Header and payload as sent: what the signature covers.
    pub signed: &'a str,
}

impl<'a> CompactJws<'a> {
    /// Reads a token. `None` unless each of its three parts is the canonical base64url of at least one byte.
    ///
    /// A lenient decoder ignores padding and the unused bits of a part's last character. Salesforce may be one, so a
    /// token of another spelling could be good there and pass for another token here.
    pub fn parse(token: &'a str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let [header, ..] = [decode(header)?, decode(payload)?, decode(signature)?];
        Some(Self { header, signed })
    }
}

/// The engine refuses padding, unused bits that are set, the other alphabet, and a dot.
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
    fn another_spelling_of_any_part_is_refused() {
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
