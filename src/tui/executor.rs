//! Carries effects out by the use-cases of the app, and reports what happened as events. Knows no terminal.

mod bulk;
mod import;

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinError, JoinSet};

use super::browser;
use super::mail::MailParts;
use super::message::{AuditRead, Effect, Event, Request, SaveError, Tally};
use super::model::Slot;
use super::model::change::Deed;

use crate::app::{
    App, AppError, AuditPage, AuditPlace, Mail, MailOrigin, Preview, Schedule, ScheduleError,
    Scheduled, Serving, Settlement, parts,
};
use crate::domain::change::Ending;
use crate::domain::delivery::State;
use crate::domain::draft::Draft;
use crate::domain::filter::Filter;
use crate::domain::finding::{Code, Severity};
use crate::domain::ids::{DeliveryId, InterviewId};
use crate::domain::session::JoinLink;

// Typing that goes on within these times makes an earlier request pointless.
const TYPING: Duration = Duration::from_millis(120);
const SCROLLING: Duration = Duration::from_millis(25);

/// Runs effects in the background. What reads gives way to a newer request of its kind; what changes always ends.
pub struct Executor {
    app: App,
    events: mpsc::UnboundedSender<Event>,
    reading: HashMap<Slot, AbortHandle>,
    tasks: JoinSet<()>,
    changing: JoinSet<()>,
}

impl Executor {
    /// An executor, and where its events arrive.
    #[must_use]
    pub fn new(app: App) -> (Self, mpsc::UnboundedReceiver<Event>) {
        let (events, arriving) = mpsc::unbounded_channel();
        let executor = Self {
            app,
            events,
            reading: HashMap::new(),
            tasks: JoinSet::new(),
            changing: JoinSet::new(),
        };
        (executor, arriving)
    }

    /// Starts an effect. Returns it when it is the terminal's business.
    pub fn start(&mut self, effect: Effect) -> Option<Effect> {
        let app = self.app.clone();
        match effect {
            Effect::ReadWindow {
                request,
                filter,
                from,
                limit,
            } => self.read(Slot::Window, Duration::ZERO, async move {
                Event::WindowRead(
                    request,
                    app.window(&filter, from, limit).await.map_err(words),
                )
            }),
            Effect::Count { request, filter } => {
                let counted = count(app, self.events.clone(), request, filter);
                self.read(Slot::Count, SCROLLING, counted);
            }
            // Of its own, so that nobody waits for numbers that take longer.
            Effect::ReadWaiting => self.read(Slot::Waiting, Duration::ZERO, async move {
                Event::WaitingRead(app.waiting().await.map_err(words))
            }),
            Effect::CountElsewhere { request, filter } => {
                self.read(Slot::Elsewhere, Duration::ZERO, async move {
                    Event::CountedElsewhere(request, app.count(&filter).await.unwrap_or(0))
                });
            }
            Effect::ReadDetails { request, id } => {
                self.read(Slot::Details, SCROLLING, read_details(app, request, id));
            }
            Effect::ReadMail { request, id } => self.read(Slot::Mail, SCROLLING, async move {
                Event::MailRead(request, taken_apart(app.mail(id).await))
            }),
            Effect::ReadNextMail {
                request,
                action,
                id,
            } => {
                self.read(Slot::PlanMail, Duration::ZERO, async move {
                    Event::MailRead(request, taken_apart(app.planned_mail(action, id).await))
                });
            }
            Effect::Preview { request, draft } => self.read(Slot::Preview, TYPING, async move {
                Event::Previewed(request, preview(app, draft).await)
            }),
            Effect::ReadDelivery {
                interview,
                delivery,
            } => self.simply(read_delivery(app, interview, delivery)),
            Effect::OpenLink(link) => self.open_link(link),
            Effect::CountUnsent => {
                self.simply(async move { Event::CountedUnsent(app.unsent().await.map_err(words)) });
            }
            bulk @ (Effect::MakePlan { .. }
            | Effect::SavePlan { .. }
            | Effect::CarryOut { .. }
            | Effect::ReadIds { .. }
            | Effect::CheckMarks { .. }
            | Effect::SteerBatch { .. }) => return self.start_bulk(bulk),
            look @ Effect::LookThrough { .. } => self.look_through(look),
            Effect::Import { import } => self.import(*import),
            Effect::Schedule { request, schedule } => self.save(request, None, schedule),
            Effect::Revise {
                request,
                id,
                schedule,
            } => self.save(request, Some(id), schedule),
            Effect::Remove { id } => {
                self.change(async move { Event::Removed(app.remove(id).await.map_err(words)) });
            }
            Effect::TakeBack { delivery } => self.change(async move {
                Event::TookBack(delivery, app.take_back(delivery).await.map_err(words))
            }),
            effect @ (Effect::ReadAudit { .. } | Effect::ReadOutbox { .. }) => self.look(effect),
            Effect::Settle {
                delivery,
                settlement,
            } => self.change(settle(app, delivery, settlement)),
            Effect::Resume => {
                self.change(
                    async move { Event::Resumed(app.resume_outbox().await.map_err(words)) },
                );
            }
            Effect::Admit { id } => self.change(async move {
                Event::LetIn(app.admit(id).await.map(Box::new).map_err(words))
            }),
            Effect::Change { id, deed } => self
                .change(async move { Event::Changed(change(&app, id, deed).await.map_err(words)) }),
            terminal @ (Effect::Copy(_)
            | Effect::Ring
            | Effect::Suspend
            | Effect::Redraw
            | Effect::Quit) => {
                return Some(terminal);
            }
        }
        None
    }

