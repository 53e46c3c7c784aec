//! One mail after the other over a session: envelope, go-ahead, content, verdict.
//!
//! Where the server offers PIPELINING (RFC 2920), commands travel in groups: MAIL, RCPT and DATA
//! together, and behind a mail's content the same three for the mail that comes next. The content
//! of a second mail is never part of a group.
//!
//! Replies bear no name; their order alone says what each of them answers. So all replies to a
//! group are awaited before any is believed, and when one is missing, too many or in the wrong
//! place, nobody knows what became of the content that led the group.

use tokio::io::AsyncWriteExt as _;

use super::super::super::Envelope;
use super::super::super::reason::{Cause, Reason, Stage};
use super::super::reply::Reply;
use super::{Session, limited};

/// One command of an envelope, and the class of reply that says yes to it.
struct Command {
    stage: Stage,
    line: String,
    class: u16,
}

impl Command {
    fn new(stage: Stage, line: impl Into<String>, class: u16) -> Self {
        let line = line.into();
        Self { stage, line, class }
    }

    fn envelope(envelope: &Envelope) -> [Self; 3] {
        let from = format!("MAIL FROM:<{}>", envelope.sender());
        let to = format!("RCPT TO:<{}>", envelope.recipient());
        [
            Self::new(Stage::Mail, from, 2),
            Self::new(Stage::Recipient, to, 2),
            Self::new(Stage::Data, "DATA", 3),
        ]
    }
}

fn append(group: &mut Vec<u8>, commands: &[Command]) {
    for command in commands {
        group.extend_from_slice(command.line.as_bytes());
        group.extend_from_slice(b"\r\n");
    }
}

/// What the server made of a mail, and of the envelope that came behind it.
pub(in super::super) struct Answers {
    /// The verdict on the mail. Only 250 is a yes; an `Err` without a reply means that nobody knows.
    pub(in super::super) content: Result<Reply, Reason>,
    /// The go-ahead or refusal of the next mail; `None` when it has to be offered anew.
    pub(in super::super) next: Option<Result<(), Reason>>,
}

impl Answers {
    fn alone(content: Result<Reply, Reason>) -> Self {
        let next = None;
        Self { content, next }
    }

    fn unknown(cause: Cause) -> Self {
        Self::alone(Err(in_content(cause)))
    }
}

impl Session {
    /// Everything up to the go-ahead for content.
    pub(in super::super) async fn offer(&mut self, envelope: &Envelope) -> Result<(), Reason> {
        let reset = self
            .needs_reset
            .then(|| Command::new(Stage::Reset, "RSET", 2));
        let commands: Vec<Command> = reset
            .into_iter()
            .chain(Command::envelope(envelope))
            .collect();
        let first = commands
            .first()
            .map_or(Stage::Mail, |command| command.stage);
        self.needs_reset = true;
        if self.pipelining {
            let mut group = Vec::new();
            append(&mut group, &commands);
            let written = self.within(first, async |it| {
                it.in_step()?;
                it.write(&group).await
            });
            written.await?;
            return self.answers_to(&commands).await;
        }
        for command in &commands {
            self.exchange(command.stage, &command.line, command.class)
                .await?;
        }
        Ok(())
    }

    /// Writes content that [`dot_stuffed`](super::super::content::dot_stuffed) has prepared, with
    /// the next envelope behind it where the server offers PIPELINING, and reads the verdict.
    pub(in super::super) async fn content(
        &mut self,
        stuffed: Vec<u8>,
        next: Option<&Envelope>,
    ) -> Answers {
        let mut group = stuffed;
        let next = next.filter(|_| self.pipelining).map(Command::envelope);
        append(&mut group, next.as_ref().map_or(&[], |next| next));
        if let Err(cause) = self.write(&group).await {
            self.broken = true;
            return Answers::unknown(cause);
        }
        let reply = match self
            .within(Stage::Content, async |it| it.reply().await)
            .await
        {
            Ok(reply) => reply,
            Err(reason) => return Answers::alone(Err(reason)),
        };
        let verdict = match self.expect(2, Stage::Content, reply) {
            Ok(reply) if reply.code() != 250 => return self.out_of_step(),
            Err(reason) if reason.reply().is_none() => return Answers::alone(Err(reason)),
            // It takes its leave: nothing more is to be awaited.
            Err(reason) if self.broken => return Answers::alone(Err(reason)),
            verdict => verdict,
        };
        let Some(next) = next else {
            self.needs_reset = verdict.is_err();
            return match self.in_step() {
                Err(Cause::OutOfStep) => self.out_of_step(),
                _ => Answers::alone(verdict),
            };
        };
        self.verdict_and_next(verdict, &next).await
    }

