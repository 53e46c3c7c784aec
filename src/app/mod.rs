//! The use-cases: the only door for every surface.
//!
//! The dashboard, the command line and everything to come call these and nothing below. Each use-case reads, decides
//! with the pure functions of the domain, and writes the outcome with its events in one transaction. Only the
//! dispatcher hands mail to a transport, and it reads only the outbox.

mod answers;
mod audit;
mod backup;
mod base_url;
mod batches;
mod change;
mod demo;
mod dispatch;
mod doctor;
mod door;
mod edges;
mod erase;
mod export;
mod import;
mod json;
mod ledger;
mod look;
mod marks;
mod news;
mod outbox;
mod pause;
mod plan;
mod report;
mod revise;
mod schedule;
mod sending;
mod serving;
mod steer;
mod take_back;
mod tokens;
mod transport;
mod underway;
mod why;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use tokio::sync::{Notify, watch};

pub use answers::{AppError, Nature, ScheduleError};
pub use audit::{Acknowledged, Audit, AuditPage, AuditPlace, Found, Group};
pub use base_url::{Answering, INSTANCE_HEADER, LedAstray};
pub use batches::{BatchStatus, Retry, Steer, Steered};
pub use change::{Change, Changed};
pub use demo::DemoError;
pub use dispatch::{Dispatcher, Stop};
pub use doctor::{Check, Health, Premises, check_mail};
pub use door::{Arrival, Join, Waiting};
pub use edges::{Chance, Clock, FixedClock, SystemChance, SystemClock};
pub use erase::Erased;
pub use export::{Export, Exported};
pub use import::{Format, Import, ImportError, ImportRequest, Progress, Stage};
pub use json::{DeliveryJson, InterviewJson};
pub use ledger::Ledger;
pub use look::{Dossier, From, Mail, MailOrigin, Preview};
pub use marks::{Marked, MarkedPlan};
pub use news::{News, NewsMark};
pub use pause::Pause;
pub use plan::{Action, CarriedOut, Chosen, Held, LinkStep, Plan, PlanRow, Selection, Step};
pub use report::Report;
pub use schedule::{MailWish, Schedule, Scheduled};
pub use sending::{Sending, SentBy};
pub use serving::{Affected, InTheWay, Serving};
pub use steer::Settlement;
pub use take_back::TakenBack;
pub use tokens::{Admission, NewToken, TokenError};
pub use transport::transports;
pub use underway::{Outbox, Underway};
pub use why::{FoundBy, Why};

pub use crate::mail::parts;
pub use crate::store::{
    ApiToken, Batch, Counts, Delivery, Horizon, Position, Row, Section, Settled, UnsentMail, Window,
};

use crate::config::Config;
use crate::domain::draft::Defaults;
use crate::domain::event::{Event, EventKind};
use crate::domain::invitable::LinkPolicy;
use crate::domain::session::{AccessWindow, LinkSecret};
use crate::domain::when::Zone;
use crate::mail::Sender;
use crate::render::templates::Templates;
use crate::store::{ReadOnly, Store, StoreError};

/// What an [`App`] is made of.
pub struct Wiring {
    /// The database.
    pub store: Store,
    /// The configuration.
    pub config: Config,
    /// The templates, checked.
    pub templates: Templates,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of keys.
    pub chance: Arc<dyn Chance>,
}

/// The use-cases. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
    // Who is acting, when it is not the person of the configuration.
    actor: Option<Arc<str>>,
}

struct Inner {
    wiring: Wiring,
    policy: LinkPolicy,
    // Rung when something was put into the outbox.
    bell: Notify,
    // How mail leaves by the configuration, in a few words.
    transport: String,
    sending: watch::Sender<Sending>,
    serving: watch::Sender<Serving>,
    instance: String,
}

const LINK_SECRET: &str = "link_secret";
const LAST_ZONE: &str = "last_zone";

impl App {
    /// Puts the parts together. Makes the secret of link tokens if the database has none.
    ///
    /// # Errors
    /// When the secret can't be read or kept.
    pub async fn new(wiring: Wiring) -> Result<Self, AppError> {
        let transport = transport::transport_name(&wiring.config);
        let nobody = Sending {
            transport: transport.clone(),
            by: SentBy::Nobody,
        };
        let inner = Inner {
            policy: wiring.config.link_policy(),
            bell: Notify::new(),
            transport,
            sending: watch::channel(nobody).0,
            serving: watch::channel(Serving::Off).0,
            instance: serving::instance(&wiring).await?,
            wiring,
        };
        let app = Self {
            inner: Arc::new(inner),
            actor: None,
        };
        if app.read_only().is_none() {
            app.link_secret().await?;
        }
        Ok(app)
    }

