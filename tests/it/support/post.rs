//! A mail server in memory: answers as it is told, and keeps what it was handed.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use greenroom::mail::transport::{
    self, BoxFuture, Cause, Envelope, Outcome, Reason, Reply, Stage, Transport,
};
use tokio::sync::Notify;

/// What the server does with one mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// `250 2.0.0 queued as 1`, and so on.
    Accept,
    /// `451` to the recipient: no content leaves.
    Later,
    /// `550` to the recipient: no content leaves.
    Never,
    /// `452` after the content.
    LaterAfterContent,
    /// `554` after the content.
    NeverAfterContent,
    /// The connection breaks after the content.
    Lost,
    /// No answer to the recipient until [`Post::let_go`]; then as usual.
    HangBefore,
    /// The same, but then `451`.
    HangThenLater,
    /// No answer to the content until [`Post::let_go`]; then accepted.
    HangAfter,
    /// Kept on this machine.
    Store,
    /// Nobody answers: any other mail would have met the same.
    Unreachable,
    /// The same, said of a connection with the recipient's address in it.
    UnreachableFor,
}

/// A mail as it was handed over.
#[derive(Clone, PartialEq, Eq)]
pub struct Handed {
    pub envelope: Envelope,
    pub bytes: Vec<u8>,
}

#[derive(Default)]
struct Desk {
    script: VecDeque<Answer>,
    offers: usize,
    handed: Vec<Handed>,
    accepted: usize,
}

/// The server's side; hands out as many transports as are asked for.
#[derive(Clone, Default)]
pub struct Post {
    desk: Arc<Mutex<Desk>>,
    hanging: Arc<Notify>,
    go: Arc<Notify>,
}

impl Post {
    /// What happens to the next mails, in order; afterwards all are accepted.
    pub fn answers(&self, answers: impl IntoIterator<Item = Answer>) {
        self.desk.lock().unwrap().script.extend(answers);
    }

    /// Drops the answers that were not given.
    pub fn forget(&self) {
        self.desk.lock().unwrap().script.clear();
    }

    /// Every mail whose content left, in order.
    pub fn handed(&self) -> Vec<Handed> {
        self.desk.lock().unwrap().handed.clone()
    }

    /// How often a mail was offered.
    pub fn offers(&self) -> usize {
        self.desk.lock().unwrap().offers
    }

    /// Waits until a mail hangs.
    pub async fn hangs(&self) {
        self.hanging.notified().await;
    }

    /// Lets a mail that hangs go on.
    pub fn let_go(&self) {
        self.go.notify_one();
    }

    pub fn transport(&self) -> Box<dyn Transport> {
        Box::new(Counter {
            post: self.clone(),
            offered: None,
        })
    }

    async fn hang(&self) {
        self.hanging.notify_one();
        self.go.notified().await;
    }

    fn accept(&self) -> Outcome {
        let mut desk = self.desk.lock().unwrap();
        desk.accepted += 1;
        Outcome::Accepted {
            reply: Reply::new(250, &format!("2.0.0 queued as {}", desk.accepted)),
        }
    }
}

struct Counter {
    post: Post,
    offered: Option<(Answer, Envelope)>,
}

fn refused(stage: Stage, code: u16, text: &str) -> Reason {
    Reason {
        stage,
        cause: Cause::Refused(Reply::new(code, text)),
    }
}

impl Transport for Counter {
    fn name(&self) -> String {
        "smtp mx.acme.example".to_owned()
    }

    fn offer<'a>(&'a mut self, envelope: &'a Envelope) -> BoxFuture<'a, Result<(), Outcome>> {
        Box::pin(async move {
            let answer = {
                let mut desk = self.post.desk.lock().unwrap();
                desk.offers += 1;
                desk.script.pop_front().unwrap_or(Answer::Accept)
            };
            match answer {
                Answer::HangBefore => self.post.hang().await,
                Answer::Later | Answer::HangThenLater => {
                    if answer == Answer::HangThenLater {
                        self.post.hang().await;
                    }
                    let reason = refused(Stage::Recipient, 451, "4.7.1 try again later");
                    return Err(Outcome::Deferred { reason });
                }
                Answer::Unreachable => {
                    let reason = Reason {
                        stage: Stage::Connect,
                        cause: Cause::Closed,
                    };
                    return Err(Outcome::Deferred { reason });
                }
                Answer::UnreachableFor => {
                    let words = format!("4.3.2 nothing for {} now", envelope.recipient());
                    let reason = refused(Stage::Greeting, 421, &words);
                    return Err(Outcome::Deferred { reason });
                }
                Answer::Never => {
                    let to = format!("5.1.1 <{}> no such user", envelope.recipient());
                    let reason = refused(Stage::Recipient, 550, &to);
                    return Err(Outcome::Failed { reason });
                }
                _ => {}
            }
            self.offered = Some((answer, envelope.clone()));
            Ok(())
        })
    }

    fn content<'a>(
        &'a mut self,
        bytes: &'a [u8],
        _: Option<&'a Envelope>,
    ) -> BoxFuture<'a, transport::Handed> {
        Box::pin(async move { self.take(bytes).await.into() })
    }
}

impl Counter {
    async fn take(&mut self, bytes: &[u8]) -> Outcome {
        let (answer, envelope) = self.offered.take().unwrap();
        self.post.desk.lock().unwrap().handed.push(Handed {
            envelope,
            bytes: bytes.to_vec(),
        });
        match answer {
            Answer::LaterAfterContent => Outcome::Deferred {
                reason: refused(Stage::Content, 452, "4.3.1 mail system full"),
            },
            Answer::NeverAfterContent => Outcome::Failed {
                reason: refused(Stage::Content, 554, "5.7.1 rejected"),
            },
            Answer::Lost => Outcome::Unknown {
                reason: Reason {
                    stage: Stage::Content,
                    cause: Cause::Closed,
                },
            },
            Answer::Store => Outcome::Stored {
                path: "mailbox/new/1".to_owned(),
            },
            Answer::HangAfter => {
                self.post.hang().await;
                self.post.accept()
            }
            _ => self.post.accept(),
        }
    }
}
