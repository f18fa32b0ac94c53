//! Secrets Manager cannot be reached, or does not come to an end: Verify gives up after two seconds, long before the
//! ten that Lambda gives a process to start.

use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};
use integration_tests::cognito::VERIFY;
use integration_tests::misbehaving::Manner::{self, Forwards, HangsUp, Sends, Silent};
use integration_tests::misbehaving::Misbehaving;
use integration_tests::secrets::Secrets;
use integration_tests::{process, repository};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;

use crate::secret::{ARN, introspection};
use crate::{refuses, starts};

/// Two seconds, and the start of a process on a machine that is busy.
const AT_MOST: Duration = Duration::from_millis(3500);

fn gives_up(endpoint: &str) -> Result<()> {
    let after = refuses(VERIFY, &introspection(endpoint), &[ARN])?;
    ensure!(after < AT_MOST, "{after:?}");
    Ok(())
}

// The tests run on several threads: the server that misbehaves lives in the test's own process.

#[tokio::test(flavor = "multi_thread")]
async fn a_secrets_manager_that_cannot_be_reached_is_named() -> Result<()> {
    const BROKEN: [&[Manner]; 4] = [&[], &[HangsUp], &[Silent], &[Sends("HTTP/1.1 200 OK\r\nContent-Len")]];
    for manners in BROKEN {
        gives_up(Misbehaving::start(manners, "http://127.0.0.1:9").await?.origin())?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_nobody_takes_is_given_up() -> Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(([127, 0, 0, 1], 0).into())?;
    let address = socket.local_addr()?;
    let _listener = socket.listen(1)?;
    // Once the queue is full, the system drops what knocks: as a firewall does.
    let (mut waiting, mut full) = (Vec::new(), false);
    while !full {
        match tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(address)).await {
            Ok(connected) => waiting.push(connected?),
            Err(_) => full = true,
        }
    }
    gives_up(&format!("http://{address}"))
}

/// In place of a name server that says nothing, which no loopback address can be made to be.
const NO_NAME_SERVER: &str = "#include <unistd.h>\nint getaddrinfo(void) { sleep(60); return -3; }\n";

#[test]
fn a_name_that_is_not_looked_up_is_given_up() -> Result<()> {
    let directory = repository::scratch()?;
    let (source, library) = (directory.path().join("lookup.c"), directory.path().join("lookup.so"));
    std::fs::write(&source, NO_NAME_SERVER)?;
    process::run(Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&library, &source]))?;
    let preload = library.to_string_lossy();
    let changes = introspection("https://secrets.example").into_iter().chain([("LD_PRELOAD", Some(&*preload))]);
    let after = refuses(VERIFY, &changes.collect::<Vec<_>>(), &[ARN])?;
    ensure!(after < AT_MOST, "{after:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_byte_by_byte_is_given_up() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut connections = Vec::new();
        loop {
            if let Ok(accepted) = tokio::time::timeout(Duration::from_millis(100), listener.accept()).await {
                let (mut stream, _) = accepted?;
                let _ = stream.read(&mut [0; 8192]).await?;
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n").await?;
                connections.push(stream);
            }
            for stream in &mut connections {
                // It may have been given up already.
                let _ = stream.write_all(b" ").await;
            }
        }
        #[expect(unreachable_code, reason = "gives the errors above a type")]
        Ok::<_, std::io::Error>(())
    });
    gives_up(&origin)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_lost_once_is_made_again() -> Result<()> {
    let secrets = Secrets::start().await;
    let before = Misbehaving::start(&[HangsUp, Forwards], &secrets.origin()).await?;
    starts(VERIFY, &introspection(before.origin()))?;
    ensure!((before.connections(), secrets.requests().await) == (2, 1), "{}", before.connections());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_starts_once_secrets_manager_is_back() -> Result<()> {
    let secrets = Secrets::start().await;
    let before = Misbehaving::start(&[HangsUp, HangsUp, Forwards], &secrets.origin()).await?;
    gives_up(before.origin())?;
    starts(VERIFY, &introspection(before.origin()))
}
