//! A port on which a server listens at times.

use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::fd::OwnedFd;

use anyhow::Result;
use tokio::net::{TcpListener, TcpSocket};

/// A loopback port that stays reserved while no server listens on it.
pub struct Port {
    address: SocketAddr,
    /// Bound, but it never listens: without another socket, Linux refuses connections.
    _reserved: TcpSocket,
}

impl Port {
    pub fn reserve() -> Result<Self> {
        let socket = shareable()?;
        socket.bind(([127, 0, 0, 1], 0).into())?;
        Ok(Self { address: socket.local_addr()?, _reserved: socket })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Listens. At most `backlog + 1` connections wait to be accepted.
    pub fn listen(&self, backlog: u32) -> Result<TcpListener> {
        let socket = shareable()?;
        socket.bind(self.address)?;
        Ok(socket.listen(backlog)?)
    }
}

/// Stops listening. Dropping the listener is not enough: a child process holds a copy of it between `fork` and `exec`,
/// and Linux accepts connections for that copy.
pub fn close(listener: TcpListener) -> Result<()> {
    Ok(TcpStream::from(OwnedFd::from(listener.into_std()?)).shutdown(Shutdown::Both)?)
}

fn shareable() -> Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn connections_are_refused_before_and_after_a_server_listens() {
        let port = Port::reserve().unwrap();
        for _ in 0..2 {
            assert_eq!(TcpStream::connect(port.address()).await.unwrap_err().kind(), ErrorKind::ConnectionRefused);
            let listener = port.listen(1).unwrap();
            let _client = TcpStream::connect(port.address()).await.unwrap();
            let _server = listener.accept().await.unwrap();
            close(listener).unwrap();
        }
    }
}
