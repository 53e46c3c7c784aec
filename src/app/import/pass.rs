//! One pass over what arrives: what is new, what is here already, and what was erased. Looking and taking decide alike.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use tokio::sync::watch;

use super::super::{App, AppError};
use super::{ImportError, Progress, Stage};
use crate::domain::address;
use crate::domain::event::EventKind;
use crate::domain::filter::Predicate;
use crate::domain::ids::{InterviewId, SessionId};
use crate::domain::import::{Arrival, Defect, Finding, Report};
use crate::domain::interview::Status;
use crate::domain::session::{Session, SessionKey};
use crate::store::{Reading, Writing};

/// Interviews between two looks at the progress.
const STEP: u64 = 500;
/// From so many new interviews on the indexes are made anew instead of being kept up to date one by one.
const MANY: u64 = 20_000;

/// Says how far it is, now and then.
pub(super) fn say(progress: &watch::Sender<Progress>, stage: Stage, done: u64, total: u64) {
    let last = *progress.borrow();
    if last.stage != stage || done.abs_diff(last.done) >= STEP.max(total / 200) || done == total {
        progress.send_replace(Progress { stage, done, total });
    }
}

/// What the database knows of an arriving interview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    New,
    Here,
    Erased,
}

struct Database {
    // Nothing has to be looked up in a database without interviews.
    is_empty: bool,
    erased: HashSet<InterviewId>,
}

impl Database {
    fn of(read: &Reading<'_>) -> Result<Self, AppError> {
        Ok(Self {
            is_empty: read.count(&Predicate::All(Vec::new()))? == 0,
            erased: read.erased()?,
        })
    }

    fn knows(&self, read: &Reading<'_>, arrival: &Arrival) -> Result<Known, AppError> {
        let id = arrival.interview.id;
        if self.erased.contains(&id) {
            return Ok(Known::Erased);
        }
        if self.is_empty {
            return Ok(Known::New);
        }
        let by_source = match &arrival.imported.external_id {
            Some(external) => read.imported_as(&arrival.imported.source, external)?,
            None => None,
        };
        Ok(if by_source.is_some() || read.has_interview(id)? {
            Known::Here
        } else {
            Known::New
        })
    }

    fn has_key(&self, read: &Reading<'_>, key: SessionKey) -> Result<bool, AppError> {
        Ok(!self.is_empty && read.has_key(key)?)
    }
}

/// Lines that mean the same interview as one before.
#[derive(Default)]
pub(super) struct Seen {
    ids: HashMap<InterviewId, u64>,
    external: HashMap<(String, String), u64>,
}

impl Seen {
    /// # Errors
    /// The reason, when it is not the first.
    pub fn once(&mut self, line: u64, arrival: &Arrival) -> Result<(), Vec<String>> {
        let first = *self.ids.entry(arrival.interview.id).or_insert(line);
        if first != line {
            return Err(vec![format!("is the same interview as line {first}")]);
        }
        if let Some(external) = &arrival.imported.external_id {
            let name = (arrival.imported.source.clone(), external.clone());
            let first = *self.external.entry(name).or_insert(line);
            if first != line {
                return Err(vec![format!("external_id: is the same as in line {first}")]);
            }
        }
        Ok(())
    }
}

/// A look at what arrives.
pub(super) struct Pass {
    pub report: Report,
    database: Database,
    // By key: where it stood first, and how many new interviews have it.
    keys: HashMap<SessionKey, (Finding, u64)>,
    shared: HashSet<SessionKey>,
}

impl Pass {
    pub fn new(read: &Reading<'_>, report: Report) -> Result<Self, AppError> {
        Ok(Self {
            report,
            database: Database::of(read)?,
            keys: HashMap::new(),
            shared: HashSet::new(),
        })
    }

    /// What is worth a second look in a line of a table.
    pub fn note(&mut self, line: u64, arrival: &Arrival, now: Timestamp) {
        let interview = &arrival.interview;
        let at = |detail: String| Finding {
            at: format!("line {line}"),
            who: interview.candidate_name.clone(),
            detail,
        };
        match &interview.candidate_email {
            None => self
                .report
                .notice(Defect::Address, || at("there is none".to_owned())),
            Some(address) => {
                if let Some(meant) = address::likely_typo(address) {
                    self.report.notice(Defect::Address, || {
                        at(format!("{address}: did you mean {meant}?"))
                    });
                }
            }
        }
        if interview.status == Status::Scheduled && interview.ends_at().is_some_and(|end| end < now)
        {
            self.report.notice(Defect::InThePast, || at(String::new()));
        }
        let Some(key) = arrival.key else { return };
        match self.keys.get(&key) {
            None => {
                self.keys.insert(key, (at(String::new()), 0));
            }
            Some((first, _)) => {
                if self.shared.insert(key) {
                    self.report.notice(Defect::SharedKey, || first.clone());
                }
                self.report.notice(Defect::SharedKey, || at(String::new()));
            }
        }
    }

