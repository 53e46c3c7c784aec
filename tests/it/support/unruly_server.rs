//! A mail server whose replies come late, in pieces, run together, twice, out of order, cut off or
//! not at all, drawn from a seed. It keeps an honest record of the mail that it took.
//!
//! Each connection suffers at most one of the faults that shift replies against commands; a server
//! that both loses one reply and says another twice can't be told from an orderly one.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;

/// Small, quick and the same everywhere: splitmix64.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    pub fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }

    pub fn millis(&mut self, bound: u64) -> Duration {
        Duration::from_micros(self.below(bound * 1000))
    }
}

/// What goes wrong with one reply of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Nothing.
    None,
    /// It is never sent.
    Lost,
    /// It is sent twice, the second time perhaps a little later.
    Doubled,
    /// It changes places with the next one.
    Exchanged,
    /// The connection ends within it.
    Cut,
    /// It comes after the client's patience has ended.
    Late,
}

const FAULTS: [Fault; 8] = [
    Fault::None,
    Fault::None,
    Fault::Lost,
    Fault::Lost,
    Fault::Doubled,
    Fault::Exchanged,
    Fault::Cut,
    Fault::Late,
];

/// A mail that the server took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub from: String,
    pub bytes: Vec<u8>,
}

/// What the server did.
#[derive(Debug, Default, Clone)]
pub struct Record {
    pub taken: Vec<Taken>,
    /// The fault of each connection, if it came to it.
    pub faults: Vec<Fault>,
    pub connections: usize,
    pub go_aheads_for_nobody: usize,
}

pub struct UnrulyServer {
    address: SocketAddr,
    record: Arc<Mutex<Record>>,
    task: JoinHandle<()>,
}

impl Drop for UnrulyServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl UnrulyServer {
    /// `calm`: replies are late by little, in pieces or run together, and nothing worse.
    pub async fn start(seed: u64, calm: bool, patience: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let record = Arc::<Mutex<Record>>::default();
        let shared = Arc::clone(&record);
        let task = tokio::spawn(async move {
            let mut dice = Dice::new(seed);
            // Most servers have words of their own for each reply; some say `250 ok` to everything.
            let terse = !calm && dice.percent(25);
            let pipelining = dice.percent(80);
            let mut connections = JoinSet::new();
            while let Ok((wire, _)) = listener.accept().await {
                let number = {
                    let mut record = shared.lock().unwrap();
                    record.connections += 1;
                    record.connections as u64
                };
                let mut dice = Dice::new(seed ^ (number << 32));
                let conversation = Conversation {
                    fault: if calm {
                        Fault::None
                    } else {
                        dice.pick(&FAULTS)
                    },
                    // Within the first few mails.
                    countdown: 1 + dice.below(18),
                    eager: dice.percent(30),
                    record: Arc::clone(&shared),
                    unread: Vec::new(),
                    unsent: Vec::new(),
                    kept_back: None,
                    dice,
                    wire,
                    terse,
                    pipelining,
                    patience,
                };
                connections.spawn(conversation.hold());
            }
        });
        Self {
            address,
            record,
            task,
        }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn record(&self) -> Record {
        self.record.lock().unwrap().clone()
    }
}

/// The connection is over.
struct Over;

impl From<std::io::Error> for Over {
    fn from(_: std::io::Error) -> Self {
        Self
    }
}

struct Conversation {
    wire: TcpStream,
    dice: Dice,
    record: Arc<Mutex<Record>>,
    fault: Fault,
    /// Replies until the fault.
    countdown: u64,
    terse: bool,
    pipelining: bool,
    /// A go-ahead is given even when no recipient was accepted.
    eager: bool,
    patience: Duration,
    unread: Vec<u8>,
    unsent: Vec<u8>,
    kept_back: Option<String>,
}

impl Conversation {
    async fn hold(mut self) {
        let _ = self.run().await;
    }

    async fn run(&mut self) -> Result<(), Over> {
        let (mut from, mut to) = (String::new(), String::new());
        self.say("220 mx.acme.example ESMTP").await?;
        loop {
            let line = self.line().await?;
            let line = String::from_utf8_lossy(&line).into_owned();
            match line.get(..4).unwrap_or_default() {
                "EHLO" if self.pipelining => {
                    self.say("250-mx.acme.example\r\n250 PIPELINING").await?;
                }
                "EHLO" => self.say("250 mx.acme.example").await?,
                "MAIL" if from.is_empty() => {
                    if self.agrees(5, "2.1.0 sender ok").await? {
                        from = address_in(&line);
                    }
                }
                "RCPT" if !from.is_empty() => {
                    if self.agrees(15, "2.1.5 recipient ok").await? {
                        to = address_in(&line);
                    }
                }
                "DATA" if !to.is_empty() => {
                    if self.dice.percent(4) {
                        self.refuse().await?;
                    } else {
                        self.say("354 go ahead").await?;
                        let bytes = self.content().await?;
                        let mail = Taken {
                            from: std::mem::take(&mut from),
                            bytes,
                        };
                        self.judge(mail).await?;
                        to.clear();
                    }
                }
                "DATA" if self.eager && !from.is_empty() => {
                    self.record.lock().unwrap().go_aheads_for_nobody += 1;
                    self.say("354 go ahead").await?;
                    assert_eq!(self.content().await?, b"", "content for nobody");
                    self.say("554 5.5.1 no valid recipients").await?;
                    from.clear();
                }
                "RSET" => {
                    from.clear();
                    to.clear();
                    self.say(self.yes("2.0.0 flushed")).await?;
                }
                "QUIT" => {
                    self.say("221 2.0.0 bye").await?;
                    return Err(Over);
                }
                _ => self.say("503 5.5.1 bad sequence of commands").await?,
            }
        }
    }