    /// Waits until everything that changes something has ended.
    pub async fn finish(&mut self) {
        while self.changing.join_next().await.is_some() {}
    }

    /// Waits until nothing runs any more.
    pub async fn idle(&mut self) {
        self.finish().await;
        while self.tasks.join_next().await.is_some() {}
    }

    /// Forgets what has ended, and says whether a task has panicked.
    ///
    /// # Errors
    /// The panic.
    pub fn tidy(&mut self) -> Result<(), JoinError> {
        while let Some(ended) = self.tasks.try_join_next() {
            ended.or_else(|error| {
                if error.is_cancelled() {
                    Ok(())
                } else {
                    Err(error)
                }
            })?;
        }
        while let Some(ended) = self.changing.try_join_next() {
            ended?;
        }
        Ok(())
    }

    // What lies over the list.
    fn look(&mut self, effect: Effect) {
        let app = self.app.clone();
        match effect {
            Effect::ReadAudit {
                request,
                code,
                from,
                limit,
            } => self.read(Slot::Audit, SCROLLING, async move {
                let read = read_audit(&app, code, from, limit).await;
                Event::AuditRead(request, read.map_err(words))
            }),
            Effect::ReadOutbox {
                request,
                limit,
                batches,
            } => {
                self.read(Slot::Outbox, Duration::ZERO, async move {
                    Event::OutboxRead(request, app.outbox(limit, batches).await.map_err(words))
                });
            }
            _ => {}
        }
    }

    fn read(
        &mut self,
        slot: Slot,
        pause: Duration,
        work: impl Future<Output = Event> + Send + 'static,
    ) {
        let events = self.events.clone();
        let task = self.tasks.spawn(async move {
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            // Nobody listens any more when the dashboard has ended.
            let _ = events.send(work.await);
        });
        if let Some(older) = self.reading.insert(slot, task) {
            older.abort();
        }
    }

    fn simply(&mut self, work: impl Future<Output = Event> + Send + 'static) {
        let events = self.events.clone();
        self.tasks.spawn(async move {
            let _ = events.send(work.await);
        });
    }

    // The page that leads to the link stays for a while, or until the dashboard ends.
    fn open_link(&mut self, link: JoinLink) {
        let events = self.events.clone();
        let directory = self.app.config().paths.data_dir.clone();
        self.tasks.spawn(async move {
            let opened = browser::open(&link, &directory).await;
            let (page, told) = match opened {
                Ok(page) => (Some(page), Ok(())),
                Err(why) => (None, Err(why)),
            };
            let _ = events.send(Event::Opened(told));
            if page.is_some() {
                tokio::time::sleep(browser::STAYS).await;
            }
        });
    }

    fn change(&mut self, work: impl Future<Output = Event> + Send + 'static) {
        let events = self.events.clone();
        self.changing.spawn(async move {
            let _ = events.send(work.await);
        });
    }

