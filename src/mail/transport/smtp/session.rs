//! The life of one SMTP connection, from the first byte to the last (RFC 5321).
//!
//! Every step has a deadline, and every reply answers one command. A session that timed out, or
//! whose server spoke out of turn, is not used again: its owner drops it, which closes the
//! connection.

mod transaction;

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::super::reason::{Cause, Reason, Stage};
use super::reply::{Malformed, Reply, ReplyBuffer};
use super::settings::{Deadlines, Security};
use super::{Server, Step, auth};
use crate::net::{self, tls};

/// What a session speaks over: TCP, or TLS over it.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

impl From<Malformed> for Cause {
    fn from(_: Malformed) -> Self {
        Self::OutOfStep
    }
}

/// One connection to a mail server.
pub(super) struct Session {
    wire: Box<dyn Wire>,
    replies: ReplyBuffer,
    /// The lines of the server's answer to EHLO, without its name.
    extensions: Vec<String>,
    /// A mail was begun and neither finished nor cleared away.
    needs_reset: bool,
    /// The server takes commands in groups (RFC 2920).
    pipelining: bool,
    /// The last yes to MAIL: to be recognised where it does not belong.
    said_to_mail: Option<Reply>,
    /// A reply is missing, too many or out of place, or the server has taken its leave.
    broken: bool,
    deadlines: Deadlines,
}

impl Session {
    /// Connects, protects the connection and signs in; notes each step that succeeded.
    pub(super) async fn open(server: &Server, steps: &mut Vec<Step>) -> Result<Self, Reason> {
        let settings = &server.settings;
        let (stream, local) = connect(server, steps).await?;
        let mut session = Self {
            wire: Box::new(stream),
            replies: ReplyBuffer::default(),
            extensions: Vec::new(),
            needs_reset: false,
            pipelining: false,
            said_to_mail: None,
            broken: false,
            deadlines: settings.deadlines,
        };
        if settings.security == Security::Tls {
            session = session.encrypt(server, steps).await?;
        }
        let greeting = session
            .within(Stage::Greeting, async |it| it.reply().await)
            .await?;
        let greeting = session.expect(2, Stage::Greeting, greeting)?;
        steps.push(Step::new(Stage::Greeting, &greeting));

        let hello = settings
            .hello
            .clone()
            .unwrap_or_else(|| address_literal(local));
        session.greet(&hello, steps).await?;
        if settings.security == Security::StartTls {
            session.start_tls(steps).await?;
            session = session.encrypt(server, steps).await?;
            session.greet(&hello, steps).await?;
        }
        if let (Some(username), Some(source)) = (&settings.username, &settings.secret) {
            let reply = auth::sign_in(&mut session, username, source, settings.auth).await?;
            steps.push(Step::new(Stage::Auth, &reply));
        }
        Ok(session)
    }

    /// Whether another mail may be offered: every command has had its answer.
    pub(super) fn is_usable(&self) -> bool {
        !self.broken
    }

    /// Fails when the server has hung up or spoken out of turn since its last reply.
    pub(super) fn in_step(&mut self) -> Result<(), Cause> {
        let silent = self.is_silent();
        self.broken |= silent.is_err();
        silent
    }

    fn is_silent(&mut self) -> Result<(), Cause> {
        if self.replies.is_empty() {
            match self.wire.read_buf(self.replies.space()).now_or_never() {
                None => return Ok(()),
                Some(Ok(0)) => return Err(Cause::Closed),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
            }
        }
        match self.replies.next()? {
            Some(reply) if reply.code() == 421 => Err(Cause::Refused(reply)),
            _ => Err(Cause::OutOfStep),
        }
    }

    /// Says goodbye; what the server answers changes nothing.
    pub(super) async fn quit(mut self) -> Result<Reply, Reason> {
        self.exchange(Stage::Quit, "QUIT", 2).await
    }

    /// What the server said about an extension in its answer to EHLO, in capitals: the words
    /// after its keyword; `None` when it does not have it.
    pub(super) fn extension(&self, keyword: &str) -> Option<Vec<String>> {
        self.extensions.iter().find_map(|line| {
            // `AUTH=PLAIN` is an old spelling of `AUTH PLAIN`.
            let mut words = line.split([' ', '=']).filter(|word| !word.is_empty());
            let first = words.next()?;
            first
                .eq_ignore_ascii_case(keyword)
                .then(|| words.map(str::to_ascii_uppercase).collect())
        })
    }

    /// One command and its reply, whose code has to begin with `class`.
    pub(super) async fn exchange(
        &mut self,
        stage: Stage,
        line: &str,
        class: u16,
    ) -> Result<Reply, Reason> {
        let reply = self.command(stage, line).await?;
        self.expect(class, stage, reply)
    }

    /// One command and its reply, whatever it is, within the stage's deadline.
    pub(super) async fn command(&mut self, stage: Stage, line: &str) -> Result<Reply, Reason> {
        let asked = self.within(stage, async |it| {
            it.in_step()?;
            it.wire.write_all(format!("{line}\r\n").as_bytes()).await?;
            it.wire.flush().await?;
            it.reply().await
        });
        asked.await
    }

