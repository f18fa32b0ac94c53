//! HTTP as a secret may travel it: no redirect, no proxy, no cookie, https only, one set of trusted authorities.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use reqwest::{Client, ClientBuilder, Request, RequestBuilder, Response, Url, redirect, retry};
use rustls::ClientConfig;
use settings::time_budget::CONNECT;
use tokio::sync::RwLock;

use crate::retry::{Again, retry as retry_once};
use crate::tls::{ClientSetupError, Transport, tls};

/// How long a connection is kept that is not used. Peers and what lies between close idle connections, some without a
/// word; the clock goes on while Lambda has the process frozen.
const IDLE: Duration = Duration::from_secs(25);

/// Why the body of an answer cannot be had.
pub enum BodyError {
    /// It is longer than the limit.
    TooLarge,
    /// It ended early.
    Truncated(reqwest::Error),
}

/// The one HTTP client of a process: Salesforce and AWS share its connections, its TLS configuration and its rules.
#[derive(Debug, Clone)]
pub struct HttpsClient {
    http: Client,
    /// Keeps no connection, so that each request opens one. Most processes never need it.
    fresh: Arc<OnceLock<Client>>,
    tls: ClientConfig,
    plain: bool,
    ahead: Vec<Ahead>,
}

/// A connection that is opened ahead.
#[derive(Debug, Clone)]
struct Ahead {
    to: Url,
    /// Held for writing until it is open, so that a request waits for it instead of opening another.
    opening: Arc<RwLock<()>>,
}

impl HttpsClient {
    /// Sets TLS up; nothing is sent yet.
    ///
    /// # Errors
    /// [`ClientSetupError`] if the trusted authorities cannot be read.
    pub fn new(transport: &Transport) -> Result<Self, ClientSetupError> {
        let (tls, plain) = (tls(transport.authorities.as_deref())?, transport.plain);
        let http = client(&tls, plain).pool_idle_timeout(IDLE).build();
        let http = http.map_err(|error| ClientSetupError::Tls(error.to_string()))?;
        Ok(Self { http, fresh: Arc::default(), tls, plain, ahead: Vec::new() })
    }

    /// A client that may speak plain http, to the servers of a test.
    #[cfg(test)]
    fn plain() -> Self {
        Self::new(&Transport { plain: true, ..Transport::default() }).expect("TLS can be set up")
    }

    /// Opens a connection to each https origin, before the first request to it: handshakes are most of the work of a
    /// first sign-in. Clones of the client that are made afterwards know of it.
    ///
    /// A request to the same origin waits for it instead of opening one more connection, a second at most. A failure is
    /// of no consequence: the request opens a connection then.
    pub fn preconnect(&mut self, origins: Vec<String>) -> impl Future<Output = ()> + use<> {
        let mut connections = Vec::new();
        for to in origins.into_iter().filter_map(|origin| Url::parse(&origin).ok()).filter(|to| to.scheme() == "https")
        {
            let opening = Arc::<RwLock<()>>::default();
            let Ok(held) = Arc::clone(&opening).try_write_owned() else { continue };
            let request = self.http.head(to.clone()).timeout(CONNECT);
            connections.push(async move {
                let _ = request.send().await;
                drop(held);
            });
            self.ahead.push(Ahead { to, opening });
        }
        join_all(connections).map(drop)
    }

    /// Starts a request.
    pub fn get(&self, url: &str) -> RequestBuilder {
        self.http.get(url)
    }

    /// Starts a request with a body.
    pub fn post(&self, url: &str) -> RequestBuilder {
        self.http.post(url)
    }

    /// Sends a request, and returns as soon as the head of an answer is there. A connection that is gone is replaced, as
    /// [`Again::LostOrSilent`] says.
    ///
    /// # Errors
    /// A lost connection, always: no time limit but that for connecting is set.
    pub async fn send(&self, request: Request) -> reqwest::Result<Response> {
        self.send_again(Again::LostOrSilent, request).await
    }

    /// Sends a request, and says when it may be sent a second time.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn send_again(&self, again: Again, request: Request) -> reqwest::Result<Response> {
        let url = request.url();
        if let Some(ahead) = self.ahead.iter().find(|ahead| ahead.to.authority() == url.authority()) {
            drop(ahead.opening.read().await);
        }
        // INVARIANT: the bodies are in memory, so each request has a copy.
        let Some(copy) = request.try_clone() else { return self.http.execute(request).await };
        retry_once(again, self.http.execute(request), || self.fresh().execute(copy)).await
    }

    fn fresh(&self) -> &Client {
        // It is built as the first one was, which succeeded.
        self.fresh.get_or_init(|| {
            client(&self.tls, self.plain).pool_max_idle_per_host(0).build().unwrap_or_else(|_| self.http.clone())
        })
    }
}

fn client(tls: &ClientConfig, plain: bool) -> ClientBuilder {
    Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .https_only(!plain)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_proxy()
        .referer(false)
        .connect_timeout(CONNECT)
        .user_agent(concat!("salesforce-cognito-auth/", env!("CARGO_PKG_VERSION")))
}

/// Reads in pieces: a limit that is checked after reading everything is none.
pub async fn bounded_body(response: &mut Response, limit: usize) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(BodyError::Truncated)? {
        if body.len() + chunk.len() > limit {
            return Err(BodyError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::time::{Instant, sleep};
    use wiremock::matchers::any;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    async fn answering() -> MockServer {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&server).await;
        server
    }

    async fn get(https: &HttpsClient, url: &str) -> Duration {
        let start = Instant::now();
        let _ = https.send(https.get(url).build().unwrap()).await;
        start.elapsed()
    }

    /// A server that answers one request on each connection, and closes it when the next one comes along it.
    async fn forgetful() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut request = [0; 1024];
                    let _ = stream.read(&mut request).await;
                    // Slow enough for another request to find no idle connection.
                    sleep(Duration::from_millis(50)).await;
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
                    let _ = stream.read(&mut request).await;
                });
            }
        });
        origin
    }

    #[tokio::test]
    async fn after_a_dead_connection_no_other_kept_one_is_taken() {
        let (https, origin) = (HttpsClient::plain(), forgetful().await);
        let request = || https.send(https.get(&origin).build().unwrap());
        let (one, other) = tokio::join!(request(), request());
        // Read to the end, so that both connections are kept.
        one.unwrap().bytes().await.unwrap();
        other.unwrap().bytes().await.unwrap();
        assert!(request().await.is_ok());
    }

    #[tokio::test]
    async fn nothing_is_opened_ahead_to_a_plain_server() {
        let server = answering().await;
        HttpsClient::plain().preconnect(vec![server.uri()]).await;
        assert!(server.received_requests().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_silent_server_holds_up_its_own_requests_alone() {
        let (silent, other) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), answering().await);
        let origin = format!("https://{}", silent.local_addr().unwrap());
        let mut https = HttpsClient::plain();
        let connections = https.preconnect(vec![origin.clone()]);
        let requests = async {
            assert!(get(&https, &other.uri()).await < CONNECT / 2);
            // What is left of the connection that is being opened, and then one of its own.
            assert!(get(&https, &origin).await > CONNECT);
        };
        tokio::join!(connections, requests);
    }
}
