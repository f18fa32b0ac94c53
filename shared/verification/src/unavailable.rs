//! No verdict: Salesforce or the directory gave no usable answer.

use std::fmt;

/// Who was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// Salesforce's UserInfo endpoint.
    Salesforce,
    /// Salesforce's set of signing keys.
    SalesforceKeys,
    /// Salesforce's introspection endpoint.
    SalesforceIntrospection,
    /// The secret with our client credentials for introspection, in Secrets Manager.
    IntrospectionSecret,
    /// The user pool, through the Cognito API.
    Directory,
    /// The table that remembers used tokens.
    TokenStore,
}

/// What happened instead of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// No connection, or one that ended before any answer: DNS, TCP, TLS, reset.
    Connection,
    /// The deadline of the whole verification passed.
    Timeout,
    /// Too many requests: HTTP 429 or `TooManyRequestsException`.
    Throttled,
    /// Another error status: HTTP 5xx, a status without a meaning here, or an AWS service error.
    Failed,
    /// A redirect, which is never followed: the configured host is not the My Domain host.
    Redirected,
    /// The execution role or the request was refused by AWS.
    NotAuthorized,
    /// A success without `Content-Type: application/json`: a login or maintenance page.
    NotJson,
    /// The connection ended in the middle of the answer.
    Truncated,
    /// The answer is larger than 64 KiB.
    TooLarge,
    /// The answer could not be parsed.
    Unreadable,
    /// The answer goes on after as many pages as are read.
    TooManyPages,
    /// Nothing was asked: the last question was a moment ago, and anyone can cause one.
    Cooldown,
}

impl Service {
    /// Every service.
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
    /// Every cause.
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
    /// Why an HTTP answer with this status and content type is none; `None` for a success with a JSON body.
    pub fn of_head(status: u16, content_type: Option<&str>) -> Option<Self> {
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

/// The most characters of a detail, all of them printable ASCII: the names in a peer's certificate, for example, are
/// the peer's to choose.
const MAX_DETAIL: usize = 500;

/// The verification has no result. Displays as its stable code, `salesforce-timeout` for example.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}-{}", service.code(), cause.code())]
pub struct Unavailable {
    /// Who gave no answer.
    pub service: Service,
    /// What happened instead.
    pub cause: Cause,
    /// More for the log: a status or an operating system's text. Never a body, a token or an e-mail.
    pub detail: String,
}

impl Unavailable {
    /// No usable answer of a service.
    pub fn new(service: Service, cause: Cause, detail: impl fmt::Display) -> Self {
        let detail = detail.to_string();
        let printable = |character: char| if matches!(character, ' '..='~') { character } else { '?' };
        Self { service, cause, detail: detail.chars().take(MAX_DETAIL).map(printable).collect() }
    }

    /// Says one thing more in the log.
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
