//! One connection's share of the outbox: mail after mail, each mark committed before what it promises.
//!
//! The outcome of a mail, the second mark of the next and the claim of the one after are one commit, and the envelope
//! of that one travels behind the content: one commit and one round trip a mail.

use std::time::Duration;

use tokio::time::sleep;

use super::steps::{Step, Stepped, Verdict};
use super::{Shared, Stop};
use crate::mail::transport::{Envelope, Transport};
use crate::store::Outgoing;

// How long it waits before it tries the database again.
const BREATH: Duration = Duration::from_millis(500);

/// A mail that this process has claimed, with its envelope.
struct Claimed {
    mail: Outgoing,
    envelope: Envelope,
}

/// One transport, and what it is in the middle of.
pub(super) struct Lane {
    transport: Box<dyn Transport>,
    // What is known and not yet kept: it can't be asked for a second time.
    done: Vec<(Outgoing, Verdict)>,
}

impl Lane {
    pub(super) fn new(transport: Box<dyn Transport>) -> Self {
        Self {
            transport,
            done: Vec::new(),
        }
    }

    pub(super) fn transport(&mut self) -> &mut dyn Transport {
        &mut *self.transport
    }

    /// Sends what is due until nothing is, or until asked to stop.
    pub(super) async fn drain(&mut self, shared: &Shared, stop: &Stop) {
        let mut waiting: Option<Claimed> = None;
        loop {
            let claimed = match waiting.take() {
                Some(claimed) => claimed,
                None => match self.next(shared, stop).await {
                    Some(claimed) => claimed,
                    None => break,
                },
            };
            if stop.asked() {
                self.release(shared, &claimed.mail).await;
                break;
            }
            match self.transport.offer(&claimed.envelope).await {
                Ok(()) => waiting = self.hand_over(shared, stop, claimed).await,
                Err(refused) => self.note(shared, claimed.mail, refused.into()),
            }
        }
        if !self.done.is_empty() {
            self.keep(shared, Step::default()).await;
        }
    }

    // Hands over a mail that has the go-ahead, and every one after it whose envelope could travel along. Gives back a
    // mail that is claimed and has to be offered anew.
    async fn hand_over(&mut self, shared: &Shared, stop: &Stop, first: Claimed) -> Option<Claimed> {
        let mut current = first;
        loop {
            // Nobody waits for a turn while a server waits.
            let claims = !stop.asked();
            let step = Step {
                begin: Some(current.mail.id),
                claims,
            };
            let stepped = self.keep(shared, step).await;
            let next = stepped.next.and_then(|mail| self.addressed(shared, mail));
            if !stepped.begun {
                // Taken back while the server was asked: the next offer abandons this one.
                return next;
            }
            let envelope = next.as_ref().map(|next| &next.envelope);
            let bytes = &current.mail.mime;
            let handed = self.transport.content(bytes, envelope).await;
            self.note(shared, current.mail, handed.outcome.into());
            match (next, handed.next) {
                (Some(next), Some(Ok(()))) => current = next,
                (Some(next), Some(Err(refused))) => {
                    self.note(shared, next.mail, refused.into());
                    return None;
                }
                (next, _) => return next,
            }
        }
    }

    // Claims the next mail that is due, when it is its turn.
    async fn next(&mut self, shared: &Shared, stop: &Stop) -> Option<Claimed> {
        let step = Step {
            begin: None,
            claims: true,
        };
        while !stop.asked() {
            let Stepped { next, later, .. } = self.keep(shared, step).await;
            match (next, later) {
                (Some(mail), _) => {
                    if let Some(claimed) = self.addressed(shared, mail) {
                        return Some(claimed);
                    }
                }
                (None, Some(later)) => {
                    let left = later.duration_since(shared.app.running());
                    tokio::select! {
                        () = sleep(Duration::try_from(left).unwrap_or_default()) => {}
                        () = stop.wait() => {}
                    }
                }
                (None, None) => break,
            }
        }
        None
    }

    fn addressed(&mut self, shared: &Shared, mail: Outgoing) -> Option<Claimed> {
        match Envelope::new(mail.sender.clone(), mail.address.clone()) {
            Ok(envelope) => Some(Claimed { mail, envelope }),
            Err(error) => {
                self.note(shared, mail, Verdict::Failed(error.to_string()));
                None
            }
        }
    }

    fn note(&mut self, shared: &Shared, mail: Outgoing, verdict: Verdict) {
        shared.hear();
        self.done.push((mail, verdict));
    }

    // Commits what is known, and what is to be done next. What is known is kept, however long the database refuses.
    async fn keep(&mut self, shared: &Shared, step: Step) -> Stepped {
        loop {
            let done: Vec<_> = self
                .done
                .iter()
                .map(|(mail, verdict)| (mail.id, verdict.clone()))
                .collect();
            match shared.step(done, step).await {
                Ok(stepped) => {
                    // Where nothing was written, nothing is known.
                    if stepped.wrote() || !self.done.is_empty() {
                        shared.complain(None);
                    }
                    self.done.clear();
                    return stepped;
                }
                Err(error) => {
                    tracing::error!(%error, "the outbox can't be written; trying again");
                    shared.complain(Some(error.cause()));
                    sleep(BREATH).await;
                    // Nothing new is begun while the database refuses.
                    if self.done.is_empty() {
                        return Stepped::default();
                    }
                }
            }
        }
    }

    async fn release(&mut self, shared: &Shared, mail: &Outgoing) {
        if let Err(error) = shared.release(mail).await {
            tracing::error!(%error, "a mail could not be given back; the next look around takes it up");
        }
    }
}
