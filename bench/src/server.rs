//! A fast server that plays Salesforce and the user directory over TLS, with a fixed delay.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use integration_tests::ca::CertificateAuthority;
use integration_tests::directory;
use integration_tests::person;
use integration_tests::sign_ups::PROVIDER;
use integration_tests::signing_keys::{SigningKey, jwks};
use integration_tests::world::ALICE;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// The e-mail address of the user who signs in.
pub const EMAIL: &str = "alice@acme.example";

/// A running server; it ends when dropped.
pub struct Server {
    port: u16,
    answers: Arc<Answers>,
    task: JoinHandle<()>,
}

struct Answers {
    user_info: Bytes,
    users: Bytes,
    providers: Bytes,
    provider: Bytes,
    keys: Bytes,
    delay: Duration,
    /// The time of the slowest response since the last [`Server::take_slowest`].
    slowest: Mutex<Duration>,
}

impl Answers {
    /// The response of the user directory to this operation.
    fn of_the_directory(&self, request: &Request<Incoming>) -> &Bytes {
        match request.headers().get("x-amz-target").and_then(|target| target.to_str().ok()) {
            Some(directory::LIST_PROVIDERS) => &self.providers,
            Some(directory::DESCRIBE_PROVIDER) => &self.provider,
            _ => &self.users,
        }
    }
}

impl Server {
    /// Starts a server with a certificate of `ca` and this delay before each response.
    pub async fn start(ca: &CertificateAuthority, delay: Duration) -> Result<Self> {
        let acceptor = TlsAcceptor::from(Arc::new(ca.server_config("127.0.0.1")?));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let users = json!({"Users": [directory::user(ALICE, EMAIL, true, true)]});
        let mapping = json!({"email": "email", "email_verified": "email_verified"});
        let answers = Arc::new(Answers {
            user_info: person::claims(EMAIL).to_string().into(),
            users: users.to_string().into(),
            providers: directory::listed([PROVIDER]).to_string().into(),
            provider: directory::described(PROVIDER, &mapping).to_string().into(),
            keys: jwks(&[SigningKey::current().jwk()]).to_string().into(),
            delay,
            slowest: Mutex::default(),
        });
        let task = tokio::spawn(serve(listener, acceptor, Arc::clone(&answers)));
        Ok(Self { port, answers, task })
    }

    /// Returns and resets the time of the slowest response. It can exceed the delay, because timers can be late.
    pub fn take_slowest(&self) -> Duration {
        std::mem::take(&mut *self.answers.slowest.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn origin(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, answers: Arc<Answers>) {
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let (acceptor, answers) = (acceptor.clone(), Arc::clone(&answers));
        tokio::spawn(async move {
            let stream = TokioIo::new(acceptor.accept(stream).await?);
            let service = service_fn(async |request| Ok::<_, Infallible>(respond(&answers, request).await));
            http1::Builder::new().serve_connection(stream, service).await.map_err(anyhow::Error::from)
        });
    }
}

async fn respond(answers: &Answers, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let start = Instant::now();
    let (content_type, body) = match *request.method() {
        Method::GET if request.uri().path() == "/id/keys" => ("application/json", &answers.keys),
        Method::GET => ("application/json;charset=UTF-8", &answers.user_info),
        _ => ("application/x-amz-json-1.1", answers.of_the_directory(&request)),
    };
    let _ = request.into_body().collect().await;
    if !answers.delay.is_zero() {
        tokio::time::sleep(answers.delay).await;
    }
    let mut response = Response::new(Full::from(body.clone()));
    response.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static(content_type));
    let mut slowest = answers.slowest.lock().unwrap_or_else(PoisonError::into_inner);
    *slowest = start.elapsed().max(*slowest);
    response
}
