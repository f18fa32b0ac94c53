//! The scopes that this trigger may add to an access token.

/// Scopes with a meaning in OpenID Connect and Cognito. An API could take such a scope for a consent that the user did
/// not give.
const RESERVED: [&str; 6] = ["openid", "profile", "email", "phone", "address", "offline_access"];

/// With `aws.cognito.signin.user.admin`, a token can change the user's own attributes.
const RESERVED_PREFIX: &str = "aws.cognito";

/// A resource server identifier, a slash, and a scope name: 256 characters each.
const MAX_LENGTH: usize = 513;

/// Why a text is not a scope to add.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// Not a `scope-token` (RFC 6749 section 3.3), or too long for Cognito.
    #[error("is not a scope: at most 513 printable ASCII characters without blanks, quotation marks or backslashes")]
    Malformed,
    /// A scope of OpenID Connect or of Cognito itself.
    #[error("is reserved: scopes of OpenID Connect and of Cognito (aws.cognito...) are never added")]
    Reserved,
}

/// Checks a scope.
///
/// # Errors
/// [`ScopeError`] if it must not be added.
pub fn parse(text: &str) -> Result<String, ScopeError> {
    let allowed = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    if text.is_empty() || text.len() > MAX_LENGTH || !text.bytes().all(allowed) {
        return Err(ScopeError::Malformed);
    }
    // Scopes are case-sensitive. Still, `OpenID` is refused: an operator who writes it does not mean a scope of an API.
    let lower = text.to_ascii_lowercase();
    if RESERVED.contains(&lower.as_str()) || lower.starts_with(RESERVED_PREFIX) {
        return Err(ScopeError::Reserved);
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_of_an_api_is_kept_as_it_is() {
        let longest = "a".repeat(513);
        for scope in ["orders/read", "https://api.acme.example/orders.read", "orders:*", "Orders", "!#[]~", &longest] {
            assert_eq!(parse(scope).as_deref(), Ok(scope));
        }
    }

    #[test]
    fn a_text_that_is_not_a_scope_is_refused() {
        let too_long = "a".repeat(514);
        for text in ["", " ", "a b", "a\tb", "a\"b", "a\\b", "\u{e4}", "a\u{0}", &too_long] {
            assert_eq!(parse(text), Err(ScopeError::Malformed), "{text:?}");
        }
    }

    #[test]
    fn scopes_of_openid_connect_and_of_cognito_are_refused_in_any_letter_case() {
        for text in [
            "openid",
            "OpenID",
            "profile",
            "email",
            "phone",
            "address",
            "offline_access",
            "aws.cognito.signin.user.admin",
            "AWS.Cognito.Signin.User.Admin",
            "aws.cognito",
        ] {
            assert_eq!(parse(text), Err(ScopeError::Reserved), "{text}");
        }
    }

    #[test]
    fn a_scope_that_merely_contains_a_reserved_name_is_accepted() {
        for scope in ["api/openid", "email.read", "x-aws.cognito"] {
            assert_eq!(parse(scope).as_deref(), Ok(scope));
        }
    }
}
