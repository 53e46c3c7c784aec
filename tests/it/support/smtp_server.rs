//! A mail server on loopback that does as its script says, and remembers what was said to it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;

/// When a rule applies: instead of the server's usual answer to this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    Dot,
    Rset,
}

/// What the server does instead.
#[derive(Debug, Clone)]
pub enum Act {
    /// Another reply, which may have several lines.
    Say(&'static str),
    /// The usual reply with this after it, in one write.
    Add(&'static str),
    /// Another reply, then the end of the connection.
    SayAndHangUp(&'static str),
    /// The end of the connection, without a word.
    HangUp,
    /// Silence until the test ends.
    Stall,
    /// Silence until the test says so, then the usual reply.
    StallUntil(Arc<Notify>),
}

struct Rule {
    at: At,
    /// Part of the command line.
    containing: &'static str,
    /// Only so many times.
    left: usize,
    act: Act,
}

/// How TLS is offered, if at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tls {
    #[default]
    None,
    Implicit,
    AfterStart,
}

/// What a server is to do; by default it accepts everything.
#[derive(Default)]
pub struct Script {
    rules: Vec<Rule>,
    tls: Tls,
    mechanisms: &'static str,
    /// Base64 words that sign in, by mechanism, in order.
    credentials: Vec<(&'static str, Vec<String>)>,
    byte_by_byte: bool,
}

impl Script {
    pub fn new() -> Self {
        Self::default()
    }

    /// Every time.
    pub fn on(self, at: At, act: Act) -> Self {
        self.on_line(at, "", act)
    }

    /// For commands that contain a text.
    pub fn on_line(self, at: At, containing: &'static str, act: Act) -> Self {
        self.rule(at, containing, usize::MAX, act)
    }

    /// Only the first time.
    pub fn once(self, at: At, act: Act) -> Self {
        self.once_on_line(at, "", act)
    }

    /// Only the first time that a command contains a text.
    pub fn once_on_line(self, at: At, containing: &'static str, act: Act) -> Self {
        self.rule(at, containing, 1, act)
    }

    fn rule(mut self, at: At, containing: &'static str, left: usize, act: Act) -> Self {
        self.rules.push(Rule {
            at,
            containing,
            left,
            act,
        });
        self
    }

    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = tls;
        self
    }

    /// Offers these mechanisms, and lets in who says these words.
    pub fn auth(mut self, offered: &'static str, mechanism: &'static str, words: &[&str]) -> Self {
        self.mechanisms = offered;
        let words = words.iter().map(ToString::to_string).collect();
        self.credentials.push((mechanism, words));
        self
    }

    /// Each byte of a reply is a write of its own.
    pub fn byte_by_byte(mut self) -> Self {
        self.byte_by_byte = true;
        self
    }
}

/// A mail that the server said 250 to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub from: String,
    pub to: String,
    /// As sent: dots single again, the final dot gone.
    pub bytes: Vec<u8>,
}

#[derive(Default)]
struct Seen {
    /// The command lines of each connection.
    conversations: Vec<Vec<String>>,
    mails: Vec<Mail>,
}

/// What a test can wait for.
#[derive(Default)]
struct Signals {
    stalled: Notify,
    hung_up: Notify,
}

/// A running server; it ends with the test.
pub struct SmtpServer {
    address: SocketAddr,
    certificate: CertificateDer<'static>,
    seen: Arc<Mutex<Seen>>,
    signals: Arc<Signals>,
    task: JoinHandle<()>,
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl SmtpServer {
    pub async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let key = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let certificate = key.cert.der().clone();
        let private = key.signing_key.serialize_der().try_into().unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], private)
            .unwrap();
        let seen = Arc::<Mutex<Seen>>::default();
        let signals = Arc::<Signals>::default();
        let shared = Arc::new(Shared {
            script: Mutex::new(script),
            acceptor: TlsAcceptor::from(Arc::new(config)),
            seen: Arc::clone(&seen),
            signals: Arc::clone(&signals),
        });
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let number = {
                    let mut seen = shared.seen.lock().unwrap();
                    seen.conversations.push(Vec::new());
                    seen.conversations.len() - 1
                };
                connections.spawn(Conversation::hold(
                    Arc::clone(&shared),
                    number,
                    Box::new(stream),
                ));
            }
        });
        Self {
            address,
            certificate,
            seen,
            signals,
            task,
        }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The certificate that the server shows, its own authority.
    pub fn certificate(&self) -> CertificateDer<'static> {
        self.certificate.clone()
    }

    pub fn connections(&self) -> usize {
        self.seen.lock().unwrap().conversations.len()
    }

    /// Waits until the server has fallen silent as its script says.
    pub async fn stalled(&self) {
        self.signals.stalled.notified().await;
    }

    /// Waits until the server has ended a connection.
    pub async fn hung_up(&self) {
        self.signals.hung_up.notified().await;
        // The runtime looks at its sockets before it goes on.
        tokio::task::yield_now().await;
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.seen.lock().unwrap().mails.clone()
    }

    /// How many mails it said 250 to.
    pub fn accepted(&self) -> usize {
        self.seen.lock().unwrap().mails.len()
    }

    /// Every command line of every connection.
    pub fn commands(&self) -> Vec<String> {
        self.seen.lock().unwrap().conversations.concat()
    }
}

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