    fn save(&mut self, request: u64, id: Option<InterviewId>, schedule: Schedule) {
        let app = self.app.clone();
        let events = self.events.clone();
        self.change(async move {
            let result = match id {
                Some(id) => app.revise(id, schedule).await,
                None => app.schedule(schedule).await,
            };
            // The zone that was chosen is the one with which the next form begins.
            let _ = events.send(Event::FormZoneRead(app.form_zone().await.ok().flatten()));
            Event::Saved(request, saved(result))
        });
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn words(error: AppError) -> String {
    error.to_string()
}

fn saved(result: Result<Scheduled, ScheduleError>) -> Result<Box<Scheduled>, SaveError> {
    result.map(Box::new).map_err(|error| match error {
        ScheduleError::Refused(refusals) => SaveError::Refused(refusals),
        ScheduleError::AlreadyThere(_) => SaveError::AlreadyThere,
        error
        @ (ScheduleError::KeyReused | ScheduleError::KeyOfRemoved | ScheduleError::App(_)) => {
            SaveError::Other(error.to_string())
        }
    })
}

// Says beforehand whose links lead astray, where the join page is not served.
async fn count(
    app: App,
    events: mpsc::UnboundedSender<Event>,
    request: Request,
    filter: Filter,
) -> Event {
    let astray = matches!(*app.serving().borrow(), Serving::Not { .. });
    if astray && let Ok(affected) = app.affected().await {
        let _ = events.send(Event::AffectedRead(affected));
    }
    if let Ok(astray) = app.base_url_trouble().await {
        let _ = events.send(Event::AstrayRead(astray));
    }
    Event::Counted(request, tally(&app, &filter).await.map_err(words))
}

async fn tally(app: &App, filter: &Filter) -> Result<Tally, AppError> {
    let failed = Filter::parse("mail:failed when:ahead").unwrap_or_default();
    Ok(Tally {
        counts: app.counts(filter).await?,
        failed: app.count(&failed).await?,
    })
}

async fn read_audit(
    app: &App,
    code: Option<Code>,
    from: Option<AuditPlace>,
    limit: usize,
) -> Result<AuditRead, AppError> {
    let audit = app.audit(&Filter::default(), Severity::LOW, false);
    let groups = app.audit_groups(&audit).await?;
    let there = |code: &Code| groups.iter().any(|group| group.code == *code);
    let goes_on = from.is_some();
    let code = code
        .filter(|code| goes_on || there(code))
        .or_else(|| groups.first().map(|group| group.code));
    let page = match code {
        Some(code) => app.audit_page(&audit, Some(code), from, limit).await?,
        None => AuditPage::default(),
    };
    let compared = match code {
        Some(_) => None,
        None => Some(app.audit_compared(&audit).await?),
    };
    Ok(AuditRead {
        groups,
        code,
        page,
        goes_on,
        compared,
    })
}

async fn read_details(app: App, request: Request, id: InterviewId) -> Event {
    let found = app.details(id).await;
    Event::DetailsRead(
        request,
        found.map(|found| found.map(Box::new)).map_err(words),
    )
}

async fn settle(app: App, delivery: DeliveryId, settlement: Settlement) -> Event {
    let settled = app.settle_unknown(delivery, settlement).await;
    Event::Settled(delivery, settled.map(Box::new).map_err(words))
}

async fn change(app: &App, id: InterviewId, deed: Deed) -> Result<String, AppError> {
    let changed = match deed {
        Deed::End(Ending::Cancelled) => app.cancel(id, "").await,
        Deed::End(Ending::Completed) => app.complete(id).await,
        Deed::End(Ending::NoShow) => app.no_show(id).await,
        Deed::Extend(wish) => app.extend(id, wish).await,
    }?;
    Ok(app.aftermath(&changed))
}

async fn read_delivery(app: App, interview: InterviewId, delivery: DeliveryId) -> Event {
    let dossier = app.details(interview).await.ok().flatten();
    let mails = dossier
        .map(|dossier| dossier.deliveries)
        .unwrap_or_default();
    Event::DeliveryRead(
        delivery,
        mails
            .into_iter()
            .find(|mail| mail.id == delivery)
            .map(Box::new),
    )
}

// Composing takes a moment, in which the terminal must not wait.
async fn preview(app: App, draft: Draft) -> Result<MailParts, String> {
    let composed = tokio::task::spawn_blocking(move || match app.preview(&draft) {
        Preview::Mail { bytes, .. } => apart(&bytes, "with a sample key"),
        Preview::Refused(refusals) => Err(refusals
            .first()
            .map(ToString::to_string)
            .unwrap_or_default()),
        Preview::Blocked(why) => Err(why),
    });
    composed
        .await
        .unwrap_or_else(|error| Err(error.to_string()))
}

fn taken_apart(mail: Result<Mail, AppError>) -> Result<MailParts, String> {
    let mail = mail.map_err(words)?;
    let origin = match &mail.origin {
        MailOrigin::Stored(delivery) => match delivery.state {
            State::Accepted => "as it left",
            State::Unknown => "as it may have left",
            State::Stored => "as stored on this machine",
            State::Held | State::Queued | State::Claimed | State::HandingOver | State::Deferred => {
                "as it will leave"
            }
            State::Failed | State::Withdrawn => "as it was to leave",
        },
        MailOrigin::WouldBe => "as it would be",
        MailOrigin::Sample => "as it would be, with a sample key",
    };
    apart(&mail.bytes, origin)
}

fn apart(bytes: &[u8], origin: &str) -> Result<MailParts, String> {
    let parts = parts::read(bytes).map_err(|error| error.to_string())?;
    let headers = parts
        .headers
        .iter()
        .map(|header| format!("{}: {}", header.name, header.text));
    Ok(MailParts {
        origin: origin.to_owned(),
        headers: headers.collect::<Vec<_>>().join("\n"),
        text: parts.text.unwrap_or_default(),
        html: parts.html.unwrap_or_default(),
        calendar: parts.calendar.unwrap_or_default(),
        source: String::from_utf8_lossy(bytes).into_owned(),
    })
}
