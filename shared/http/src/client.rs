//! The HTTPS client: no redirects, no proxies, no cookies, and one set of trust anchors.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use reqwest::{Client, ClientBuilder, Request, RequestBuilder, Response, Url, redirect, retry};
use rustls::ClientConfig;
use settings::time_budget::CONNECT_TIMEOUT;
use tokio::sync::RwLock;

use crate::retry::{RetryPolicy, retry as retry_once};
use crate::tls::{ClientSetupError, Transport, tls};

/// How long an unused connection is kept. Servers and network devices close idle connections, some of them without
/// notice. The time also counts while Lambda has frozen the process.
const IDLE_TIMEOUT: Duration = Duration::from_secs(25);

/// Why the body of a response cannot be read.
pub enum BodyError {
    /// The body is longer than the limit.
    TooLarge,
    /// The connection closed before the end of the body.
    Truncated(reqwest::Error),
}

/// The only HTTP client of a process. The calls to Salesforce and AWS share its connections and its TLS configuration.
#[derive(Debug, Clone)]
pub struct HttpsClient {
    http: Client,
    /// A client that keeps no connection, so that each request opens one. It is built at the first retry, because most
    /// processes never need it.
    fresh: Arc<OnceLock<Client>>,
    tls: ClientConfig,
    plain_http: bool,
    preconnections: Vec<Preconnection>,
}

/// A connection that is opened before the first request.
#[derive(Debug, Clone)]
struct Preconnection {
    origin: Url,
    /// Locked for writing while the connection is being opened. A request waits for the lock, so that it does not open
    /// a second connection.
    opening: Arc<RwLock<()>>,
}

impl HttpsClient {
    /// Sets up TLS. Sends nothing.
    ///
    /// # Errors
    /// [`ClientSetupError`] if the CA bundle cannot be read.
    pub fn new(transport: &Transport) -> Result<Self, ClientSetupError> {
        let (tls, plain_http) = (tls(transport.ca_bundle.as_deref())?, transport.plain_http);
        let http = client(&tls, plain_http).pool_idle_timeout(IDLE_TIMEOUT).build();
        let http = http.map_err(|error| ClientSetupError::Tls(error.to_string()))?;
        Ok(Self { http, fresh: Arc::default(), tls, plain_http, preconnections: Vec::new() })
    }

    /// A client for the servers of a test: plain http is allowed.
    #[cfg(test)]
    fn for_tests() -> Self {
        Self::new(&Transport { plain_http: true, ..Transport::default() }).expect("TLS can be set up")
    }

    /// Opens a connection to each https origin before the first request to it, because TLS handshakes are most of the
    /// work of a first sign-in. Only clones of the client that are made afterwards wait for these connections.
    ///
    /// A request to the same origin waits up to one second for the connection instead of opening another one. If the
    /// connection cannot be opened, the request opens one itself.
    pub fn preconnect(&mut self, origins: Vec<String>) -> impl Future<Output = ()> + use<> {
        let mut connections = Vec::new();
        let urls = origins.into_iter().filter_map(|origin| Url::parse(&origin).ok());
        for origin in urls.filter(|url| url.scheme() == "https") {
            let opening = Arc::<RwLock<()>>::default();
            let Ok(lock) = Arc::clone(&opening).try_write_owned() else { continue };
            let request = self.http.head(origin.clone()).timeout(CONNECT_TIMEOUT);
            connections.push(async move {
                let _ = request.send().await;
                drop(lock);
            });
            self.preconnections.push(Preconnection { origin, opening });
        }
        join_all(connections).map(drop)
    }

    /// Starts a GET request.
    pub fn get(&self, url: &str) -> RequestBuilder {
        self.http.get(url)
    }

    /// Starts a POST request.
    pub fn post(&self, url: &str) -> RequestBuilder {
        self.http.post(url)
    }

    /// Sends a request and returns when the response head has arrived. It is sent a second time as
    /// [`RetryPolicy::LostOrSilent`] says.
    ///
    /// # Errors
    /// Only a lost connection, because there is no other time limit than that for connecting.
    pub async fn send(&self, request: Request) -> reqwest::Result<Response> {
        self.send_with(RetryPolicy::LostOrSilent, request).await
    }

    /// Like [`send`](Self::send), with another retry policy.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn send_with(&self, policy: RetryPolicy, request: Request) -> reqwest::Result<Response> {
        let url = request.url();
        let preconnection = self.preconnections.iter().find(|other| other.origin.authority() == url.authority());
        if let Some(Preconnection { opening, .. }) = preconnection {
            drop(opening.read().await);
        }
        // INVARIANT: the bodies are in memory, so every request can be copied.
        let Some(copy) = request.try_clone() else { return self.http.execute(request).await };
        retry_once(policy, self.http.execute(request), || self.fresh().execute(copy)).await
    }

    fn fresh(&self) -> &Client {
        // This cannot fail: the first client was built in the same way.
        self.fresh.get_or_init(|| {
            client(&self.tls, self.plain_http).pool_max_idle_per_host(0).build().unwrap_or_else(|_| self.http.clone())
        })
    }
}

fn client(tls: &ClientConfig, plain_http: bool) -> ClientBuilder {
    Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .https_only(!plain_http)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_proxy()
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .user_agent(concat!("salesforce-cognito-auth/", env!("CARGO_PKG_VERSION")))
}

/// Reads the body of a response chunk by chunk, and stops at the limit. A check after reading everything would not
/// limit the memory.
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

    /// A server that answers one request on each connection. It closes the connection when the next request arrives on
    /// it.
    async fn one_request_per_connection() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut request = [0; 1024];
                    let _ = stream.read(&mut request).await;
                    // Slow enough that a parallel request finds no idle connection.
                    sleep(Duration::from_millis(50)).await;
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
                    let _ = stream.read(&mut request).await;
                });
            }
        });
        origin
    }

    #[tokio::test]
    async fn a_retry_does_not_use_another_kept_connection() {
        let (https, origin) = (HttpsClient::for_tests(), one_request_per_connection().await);
        let request = || https.send(https.get(&origin).build().unwrap());
        let (one, other) = tokio::join!(request(), request());
        // Both bodies are read to the end, so that both connections are kept.
        one.unwrap().bytes().await.unwrap();
        other.unwrap().bytes().await.unwrap();
        assert!(request().await.is_ok());
    }

    #[tokio::test]
    async fn no_connection_is_preopened_to_a_plain_http_server() {
        let server = answering().await;
        HttpsClient::for_tests().preconnect(vec![server.uri()]).await;
        assert!(server.received_requests().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_silent_server_delays_only_requests_to_itself() {
        let (silent, other) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), answering().await);
        let origin = format!("https://{}", silent.local_addr().unwrap());
        let mut https = HttpsClient::for_tests();
        let connections = https.preconnect(vec![origin.clone()]);
        let requests = async {
            assert!(get(&https, &other.uri()).await < CONNECT_TIMEOUT / 2);
            // First the rest of the time limit of the preconnection, then a connection of its own.
            assert!(get(&https, &origin).await > CONNECT_TIMEOUT);
        };
        tokio::join!(connections, requests);
    }
}
