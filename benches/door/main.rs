//! How many candidates a second `greenroom serve` shows the join page to and lets join, beside nginx serving a file of
//! the page's size, and how long they wait while mail leaves in bulk. See benches/README.md.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a benchmark prints, and stops when something is missing"
)]

#[path = "../delivery/sink.rs"]
#[expect(dead_code, reason = "shared with the benchmark of delivery")]
mod sink;

use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use greenroom::app::{App, MailWish, Schedule, SystemChance, SystemClock, Wiring};
use greenroom::config::{Config, Environment, Options};
use greenroom::domain::draft::Draft;
use greenroom::render::templates::Templates;
use greenroom::store::{OpenOptions, Store};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// Interviews whose doors are open; each candidate joins once a round.
const CANDIDATES: usize = 2_000;
/// Connections kept open side by side.
const CLIENTS: usize = 8;

/// What a load led to.
struct Load {
    a_second: f64,
    p50: Duration,
    p99: Duration,
}

/// A program that ends with the value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Asked and not killed, so that nginx takes its workers with it.
        if let Some(child) = rustix::process::Pid::from_raw(self.0.id().cast_signed()) {
            let _ = rustix::process::kill_process(child, rustix::process::Signal::TERM);
        }
        let _ = self.0.wait();
    }
}

