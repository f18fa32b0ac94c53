//! Whom the client trusts.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use settings::Settings;

/// Whom to trust, and whether plain http may be spoken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transport {
    /// A file of PEM certificates that replace Mozilla's authorities, `SSL_CERT_FILE`.
    pub authorities: Option<String>,
    /// An origin that is configured is a plain server on a loopback address. It never is on Lambda.
    pub plain: bool,
}

/// The client cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum ClientSetupError {
    /// The file that `SSL_CERT_FILE` names cannot be read.
    #[error("SSL_CERT_FILE names a file that holds no readable PEM certificates")]
    Authorities,
    /// TLS cannot be set up.
    #[error("the HTTPS client cannot be set up ({0})")]
    Tls(String),
}

/// The file of the authorities to trust, where it is not those of Mozilla: `SSL_CERT_FILE`. Lambda takes an empty variable
/// for an absent one.
pub fn authorities(settings: &mut Settings<'_>, lookup: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let is_set = lookup("SSL_CERT_FILE").is_some_and(|value| !value.is_empty());
    // Read already here, so that a file of no use is named together with every other bad variable.
    let file =
        |text: &str| tls(Some(text)).map(|_| text.to_owned()).map_err(|_| "names no file of readable certificates");
    is_set.then(|| settings.optional("SSL_CERT_FILE", "a file of PEM certificates, or leave it out", file)).flatten()
}

/// Mozilla's authorities are compiled in: reading those of the platform took as long as everything else at the start.
pub(crate) fn tls(authorities: Option<&str>) -> Result<ClientConfig, ClientSetupError> {
    let mut roots = RootCertStore::empty();
    match authorities {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(file) => {
            let certificates =
                CertificateDer::pem_file_iter(Path::new(file)).and_then(Iterator::collect::<Result<Vec<_>, _>>);
            let (added, _) = roots.add_parsable_certificates(certificates.map_err(|_| ClientSetupError::Authorities)?);
            if added == 0 {
                return Err(ClientSetupError::Authorities);
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
    fn without_a_file_mozillas_authorities_are_trusted() {
        assert!(tls(None).is_ok());
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        for file in ["/nonexistent", "/", "/dev/null", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")] {
            assert!(matches!(tls(Some(file)), Err(ClientSetupError::Authorities)), "{file}");
        }
    }
}
