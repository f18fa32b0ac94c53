//! The hosts to which a token may be sent.

use std::str::FromStr;

use settings::{Origin, OriginError};

/// The origin of an organization's My Domain, `https://acme.my.salesforce.com`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalesforceDomain(Origin);

/// Why a text is not the origin of a My Domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDomain {
    /// The text is not an https origin.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// The host is a login or instance host, which accepts the tokens of every organization.
    #[error("is a host that serves every organization")]
    SharedHost,
}

impl SalesforceDomain {
    /// The origin, without a trailing slash.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether the scheme is https. The only other one is plain http to a loopback address.
    pub fn is_https(&self) -> bool {
        self.0.is_https()
    }
}

impl FromStr for SalesforceDomain {
    type Err = InvalidDomain;

    fn from_str(text: &str) -> Result<Self, InvalidDomain> {
        let origin: Origin = text.parse()?;
        let host = origin.host();
        let of_salesforce = host == "salesforce.com" || host.ends_with(".salesforce.com");
        if of_salesforce && !host.ends_with(".my.salesforce.com") {
            return Err(InvalidDomain::SharedHost);
        }
        Ok(Self(origin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_serve_every_organization_are_refused() {
        for host in [
            "login.salesforce.com",
            "test.salesforce.com",
            "na1.salesforce.com",
            "LOGIN.salesforce.com",
            "salesforce.com",
        ] {
            let origin = format!("https://{host}");
            assert_eq!(origin.parse::<SalesforceDomain>(), Err(InvalidDomain::SharedHost), "{host}");
        }
    }

    #[test]
    fn my_domain_hosts_and_sites_are_accepted() {
        for origin in [
            "https://acme.my.salesforce.com",
            "https://acme--uat.sandbox.my.salesforce.com/",
            "https://acme.my.salesforce.mil",
            "https://login.acme.example",
            "http://127.0.0.1:8080",
        ] {
            assert!(origin.parse::<SalesforceDomain>().is_ok(), "{origin}");
        }
    }
}
