//! What the fuzz targets in `fuzz/` reach beside the public interface. Built by cargo-fuzz alone.

use serde_json::Value;

use crate::answer::Tokens;
use crate::deny_reason::DenyReason;

/// The challenge answer: the text of the access token and of the `id_token`.
pub fn answer(answer: Option<&Value>) -> Result<(String, Option<String>), DenyReason> {
    let Tokens { access, id } = crate::answer::parse(answer)?;
    Ok((access.expose().to_owned(), id.map(|token| token.expose().to_owned())))
}