    /// Counts an interview for what it is to the database.
    pub fn take(&mut self, read: &Reading<'_>, arrival: &Arrival) -> Result<(), AppError> {
        match self.database.knows(read, arrival)? {
            Known::Here => self.report.here += 1,
            Known::Erased => self.report.erased += 1,
            Known::New => {
                let mut linked = arrival.key.is_some();
                if let Some(key) = arrival.key {
                    if self.database.has_key(read, key)? {
                        linked = false;
                        self.report.notice(Defect::SharedKey, || Finding {
                            at: arrival.imported.external_id.clone().unwrap_or_default(),
                            who: arrival.interview.candidate_name.clone(),
                            detail: "an interview that is here already has it, and keeps it"
                                .to_owned(),
                        });
                    } else if let Some((_, new)) = self.keys.get_mut(&key) {
                        *new += 1;
                    }
                }
                count(&mut self.report, arrival, linked);
            }
        }
        Ok(())
    }

    pub fn end(mut self) -> (Report, HashSet<SessionKey>) {
        let lost = self.shared.iter().filter_map(|key| self.keys.get(key));
        self.report.without_link += lost.map(|(_, new)| new).sum::<u64>();
        (self.report, self.shared)
    }
}

fn count(report: &mut Report, arrival: &Arrival, linked: bool) {
    report.new += 1;
    report.without_link += u64::from(!linked);
    report.without_time += u64::from(arrival.interview.starts_at.is_none());
    report.without_address += u64::from(arrival.interview.candidate_email.is_none());
}

/// The writing of what arrives.
pub(super) struct Taking<'a> {
    app: &'a App,
    write: &'a Writing<'a>,
    database: Database,
    shared: HashSet<SessionKey>,
    in_bulk: bool,
    counts: Report,
    /// How many were written.
    pub new: u64,
}

impl<'a> Taking<'a> {
    pub fn begin(
        app: &'a App,
        write: &'a Writing<'a>,
        shared: HashSet<SessionKey>,
        expected: u64,
    ) -> Result<Self, ImportError> {
        let there = write.count(&Predicate::All(Vec::new()))?;
        // Made anew, the indexes are made of everything.
        let in_bulk = expected >= MANY && expected >= there / 4;
        if in_bulk {
            write.begin_bulk()?;
        }
        Ok(Self {
            app,
            write,
            database: Database::of(write)?,
            shared,
            in_bulk,
            counts: Report::default(),
            new: 0,
        })
    }

    pub fn take(&mut self, arrival: Arrival) -> Result<(), ImportError> {
        match self.database.knows(self.write, &arrival)? {
            Known::Here => self.counts.here += 1,
            Known::Erased => self.counts.erased += 1,
            Known::New => self.put(arrival)?,
        }
        Ok(())
    }

    fn put(&mut self, mut arrival: Arrival) -> Result<(), ImportError> {
        if let Some(key) = arrival.key
            && (self.shared.contains(&key) || self.database.has_key(self.write, key)?)
        {
            arrival.key = None;
            arrival.conflict = true;
        }
        let (app, write, id) = (self.app, self.write, arrival.interview.id);
        write.put_interview(&arrival.interview)?;
        write.mark_imported(id, &arrival.imported, arrival.conflict)?;
        let source = arrival.imported.source.as_str();
        write.append_event(id, &app.event(EventKind::Imported, source))?;
        if let Some(why) = arrival.cancelled_because {
            write.append_event(id, &app.event(EventKind::Cancelled, why))?;
        }
        if let Some(key) = arrival.key {
            write.add_imported_session(&Session {
                id: SessionId::new(app.chance().row_id(app.now())),
                interview_id: id,
                key,
                created_at: arrival.interview.created_at,
                revoked_at: None,
            })?;
        }
        if let Some(token) = &arrival.token {
            write.add_imported_token(token, id)?;
        }
        count(&mut self.counts, &arrival, arrival.key.is_some());
        self.new += 1;
        Ok(())
    }

    /// Brings the indexes up to date, and says what came in.
    pub fn end(self, looked: Report) -> Result<Report, ImportError> {
        if self.in_bulk {
            self.write.end_bulk()?;
        }
        Ok(Report {
            new: self.counts.new,
            here: self.counts.here,
            erased: self.counts.erased,
            without_link: self.counts.without_link,
            without_time: self.counts.without_time,
            without_address: self.counts.without_address,
            ..looked
        })
    }
}