    /// Reads the answers to the envelope behind a mail, and weighs them with the verdict.
    async fn verdict_and_next(
        &mut self,
        verdict: Result<Reply, Reason>,
        next: &[Command],
    ) -> Answers {
        let said_before = self.said_to_mail.clone();
        let offered = self.answers_to(next).await;
        if !self.broken && self.in_step() == Err(Cause::OutOfStep) {
            return self.out_of_step();
        }
        let certain = match (&offered, &verdict) {
            // The go-ahead can't be mistaken for another answer, and stands in its place.
            (Ok(()), _) => true,
            (Err(Reason { cause, .. }), _) if *cause == Cause::OutOfStep => false,
            // With a yes to MAIL and everything answered, a reply too few or too many would show.
            // Otherwise a yes to MAIL could stand in the place of the verdict: it is told by its words.
            (Err(reason), Ok(reply)) => {
                let whole = !self.broken && reason.stage != Stage::Mail;
                whole || said_before.as_ref() != Some(reply)
            }
            // The other way round, what came as a yes to MAIL could be the verdict.
            (Err(reason), Err(_)) => {
                !matches!(reason.cause, Cause::TimedOut(_)) && self.said_to_mail == said_before
            }
        };
        if !certain {
            return self.out_of_step();
        }
        let next = match offered {
            Ok(()) => (!self.broken).then_some(Ok(())),
            // A mail refused and MAIL right behind it: some servers want RSET in between. And 421 to
            // MAIL speaks of the connection.
            Err(reason) if reason.stage == Stage::Mail => reason
                .reply()
                .is_some_and(|reply| reply.code() != 421 && verdict.is_ok())
                .then_some(Err(reason)),
            Err(reason) => reason.reply().is_some().then_some(Err(reason)),
        };
        Answers {
            content: verdict,
            next,
        }
    }

    /// Reads the answers to commands that were sent together, all of them.
    async fn answers_to(&mut self, commands: &[Command]) -> Result<(), Reason> {
        let mut refusal: Option<Reason> = None;
        for &Command { stage, class, .. } in commands {
            let mut answer = match self.within(stage, async |it| it.reply().await).await {
                Ok(reply) => self.expect(class, stage, reply),
                Err(reason) => Err(reason),
            };
            if refusal.is_some() && answer.is_ok() {
                answer = if stage == Stage::Data {
                    // A go-ahead without a recipient is ended by a lone dot, whatever is said to
                    // that (RFC 2920 section 3.1).
                    self.command(Stage::Content, ".").await
                } else {
                    // Nothing can follow a refused MAIL or RSET but refusals.
                    Err(self.fail(stage, Cause::OutOfStep))
                };
            }
            match answer {
                Ok(_) => {}
                // The server left; what it said before that stands.
                Err(reason) if self.broken => {
                    let out_of_turn = matches!(reason.cause, Cause::OutOfStep | Cause::TimedOut(_));
                    return Err(refusal.filter(|_| !out_of_turn).unwrap_or(reason));
                }
                Err(reason) => {
                    refusal.get_or_insert(reason);
                }
            }
        }
        refusal.map_or(Ok(()), Err)
    }

    /// Writes all of it; the server has a block's time for each part that it takes.
    async fn write(&mut self, bytes: &[u8]) -> Result<(), Cause> {
        let block = self.deadlines.block;
        let mut rest = bytes;
        while !rest.is_empty() {
            let written = limited(block, async { Ok(self.wire.write(rest).await?) }).await?;
            rest = rest.get(written..).unwrap_or_default();
            if written == 0 {
                return Err(Cause::Closed);
            }
        }
        limited(block, async { Ok(self.wire.flush().await?) }).await
    }

    fn out_of_step(&mut self) -> Answers {
        self.broken = true;
        Answers::unknown(Cause::OutOfStep)
    }
}

fn in_content(cause: Cause) -> Reason {
    let stage = Stage::Content;
    Reason { stage, cause }
}
