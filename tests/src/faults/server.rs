//! A service over TLS in which faults can be made to begin and to end.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::faults::answers::Service;
use crate::faults::connection::{Identities, Shared, serve};
use crate::faults::port::{Port, close};
use crate::faults::{Asked, Fault};

/// Connections that wait to be accepted, less one: few, so that they can be made full.
const BACKLOG: u32 = 3;

/// Longer than it takes to connect to this machine, and shorter than the time after which the system tries again.
const NO_CONNECTION: Duration = Duration::from_millis(100);

/// More than enough for the other side to notice that a connection is closed.
const NOTICED: Duration = Duration::from_secs(5);

/// A service that knows Alice and nobody else; it ends when dropped.
pub struct FaultServer {
    port: Port,
    shared: Arc<Shared>,
    connections: Arc<Mutex<JoinSet<Result<()>>>>,
    listener: Option<Arc<TcpListener>>,
    accepting: Option<JoinHandle<()>>,
    /// Connections of our own that fill the queue in front of a black hole.
    fillers: Vec<TcpStream>,
}

impl FaultServer {
    /// Starts a service without a fault. Its redirects, once it sends any, lead to `elsewhere`.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn start(
        asked: Asked,
        identities: Arc<Identities>,
        (sub, email): (&str, &str),
        elsewhere: &str,
    ) -> Result<Self> {
        let mut server = Self {
            port: Port::reserve()?,
            shared: Arc::new(Shared::new(Service::new(asked, sub, email, elsewhere), identities)),
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

    /// How many requests have arrived whole since the fault began.
    pub fn requests(&self) -> usize {
        self.shared.requests()
    }

    /// Lets a fault begin, or all faults end; returns when it is so.
    ///
    /// # Errors
    /// It cannot be brought about on this machine.
    pub async fn set(&mut self, fault: Option<Fault>) -> Result<()> {
        if let Some(accepting) = self.accepting.take() {
            accepting.abort();
            // Until then it holds the listener.
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

    /// Closes the connections that `fault` does not leave open. Verify notices, so that none of its tries is spent on
    /// one of them; but when it is frozen.
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
        tokio::time::timeout(NOTICED, closed).await.context("Verify does not notice that a connection is closed")
    }
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        if let Some(accepting) = &self.accepting {
            accepting.abort();
        }
    }
}

/// Fills the queue of a listener that nobody accepts from: the system then drops whatever asks for a connection.
async fn fill(listener: &TcpListener) -> Result<Vec<TcpStream>> {
    let address = listener.local_addr()?;
    let mut fillers = Vec::new();
    for _ in 0..=BACKLOG {
        fillers.push(TcpStream::connect(address).await?);
    }
    let one_more = tokio::time::timeout(NO_CONNECTION, TcpStream::connect(address)).await;
    ensure!(one_more.is_err(), "a connection got into the black hole: {one_more:?}");
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
