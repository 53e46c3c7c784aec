//! The real server on a port of this machine, and a small HTTP client.

use std::net::SocketAddr;

use greenroom::app::Stop;
use greenroom::server::{Patience, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::World;

/// A server of a world; it ends with the test.
pub struct Site {
    pub address: SocketAddr,
    stop: Stop,
    running: Option<JoinHandle<()>>,
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    /// Takes apart what came over a connection.
    pub fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_ascii_lowercase(), value.to_owned())
        });
        Self {
            status: status.parse().unwrap(),
            headers: headers.collect(),
            body: body.to_owned(),
        }
    }

    /// The value of a header; its name in lowercase.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(header, _)| header == name);
        let value = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "{name} stands there twice");
        value
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl World {
    /// Serves this world on a free port.
    pub async fn serve(&self) -> Site {
        self.serve_with(Patience::default()).await
    }

    /// The same with clients that may take so long.
    pub async fn serve_with(&self, patience: Patience) -> Site {
        let server = Server::bind(self.app.clone(), SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .ok()
            .unwrap()
            .with_patience(patience);
        let stop = Stop::default();
        let address = server.address();
        let stopped = stop.clone();
        let running = tokio::spawn(async move { server.run(&stopped).await });
        Site {
            address,
            stop,
            running: Some(running),
        }
    }
}

impl Site {
    /// A request with headers of its own (`"Name: value"`) and a body.
    pub async fn ask(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        self.raw(&request(self.address, method, path, headers, body))
            .await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "").await
    }

    pub async fn head(&self, path: &str) -> Answer {
        self.ask("HEAD", path, &[], "").await
    }

    /// Sends a form, as a browser does from a page under `Referrer-Policy: no-referrer`.
    pub async fn post(&self, path: &str, form: &str) -> Answer {
        let headers = [
            "Content-Type: application/x-www-form-urlencoded",
            "Origin: null",
        ];
        self.ask("POST", path, &headers, form).await
    }

    /// Sends these octets and reads the one answer to them.
    pub async fn raw(&self, request: &str) -> Answer {
        let mut stream = self.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        read_answer(&mut stream).await
    }

    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Asks the server to stop, and waits until it has.
    pub async fn ended(mut self) {
        self.stop.now();
        self.running.take().unwrap().await.unwrap();
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.now();
    }
}

/// A request after whose answer the connection is closed.
pub fn request(host: SocketAddr, method: &str, path: &str, headers: &[&str], body: &str) -> String {
    let length = format!("Content-Length: {}", body.len());
    let own = (!body.is_empty()).then_some(length.as_str());
    let headers = headers
        .iter()
        .copied()
        .chain(own)
        .map(|line| format!("{line}\r\n"));
    let headers: String = headers.collect();
    format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n{body}")
}

/// Reads until the connection is closed.
pub async fn read_answer(stream: &mut TcpStream) -> Answer {
    let mut octets = Vec::new();
    stream.read_to_end(&mut octets).await.unwrap();
    Answer::read(&String::from_utf8(octets).unwrap())
}
