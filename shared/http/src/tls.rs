//! The trust anchors of the client.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use settings::Settings;

/// The trust anchors, and whether plain http is allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transport {
    /// `SSL_CERT_FILE`: a PEM file with the CA certificates that replace Mozilla's.
    pub ca_bundle: Option<String>,
    /// Whether plain http is allowed. It is, if a configured origin is plain http to a loopback address, which never
    /// happens on Lambda.
    pub plain_http: bool,
}

/// The client cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum ClientSetupError {
    /// The file that `SSL_CERT_FILE` names cannot be read.
    #[error("SSL_CERT_FILE names a file that holds no readable PEM certificates")]
    CaBundle,
    /// TLS cannot be set up.
    #[error("the HTTPS client cannot be set up ({0})")]
    Tls(String),
}

/// Reads `SSL_CERT_FILE`: the CA bundle that replaces Mozilla's. An empty variable counts as absent, like the other
/// variables that Lambda sets.
pub fn ca_bundle(settings: &mut Settings<'_>, lookup: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let is_set = lookup("SSL_CERT_FILE").is_some_and(|value| !value.is_empty());
    // The file is read here already, so that an unusable file is reported together with all other bad variables.
    let file = |text: &str| {
        tls(Some(text)).map(|_| text.to_owned()).map_err(|_| "does not name a file of readable certificates")
    };
    is_set.then(|| settings.optional("SSL_CERT_FILE", "a file of PEM certificates, or leave it out", file)).flatten()
}

/// Mozilla's CA certificates are compiled in, because reading those of the operating system took as long as the rest of
/// the start.
pub(crate) fn tls(ca_bundle: Option<&str>) -> Result<ClientConfig, ClientSetupError> {
    let mut roots = RootCertStore::empty();
    match ca_bundle {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(file) => {
            let certificates =
                CertificateDer::pem_file_iter(Path::new(file)).and_then(Iterator::collect::<Result<Vec<_>, _>>);
            let (added, _) = roots.add_parsable_certificates(certificates.map_err(|_| ClientSetupError::CaBundle)?);
            if added == 0 {
                return Err(ClientSetupError::CaBundle);
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let versions = versions.map_err(|error| ClientSetupError::Tls(error.to_string()))?;
    Ok(versions.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_file_mozillas_ca_certificates_are_trusted() {
        assert!(tls(None).is_ok());
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        for file in ["/nonexistent", "/", "/dev/null", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")] {
            assert!(matches!(tls(Some(file)), Err(ClientSetupError::CaBundle)), "{file}");
        }
    }
}
