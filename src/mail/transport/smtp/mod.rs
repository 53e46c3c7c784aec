//! Mail to a mail server by SMTP: one connection, kept between mails, content of one mail at a time.
//!
//! The connection is taken out while something is done with it and put back only when it is known
//! to be idle. Whatever interrupts in between (a deadline, a dropped future) closes it.

mod auth;
mod content;
mod probe;
pub(super) mod reply;
mod secret;
mod session;
mod settings;

pub use probe::{Probe, Problem, Step, probe};
pub use secret::SecretSource;
pub use settings::{AuthMechanism, Deadlines, Security, SettingsError, SmtpSettings};

use std::sync::Arc;

use tokio::sync::OnceCell;
use tokio::time::Instant;

use self::content::dot_stuffed;
use self::session::Session;
use super::reason::{Cause, Reason, Stage};
use super::{BoxFuture, Envelope, Handed, Outcome, Reply, Transport};
use crate::net::tls::{self, ServerName, TlsConnector};

/// A mail server whose settings have been checked; shared by all connections to it.
struct Server {
    settings: SmtpSettings,
    name: ServerName<'static>,
    tls: OnceCell<TlsConnector>,
}

impl Server {
    fn new(settings: SmtpSettings) -> Result<Self, SettingsError> {
        let name = settings.check()?;
        Ok(Self {
            settings,
            name,
            tls: OnceCell::new(),
        })
    }

    async fn tls(&self) -> Result<&TlsConnector, Cause> {
        let roots = || tls::connector(self.settings.extra_roots.clone());
        Ok(self.tls.get_or_try_init(roots).await?)
    }
}

/// Where the one connection stands between two calls.
#[derive(Default)]
enum Connection {
    /// There is none.
    #[default]
    Closed,
    /// Ready for a mail.
    Idle { session: Session, since: Instant },
    /// The server waits for the content of the mail that was offered.
    GoAhead(Session),
}

/// A transport to one mail server over one connection.
pub struct SmtpTransport {
    server: Arc<Server>,
    connection: Connection,
}

impl SmtpTransport {
    /// Checks the settings; connects only when the first mail is offered.
    ///
    /// # Errors
    /// [`SettingsError`] names the setting that can't be used.
    pub fn new(settings: SmtpSettings) -> Result<Self, SettingsError> {
        Ok(Self {
            server: Arc::new(Server::new(settings)?),
            connection: Connection::Closed,
        })
    }

    /// Another transport to the same server, with a connection of its own.
    #[must_use]
    pub fn another(&self) -> Self {
        Self {
            server: Arc::clone(&self.server),
            connection: Connection::Closed,
        }
    }

    async fn offer_content(&mut self, envelope: &Envelope) -> Result<(), Outcome> {
        if let Some(session) = self.take_idle() {
            match self.offer_over(session, envelope).await {
                // The server gave up the old connection before this mail was begun.
                Err(reason) if is_stale(&reason) => {
                    tracing::debug!(%reason, "connecting anew");
                }
                done => return done.map_err(before_content),
            }
        }
        let opened = Session::open(&self.server, &mut Vec::new()).await;
        let session = opened.map_err(before_content)?;
        let offered = self.offer_over(session, envelope).await;
        offered.map_err(before_content)
    }

    async fn offer_over(
        &mut self,
        mut session: Session,
        envelope: &Envelope,
    ) -> Result<(), Reason> {
        let offered = session.offer(envelope).await;
        match &offered {
            Ok(()) => self.connection = Connection::GoAhead(session),
            Err(_) => self.keep(session),
        }
        offered
    }

    async fn hand_over(&mut self, bytes: &[u8], next: Option<&Envelope>) -> Handed {
        let mut session = match std::mem::take(&mut self.connection) {
            Connection::GoAhead(session) => session,
            other => {
                self.connection = other;
                return before_content(in_content(Cause::NotOffered)).into();
            }
        };
        let stuffed = match dot_stuffed(bytes) {
            Ok(stuffed) => stuffed,
            Err(cause) => {
                let reason = in_content(cause);
                return Outcome::Failed { reason }.into();
            }
        };
        if let Err(cause) = session.in_step() {
            let reason = in_content(cause);
            return Outcome::Deferred { reason }.into();
        }
        let answers = session.content(stuffed, next).await;
        match &answers.next {
            Some(Ok(())) => self.connection = Connection::GoAhead(session),
            _ => self.keep(session),
        }
        let outcome = match answers.content {
            Ok(reply) => Outcome::Accepted { reply },
            Err(reason) => match reason.reply().map(Reply::code) {
                Some(500..) => Outcome::Failed { reason },
                Some(_) => Outcome::Deferred { reason },
                None => Outcome::Unknown { reason },
            },
        };
        let next = answers.next.map(|next| next.map_err(before_content));
        Handed { outcome, next }
    }

    /// Keeps the connection for the next mail, if it can still be trusted.
    fn keep(&mut self, session: Session) {
        if session.is_usable() {
            let since = Instant::now();
            self.connection = Connection::Idle { session, since };
        }
    }

    /// The idle connection, if it is still to be trusted. Any other state is given up.
    fn take_idle(&mut self) -> Option<Session> {
        match std::mem::take(&mut self.connection) {
            Connection::Idle { session, since }
                if since.elapsed() < self.server.settings.deadlines.idle =>
            {
                Some(session)
            }
            _ => None,
        }
    }
}

impl Transport for SmtpTransport {
    fn name(&self) -> String {
        format!("smtp {}", self.server.settings.host)
    }

    fn offer<'a>(&'a mut self, envelope: &'a Envelope) -> BoxFuture<'a, Result<(), Outcome>> {
        Box::pin(self.offer_content(envelope))
    }

    fn content<'a>(
        &'a mut self,
        bytes: &'a [u8],
        next: Option<&'a Envelope>,
    ) -> BoxFuture<'a, Handed> {
        Box::pin(self.hand_over(bytes, next))
    }

    fn close(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            if let Some(session) = self.take_idle() {
                // A server that does not answer a goodbye is left all the same.
                let _ = session.quit().await;
            }
        })
    }
}

/// Whether an idle connection turned out to be gone when the next mail was to begin on it.
fn is_stale(reason: &Reason) -> bool {
    let at_the_start = matches!(reason.stage, Stage::Reset | Stage::Mail);
    let waited = matches!(reason.cause, Cause::TimedOut(_));
    let refused = reason.reply().is_some_and(|reply| reply.code() != 421);
    at_the_start && !waited && (!refused || reason.stage == Stage::Reset)
}

/// The outcome of a mail of which no content was sent. Only a refusal of this very mail is final:
/// one that any mail would have met is a matter of settings, and passes when they are right.
fn before_content(reason: Reason) -> Outcome {
    let refused = reason.reply().is_some_and(|reply| reply.code() >= 500);
    if refused && !reason.concerns_every_mail() {
        Outcome::Failed { reason }
    } else {
        Outcome::Deferred { reason }
    }
}

fn in_content(cause: Cause) -> Reason {
    Reason {
        stage: Stage::Content,
        cause,
    }
}
