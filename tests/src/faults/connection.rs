//! One TLS connection to a service, and its faults.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::ca::CertificateAuthority;
use crate::faults::Fault;
use crate::faults::responses::{Reaction, Responses};

/// The server certificates of a service.
pub struct Certificates {
    own: TlsAcceptor,
    of_another_ca: TlsAcceptor,
    of_another_host: TlsAcceptor,
}

impl Certificates {
    /// Verify trusts the CA `trusted`, and not the other one.
    pub fn new(trusted: &CertificateAuthority, other: &CertificateAuthority) -> Result<Self> {
        let acceptor =
            |ca: &CertificateAuthority, host| -> Result<_> { Ok(TlsAcceptor::from(Arc::new(ca.server_config(host)?))) };
        Ok(Self {
            own: acceptor(trusted, "127.0.0.1")?,
            of_another_ca: acceptor(other, "127.0.0.1")?,
            of_another_host: acceptor(trusted, "acme.my.salesforce.com")?,
        })
    }
}

/// The state that all connections to a service share.
pub(super) struct Shared {
    responses: Responses,
    certificates: Arc<Certificates>,
    state: Mutex<State>,
    /// Tells idle connections to end.
    close: watch::Sender<()>,
}

/// The fault, and the connections and requests since it began.
#[derive(Default)]
struct State {
    fault: Option<Fault>,
    connections: usize,
    requests: usize,
    /// Of these, the complete requests with a token or an address.
    calls: usize,
}

impl Shared {
    pub(super) fn new(responses: Responses, certificates: Arc<Certificates>) -> Self {
        Self { responses, certificates, state: Mutex::default(), close: watch::Sender::new(()) }
    }

    pub(super) fn begin(&self, fault: Option<Fault>) {
        *self.state() = State { fault, ..State::default() };
    }

    /// Ends the idle connections.
    pub(super) fn close(&self) {
        self.close.send_replace(());
    }

    /// How many complete requests with a token or an address have arrived since the fault began.
    pub(super) fn calls(&self) -> usize {
        self.state().calls
    }

    /// Counts a connection; returns the fault, and whether this is the first connection since it began.
    fn connected(&self) -> (Option<Fault>, bool) {
        let mut state = self.state();
        state.connections += 1;
        (state.fault, state.connections == 1)
    }

    /// Counts a request; returns the fault, and the number of earlier requests since it began.
    fn requested(&self, request: Request) -> (Option<Fault>, usize) {
        let mut state = self.state();
        state.requests += 1;
        // A request into a black hole does not arrive.
        if state.fault != Some(Fault::BlackHole) && request == Request::Call {
            state.calls += 1;
        }
        (state.fault, state.requests - 1)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) async fn serve(stream: TcpStream, shared: Arc<Shared>) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut close = shared.close.subscribe();
    let (fault, first) = shared.connected();
    let acceptor = match fault {
        Some(Fault::ResetsOnce) if first => return Ok(stream.set_zero_linger()?),
        Some(Fault::StallsTlsOnce) if first => return stall(stream).await,
        Some(Fault::StallsTls) => return stall(stream).await,
        Some(Fault::ForeignCertificate) => &shared.certificates.of_another_ca,
        Some(Fault::CertificateOfAnotherHost) => &shared.certificates.of_another_host,
        _ => &shared.certificates.own,
    };
    let mut stream = acceptor.accept(stream).await?;
    loop {
        let request = tokio::select! {
            read = read_request(&mut stream) => match read? {
                Some(request) => request,
                None => return Ok(()),
            },
            Ok(()) = close.changed() => return end(stream).await,
        };
        let (fault, before) = shared.requested(request);
        match shared.responses.reaction(fault, before) {
            Reaction::Sends(bytes) if request == Request::Preconnect => stream.write_all(head_of(&bytes)).await?,
            Reaction::Sends(bytes) => stream.write_all(&bytes).await?,
            Reaction::Closes(bytes) => {
                stream.write_all(&bytes).await?;
                return Ok(stream.flush().await?);
            }
            Reaction::Trickles(first, rest) => {
                stream.write_all(&first).await?;
                return trickle(stream, &rest).await;
            }
        }
        stream.flush().await?;
    }
}

/// Ends a connection, and waits until the other side has ended it as well.
async fn end(mut stream: TlsStream<TcpStream>) -> Result<()> {
    stream.shutdown().await?;
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await?;
    Ok(())
}

/// Reads the first message of the handshake, and sends nothing.
async fn stall(mut stream: TcpStream) -> Result<()> {
    let mut hello = vec![0; 4096];
    let _ = stream.read(&mut hello).await?;
    std::future::pending().await
}

async fn trickle(mut stream: TlsStream<TcpStream>, bytes: &[u8]) -> Result<()> {
    stream.flush().await?;
    for byte in bytes {
        tokio::time::sleep(Duration::from_secs(1)).await;
        stream.write_all(&[*byte]).await?;
        stream.flush().await?;
    }
    std::future::pending().await
}

/// The purpose of a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Request {
    /// `HEAD`: it only opens a connection before the first call.
    Preconnect,
    /// With a token or an address.
    Call,
}

/// A response to `HEAD` has no body.
fn head_of(response: &[u8]) -> &[u8] {
    let end = response.windows(4).position(|end| end == b"\r\n\r\n").map_or(response.len(), |end| end + 4);
    response.get(..end).unwrap_or(response)
}

/// Reads one request; `None` if the connection ends instead.
async fn read_request(stream: &mut TlsStream<TcpStream>) -> Result<Option<Request>> {
    let (mut request, mut read) = (Vec::new(), vec![0; 8192]);
    loop {
        if let Some(end) = request.windows(4).position(|end| end == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(request.get(..end).unwrap_or_default()).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.map_or(Ok(0), |length| length.trim().parse()).context("no length")?;
            if request.len() >= end + 4 + length {
                return Ok(Some(if head.starts_with("head ") { Request::Preconnect } else { Request::Call }));
            }
        }
        match stream.read(&mut read).await? {
            0 => return Ok(None),
            length => request.extend_from_slice(read.get(..length).unwrap_or_default()),
        }
    }
}