    fn yes(&self, words: &'static str) -> &'static str {
        if self.terse { "ok" } else { words }
    }

    async fn agrees(&mut self, refused: u64, words: &'static str) -> Result<bool, Over> {
        if self.dice.percent(refused) {
            self.refuse().await?;
            return Ok(false);
        }
        let reply = format!("250 {}", self.yes(words));
        self.say(&reply).await?;
        Ok(true)
    }

    async fn judge(&mut self, mail: Taken) -> Result<(), Over> {
        if self.dice.percent(15) {
            return self.refuse().await;
        }
        let reply = {
            // Before the reply: whoever has read it may look at once.
            let mut record = self.record.lock().unwrap();
            record.taken.push(mail);
            format!("2.0.0 queued as {}", record.taken.len())
        };
        let reply = if self.terse { "ok".to_owned() } else { reply };
        self.say(&format!("250 {reply}")).await
    }

    async fn refuse(&mut self) -> Result<(), Over> {
        // A server that loses a reply and then takes its leave in good order can't be told from
        // one that refused.
        if self.fault != Fault::Lost && self.dice.percent(20) {
            self.say("421 4.3.2 closing").await?;
            self.send().await?;
            // Bytes that nobody reads would take the reply with them.
            self.wire.shutdown().await?;
            while self.wire.read_buf(&mut self.unread).await? > 0 {}
            return Err(Over);
        }
        let words = [
            "451 4.3.0 later",
            "550 5.1.1 no\r\n",
            "550-5.7.1 no\r\n550 5.7.1 never",
        ];
        let reply = self.dice.pick(&words);
        self.say(reply.trim_end()).await
    }

    /// Says a reply, or what its fault makes of it.
    async fn say(&mut self, reply: &str) -> Result<(), Over> {
        let mut reply = format!("{reply}\r\n");
        self.countdown = self.countdown.saturating_sub(1);
        let mut fault = Fault::None;
        // Only what another command waits behind can change places.
        let may_happen = self.fault != Fault::Exchanged || !self.unread.is_empty();
        if self.countdown == 0 && self.fault != Fault::None && may_happen {
            fault = std::mem::replace(&mut self.fault, Fault::None);
            self.record.lock().unwrap().faults.push(fault);
            if fault == Fault::Lost {
                self.fault = Fault::Lost;
                self.countdown = u64::MAX;
            }
        }
        match fault {
            Fault::Lost => return Ok(()),
            Fault::Exchanged => {
                self.kept_back = Some(reply);
                return Ok(());
            }
            Fault::Late => {
                self.send().await?;
                sleep(self.patience + self.dice.millis(20)).await;
            }
            Fault::Cut => {
                let length = self.dice.below(reply.len() as u64);
                reply.truncate(usize::try_from(length).unwrap());
                self.unsent.extend_from_slice(reply.as_bytes());
                self.send().await?;
                return Err(Over);
            }
            Fault::Doubled | Fault::None => {}
        }
        self.unsent.extend_from_slice(reply.as_bytes());
        if let Some(earlier) = self.kept_back.take() {
            self.unsent.extend_from_slice(earlier.as_bytes());
        }
        if fault == Fault::Doubled {
            if self.dice.percent(50) {
                self.send().await?;
                sleep(self.dice.millis(4)).await;
            }
            self.unsent.extend_from_slice(reply.as_bytes());
        }
        // With more to answer, replies may run together.
        if self.unread.is_empty() || self.dice.percent(50) {
            self.send().await?;
        }
        Ok(())
    }

    /// Sends what was said, perhaps late, perhaps in pieces.
    async fn send(&mut self) -> Result<(), Over> {
        if self.dice.percent(25) {
            sleep(self.dice.millis(3)).await;
        }
        let bytes = std::mem::take(&mut self.unsent);
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let whole = self.dice.percent(70);
            let size = if whole {
                rest.len() as u64
            } else {
                1 + self.dice.below(rest.len() as u64)
            };
            let (piece, more) = rest.split_at(usize::try_from(size).unwrap());
            self.wire.write_all(piece).await?;
            if !more.is_empty() {
                sleep(self.dice.millis(2)).await;
            }
            rest = more;
        }
        Ok(())
    }

    async fn content(&mut self) -> Result<Vec<u8>, Over> {
        let mut message = Vec::new();
        loop {
            let line = self.line().await?;
            if line == b".\r\n" {
                return Ok(message);
            }
            message.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
    }

    async fn line(&mut self) -> Result<Vec<u8>, Over> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|pair| pair == b"\r\n") {
                return Ok(self.unread.drain(..end + 2).collect());
            }
            self.send().await?;
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
