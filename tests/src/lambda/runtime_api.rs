//! The Runtime API of one execution environment. The process polls it for invocations.
//!
//! Source: "Using the Lambda runtime API for custom runtimes" in the AWS Lambda developer guide.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::lambda::{COGNITO_TIMEOUT, Invoked, read};

/// A running Runtime API. When it ends, the process that polls it ends as well.
pub struct RuntimeApi {
    address: String,
    invocations: mpsc::UnboundedSender<Invocation>,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

struct Invocation {
    id: String,
    event: String,
}

struct Shared {
    queue: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    waiting: Mutex<HashMap<String, oneshot::Sender<Invoked>>>,
    /// The time of the latest poll of the process.
    polled: watch::Sender<Option<Instant>>,
    invoked: AtomicU64,
    last_response: Mutex<String>,
}

impl RuntimeApi {
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let (invocations, queue) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            queue: queue.into(),
            waiting: Mutex::default(),
            polled: watch::Sender::new(None),
            invoked: AtomicU64::new(0),
            last_response: Mutex::default(),
        });
        let server = tokio::spawn(serve(listener, Arc::clone(&shared)));
        Ok(Self { address, invocations, shared, server })
    }

    /// `AWS_LAMBDA_RUNTIME_API`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Waits until the process polls, because it is initialised then. Returns the time.
    pub async fn ready(&self) -> Result<Instant> {
        let mut polled = self.shared.polled.subscribe();
        polled.wait_for(Option::is_some).await?.context("not polled")
    }

    /// The number of invocations so far.
    pub fn invocations(&self) -> u64 {
        self.shared.invoked.load(Ordering::SeqCst)
    }

    pub fn last_response(&self) -> String {
        lock(&self.shared.last_response).clone()
    }

    /// Gives the process an event, and waits for the result as long as Cognito does.
    pub async fn invoke(&self, event: String) -> Result<Invoked> {
        let id = format!("00000000-0000-4000-8000-{:012x}", self.shared.invoked.fetch_add(1, Ordering::SeqCst));
        let (sender, result) = oneshot::channel();
        lock(&self.shared.waiting).insert(id.clone(), sender);
        self.invocations.send(Invocation { id, event }).ok().context("the Runtime API has ended")?;
        match tokio::time::timeout(COGNITO_TIMEOUT, result).await {
            Ok(invoked) => Ok(invoked?),
            Err(_) => Ok(Invoked::TimedOut),
        }
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    // A set, so that the connections end with the server.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            let service = service_fn(async |request| Ok::<_, Infallible>(respond(&shared, request).await));
            http1::Builder::new().serve_connection(TokioIo::new(stream), service).await
        });
    }
}

async fn respond(shared: &Shared, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let path = request.uri().path().to_owned();
    let Some(rest) = path.strip_prefix("/2018-06-01/runtime/invocation/") else {
        return status(StatusCode::NOT_FOUND);
    };
    if rest == "next" && request.method() == Method::GET {
        return next(shared).await;
    }
    let (Some((id, kind)), Ok(body)) = (rest.split_once('/'), request.into_body().collect().await) else {
        return status(StatusCode::BAD_REQUEST);
    };
    let body = body.to_bytes();
    *lock(&shared.last_response) = String::from_utf8_lossy(&body).into_owned();
    let Ok(body) = read(&body) else {
        return status(StatusCode::BAD_REQUEST);
    };
    let invoked = match kind {
        "response" => Invoked::Returned(body),
        "error" => Invoked::failed(&body),
        _ => return status(StatusCode::NOT_FOUND),
    };
    // The caller may have stopped waiting.
    if let Some(sender) = lock(&shared.waiting).remove(id) {
        let _ = sender.send(invoked);
    }
    status(StatusCode::ACCEPTED)
}

/// Answers the poll when there is an invocation. On Lambda, the process is frozen until then.
async fn next(shared: &Shared) -> Response<Full<Bytes>> {
    shared.polled.send_replace(Some(Instant::now()));
    let Some(Invocation { id, event }) = shared.queue.lock().await.recv().await else {
        return status(StatusCode::GONE);
    };
    let response = Response::builder()
        .header("lambda-runtime-aws-request-id", id)
        .header("lambda-runtime-deadline-ms", (unix_time() + COGNITO_TIMEOUT).as_millis().to_string())
        .header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:000000000000:function:example")
        .header("content-type", "application/json")
        .body(Full::from(event));
    response.unwrap_or_else(|_| status(StatusCode::INTERNAL_SERVER_ERROR))
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

fn unix_time() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
