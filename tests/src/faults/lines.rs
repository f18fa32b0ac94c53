//! Lines to servers that are cut after a number of bytes, requests and answers together.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::faults::port::{Port, close};

/// More than ever wait to be accepted here.
const BACKLOG: u32 = 16;

/// What is cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cut {
    /// Every connection ends, and later ones are refused.
    #[default]
    Everything,
    /// The same, and the connections are reset: what has not been read by then may be lost.
    EverythingAtOnce,
    /// The one connection ends that the last byte passed; everything else goes on.
    OneConnection,
}

/// Lines that are cut together; they end when dropped.
pub struct Lines {
    ends: Vec<End>,
    shared: Arc<Shared>,
}

struct End {
    address: SocketAddr,
    behind: Arc<OnceLock<String>>,
    task: JoinHandle<Result<()>>,
}

struct Shared {
    budget: Mutex<Budget>,
    state: watch::Sender<State>,
    /// How many lines take connections.
    listening: watch::Sender<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Whole,
    Cut,
    /// Connections are closed, and the other side notices: it will use none of them again.
    Mended,
}

#[derive(Default)]
struct Budget {
    /// How many bytes may pass; without a number, any.
    left: Option<usize>,
    passed: usize,
    cut: Cut,
}

impl Lines {
    /// Starts `count` lines, through which everything passes.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn start(count: usize) -> Result<Self> {
        let shared = Arc::new(Shared {
            budget: Mutex::default(),
            state: watch::Sender::new(State::Whole),
            listening: watch::Sender::new(0),
        });
        let mut ends = Vec::new();
        for _ in 0..count {
            let (port, behind) = (Port::reserve()?, Arc::default());
            let address = port.address();
            let task = tokio::spawn(serve(port, Arc::clone(&behind), Arc::clone(&shared)));
            ends.push(End { address, behind, task });
        }
        let lines = Self { ends, shared };
        lines.listening(count).await?;
        Ok(lines)
    }

    /// The address of one line.
    ///
    /// # Errors
    /// There are not so many.
    pub fn origin(&self, index: usize) -> Result<String> {
        Ok(format!("http://{}", self.ends.get(index).context("no such line")?.address))
    }

    /// Names the server behind each line.
    ///
    /// # Errors
    /// One is not an origin, or was named before.
    pub fn lead_to(&self, origins: &[String]) -> Result<()> {
        for (end, origin) in self.ends.iter().zip(origins) {
            let address = origin.strip_prefix("http://").context("not an origin")?;
            end.behind.set(address.to_owned()).ok().context("the server behind is known already")?;
        }
        Ok(())
    }

    /// Closes every connection, and lets everything through from now on.
    ///
    /// # Errors
    /// A line has ended.
    pub async fn mend(&self) -> Result<()> {
        self.shared.state.send_replace(State::Mended);
        self.listening(0).await?;
        *self.shared.budget() = Budget::default();
        self.shared.state.send_replace(State::Whole);
        self.listening(self.ends.len()).await
    }

    /// Lets so many bytes more through, along all lines together, and then cuts.
    ///
    /// # Errors
    /// A line has ended.
    pub async fn limit(&self, bytes: usize, cut: Cut) -> Result<()> {
        *self.shared.budget() = Budget { left: Some(bytes), passed: 0, cut };
        if bytes == 0 && cut != Cut::OneConnection {
            self.cut();
            self.listening(0).await?;
        }
        Ok(())
    }

    /// Cuts all lines now.
    pub fn cut(&self) {
        self.shared.state.send_replace(State::Cut);
    }

    /// How many bytes have passed since the lines were mended.
    pub fn passed(&self) -> usize {
        self.shared.budget().passed
    }

    async fn listening(&self, count: usize) -> Result<()> {
        self.shared.listening.subscribe().wait_for(|listening| *listening == count).await?;
        Ok(())
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.ends.iter().for_each(|end| end.task.abort());
    }
}

/// Listens while the line is whole.
async fn serve(port: Port, behind: Arc<OnceLock<String>>, shared: Arc<Shared>) -> Result<()> {
    let mut state = shared.state.subscribe();
    loop {
        state.wait_for(|state| *state == State::Whole).await?;
        let listener = port.listen(BACKLOG)?;
        shared.listening.send_modify(|listening| *listening += 1);
        let mut connections = JoinSet::new();
        let ended = tokio::select! {
            () = accept(&listener, &behind, &shared, &mut connections) => State::Cut,
            ended = state.wait_for(|state| *state != State::Whole) => *ended?,
        };
        close(listener)?;
        if ended == State::Mended {
            while connections.join_next().await.is_some() {}
        }
        connections.shutdown().await;
        shared.listening.send_modify(|listening| *listening -= 1);
    }
}

async fn accept(
    listener: &TcpListener,
    behind: &OnceLock<String>,
    shared: &Arc<Shared>,
    connections: &mut JoinSet<Result<()>>,
) {
    while let Ok((client, _)) = listener.accept().await {
        connections.spawn(pass(client, behind.get().cloned().unwrap_or_default(), Arc::clone(shared)));
    }
}

/// Lets the bytes of one connection through, in both directions, as long as any may pass.
async fn pass(client: TcpStream, behind: String, shared: Arc<Shared>) -> Result<()> {
    client.set_nodelay(true)?;
    let mut client = Client { stream: client, shared: Arc::clone(&shared) };
    let mut server = TcpStream::connect(behind).await?;
    server.set_nodelay(true)?;
    let mut state = shared.state.subscribe();
    let (mut request, mut answer) = (vec![0; 8192], vec![0; 8192]);
    loop {
        let (bytes, to) = tokio::select! {
            () = mended(&mut state) => return client.end().await,
            read = client.stream.read(&mut request) => (request.get(..read?), &mut server),
            read = server.read(&mut answer) => (answer.get(..read?), &mut client.stream),
        };
        let bytes = bytes.filter(|bytes| !bytes.is_empty()).context("one side has ended the connection")?;
        let (granted, rest) = shared.take(bytes.len());
        to.write_all(bytes.get(..granted).unwrap_or_default()).await?;
        match rest {
            Rest::Passes => {}
            Rest::EndsHere => return Ok(()),
            Rest::EndsEverywhere => {
                shared.state.send_replace(State::Cut);
                return Ok(());
            }
        }
    }
}

async fn mended(state: &mut watch::Receiver<State>) {
    let _ = state.wait_for(|state| *state == State::Mended).await;
}

/// The side of a connection that is reset, if that is how it is cut, whatever ends it.
struct Client {
    stream: TcpStream,
    shared: Arc<Shared>,
}

impl Client {
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
        if self.shared.budget().cut == Cut::EverythingAtOnce {
            let _ = self.stream.set_zero_linger();
        }
    }
}

/// What becomes of the bytes that come next.
enum Rest {
    Passes,
    EndsHere,
    EndsEverywhere,
}

impl Shared {
    fn budget(&self) -> std::sync::MutexGuard<'_, Budget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many of so many bytes may pass.
    fn take(&self, wanted: usize) -> (usize, Rest) {
        let mut budget = self.budget();
        let granted = budget.left.map_or(wanted, |left| wanted.min(left));
        budget.passed += granted;
        budget.left = budget.left.map(|left| left - granted);
        let rest = match (budget.left, budget.cut) {
            (Some(0), Cut::OneConnection) => {
                budget.left = None;
                Rest::EndsHere
            }
            (Some(0), _) => Rest::EndsEverywhere,
            _ => Rest::Passes,
        };
        (granted, rest)
    }
}
