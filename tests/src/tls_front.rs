//! TLS in front of the plain servers of the tests, with certificates of an authority made for the test.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::repository;

/// A certificate authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    directory: TempDir,
}

/// A server that ends TLS and hands the plain connection on.
pub struct TlsFront {
    port: u16,
    behind: Arc<OnceLock<String>>,
    task: JoinHandle<()>,
}

impl Authority {
    /// Makes an authority.
    ///
    /// # Errors
    /// Its certificate cannot be made or written.
    pub fn new() -> Result<Self> {
        let key = KeyPair::generate()?;
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // OpenSSL takes a certificate for self-signed whose issuer has the name of its subject.
        parameters.distinguished_name.push(DnType::CommonName, "authority of the tests");
        let directory = repository::scratch()?;
        std::fs::write(directory.path().join("ca.pem"), parameters.self_signed(&key)?.pem())?;
        Ok(Self { issuer: Issuer::new(parameters, key), directory })
    }

    /// The authority's certificate, for `SSL_CERT_FILE`.
    pub fn file(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    /// The TLS configuration of a server whose certificate names `host`.
    ///
    /// # Errors
    /// The certificate cannot be made.
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

    /// Starts a server on a free port whose certificate names `host`.
    ///
    /// # Errors
    /// The certificate cannot be made, or there is no free port.
    pub async fn serve_as(&self, host: &str) -> Result<TlsFront> {
        let acceptor = TlsAcceptor::from(Arc::new(self.server_config(host)?));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let behind = Arc::new(OnceLock::new());
        let task = tokio::spawn(serve(listener, acceptor, Arc::clone(&behind)));
        Ok(TlsFront { port, behind, task })
    }
}

impl TlsFront {
    /// The address to configure.
    pub fn origin(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// Names the plain server behind, once it is known.
    ///
    /// # Errors
    /// It is not an origin, or was named before.
    pub fn forward_to(&self, origin: &str) -> Result<()> {
        let address = origin.strip_prefix("http://").context("not an origin")?;
        self.behind.set(address.to_owned()).ok().context("the server behind is known already")
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, behind: Arc<OnceLock<String>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, behind) = (acceptor.clone(), behind.get().cloned().unwrap_or_default());
        tokio::spawn(async move {
            let mut client = acceptor.accept(stream).await?;
            let mut server = TcpStream::connect(behind).await?;
            copy_bidirectional(&mut client, &mut server).await
        });
    }
}
