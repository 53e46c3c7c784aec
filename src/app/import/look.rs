//! A look at what arrives: what is new, what is here already, what was erased, and what is wrong with it.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::known::{Database, Known};
use super::{Found, ImportError};
use crate::domain::address;
use crate::domain::ids::InterviewId;
use crate::domain::import::{Arrival, Defect, Finding, Names, Place, Report};
use crate::domain::interview::Status;
use crate::domain::session::SessionKey;
use crate::domain::when::day_and_time;
use crate::store::{Incoming, Reading};

/// A look at what arrives.
pub(super) struct Look<'a> {
    pub report: Report,
    database: Database<'a>,
    incoming: Incoming,
    seen: Seen,
    keys: HashMap<SessionKey, KeyHolders>,
    shared: HashSet<SessionKey>,
}

/// Who has a key: the first, by line, and how many of them are new.
struct KeyHolders {
    first: u64,
    new: u64,
}

impl<'a> Look<'a> {
    pub fn new(read: &'a Reading<'a>, report: Report, names: Names) -> Result<Self, ImportError> {
        Ok(Self {
            report,
            database: Database::new(read)?,
            incoming: Incoming::new()?,
            seen: Seen {
                names,
                ids: HashMap::new(),
                external: HashMap::new(),
            },
            keys: HashMap::new(),
            shared: HashSet::new(),
        })
    }

    /// A line of a table: the interview that it means, or why it means none.
    pub fn read_line(
        &mut self,
        line: u64,
        outcome: Result<Arrival, Vec<String>>,
        now: Timestamp,
    ) -> Result<(), ImportError> {
        self.report.read += 1;
        match outcome.and_then(|arrival| self.seen.once(line, &arrival).map(|()| arrival)) {
            Ok(arrival) => {
                if let Some((id, by)) = self.database.recognises(&arrival)? {
                    self.report.here += 1;
                    self.report.notice(Defect::Recognised, || Finding {
                        at: format!("line {line}"),
                        who: arrival.interview.candidate_name.clone(),
                        detail: format!("{by}: it is interview {id}"),
                    });
                    return Ok(());
                }
                self.note(line, &arrival, now)?;
                self.take(line, &arrival)
            }
            Err(reasons) => {
                self.report.refuse(Place::Line { line }, reasons);
                Ok(())
            }
        }
    }

    // What is worth a second look in a line of a table.
    fn note(&mut self, line: u64, arrival: &Arrival, now: Timestamp) -> Result<(), ImportError> {
        let interview = &arrival.interview;
        let at = |detail: String| Finding {
            at: format!("line {line}"),
            who: interview.candidate_name.clone(),
            detail,
        };
        match &interview.candidate_email {
            None => {
                let finding = || at("candidate_email is empty".to_owned());
                self.report.notice(Defect::Address, finding);
            }

            Some(address) => {
                if let Some(meant) = address::likely_typo(address) {
                    self.report.notice(Defect::Address, || {
                        at(format!(
                            "candidate_email says {address}; did you mean {meant}?"
                        ))
                    });
                }
            }
        }
        if interview.status == Status::Scheduled && interview.ends_at().is_some_and(|end| end < now)
        {
            let start = interview
                .starts_at
                .map(|at| day_and_time(at, &interview.zone));
            self.report.notice(Defect::InThePast, || {
                at(format!("starts_at says {}", start.unwrap_or_default()))
            });
        }
        let Some(key) = arrival.key else {
            return Ok(());
        };
        let Some(holders) = self.keys.get(&key) else {
            let holders = KeyHolders {
                first: line,
                new: 0,
            };
            self.keys.insert(key, holders);
            return Ok(());
        };
        let first = holders.first;
        if self.shared.insert(key) {
            let who = self.incoming.name(first)?.unwrap_or_default();
            self.report.notice(Defect::SharedKey, || Finding {
                at: format!("line {first}"),
                who,
                detail: format!("line {line} has the same session_key"),
            });
        }
        self.report.notice(Defect::SharedKey, || {
            at(format!("line {first} has the same session_key"))
        });
        Ok(())
    }

    /// Counts an interview for what it is to the database, and keeps it if it is new.
    pub fn take(&mut self, line: u64, arrival: &Arrival) -> Result<(), ImportError> {
        let id = arrival.interview.id;
        match self.database.knows(id, &arrival.imported)? {
            Known::Here => self.report.here += 1,
            Known::Erased => self.report.erased += 1,
            Known::New => {
                let mut linked = arrival.key.is_some();
                if let Some(key) = arrival.key {
                    if self.database.has_key(key)? {
                        linked = false;
                        self.report.notice(Defect::SharedKey, || Finding {
                            at: arrival.imported.external_id.clone().unwrap_or_default(),
                            who: arrival.interview.candidate_name.clone(),
                            detail: "an interview that is here has it already, or an old link of one does".to_owned(),
                        });
                    } else if let Some(holders) = self.keys.get_mut(&key) {
                        holders.new += 1;
                    }
                }
                if arrival.interview.status == Status::Scheduled
                    && let Some(other) = self.database.planned(&arrival.interview)?
                {
                    self.report.notice(Defect::AlreadyPlanned, || Finding {
                        at: match &arrival.imported.external_id {
                            Some(external) => external.clone(),
                            None => format!("line {line}"),
                        },
                        who: arrival.interview.candidate_name.clone(),
                        detail: format!("interview {other}"),
                    });
                }
                self.report.new += 1;
                self.report.without_link += u64::from(!linked);
                self.report.without_time += u64::from(arrival.interview.starts_at.is_none());
                self.report.without_address +=
                    u64::from(arrival.interview.candidate_email.is_none());
                self.incoming.add(line, arrival)?;
            }
        }
        Ok(())
    }

    /// What it saw, and what is to come in.
    pub fn end(mut self) -> (Report, Found) {
        let lost = self.shared.iter().filter_map(|key| self.keys.get(key));
        self.report.without_link += lost.map(|holders| holders.new).sum::<u64>();
        let found = Found {
            incoming: self.incoming,
            shared: self.shared,
        };
        (self.report, found)
    }
}

/// Lines that mean the same interview as one before.
struct Seen {
    names: Names,
    ids: HashMap<InterviewId, u64>,
    // By the digest of source and id there, which is as good as both and much smaller.
    external: HashMap<InterviewId, u64>,
}

impl Seen {
    // The reason, when it is not the first.
    fn once(&mut self, line: u64, arrival: &Arrival) -> Result<(), Vec<String>> {
        let first = *self.ids.entry(arrival.interview.id).or_insert(line);
        if first != line {
            return Err(vec![format!("is the same interview as line {first}")]);
        }
        if let Some(external) = &arrival.imported.external_id {
            let name = self.names.id_of(&arrival.imported.source, external);
            let first = *self.external.entry(name).or_insert(line);
            if first != line {
                return Err(vec![format!("external_id: is the same as in line {first}")]);
            }
        }
        Ok(())
    }
}
