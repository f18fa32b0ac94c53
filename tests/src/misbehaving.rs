//! A server that fails below HTTP, where a mock server cannot: no listener, silence, half an answer, a
//! connection that is lost. It stands in front of a well-behaved one and can let connections through.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};

/// What the server does with a connection.
#[derive(Clone, Copy, Debug)]
pub enum Manner {
    /// Reads the request, says nothing and keeps the connection open.
    Silent,
    /// Reads the request and closes the connection without a word.
    HangsUp,
    /// Reads the request, sends these bytes and closes the connection.
    Sends(&'static str),
    /// Lets everything through to the server behind.
    Forwards,
    /// Lets one request through, and closes the connection when the next one comes along it.
    ForwardsOne,
}

/// A server that treats its connections as told, in turn, and later ones like the last.
pub struct Misbehaving {
    origin: String,
    shared: Arc<Shared>,
    task: Option<JoinHandle<()>>,
    /// Holds the port where nobody listens.
    _reserved: Option<TcpSocket>,
}

#[derive(Default)]
struct Shared {
    connections: AtomicUsize,
    close: Notify,
    silence: Notify,
}

impl Misbehaving {
    /// Starts the server on a free port, in front of the server at the origin `behind`. Without any
    /// manner, nobody listens and connections are refused.
    ///
    /// # Errors
    /// There is no free port, or `behind` is not an origin.
    pub async fn start(manners: &'static [Manner], behind: &str) -> Result<Self> {
        Self::start_for("", manners, behind).await
    }

    /// Starts a server that treats only the requests as told whose head contains `part`, and lets all others
    /// through. Only the connections of the former are counted.
    ///
    /// # Errors
    /// There is no free port, or `behind` is not an origin.
    pub async fn start_for(part: &'static str, manners: &'static [Manner], behind: &str) -> Result<Self> {
        let shared = Arc::<Shared>::default();
        if manners.is_empty() {
            let socket = TcpSocket::new_v4()?;
            socket.bind(([127, 0, 0, 1], 0).into())?;
            let origin = format!("http://{}", socket.local_addr()?);
            return Ok(Self { origin, shared, task: None, _reserved: Some(socket) });
        }
        let behind = behind.strip_prefix("http://").context("not an origin")?.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let task = tokio::spawn(serve(listener, part, manners, behind, Arc::clone(&shared)));
        Ok(Self { origin, shared, task: Some(task), _reserved: None })
    }

    /// The server's address.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Closes all connections that go through to the server behind.
    pub fn close_connections(&self) {
        self.shared.close.notify_waiters();
    }

    /// Lets nothing more through along the connections that are open, and keeps them. A client cannot tell it from lost
    /// packets within seconds: what it writes is taken, and nothing comes back.
    pub fn drop_connections(&self) {
        self.shared.silence.notify_waiters();
    }
}

impl Drop for Misbehaving {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn serve(
    listener: TcpListener,
    part: &'static str,
    manners: &'static [Manner],
    behind: String,
    shared: Arc<Shared>,
) {
    let mut tasks = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        if part.is_empty() {
            let manner = shared.next_manner(manners);
            tasks.spawn(treat(stream, Vec::new(), manner, behind.clone(), Arc::clone(&shared)));
        } else {
            tasks.spawn(sort(stream, part, manners, behind.clone(), Arc::clone(&shared)));
        }
    }
}

impl Shared {
    /// Counts one more connection, and says how it is treated.
    fn next_manner(&self, manners: &[Manner]) -> Manner {
        let before = self.connections.fetch_add(1, Ordering::SeqCst);
        manners.get(before).or(manners.last()).copied().unwrap_or(Manner::HangsUp)
    }
}

/// Treats a connection by what its first request is. One that goes through is closed after its answer, so that
/// each request comes along a connection of its own.
async fn sort(
    mut client: TcpStream,
    part: &str,
    manners: &[Manner],
    behind: String,
    shared: Arc<Shared>,
) -> Result<()> {
    let (mut head, mut read) = (Vec::new(), vec![0; 8192]);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match client.read(&mut read).await? {
            0 => return Ok(()),
            length => head.extend_from_slice(read.get(..length).unwrap_or_default()),
        }
    }
    if String::from_utf8_lossy(&head).contains(part) {
        let manner = shared.next_manner(manners);
        return treat(client, head, manner, behind, shared).await;
    }
    let line = head.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    head.splice(line..line, *b"Connection: close\r\n");
    forward(client, &head, &behind, false, &shared).await
}

/// Treats a connection from which `begun` has been read.
async fn treat(
    mut client: TcpStream,
    begun: Vec<u8>,
    manner: Manner,
    behind: String,
    shared: Arc<Shared>,
) -> Result<()> {
    if let Manner::Forwards | Manner::ForwardsOne = manner {
        let one = matches!(manner, Manner::ForwardsOne);
        return forward(client, &begun, &behind, one, &shared).await;
    }
    let mut request = vec![0; 8192];
    if begun.is_empty() {
        let _ = client.read(&mut request).await?;
    }
    match manner {
        Manner::Silent => std::future::pending::<()>().await,
        Manner::Sends(bytes) => {
            client.write_all(bytes.as_bytes()).await?;
            client.shutdown().await?;
            // What is left unread would turn the end of the connection into a reset.
            while client.read(&mut request).await? > 0 {}
        }
        _ => {}
    }
    Ok(())
}

async fn forward(mut client: TcpStream, begun: &[u8], behind: &str, one: bool, shared: &Shared) -> Result<()> {
    let mut server = TcpStream::connect(behind).await?;
    server.write_all(begun).await?;
    let (mut request, mut answer) = (vec![0; 8192], vec![0; 8192]);
    let mut answered = false;
    loop {
        tokio::select! {
            read = client.read(&mut request) => match read? {
                0 => return Ok(()),
                _ if one && answered => return Ok(()),
                length => server.write_all(request.get(..length).unwrap_or_default()).await?,
            },
            read = server.read(&mut answer) => match read? {
                0 => return Ok(()),
                length => {
                    answered = true;
                    client.write_all(answer.get(..length).unwrap_or_default()).await?;
                }
            },
            () = shared.close.notified() => return Ok(()),
            () = shared.silence.notified() => return std::future::pending().await,
        }
    }
}
