//! Server certificates of a CA for one test.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tempfile::TempDir;

use crate::repository;

pub struct CertificateAuthority {
    issuer: Issuer<'static, KeyPair>,
    directory: TempDir,
}

impl CertificateAuthority {
    pub fn new() -> Result<Self> {
        let key = KeyPair::generate()?;
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // If issuer and subject have the same name, OpenSSL takes a certificate for self-signed.
        parameters.distinguished_name.push(DnType::CommonName, "CA of the tests");
        let directory = repository::scratch()?;
        std::fs::write(directory.path().join("ca.pem"), parameters.self_signed(&key)?.pem())?;
        Ok(Self { issuer: Issuer::new(parameters, key), directory })
    }

    /// The CA certificate, for `SSL_CERT_FILE`.
    pub fn file(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    /// The TLS configuration of a server whose certificate names `host`.
    pub fn server_config(&self, host: &str) -> Result<ServerConfig> {
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new([host.to_owned()])?.signed_by(&key, &self.issuer)?;
        let private_key = PrivateKeyDer::try_from(key.serialize_der()).map_err(anyhow::Error::msg)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        Ok(ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private_key)?)
    }
}
