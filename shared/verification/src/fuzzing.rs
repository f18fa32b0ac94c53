//! Functions for the fuzz targets in `fuzz/` that are not part of the public interface. Only cargo-fuzz compiles them.

use serde_json::Value;

use crate::answer::Tokens;
use crate::deny_reason::DenyReason;

/// Parses a challenge answer and returns the text of the access token and of the `id_token`.
pub fn answer(answer: Option<&Value>) -> Result<(String, Option<String>), DenyReason> {
    let Tokens { access, id } = crate::answer::parse(answer)?;
    Ok((access.expose().to_owned(), id.map(|token| token.expose().to_owned())))
}
