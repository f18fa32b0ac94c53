//! A port at which somebody listens for a while.

use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::fd::OwnedFd;

use anyhow::Result;
use tokio::net::{TcpListener, TcpSocket};

/// A loopback port that nobody else gets while nobody listens there.
pub struct Port {
    address: SocketAddr,
    /// Bound and never listening: it alone makes the machine refuse connections.
    _reserved: TcpSocket,
}

impl Port {
    /// Reserves a free port.
    ///
    /// # Errors
    /// There is none.
    pub fn reserve() -> Result<Self> {
        let socket = shareable()?;
        socket.bind(([127, 0, 0, 1], 0).into())?;
        Ok(Self { address: socket.local_addr()?, _reserved: socket })
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Listens; at most one connection more than `backlog` waits to be accepted.
    ///
    /// # Errors
    /// Somebody listens already.
    pub fn listen(&self, backlog: u32) -> Result<TcpListener> {
        let socket = shareable()?;
        socket.bind(self.address)?;
        Ok(socket.listen(backlog)?)
    }
}

/// Stops listening. To drop the listener is not enough: a process that is being started holds a copy until its program
/// runs, and in that time the system goes on to take connections for it.
///
/// # Errors
/// The system refuses.
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
    async fn connections_are_refused_before_and_after_somebody_listens() {
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