    /// The time of decisions and of everything shown.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.wiring.clock.now()
    }

    /// The time by which holds and retries run.
    #[must_use]
    pub fn running(&self) -> Timestamp {
        self.inner.wiring.clock.running()
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.inner.wiring.config
    }

    /// When links open and close.
    #[must_use]
    pub fn access_window(&self) -> AccessWindow {
        self.inner.policy.window
    }

    /// Why nothing can be written, if so.
    #[must_use]
    pub fn read_only(&self) -> Option<String> {
        self.store().read_only().map(read_only_words)
    }

    /// Rises when anything was committed, by this process or another one.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.store().changes()
    }

    /// How mail leaves and who sends it.
    #[must_use]
    pub fn sending(&self) -> watch::Receiver<Sending> {
        self.inner.sending.subscribe()
    }

    /// The secret under which link tokens are signed; made on first use, never a default.
    ///
    /// # Errors
    /// The store's.
    pub async fn link_secret(&self) -> Result<LinkSecret, AppError> {
        let make = || write_secret(self.chance().secret());
        read_secret(&made_once(self.store(), LINK_SECRET, make).await?)
    }

    /// The zone with which a new form begins: the configured one, else the last that was chosen, else the machine's.
    ///
    /// # Errors
    /// The store's.
    pub async fn form_zone(&self) -> Result<Option<Zone>, AppError> {
        if let Some(zone) = &self.config().schedule.zone {
            return Ok(Some(zone.clone()));
        }
        let last = self.store().read(|read| read.setting(LAST_ZONE)).await?;
        Ok(last
            .and_then(|name| Zone::parse(&name).ok())
            .or_else(|| self.defaults().zone))
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.wiring.store
    }

    pub(crate) fn chance(&self) -> &dyn Chance {
        &*self.inner.wiring.chance
    }

    pub(crate) fn templates(&self) -> &Templates {
        &self.inner.wiring.templates
    }

    pub(crate) fn sender(&self) -> &Sender {
        self.config().sender()
    }

    pub(crate) fn policy(&self) -> &LinkPolicy {
        &self.inner.policy
    }

    /// What an empty field of a draft means.
    #[must_use]
    pub fn defaults(&self) -> Defaults {
        self.config().defaults()
    }

    pub(crate) fn horizon(&self) -> Horizon {
        Horizon::at(self.now(), &self.inner.policy.window)
    }

    /// Who is acting, for the timeline.
    pub(crate) fn actor(&self) -> String {
        self.actor
            .as_deref()
            .map_or_else(|| self.config().actor(), str::to_owned)
    }

    pub(crate) fn event(&self, kind: EventKind, detail: impl Into<String>) -> Event {
        Event {
            at: self.now(),
            actor: self.actor(),
            kind,
            detail: detail.into(),
        }
    }

    /// What happens by itself, without a person.
    pub(crate) fn own_event(&self, kind: EventKind, detail: impl Into<String>) -> Event {
        Event {
            at: self.now(),
            actor: "greenroom".to_owned(),
            kind,
            detail: detail.into(),
        }
    }

    /// Until when mail is held that is asked for now.
    pub(crate) fn held_until(&self, hold: Duration) -> Timestamp {
        self.running()
            .saturating_add(hold)
            .unwrap_or(Timestamp::MAX)
    }

    pub(crate) fn ring(&self) {
        self.inner.bell.notify_one();
    }
}

fn read_only_words(why: &ReadOnly) -> String {
    match why {
        ReadOnly::Newer(version) => format!(
            "this database was written by a newer Greenroom (version {version} of its tables): it is open for reading \
             only, and no mail leaves from here. Update Greenroom to change anything"
        ),
        ReadOnly::Disk(why) => format!(
            "the disk that holds the database can't be written ({why}): it is open for reading only, as it was when it \
             was opened, and no mail leaves from here. Let the disk take writes again to change anything"
        ),
    }
}

/// A setting that is made on first use and stays.
async fn made_once(
    store: &Store,
    name: &'static str,
    make: impl FnOnce() -> String,
) -> Result<String, AppError> {
    if let Some(kept) = store.read(move |read| read.setting(name)).await? {
        return Ok(kept);
    }
    let made = make();
    // Another process may have been quicker: what it made stands.
    let kept = store.write(move |write| match write.setting(name)? {
        Some(theirs) => Ok::<_, StoreError>(theirs),
        None => write.set_setting(name, &made).map(|()| made),
    });
    Ok(kept.await?)
}

fn write_secret(bytes: [u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn read_secret(text: &str) -> Result<LinkSecret, AppError> {
    let bytes = URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok());
    let unreadable = || StoreError::Unreadable("the secret of link tokens".to_owned());
    Ok(bytes.map(LinkSecret::new).ok_or_else(unreadable)?)
}
