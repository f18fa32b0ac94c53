//! No verdict, because a service gave no usable answer.

use std::fmt;

/// The service that was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// Salesforce's UserInfo endpoint.
    Salesforce,
    /// Salesforce's JWKS endpoint, which publishes the signing keys.
    SalesforceKeys,
    /// Salesforce's introspection endpoint.
    SalesforceIntrospection,
    /// The secret in Secrets Manager that holds our client credentials for introspection.
    IntrospectionSecret,
    /// The user pool, through the Cognito API.
    Directory,
    /// The DynamoDB table of used tokens.
    TokenStore,
}

/// Why there is no usable answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// No connection, or one that closed before any response: DNS, TCP, TLS, reset.
    Connection,
    /// The deadline of the whole verification passed.
    Timeout,
    /// Too many requests: HTTP 429 or `TooManyRequestsException`.
    Throttled,
    /// Another error status: HTTP 5xx, any other unexpected status, or an AWS service error.
    Failed,
    /// A redirect. Redirects are never followed, because the token must go only to the configured host. The usual
    /// cause: that host is not the My Domain.
    Redirected,
    /// AWS refused the execution role or the request, or Salesforce's introspection endpoint refused our client
    /// credentials.
    NotAuthorized,
    /// Status 200 without `Content-Type: application/json`: a login or maintenance page.
    NotJson,
    /// The connection closed in the middle of the response.
    Truncated,
    /// The response is larger than the limit: 64 KiB from Salesforce, 1 MiB or 60 users on a page from AWS.
    TooLarge,
    /// The response could not be parsed.
    Unreadable,
    /// There are more pages than Verify reads.
    TooManyPages,
    /// No request was sent, because the last refresh was too recent. Anyone can cause a refresh, so it is rate-limited.
    Cooldown,
}

impl Service {
    /// All services.
    pub const ALL: [Self; 6] = [
        Self::Salesforce,
        Self::SalesforceKeys,
        Self::SalesforceIntrospection,
        Self::IntrospectionSecret,
        Self::Directory,
        Self::TokenStore,
    ];

    const fn code(self) -> &'static str {
        match self {
            Self::Salesforce => "salesforce",
            Self::SalesforceKeys => "salesforce-keys",
            Self::SalesforceIntrospection => "salesforce-introspection",
            Self::IntrospectionSecret => "introspection-secret",
            Self::Directory => "directory",
            Self::TokenStore => "token-store",
        }
    }
}

impl Cause {
    /// All causes.
    pub const ALL: [Self; 12] = [
        Self::Connection,
        Self::Timeout,
        Self::Throttled,
        Self::Failed,
        Self::Redirected,
        Self::NotAuthorized,
        Self::NotJson,
        Self::Truncated,
        Self::TooLarge,
        Self::Unreadable,
        Self::TooManyPages,
        Self::Cooldown,
    ];

    /// The stable code, without the service.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Timeout => "timeout",
            Self::Throttled => "throttled",
            Self::Failed => "failed",
            Self::Redirected => "redirected",
            Self::NotAuthorized => "not-authorized",
            Self::NotJson => "not-json",
            Self::Truncated => "truncated",
            Self::TooLarge => "too-large",
            Self::Unreadable => "unreadable",
            Self::TooManyPages => "too-many-pages",
            Self::Cooldown => "cooldown",
        }
    }
}

impl Cause {
    /// Why an HTTP response with this status and content type is unusable; `None` for a success with a JSON body.
    pub fn from_head(status: u16, content_type: Option<&str>) -> Option<Self> {
        match status {
            200 if content_type.is_some_and(is_json) => None,
            200 => Some(Self::NotJson),
            429 => Some(Self::Throttled),
            300..=399 => Some(Self::Redirected),
            _ => Some(Self::Failed),
        }
    }
}

fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/json")
}

/// Longest detail, in characters. Only printable ASCII is kept, because a peer chooses some of the text, for example
/// the names in its certificate.
const MAX_DETAIL: usize = 500;

/// There is no verdict. Its `Display` is the stable code, for example `salesforce-timeout`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}-{}", service.code(), cause.code())]
pub struct Unavailable {
    /// The service without a usable answer.
    pub service: Service,
    /// Why it has none.
    pub cause: Cause,
    /// More for the log: a status or an error text of the operating system. Never a body, a token or an e-mail address.
    pub detail: String,
}

impl Unavailable {
    /// Creates the error. `detail` is shortened, and characters that are not printable ASCII become `?`.
    pub fn new(service: Service, cause: Cause, detail: impl fmt::Display) -> Self {
        let detail = detail.to_string();
        let printable = |character: char| if matches!(character, ' '..='~') { character } else { '?' };
        Self { service, cause, detail: detail.chars().take(MAX_DETAIL).map(printable).collect() }
    }

    /// Appends a text to the detail.
    pub(crate) fn with_detail(mut self, detail: &str) -> Self {
        self.detail = format!("{}; {detail}", self.detail);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_is_short_printable_ascii() {
        let detail = format!("a name\u{1b}[2K\n\u{202e}é{}", "x".repeat(MAX_DETAIL));
        let unavailable = Unavailable::new(Service::Directory, Cause::Connection, detail);
        assert!(unavailable.detail.starts_with("a name?[2K???x"), "{}", unavailable.detail);
        assert_eq!(unavailable.detail.len(), MAX_DETAIL);
    }
}
