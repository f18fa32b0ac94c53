//! The origins that a setting may name: https, and plain http on a loopback address.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::Uri;
use http::uri::Scheme;

/// An origin (RFC 6454: scheme, host, port) to which a function may send credentials.
///
/// The scheme is https. Plain http is accepted only for a loopback IP address, so that tests can use a server on the
/// same machine. `localhost` is refused, because a resolver decides which address it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    text: String,
    host: String,
}

/// Why a text is not an [`Origin`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// Not a URL with a scheme and a host.
    #[error("is not a URL")]
    NotAUrl,
    /// Plain http to a host that is not a loopback IP address, or another scheme.
    #[error("must start with https:// (http:// is accepted for a loopback IP address only)")]
    NotHttps,
    /// A path, a query, a fragment or user information.
    #[error("must be only a scheme, a host and a port")]
    NotAnOrigin,
}

impl Origin {
    /// The origin as `scheme://host[:port]`, without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the scheme is https. The only other one is plain http to a loopback address.
    pub fn is_https(&self) -> bool {
        self.text.starts_with("https://")
    }

    /// The host in lower case, without the port.
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        // `Uri` drops a fragment without an error.
        if text.contains('#') {
            return Err(OriginError::NotAnOrigin);
        }
        let uri: Uri = text.parse().map_err(|_| OriginError::NotAUrl)?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(OriginError::NotAUrl);
        };
        if uri.path() != "/" || uri.query().is_some() || text.ends_with("//") || authority.as_str().contains('@') {
            return Err(OriginError::NotAnOrigin);
        }
        let host = authority.host().to_ascii_lowercase();
        if host.is_empty() || host.ends_with('.') || authority.as_str().ends_with(':') {
            return Err(OriginError::NotAUrl);
        }
        if *scheme != Scheme::HTTPS && !(*scheme == Scheme::HTTP && is_loopback_literal(&host)) {
            return Err(OriginError::NotHttps);
        }
        let port = authority.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
        // `Uri` also drops text before or after the brackets of an IPv6 host, and a port that is not a valid number.
        if !authority.as_str().eq_ignore_ascii_case(&format!("{host}{port}")) {
            return Err(OriginError::NotAUrl);
        }
        Ok(Self { text: format!("{scheme}://{host}{port}"), host })
    }
}

fn is_loopback_literal(host: &str) -> bool {
    host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_https_and_plain_http_to_a_loopback_address() {
        for (text, kept) in [
            ("https://acme.my.salesforce.com", "https://acme.my.salesforce.com"),
            ("https://ACME.my.salesforce.com/", "https://acme.my.salesforce.com"),
            ("https://127.0.0.1:8443", "https://127.0.0.1:8443"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(text.parse::<Origin>().map(|origin| origin.to_string()).as_deref(), Ok(kept), "{text}");
        }
    }

    #[test]
    fn the_host_is_in_lower_case_and_without_the_port() {
        for (text, host) in [("https://ACME.example:8443/", "acme.example"), ("http://[::1]:8080", "[::1]")] {
            let origin: Origin = text.parse().unwrap();
            assert_eq!(origin.host(), host, "{text}");
            assert_eq!(origin.as_str(), origin.to_string(), "{text}");
        }
    }

    #[test]
    fn refuses_other_schemes_even_to_a_loopback_address() {
        for text in ["ftp://127.0.0.1", "ws://127.0.0.1", "ftp://acme.example"] {
            assert_eq!(text.parse::<Origin>(), Err(OriginError::NotHttps), "{text}");
        }
    }

    #[test]
    fn refuses_plain_http_to_other_hosts() {
        for text in [
            "http://acme.my.salesforce.com",
            "http://localhost:8080",
            "http://10.0.0.1",
            "http://127.0.0.1.evil.example",
        ] {
            assert_eq!(text.parse::<Origin>(), Err(OriginError::NotHttps), "{text}");
        }
    }

    #[test]
    fn refuses_more_than_scheme_host_and_port() {
        for text in [
            "https://acme.example/path",
            "https://acme.example//",
            "https://acme.example/?query",
            "https://acme.example#fragment",
            "https://user@acme.example",
            "https://user:password@acme.example",
        ] {
            assert_eq!(text.parse::<Origin>(), Err(OriginError::NotAnOrigin), "{text}");
        }
    }

    #[test]
    fn refuses_text_that_is_not_a_url() {
        for text in [
            "",
            "acme.my.salesforce.com",
            "/path",
            "https://",
            "https:// acme.example",
            "https://acme.example.",
            "https://acme.example:",
            "https://acme.example:65536",
            "https://acme.example:0443",
            "https://h[::1]",
            "https://[::1]h",
        ] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }
}
