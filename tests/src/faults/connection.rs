//! One connection to a service, and what goes wrong along it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::faults::Fault;
use crate::faults::answers::{Reaction, Service};
use crate::tls_front::Authority;

/// The certificates that a service can show.
pub struct Identities {
    own: TlsAcceptor,
    foreign: TlsAcceptor,
    of_another_host: TlsAcceptor,
}

impl Identities {
    /// Certificates of an authority that Verify trusts, and one of an authority that it does not.
    ///
    /// # Errors
    /// A certificate cannot be made.
    pub fn new(trusted: &Authority, foreign: &Authority) -> Result<Self> {
        let acceptor = |authority: &Authority, host| -> Result<_> {
            Ok(TlsAcceptor::from(Arc::new(authority.server_config(host)?)))
        };
        Ok(Self {
            own: acceptor(trusted, "127.0.0.1")?,
            foreign: acceptor(foreign, "127.0.0.1")?,
            of_another_host: acceptor(trusted, "acme.my.salesforce.com")?,
        })
    }
}

/// What all connections to a service have in common.
pub(super) struct Shared {
    service: Service,
    identities: Arc<Identities>,
    state: Mutex<State>,
    /// Tells connections that wait for a request to end.
    close: watch::Sender<()>,
}

/// The fault, and what has met it since it began.
#[derive(Default)]
struct State {
    fault: Option<Fault>,
    connections: usize,
    /// Requests that have met the fault, those included that only open a connection.
    met: usize,
    requests: usize,
}

impl Shared {
    pub(super) fn new(service: Service, identities: Arc<Identities>) -> Self {
        Self { service, identities, state: Mutex::default(), close: watch::Sender::new(()) }
    }

    pub(super) fn begin(&self, fault: Option<Fault>) {
        *self.state() = State { fault, ..State::default() };
    }

    /// Ends the connections that wait for a request.
    pub(super) fn close(&self) {
        self.close.send_replace(());
    }

    /// How many requests with a token or an address have arrived whole since the fault began.
    pub(super) fn requests(&self) -> usize {
        self.state().requests
    }

    /// Counts one more connection; the fault, and whether the connection is the first that meets it.
    fn connected(&self) -> (Option<Fault>, bool) {
        let mut state = self.state();
        state.connections += 1;
        (state.fault, state.connections == 1)
    }

    /// Counts one more request; the fault, and how many have met it before.
    fn requested(&self, request: Request) -> (Option<Fault>, usize) {
        let mut state = self.state();
        state.met += 1;
        // What is sent into a black hole does not arrive.
        if state.fault != Some(Fault::BlackHole) && request == Request::Asks {
            state.requests += 1;
        }
        (state.fault, state.met - 1)
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
        Some(Fault::ForeignCertificate) => &shared.identities.foreign,
        Some(Fault::CertificateOfAnotherHost) => &shared.identities.of_another_host,
        _ => &shared.identities.own,
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
        match shared.service.reaction(fault, before) {
            Reaction::Answers(bytes) if request == Request::Opens => stream.write_all(head_of(&bytes)).await?,
            Reaction::Answers(bytes) => stream.write_all(&bytes).await?,
            Reaction::Ends(bytes) => {
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

/// Reads the first message of the handshake, and says nothing.
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

/// What a request is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Request {
    /// `HEAD`, which opens a connection ahead and carries nothing.
    Opens,
    /// With a token, or an address.
    Asks,
}

/// An answer to `HEAD` has no body.
fn head_of(answer: &[u8]) -> &[u8] {
    let end = answer.windows(4).position(|end| end == b"\r\n\r\n").map_or(answer.len(), |end| end + 4);
    answer.get(..end).unwrap_or(answer)
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
                return Ok(Some(if head.starts_with("head ") { Request::Opens } else { Request::Asks }));
            }
        }
        match stream.read(&mut read).await? {
            0 => return Ok(None),
            length => request.extend_from_slice(read.get(..length).unwrap_or_default()),
        }
    }
}
