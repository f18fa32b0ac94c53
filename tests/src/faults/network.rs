//! What happens to the connections of several proxies at the same moment: they end after a number of bytes, or stall,
//! or their requests are held back until several have arrived.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use tokio::sync::{Notify, watch};

/// What ends after the last byte that [`Network::limit`] lets through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cut {
    /// Every connection, and later ones are refused.
    #[default]
    All,
    /// The same with a reset: the other side may lose bytes that it has not read yet.
    AllByReset,
    /// Only the connection with the last byte.
    One,
}

/// Controls the proxies that share it. Until told otherwise, they forward everything.
#[derive(Clone, Default)]
pub struct Network(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: watch::Sender<State>,
    proxies: AtomicUsize,
    /// How many of the proxies accept connections.
    listening: watch::Sender<usize>,
    stall: Notify,
    budget: Mutex<Budget>,
    requests: watch::Sender<Requests>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    Up,
    Down,
    /// Connections are closed, and the client notices: it will not use them again.
    Restarting,
}

#[derive(Default)]
struct Budget {
    /// How many bytes may pass; any number if `None`.
    left: Option<usize>,
    passed: usize,
    cut: Cut,
}

#[derive(Default)]
struct Requests {
    arrived: usize,
    /// No request passes before so many have arrived.
    pass_at: usize,
    /// The number of the request that is held back.
    held: Option<usize>,
}

/// What happens to a connection after these bytes.
pub(super) enum Next {
    Continues,
    Ends,
    AllEnd,
}

impl Network {
    /// Closes every connection, and forwards everything from now on.
    pub async fn restart(&self) -> Result<()> {
        self.0.state.send_replace(State::Restarting);
        self.listening(0).await?;
        *self.budget() = Budget::default();
        self.0.state.send_replace(State::Up);
        self.listening(self.0.proxies.load(Ordering::SeqCst)).await
    }

    /// Lets so many bytes through, requests and responses of all proxies together, and then cuts.
    pub async fn limit(&self, bytes: usize, cut: Cut) -> Result<()> {
        *self.budget() = Budget { left: Some(bytes), passed: 0, cut };
        if bytes == 0 && cut != Cut::One {
            self.cut();
            self.listening(0).await?;
        }
        Ok(())
    }

    /// Ends every connection now, and refuses later ones.
    pub fn cut(&self) {
        self.0.state.send_replace(State::Down);
    }

    /// How many bytes have passed since the last [`restart`](Self::restart) or [`limit`](Self::limit).
    pub fn passed(&self) -> usize {
        self.budget().passed
    }

    /// Forwards nothing more on the open connections, and leaves them open. For some seconds a client cannot tell this
    /// from lost packets: its writes succeed, and no response comes.
    pub fn stall_connections(&self) {
        self.0.stall.notify_waiters();
    }

    /// Holds the next requests back until so many of them have arrived: invocations then certainly overlap.
    pub fn hold_until(&self, requests: usize) {
        self.0.requests.send_modify(|state| state.pass_at = state.arrived + requests);
    }

    /// Holds the next request back, but not those after it.
    pub fn hold_next(&self) {
        self.0.requests.send_modify(|state| state.held = Some(state.arrived + 1));
    }

    /// Forwards the request that [`hold_next`](Self::hold_next) holds back.
    pub fn release(&self) {
        self.0.requests.send_modify(|state| state.held = None);
    }

    /// How many requests have arrived.
    pub fn requests(&self) -> usize {
        self.0.requests.borrow().arrived
    }

    /// Counts a request, and waits until it may pass.
    pub(super) async fn admit(&self) {
        let mut number = 0;
        self.0.requests.send_modify(|state| {
            state.arrived += 1;
            number = state.arrived;
        });
        let may_pass = |state: &Requests| state.arrived >= state.pass_at && state.held != Some(number);
        let _ = self.0.requests.subscribe().wait_for(may_pass).await;
    }

    /// How many of so many bytes may pass, and what happens then.
    pub(super) fn take(&self, wanted: usize) -> (usize, Next) {
        let mut budget = self.budget();
        let granted = budget.left.map_or(wanted, |left| wanted.min(left));
        budget.passed += granted;
        budget.left = budget.left.map(|left| left - granted);
        let next = match (budget.left, budget.cut) {
            (Some(0), Cut::One) => {
                budget.left = None;
                Next::Ends
            }
            (Some(0), _) => Next::AllEnd,
            _ => Next::Continues,
        };
        (granted, next)
    }

    pub(super) fn cuts_by_reset(&self) -> bool {
        self.budget().cut == Cut::AllByReset
    }

    pub(super) async fn stalled(&self) {
        self.0.stall.notified().await;
    }

    pub(super) fn state(&self) -> watch::Receiver<State> {
        self.0.state.subscribe()
    }

    /// Adds a proxy, which has started.
    pub(super) async fn add(&self) -> Result<()> {
        let proxies = self.0.proxies.fetch_add(1, Ordering::SeqCst) + 1;
        self.listening(proxies).await
    }

    /// Notes that a proxy accepts connections from now on, or that it does not.
    pub(super) fn listens(&self, listens: bool) {
        self.0.listening.send_modify(|count| if listens { *count += 1 } else { *count -= 1 });
    }

    async fn listening(&self, proxies: usize) -> Result<()> {
        self.0.listening.subscribe().wait_for(|count| *count == proxies).await?;
        Ok(())
    }

    fn budget(&self) -> MutexGuard<'_, Budget> {
        self.0.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
