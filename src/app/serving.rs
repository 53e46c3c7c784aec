//! Who serves the join page, and under which name this Greenroom is known there.

use std::net::SocketAddr;

use tokio::sync::watch;

use super::{App, AppError, From, Wiring, made_once};
use crate::domain::filter::Filter;

const INSTANCE: &str = "instance";

/// Whether the join page can be reached where this process was to serve it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Serving {
    /// This process does not serve it, and was not asked to.
    Off,
    /// This process serves it there.
    Here(SocketAddr),
    /// Another Greenroom on the same database serves it there.
    Elsewhere(SocketAddr),
    /// It can't be served there: links lead to whatever else answers, or to nothing.
    Not {
        /// Where it was to be served.
        listen: SocketAddr,
        /// What stands in the way.
        why: InTheWay,
    },
}

/// What stands in the way of serving the join page at its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InTheWay {
    /// A Greenroom with another database has the port.
    AnotherGreenroom,
    /// Another program has it.
    AnotherProgram,
    /// This user may not use it.
    NotAllowed,
    /// The address belongs to another machine.
    NotHere,
    /// Something else, as the system says it.
    Other(String),
}

impl InTheWay {
    /// In a few words, after the address.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::AnotherGreenroom => "is taken by a Greenroom with another database".to_owned(),
            Self::AnotherProgram => "is taken by another program".to_owned(),
            Self::NotAllowed => "may not be used by this user".to_owned(),
            Self::NotHere => "is not an address of this machine".to_owned(),
            Self::Other(error) => format!("can't be used: {error}"),
        }
    }

    /// In a word or two, after the port.
    #[must_use]
    pub const fn brief(&self) -> &'static str {
        match self {
            Self::AnotherGreenroom => "another Greenroom's",
            Self::AnotherProgram => "taken",
            Self::NotAllowed => "not allowed",
            Self::NotHere => "not this machine's",
            Self::Other(_) => "unusable",
        }
    }

    /// What helps: at length, and in a word or two. A port that becomes free is taken by itself.
    #[must_use]
    pub const fn remedy(&self) -> [&'static str; 2] {
        match self {
            Self::AnotherGreenroom | Self::AnotherProgram => {
                ["free it or set server.listen", "free it"]
            }
            Self::NotAllowed | Self::NotHere | Self::Other(_) => {
                ["set server.listen", "set server.listen"]
            }
        }
    }
}

/// Whose links need the join page of this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Affected {
    /// How many interviews ahead have a live link.
    pub count: u64,
    /// The candidates of the first of them, soonest first.
    pub first: Vec<String>,
}

/// The interviews whose links may still be clicked.
const AFFECTED: &str = "when:ahead -link:missing -link:revoked -link:cancelled -link:expired";
/// How many are named.
const NAMED: usize = 3;

impl App {
    /// Whose links lead astray while the join page can't be served.
    ///
    /// # Errors
    /// The store's.
    pub async fn affected(&self) -> Result<Affected, AppError> {
        let filter = Filter::parse(AFFECTED).unwrap_or_default();
        let window = self.window(&filter, From::Start, NAMED).await?;
        let names = window.rows.into_iter();
        Ok(Affected {
            count: self.count(&filter).await?,
            first: names.map(|row| row.interview.candidate_name).collect(),
        })
    }

    /// Whether the join page is served. Links under a base URL on another machine do not depend on it.
    #[must_use]
    pub fn serving(&self) -> watch::Receiver<Serving> {
        self.inner.serving.subscribe()
    }

    /// Says whether the join page is served; whoever serves it knows.
    pub fn set_serving(&self, serving: Serving) {
        self.inner.serving.send_if_modified(|current| {
            let changed = *current != serving;
            *current = serving;
            changed
        });
    }

    /// Tells this database from every other one: made once, answered at `/healthz`. Says nothing about it.
    #[must_use]
    pub fn instance(&self) -> &str {
        &self.inner.instance
    }
}

/// Reads the identifier of the database, or makes it.
pub(super) async fn instance(wiring: &Wiring) -> Result<String, AppError> {
    let make = || wiring.chance.session_key().simple().to_string();
    if wiring.store.read_only().is_some() {
        let kept = wiring.store.read(|read| read.setting(INSTANCE)).await?;
        return Ok(kept.unwrap_or_default());
    }
    made_once(&wiring.store, INSTANCE, make).await
}
