//! A service over TLS whose faults begin and end when the test says so.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::faults::connection::{Certificates, Shared, serve};
use crate::faults::port::{Port, close};
use crate::faults::responses::Responses;
use crate::faults::{Fault, ServiceKind};

/// The length of the accept queue, less one. It is short, so that a test can fill it.
const BACKLOG: u32 = 3;

/// Longer than a connection on this machine takes, and shorter than the time after which Linux sends the SYN again.
const NO_CONNECTION: Duration = Duration::from_millis(100);

/// More than enough time for the client to notice that a connection is closed.
const NOTICED: Duration = Duration::from_secs(5);

/// A service whose only user is Alice; it ends when dropped.
pub struct FaultServer {
    port: Port,
    shared: Arc<Shared>,
    connections: Arc<Mutex<JoinSet<Result<()>>>>,
    listener: Option<Arc<TcpListener>>,
    accepting: Option<JoinHandle<()>>,
    /// Connections that fill the accept queue of a black hole.
    fillers: Vec<TcpStream>,
}

impl FaultServer {
    /// Starts a service without a fault. Its redirects lead to the origin `redirect_to`.
    pub async fn start(
        kind: ServiceKind,
        certificates: Arc<Certificates>,
        (sub, email): (&str, &str),
        redirect_to: &str,
    ) -> Result<Self> {
        let mut server = Self {
            port: Port::reserve()?,
            shared: Arc::new(Shared::new(Responses::new(kind, sub, email, redirect_to), certificates)),
            connections: Arc::default(),
            listener: None,
            accepting: None,
            fillers: Vec::new(),
        };
        server.set(None).await?;
        Ok(server)
    }

    /// The address to configure.
    pub fn origin(&self) -> String {
        format!("https://{}", self.port.address())
    }

    /// How many complete requests with a token or an address have arrived since the fault began.
    pub fn requests(&self) -> usize {
        self.shared.calls()
    }

    /// Begins a fault, or ends it; returns when that is done.
    pub async fn set(&mut self, fault: Option<Fault>) -> Result<()> {
        if let Some(accepting) = self.accepting.take() {
            accepting.abort();
            // Until it has ended, it holds the listener.
            let _ = accepting.await;
        }
        self.fillers.clear();
        self.close_connections(fault).await?;
        self.shared.begin(fault);
        if fault == Some(Fault::Refuses) {
            return self.listener.take().and_then(Arc::into_inner).map_or(Ok(()), close);
        }
        let listener = match self.listener.take() {
            Some(listener) => listener,
            None => Arc::new(self.port.listen(BACKLOG)?),
        };
        self.listener = Some(Arc::clone(&listener));
        if fault == Some(Fault::BlackHole) {
            self.fillers = fill(&listener).await?;
        } else {
            let accepted = accept(listener, Arc::clone(&self.shared), Arc::clone(&self.connections));
            self.accepting = Some(tokio::spawn(accepted));
        }
        Ok(())
    }

    /// Closes the connections that `fault` does not leave open, and waits until Verify has noticed, so that it spends
    /// no try on them. A frozen process does not notice.
    async fn close_connections(&self, fault: Option<Fault>) -> Result<()> {
        if fault.is_some_and(Fault::keeps_connections) {
            return Ok(());
        }
        let mut connections = std::mem::take(&mut *lock(&self.connections));
        if matches!(fault, None | Some(Fault::ClosedWhileFrozen)) {
            connections.shutdown().await;
            return Ok(());
        }
        self.shared.close();
        let closed = async { while connections.join_next().await.is_some() {} };
        tokio::time::timeout(NOTICED, closed).await.context("Verify did not notice that a connection was closed")
    }
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        if let Some(accepting) = &self.accepting {
            accepting.abort();
        }
    }
}

/// Fills the accept queue of a listener: Linux then drops the packets of further connections.
async fn fill(listener: &TcpListener) -> Result<Vec<TcpStream>> {
    let address = listener.local_addr()?;
    let mut fillers = Vec::new();
    for _ in 0..=BACKLOG {
        fillers.push(TcpStream::connect(address).await?);
    }
    let one_more = tokio::time::timeout(NO_CONNECTION, TcpStream::connect(address)).await;
    ensure!(one_more.is_err(), "the black hole accepted a connection: {one_more:?}");
    Ok(fillers)
}

async fn accept(listener: Arc<TcpListener>, shared: Arc<Shared>, connections: Arc<Mutex<JoinSet<Result<()>>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        lock(&connections).spawn(serve(stream, Arc::clone(&shared)));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