#[tokio::main]
async fn main() {
    let rounds: usize = std::env::var("ROUNDS").map_or(3, |rounds| rounds.parse().unwrap());
    let seconds = Duration::from_secs(3);
    println!("round  what                           a second    p50 ms    p99 ms");
    for round in 1..=rounds {
        let home = tempfile::tempdir().unwrap();
        let sink = sink::Sink::start(&[]).ok();
        let port = free_port();
        let app = wire(home.path(), port, sink.as_ref().map(|sink| sink.port)).await;
        let keys = schedule(&app, "early", MailWish::No).await;
        let _server = serve(home.path(), port);
        let page =
            |key: &String| format!("GET /interview/?session_key={key} HTTP/1.1\r\nHost: b\r\n\r\n");
        let pages: Arc<Vec<String>> = Arc::new(keys.iter().map(page).collect());

        let size = fetch(port, &pages[0]).await;
        let say = |what: &str, load: &Load| {
            let (p50, p99) = (load.p50.as_secs_f64() * 1e3, load.p99.as_secs_f64() * 1e3);
            println!(
                "{round:>5}  {what:<30} {:>8.0} {p50:>9.2} {p99:>9.2}",
                load.a_second
            );
        };
        let shown = load(port, &pages, Some(seconds)).await;
        say("join page", &shown);
        if let Some((nginx, _running)) = nginx(home.path(), size) {
            let file = Arc::new(vec![
                "GET /page.html HTTP/1.1\r\nHost: b\r\n\r\n".to_owned(),
            ]);
            let static_file = load(nginx, &file, Some(seconds)).await;
            say("nginx, a file of its size", &static_file);
            println!(
                "       {:.2} x nginx",
                shown.a_second / static_file.a_second
            );
        } else {
            println!("skipped: nginx (package nginx-light) is not installed");
        }
        let joins = keys.iter().map(|key| {
            let body = format!("session_key={key}");
            format!(
                "POST /interview/ HTTP/1.1\r\nHost: b\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )
        });
        say(
            "joining, each on the disk",
            &load(port, &Arc::new(joins.collect()), None).await,
        );
        if sink.is_some() {
            let (_, shown) = tokio::join!(
                schedule(&app, "late", MailWish::Now),
                load(port, &pages, Some(seconds))
            );
            say("join page, mail leaves in bulk", &shown);
            let unsent = app.unsent().await.unwrap().count;
            println!("       {CANDIDATES} mails scheduled meanwhile, {unsent} still in the outbox");
        } else {
            println!("skipped: mail in bulk (smtp-sink, package postfix, is not installed)");
        }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A Greenroom on a database of its own; its configuration is the one that `serve` reads.
async fn wire(home: &Path, port: u16, mail: Option<u16>) -> App {
    let file = home.join("config.toml");
    let mut text = format!(
        "company.from = 'Acme <jobs@acme.example>'\nlinks.base_url = 'http://127.0.0.1:{port}'\n\
         links.allow_local = true\nschedule.zone = 'Etc/UTC'\n"
    );
    if let Some(mail) = mail {
        text +=
            "mail.transport = 'smtp'\nmail.smtp.host = '127.0.0.1'\nmail.smtp.security = 'none'\n";
        text += &["mail.smtp.port = ", &mail.to_string(), "\n"].concat();
    }
    fs::write(&file, text).unwrap();
    let options = Options {
        config: Some(file),
        data_dir: Some(home.join("data")),
    };
    let config = Config::load(&options, &Environment::default()).unwrap();
    App::new(Wiring {
        store: Store::open(&home.join("data"), OpenOptions::default()).unwrap(),
        config,
        templates: Templates::load(None).unwrap(),
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
    })
    .await
    .unwrap()
}

/// Schedules interviews that start in ten minutes, so that their doors are open, and gives their keys.
async fn schedule(app: &App, who: &str, mail: MailWish) -> Vec<String> {
    let start = jiff::Timestamp::now() + Duration::from_mins(10);
    let at = start.strftime("%Y-%m-%d %H:%M").to_string();
    let mut keys = Vec::with_capacity(CANDIDATES);
    for number in 0..CANDIDATES {
        let draft = Draft {
            candidate: format!("Candidate {number}"),
            email: format!("{who}{number}@c.example"),
            role: "Engineer".to_owned(),
            at: at.clone(),
            ..Draft::default()
        };
        let request = Schedule {
            draft,
            mail,
            idempotency_key: None,
            again: false,
        };
        let scheduled = app.schedule(request).await.ok().unwrap();
        keys.push(scheduled.row.facts.key.unwrap().expose());
    }
    keys
}

fn serve(home: &Path, port: u16) -> Running {
    let mut child = Command::new(env!("CARGO_BIN_EXE_greenroom"))
        .args(["serve", "--config"])
        .arg(home.join("config.toml"))
        .arg("--data-dir")
        .arg(home.join("data"))
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut first = String::new();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    said.read_line(&mut first).unwrap();
    std::thread::spawn(move || said.lines().for_each(drop));
    assert!(first.contains("Serving"), "{first}");
    Running(child)
}

/// Serves a file of that size, where there is an nginx.
fn nginx(home: &Path, size: usize) -> Option<(u16, Running)> {
    let (root, port) = (home.join("nginx"), free_port());
    fs::create_dir_all(&root).ok()?;
    fs::write(root.join("page.html"), "x".repeat(size)).ok()?;
    let root = root.display();
    let configuration = format!(
        "daemon off; master_process on; worker_processes auto; pid {root}/pid; error_log {root}/errors;\n\
         user {user}; events {{}}\n\
         http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; server {{ listen 127.0.0.1:{port}; root {root}; }} }}\n",
        user = if rustix::process::geteuid().is_root() {
            "root"
        } else {
            "nobody"
        },
    );
    let file = home.join("nginx.conf");
    fs::write(&file, configuration).ok()?;
    let nginx = sink::program("NGINX", "nginx");
    let child = Command::new(nginx)
        .arg("-c")
        .arg(&file)
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let running = Running(child);
    for _ in 0..200 {
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some((port, running));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    None
}

/// The octets of one answer's body.
async fn fetch(port: u16, request: &str) -> usize {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut connection = tokio::io::BufReader::new(stream);
    ask(&mut connection, request).await.unwrap()
}

async fn ask(connection: &mut tokio::io::BufReader<TcpStream>, request: &str) -> io::Result<usize> {
    connection.get_mut().write_all(request.as_bytes()).await?;
    let mut line = String::new();
    connection.read_line(&mut line).await?;
    assert!(
        line.starts_with("HTTP/1.1 200") || line.starts_with("HTTP/1.1 303"),
        "{line}"
    );
    let mut length = 0;
    loop {
        line.clear();
        connection.read_line(&mut line).await?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).await?;
    Ok(length)
}

/// Asks over all connections, for that long or until each request was made once.
async fn load(port: u16, requests: &Arc<Vec<String>>, span: Option<Duration>) -> Load {
    let started = Instant::now();
    let clients = (0..CLIENTS).map(|client| {
        let requests = Arc::clone(requests);
        tokio::spawn(async move {
            let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let mut connection = tokio::io::BufReader::new(stream);
            let mut waits = Vec::new();
            let mut next = client;
            while span.map_or(next < requests.len(), |span| started.elapsed() < span) {
                let asked = Instant::now();
                ask(&mut connection, &requests[next % requests.len()])
                    .await
                    .unwrap();
                waits.push(asked.elapsed());
                next += CLIENTS;
            }
            waits
        })
    });
    let mut waits = Vec::new();
    for client in clients.collect::<Vec<_>>() {
        waits.extend(client.await.unwrap());
    }
    let took = started.elapsed();
    waits.sort_unstable();
    let at = |share: usize| waits[(waits.len() * share / 100).min(waits.len() - 1)];
    Load {
        a_second: waits.len() as f64 / took.as_secs_f64(),
        p50: at(50),
        p99: at(99),
    }
}
