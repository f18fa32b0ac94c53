//! A TCP proxy in front of a service that makes connections fail below HTTP, where a mock server cannot: no listener,
//! no response, half a response, a lost connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::faults::network::{Network, Next, State};
use crate::faults::port::{Port, close};

/// More connections than ever wait to be accepted.
const BACKLOG: u32 = 128;

/// What happens on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionFault {
    /// Nothing: everything is forwarded.
    NoFault,
    /// The request is read, no response comes, and the connection stays open.
    Silent,
    /// The request is read, and the connection ends without a response.
    HangsUp,
    /// The request is read, these bytes are sent, and the connection ends.
    Sends(&'static str),
    /// One request is forwarded, and the connection ends when a second one arrives on it.
    HangsUpOnReuse,
}
use ConnectionFault::{HangsUp, HangsUpOnReuse, NoFault, Sends, Silent};

/// A running proxy; it ends when dropped.
pub struct FaultProxy {
    origin: String,
    shared: Arc<Shared>,
    task: JoinHandle<Result<()>>,
}

struct Shared {
    matching: &'static str,
    faults: &'static [ConnectionFault],
    upstream: String,
    network: Network,
    connections: AtomicUsize,
}

impl FaultProxy {
    /// Starts a proxy on a free port, in front of the server at the origin `upstream`. Its connections have these
    /// faults in turn, and later ones have the last fault. With an empty list it refuses connections.
    pub async fn start(faults: &'static [ConnectionFault], upstream: &str) -> Result<Self> {
        Self::start_for("", faults, upstream, Network::default()).await
    }

    /// Starts a proxy in which only connections whose first request has `matching` in its head count and have faults.
    /// `network` controls it together with others.
    pub async fn start_for(
        matching: &'static str,
        faults: &'static [ConnectionFault],
        upstream: &str,
        network: Network,
    ) -> Result<Self> {
        let port = Port::reserve()?;
        let origin = format!("http://{}", port.address());
        let upstream = upstream.strip_prefix("http://").context("not an http origin")?.to_owned();
        let shared = Arc::new(Shared { matching, faults, upstream, network, connections: AtomicUsize::new(0) });
        let task = tokio::spawn(serve(port, Arc::clone(&shared)));
        if !faults.is_empty() {
            shared.network.add().await?;
        }
        Ok(Self { origin, shared, task })
    }

    /// What to configure in place of the server's origin.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub fn network(&self) -> &Network {
        &self.shared.network
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Listens while the network is up.
async fn serve(port: Port, shared: Arc<Shared>) -> Result<()> {
    if shared.faults.is_empty() {
        return std::future::pending().await;
    }
    let mut state = shared.network.state();
    loop {
        state.wait_for(|state| *state == State::Up).await?;
        let listener = port.listen(BACKLOG)?;
        shared.network.listens(true);
        let mut connections = JoinSet::new();
        let ended = tokio::select! {
            () = accept(&listener, &shared, &mut connections) => State::Down,
            ended = state.wait_for(|state| *state != State::Up) => *ended?,
        };
        close(listener)?;
        if ended == State::Restarting {
            while connections.join_next().await.is_some() {}
        }
        connections.shutdown().await;
        shared.network.listens(false);
    }
}

async fn accept(listener: &TcpListener, shared: &Arc<Shared>, connections: &mut JoinSet<Result<()>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let client = Client { stream, shared: Arc::clone(shared) };
        if shared.matching.is_empty() {
            connections.spawn(client.handle(shared.next_fault(), Vec::new()));
        } else {
            connections.spawn(client.handle_if_it_matches());
        }
    }
}

impl Shared {
    /// Counts a connection, and chooses its fault.
    fn next_fault(&self) -> ConnectionFault {
        let index = self.connections.fetch_add(1, Ordering::SeqCst);
        self.faults.get(index).or(self.faults.last()).copied().unwrap_or(HangsUp)
    }
}