    async fn reply(&mut self) -> Result<Reply, Cause> {
        loop {
            if let Some(reply) = self.replies.next()? {
                return Ok(reply);
            }
            if self.wire.read_buf(self.replies.space()).await? == 0 {
                return Err(Cause::Closed);
            }
        }
    }

    async fn greet(&mut self, hello: &str, steps: &mut Vec<Step>) -> Result<(), Reason> {
        let mut reply = self.command(Stage::Hello, &format!("EHLO {hello}")).await?;
        let extended = reply.code() < 500;
        if !extended {
            reply = self.command(Stage::Hello, &format!("HELO {hello}")).await?;
        }
        let reply = self.expect(2, Stage::Hello, reply)?;
        let lines = reply.lines().skip(1).filter(|_| extended);
        self.extensions = lines.map(str::to_owned).collect();
        self.pipelining = self.extension("PIPELINING").is_some();
        steps.push(Step::new(Stage::Hello, &reply));
        Ok(())
    }

    async fn start_tls(&mut self, steps: &mut Vec<Step>) -> Result<(), Reason> {
        let failed = |cause| Reason {
            stage: Stage::StartTls,
            cause,
        };
        if self.extension("STARTTLS").is_none() {
            return Err(failed(Cause::StartTlsNotOffered));
        }
        let reply = self.exchange(Stage::StartTls, "STARTTLS", 2).await?;
        // What came in the clear must never be taken for something said inside TLS.
        if !self.replies.is_empty() {
            return Err(failed(Cause::Injected));
        }
        steps.push(Step::new(Stage::StartTls, &reply));
        Ok(())
    }

    /// The same connection inside TLS, knowing nothing of what was said before.
    async fn encrypt(self, server: &Server, steps: &mut Vec<Step>) -> Result<Self, Reason> {
        let shaken = limited(self.deadlines.connect, async {
            let connector = server.tls().await?;
            Ok(tls::handshake(connector, &server.name, self.wire).await?)
        });
        let failed = |cause| Reason {
            stage: Stage::Tls,
            cause,
        };
        let (wire, version) = shaken.await.map_err(failed)?;
        steps.push(Step::new(
            Stage::Tls,
            format!("{version}, certificate verified"),
        ));
        Ok(Self {
            wire: Box::new(wire),
            replies: ReplyBuffer::default(),
            extensions: Vec::new(),
            pipelining: false,
            ..self
        })
    }

    async fn within<T>(
        &mut self,
        stage: Stage,
        step: impl AsyncFnOnce(&mut Self) -> Result<T, Cause>,
    ) -> Result<T, Reason> {
        let done = limited(self.deadlines.of(stage), step(self)).await;
        done.map_err(|cause| self.fail(stage, cause))
    }

    /// Takes a reply for the answer to a command: `class` begins the code that says yes.
    fn expect(&mut self, class: u16, stage: Stage, reply: Reply) -> Result<Reply, Reason> {
        if reply.code() / 100 == class {
            if stage == Stage::Mail {
                self.said_to_mail = Some(reply.clone());
            }
            return Ok(reply);
        }
        match reply.code() {
            421 => Err(self.fail(stage, Cause::Refused(reply))),
            400..=599 => {
                let cause = Cause::Refused(reply);
                Err(Reason { stage, cause })
            }
            _ => Err(self.fail(stage, Cause::OutOfStep)),
        }
    }

    /// A reason after which the session is not to be used again.
    fn fail(&mut self, stage: Stage, cause: Cause) -> Reason {
        self.broken = true;
        Reason { stage, cause }
    }
}

async fn limited<T>(
    limit: Duration,
    step: impl Future<Output = Result<T, Cause>>,
) -> Result<T, Cause> {
    let finished = tokio::time::timeout(limit, step).await;
    finished.unwrap_or(Err(Cause::TimedOut(limit)))
}

async fn connect(
    server: &Server,
    steps: &mut Vec<Step>,
) -> Result<(TcpStream, SocketAddr), Reason> {
    let settings = &server.settings;
    let connected = limited(settings.deadlines.connect, async {
        let stream = net::connect(settings.bare_host(), settings.port).await?;
        let (peer, local) = (stream.peer_addr()?, stream.local_addr()?);
        // The name was checked with the settings; this is where it led.
        if settings.security == Security::None && !peer.ip().to_canonical().is_loopback() {
            return Err(Cause::NotLoopback);
        }
        stream.set_nodelay(true)?;
        Ok((stream, local, peer))
    });
    let failed = |cause| Reason {
        stage: Stage::Connect,
        cause,
    };
    let (stream, local, peer) = connected.await.map_err(failed)?;
    steps.push(Step::new(Stage::Connect, peer));
    Ok((stream, local))
}

/// How a host without a name of its own greets (RFC 5321 section 4.1.3).
fn address_literal(local: SocketAddr) -> String {
    match local.ip().to_canonical() {
        std::net::IpAddr::V4(address) => format!("[{address}]"),
        std::net::IpAddr::V6(address) => format!("[IPv6:{address}]"),
    }
}
