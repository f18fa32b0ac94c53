//! Servers that fail below HTTP, where a mock server cannot: closed ports, silence, half answers.

use std::net::TcpListener as StdListener;

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What the server does with a connection once it has read the request.
#[derive(Clone, Copy, Debug)]
pub enum Manner {
    /// Says nothing and keeps the connection open.
    Silent,
    /// Closes the connection without a word.
    HangsUp,
    /// Sends these bytes and closes the connection.
    Sends(&'static str),
}

/// A server that treats its connections as told, in turn, and later ones like the last.
pub struct Misbehaving {
    origin: String,
    task: JoinHandle<()>,
}

impl Misbehaving {
    /// Starts the server on a free port.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn start(manners: &'static [Manner]) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let task = tokio::spawn(async move {
            let mut kept_open = Vec::new();
            let mut rest = manners.iter().copied();
            let mut manner = Manner::HangsUp;
            while let Ok((mut stream, _)) = listener.accept().await {
                manner = rest.next().unwrap_or(manner);
                let mut request = [0; 8192];
                let _ = stream.read(&mut request).await;
                match manner {
                    Manner::Silent => kept_open.push(stream),
                    Manner::HangsUp => drop(stream),
                    Manner::Sends(bytes) => {
                        let _ = stream.write_all(bytes.as_bytes()).await;
                        let _ = stream.shutdown().await;
                    }
                }
            }
        });
        Ok(Self { origin, task })
    }

    /// The server's address.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl Drop for Misbehaving {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An address at which nobody listens.
///
/// # Errors
/// There is no free port.
pub fn nobody() -> Result<String> {
    Ok(format!("http://{}", StdListener::bind("127.0.0.1:0")?.local_addr()?))
}
