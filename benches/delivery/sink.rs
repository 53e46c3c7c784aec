//! Postfix's `smtp-sink` as the receiving end, and a wire to it that is as long as is asked for.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// A program by its variable, or by its name on the path.
pub fn program(variable: &str, name: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| name.to_owned())
}

/// A running `smtp-sink`; it ends with the value.
pub struct Sink {
    child: Child,
    pub port: u16,
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Sink {
    pub fn start(options: &[&str]) -> io::Result<Self> {
        let port = free_port()?;
        let mut command = Command::new(program("SMTP_SINK", "smtp-sink"));
        if rustix::process::geteuid().is_root() {
            command.args(["-u", "nobody"]);
        }
        command.args(options);
        command.args([&format!("127.0.0.1:{port}"), "1024"]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        let sink = Self { child, port };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(sink);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err(io::Error::other("smtp-sink does not answer"))
    }
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// A port that leads to another one, with this much time on the way there and back together.
pub async fn far_away(port: u16, round_trip: Duration) -> io::Result<u16> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let near = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let there = SocketAddr::from(([127, 0, 0, 1], port));
            let Ok(server) = tokio::net::TcpStream::connect(there).await else {
                continue;
            };
            if client.set_nodelay(true).is_err() || server.set_nodelay(true).is_err() {
                continue;
            }
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            tokio::spawn(carry(from_client, to_server, round_trip / 2));
            tokio::spawn(carry(from_server, to_client, round_trip / 2));
        }
    });
    Ok(near)
}

async fn carry(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    delay: Duration,
) {
    let (put, mut take) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    tokio::spawn(async move {
        while let Some((due, bytes)) = take.recv().await {
            sleep_until(due).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
        let _ = to.shutdown().await;
    });
    loop {
        let mut bytes = Vec::with_capacity(16 * 1024);
        match from.read_buf(&mut bytes).await {
            Ok(read) if read > 0 => {}
            _ => return,
        }
        if put.send((Instant::now() + delay, bytes)).is_err() {
            return;
        }
    }
}