/// The connection from the client. It is reset if it is cut in that way.
struct Client {
    stream: TcpStream,
    shared: Arc<Shared>,
}

impl Client {
    /// A connection whose first request does not match is closed after the response, so that each request comes on a
    /// connection of its own.
    async fn handle_if_it_matches(mut self) -> Result<()> {
        let (mut head, mut read) = (Vec::new(), vec![0; 8192]);
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            match self.stream.read(&mut read).await? {
                0 => return Ok(()),
                length => head.extend_from_slice(read.get(..length).unwrap_or_default()),
            }
        }
        if String::from_utf8_lossy(&head).contains(self.shared.matching) {
            let fault = self.shared.next_fault();
            return self.handle(fault, head).await;
        }
        let line = head.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        head.splice(line..line, *b"Connection: close\r\n");
        self.forward(NoFault, head).await
    }

    /// Handles a connection from which `begun` has been read.
    async fn handle(mut self, fault: ConnectionFault, begun: Vec<u8>) -> Result<()> {
        if let NoFault | HangsUpOnReuse = fault {
            return self.forward(fault, begun).await;
        }
        let mut request = vec![0; 8192];
        if begun.is_empty() {
            let _ = self.stream.read(&mut request).await?;
        }
        match fault {
            Silent => restart(&mut self.shared.network.state()).await,
            Sends(bytes) => {
                self.stream.write_all(bytes.as_bytes()).await?;
                self.stream.shutdown().await?;
                // Unread bytes would turn the end of the connection into a reset.
                while self.stream.read(&mut request).await? > 0 {}
            }
            _ => {}
        }
        Ok(())
    }

    /// Forwards both directions, as long as bytes may pass.
    async fn forward(mut self, fault: ConnectionFault, begun: Vec<u8>) -> Result<()> {
        self.stream.set_nodelay(true)?;
        let shared = Arc::clone(&self.shared);
        let network = &shared.network;
        let mut server = TcpStream::connect(&shared.upstream).await?;
        server.set_nodelay(true)?;
        server.write_all(&begun).await?;
        let mut state = network.state();
        let (mut request, mut response) = (vec![0; 8192], vec![0; 8192]);
        let (mut is_idle, mut is_used) = (begun.is_empty(), !begun.is_empty());
        loop {
            let (bytes, to) = tokio::select! {
                () = restart(&mut state) => return self.end().await,
                () = network.stalled() => {
                    restart(&mut state).await;
                    return Ok(());
                }
                read = self.stream.read(&mut request) => {
                    let bytes = request.get(..read?);
                    // The first bytes after a response begin a new request.
                    if is_idle && bytes.is_some_and(|bytes| !bytes.is_empty()) {
                        if is_used && fault == HangsUpOnReuse {
                            return Ok(());
                        }
                        network.admit().await;
                    }
                    (is_idle, is_used) = (false, true);
                    (bytes, &mut server)
                }
                read = server.read(&mut response) => {
                    is_idle = true;
                    (response.get(..read?), &mut self.stream)
                }
            };
            let bytes = bytes.filter(|bytes| !bytes.is_empty()).context("one side has ended the connection")?;
            let (granted, next) = network.take(bytes.len());
            to.write_all(bytes.get(..granted).unwrap_or_default()).await?;
            match next {
                Next::Continues => {}
                Next::Ends => return Ok(()),
                Next::AllEnd => {
                    network.cut();
                    return Ok(());
                }
            }
        }
    }

    /// Ends the connection, and waits until the other side has ended it as well.
    async fn end(mut self) -> Result<()> {
        self.stream.shutdown().await?;
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).await?;
        Ok(())
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        if self.shared.network.cuts_by_reset() {
            let _ = self.stream.set_zero_linger();
        }
    }
}

async fn restart(state: &mut watch::Receiver<State>) {
    let _ = state.wait_for(|state| *state == State::Restarting).await;
}
