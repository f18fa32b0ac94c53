//! A server in front of another one that decides when requests go through: with it, invocations overlap for certain.

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::lambda::client;

/// A running gate, open at first; it ends when dropped.
pub struct Gate {
    origin: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

struct Shared {
    behind: OnceLock<String>,
    http: reqwest::Client,
    state: watch::Sender<State>,
}

#[derive(Default)]
struct State {
    /// How many requests there were.
    arrived: usize,
    /// None goes through before there were so many.
    opens_at: usize,
    /// The number of the one that is held back.
    held: Option<usize>,
}

impl Gate {
    /// Starts a gate on a free port.
    ///
    /// # Errors
    /// There is none.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let shared = Shared { behind: OnceLock::new(), http: client()?, state: watch::Sender::default() };
        let shared = Arc::new(shared);
        let server = tokio::spawn(serve(listener, Arc::clone(&shared)));
        Ok(Self { origin, shared, server })
    }

    /// What to configure in place of the origin behind.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Says what is behind.
    ///
    /// # Errors
    /// It was said already.
    pub fn forward_to(&self, origin: String) -> Result<()> {
        self.shared.behind.set(origin).ok().context("the gate stands in front of something already")
    }

    /// Holds the next requests back until so many of them are there.
    pub fn together(&self, requests: usize) {
        self.shared.state.send_modify(|state| state.opens_at = state.arrived + requests);
    }

    /// Holds the next request back, and none after it.
    pub fn hold_next(&self) {
        self.shared.state.send_modify(|state| state.held = Some(state.arrived + 1));
    }

    /// Lets go of the request that is held back.
    pub fn release(&self) {
        self.shared.state.send_modify(|state| state.held = None);
    }

    /// How many requests there were.
    pub fn requests(&self) -> usize {
        self.shared.state.borrow().arrived
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    // A set, so that the connections end with the server.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            let service = service_fn(async |request| Ok::<_, Infallible>(respond(&shared, request).await));
            http1::Builder::new().serve_connection(TokioIo::new(stream), service).await
        });
    }
}

async fn respond(shared: &Shared, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let mut number = 0;
    shared.state.send_modify(|state| {
        state.arrived += 1;
        number = state.arrived;
    });
    let may_go = |state: &State| state.arrived >= state.opens_at && state.held != Some(number);
    let _ = shared.state.subscribe().wait_for(may_go).await;
    forward(shared, request).await.unwrap_or_else(|_| {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::BAD_GATEWAY;
        response
    })
}

async fn forward(shared: &Shared, request: Request<Incoming>) -> Result<Response<Full<Bytes>>> {
    let behind = shared.behind.get().context("nothing is behind")?;
    let (mut head, body) = request.into_parts();
    head.headers.remove(HOST);
    head.headers.remove(CONTENT_LENGTH);
    let url = format!("{behind}{}", head.uri);
    let sent = shared.http.request(head.method, url).headers(head.headers).body(body.collect().await?.to_bytes());
    let answer = sent.send().await?;
    let mut response = Response::builder().status(answer.status());
    if let Some(content_type) = answer.headers().get(CONTENT_TYPE) {
        response = response.header(CONTENT_TYPE, content_type);
    }
    Ok(response.body(Full::from(answer.bytes().await?))?)
}