struct Shared {
    script: Mutex<Script>,
    acceptor: TlsAcceptor,
    seen: Arc<Mutex<Seen>>,
    signals: Arc<Signals>,
}

/// The end of a conversation, for whatever reason.
struct Over;

impl From<std::io::Error> for Over {
    fn from(_: std::io::Error) -> Self {
        Self
    }
}

struct Conversation {
    shared: Arc<Shared>,
    number: usize,
    wire: Box<dyn Wire>,
    unread: Vec<u8>,
    encrypted: bool,
    from: String,
    to: String,
    message: Vec<u8>,
}

impl Conversation {
    async fn hold(shared: Arc<Shared>, number: usize, wire: Box<dyn Wire>) {
        let mut conversation = Self {
            shared,
            number,
            wire,
            unread: Vec::new(),
            encrypted: false,
            from: String::new(),
            to: String::new(),
            message: Vec::new(),
        };
        let shared = Arc::clone(&conversation.shared);
        let _ = conversation.run().await;
        drop(conversation);
        shared.signals.hung_up.notify_one();
    }

    async fn run(&mut self) -> Result<(), Over> {
        if self.script(|script| script.tls) == Tls::Implicit {
            self.encrypt().await?;
        }
        self.answer(At::Greeting, "", "220 mx.acme.example ESMTP")
            .await?;
        loop {
            let line = self.line().await?;
            let verb = line
                .split(' ')
                .next()
                .unwrap_or_default()
                .to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => {
                    let extensions = self.extensions();
                    self.answer(At::Ehlo, &line, &extensions).await?;
                }
                "HELO" => self.say("250 mx.acme.example").await?,
                "STARTTLS" => {
                    self.answer(At::StartTls, &line, "220 2.0.0 go ahead")
                        .await?;
                    self.unread.clear();
                    self.encrypt().await?;
                }
                "AUTH" => self.auth(&line).await?,
                "MAIL" if self.from.is_empty() => {
                    if self.answer(At::Mail, &line, "250 2.1.0 ok").await? {
                        self.from = address_in(&line);
                    }
                }
                "RCPT" if !self.from.is_empty() => {
                    if self.answer(At::Rcpt, &line, "250 2.1.5 ok").await? {
                        self.to = address_in(&line);
                    }
                }
                "DATA" if !self.to.is_empty() => {
                    if self.answer(At::Data, &line, "354 go ahead").await? {
                        self.content().await?;
                    }
                }
                "RSET" => {
                    self.forget();
                    self.answer(At::Rset, &line, "250 2.0.0 ok").await?;
                }
                "QUIT" => {
                    self.say("221 2.0.0 bye").await?;
                    return Ok(());
                }
                _ => self.say("503 5.5.1 bad sequence of commands").await?,
            }
        }
    }

    fn script<T>(&self, read: impl FnOnce(&mut Script) -> T) -> T {
        read(&mut self.shared.script.lock().unwrap())
    }

    fn forget(&mut self) {
        self.from.clear();
        self.to.clear();
    }

    fn extensions(&self) -> String {
        let (tls, mechanisms) = self.script(|script| (script.tls, script.mechanisms));
        let mut lines = vec![
            "250-mx.acme.example".to_owned(),
            "250-PIPELINING".to_owned(),
        ];
        if tls == Tls::AfterStart && !self.encrypted {
            lines.push("250-STARTTLS".to_owned());
        }
        if !mechanisms.is_empty() {
            lines.push(format!("250-AUTH {mechanisms}"));
        }
        lines.push("250 HELP".to_owned());
        lines.join("\r\n")
    }

    async fn encrypt(&mut self) -> Result<(), Over> {
        let plain = std::mem::replace(&mut self.wire, Box::new(tokio::io::empty()));
        self.wire = Box::new(self.shared.acceptor.clone().accept(plain).await?);
        self.encrypted = true;
        Ok(())
    }

    /// Answers as usual or as scripted; whether the answer was a yes (2xx or 3xx).
    async fn answer(&mut self, at: At, line: &str, usual: &str) -> Result<bool, Over> {
        let act = self.script(|script| {
            let applies =
                |rule: &&mut Rule| rule.at == at && rule.left > 0 && line.contains(rule.containing);
            script.rules.iter_mut().find(applies).map(|rule| {
                rule.left -= 1;
                rule.act.clone()
            })
        });
        let hang_up = matches!(act, Some(Act::SayAndHangUp(_)));
        let said = match act {
            None => usual.to_owned(),
            Some(Act::Say(reply) | Act::SayAndHangUp(reply)) => reply.to_owned(),
            Some(Act::Add(more)) => format!("{usual}\r\n{more}"),
            Some(Act::HangUp) => return Err(Over),
            Some(Act::StallUntil(word)) => {
                self.shared.signals.stalled.notify_one();
                word.notified().await;
                usual.to_owned()
            }
            Some(Act::Stall) => {
                self.shared.signals.stalled.notify_one();
                std::future::pending().await
            }
        };
        let yes = said.starts_with(['2', '3']);
        if at == At::Dot && said.starts_with("250") {
            // Before the reply: whoever has read it may look at once.
            let mail = Mail {
                from: self.from.clone(),
                to: self.to.clone(),
                bytes: self.message.clone(),
            };
            self.shared.seen.lock().unwrap().mails.push(mail);
        }
        self.say(&said).await?;
        if hang_up { Err(Over) } else { Ok(yes) }
    }

    async fn say(&mut self, reply: &str) -> Result<(), Over> {
        let bytes = format!("{reply}\r\n").into_bytes();
        let size = if self.script(|script| script.byte_by_byte) {
            1
        } else {
            bytes.len()
        };
        for piece in bytes.chunks(size) {
            self.wire.write_all(piece).await?;
            self.wire.flush().await?;
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    async fn content(&mut self) -> Result<(), Over> {
        self.message.clear();
        loop {
            let line = self.raw_line().await?;
            if line == b".\r\n" {
                break;
            }
            let text = line.strip_prefix(b".").unwrap_or(&line);
            self.message.extend_from_slice(text);
        }
        self.answer(At::Dot, "", "250 2.0.0 queued as 42").await?;
        self.forget();
        Ok(())
    }

    async fn auth(&mut self, line: &str) -> Result<(), Over> {
        let mut words = line.split(' ').skip(1).map(str::to_owned);
        let mechanism = words.next().unwrap_or_default();
        let mut given: Vec<String> = words.collect();
        let known = self.script(|script| script.credentials.clone());
        let expected = known.into_iter().find(|(name, _)| *name == mechanism);
        let Some((_, expected)) = expected else {
            return self.say("504 5.5.4 mechanism not offered").await;
        };
        while given.len() < expected.len() {
            self.say("334 ").await?;
            given.push(self.line().await?);
        }
        if given == expected {
            self.answer(At::Auth, line, "235 2.7.0 welcome").await?;
            return Ok(());
        }
        if mechanism == "XOAUTH2" {
            self.say("334 eyJzdGF0dXMiOiI0MDAifQ==").await?;
            assert_eq!(self.line().await?, "");
        }
        // It even repeats the secret.
        let last = given.pop().unwrap_or_default();
        self.say(&format!("535 5.7.8 authentication failed for {last}"))
            .await
    }

    async fn line(&mut self) -> Result<String, Over> {
        let line = self.raw_line().await?;
        let text = String::from_utf8_lossy(&line)
            .trim_end_matches("\r\n")
            .to_owned();
        self.shared.seen.lock().unwrap().conversations[self.number].push(text.clone());
        Ok(text)
    }

    async fn raw_line(&mut self) -> Result<Vec<u8>, Over> {
        loop {
            // Only CRLF ends a line, as the standard has it.
            if let Some(end) = self.unread.windows(2).position(|pair| pair == b"\r\n") {
                return Ok(self.unread.drain(..end + 2).collect());
            }
            if self.wire.read_buf(&mut self.unread).await? == 0 {
                return Err(Over);
            }
        }
    }
}

fn address_in(line: &str) -> String {
    let inside = line
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inside.map_or_else(String::new, |(address, _)| address.to_owned())
}
