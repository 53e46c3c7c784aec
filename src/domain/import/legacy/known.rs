//! What is found by what: rows by their ids, sessions by their key.

use std::collections::HashMap;

use super::link;
use super::rows::{
    CandidateRow, CompanyRow, Database, InterviewRow, JobRow, ScheduleRow, SessionRow, SlotRow,
    UserRow,
};
use super::times::Times;
use crate::domain::import::{Defect, Finding, Place, Report};
use crate::domain::text::clip;
use crate::domain::when::Zone;

/// Characters of an id or a name that are kept.
const LONGEST: usize = 200;

/// An id or key as it is compared: UUIDs come with dashes or without.
pub(super) fn plain(id: &str) -> String {
    id.replace('-', "").to_ascii_lowercase()
}

type By<'a, T> = HashMap<String, &'a T>;

pub(super) struct Known<'a> {
    sessions: By<'a, SessionRow>,
    slots: By<'a, SlotRow>,
    schedules: By<'a, ScheduleRow>,
    candidates: By<'a, CandidateRow>,
    jobs: By<'a, JobRow>,
    companies: By<'a, CompanyRow>,
    users: By<'a, UserRow>,
    keys: HashMap<String, Holders<'a>>,
    has_sessions: bool,
}

/// Whose key it is, and who else holds it.
struct Holders<'a> {
    by: &'a InterviewRow,
    other: Option<&'a InterviewRow>,
}

// Two interviews have a key if it stands in both rows, or in one and in the link that another candidate was mailed.
fn holders(interviews: &[InterviewRow]) -> HashMap<String, Holders<'_>> {
    let mut keys: HashMap<String, Holders<'_>> = HashMap::new();
    for row in interviews {
        let Some(key) = row.session_key.as_deref().map(plain) else {
            continue;
        };
        keys.entry(key)
            .and_modify(|holders| {
                holders.other.get_or_insert(row);
            })
            .or_insert(Holders {
                by: row,
                other: None,
            });
    }
    for row in interviews {
        let mailed = row.interview_link.as_deref().map(link::read);
        let Some(mailed) = mailed.and_then(|link| link.key) else {
            continue;
        };
        if let Some(holders) = keys.get_mut(&mailed.expose())
            && holders.by.candidate_id != row.candidate_id
        {
            holders.other.get_or_insert(row);
        }
    }
    keys
}

fn by<'a, T>(rows: &'a [T], id: impl Fn(&'a T) -> Option<&'a str>) -> By<'a, T> {
    rows.iter()
        .filter_map(|row| Some((plain(id(row)?), row)))
        .collect()
}

fn find<'a, T>(rows: &By<'a, T>, id: Option<&str>) -> Option<&'a T> {
    rows.get(&plain(id?)).copied()
}

impl<'a> Known<'a> {
    pub fn of(database: &'a Database) -> Self {
        Self {
            sessions: by(&database.sessions, |row| row.session_key.as_deref()),
            slots: by(&database.slots, |row| row.id.as_deref()),
            schedules: by(&database.schedules, |row| row.interview_id.as_deref()),
            candidates: by(&database.candidates, |row| row.id.as_deref()),
            jobs: by(&database.jobs, |row| row.id.as_deref()),
            companies: by(&database.companies, |row| row.id.as_deref()),
            users: by(&database.users, |row| row.id.as_deref()),
            keys: holders(&database.interviews),
            has_sessions: database.has::<SessionRow>(),
        }
    }

    pub fn session(&self, row: &InterviewRow) -> Option<&'a SessionRow> {
        find(&self.sessions, row.session_key.as_deref())
    }

    /// Whether the old system had no session for the key of an interview. Without a table of sessions nobody knows.
    pub fn lacks_session(&self, row: &InterviewRow) -> bool {
        self.has_sessions && self.session(row).is_none()
    }

    pub fn schedule(&self, row: &InterviewRow) -> Option<&'a ScheduleRow> {
        find(&self.schedules, row.id.as_deref())
    }

    /// The slot in which the schedule booked the interview, and the one that the interview names.
    pub fn slots(&self, row: &InterviewRow) -> [Option<&'a SlotRow>; 2] {
        let booked = self
            .schedule(row)
            .and_then(|schedule| find(&self.slots, schedule.slot_id.as_deref()));
        [booked, find(&self.slots, row.slot_id.as_deref())]
    }

    /// The slots that the schedule and the interview name, and that are not there.
    pub fn missing_slots(&self, row: &'a InterviewRow) -> Vec<&'a str> {
        let booked = self.schedule(row).and_then(|one| one.slot_id.as_deref());
        let mut missing: Vec<&str> = [booked, row.slot_id.as_deref()]
            .into_iter()
            .flatten()
            .filter(|id| find(&self.slots, Some(id)).is_none())
            .collect();
        missing.dedup();
        missing
    }

    pub fn candidate(&self, row: &InterviewRow) -> Option<&'a CandidateRow> {
        find(&self.candidates, row.candidate_id.as_deref())
    }

    /// The job of the interview, or else of its slot or its candidate.
    pub fn job(&self, row: &InterviewRow) -> Option<&'a JobRow> {
        let slot = self.slots(row).into_iter().flatten().next();
        [
            row.job_id.as_deref(),
            slot.and_then(|slot| slot.job_id.as_deref()),
            self.candidate(row)
                .and_then(|candidate| candidate.job_id.as_deref()),
        ]
        .into_iter()
        .find_map(|id| find(&self.jobs, id))
    }

    /// Whether the interview itself names a job that there is.
    pub fn names_its_job(&self, row: &InterviewRow) -> bool {
        find(&self.jobs, row.job_id.as_deref()).is_some()
    }

    pub fn company(&self, row: &InterviewRow) -> Option<&'a CompanyRow> {
        let slot = self.slots(row).into_iter().flatten().next()?;
        find(&self.companies, slot.company_id.as_deref())
    }

    pub fn recruiter(&self, row: &InterviewRow) -> Option<&'a UserRow> {
        find(&self.users, self.candidate(row)?.recruiter_id.as_deref())
    }

    /// How a report names an interview that can't be taken.
    pub fn place(&self, row: &InterviewRow) -> Place {
        let (id, name) = self.called(row);
        Place::Interview {
            id: Some(id).filter(|id| !id.is_empty()),
            candidate_name: Some(name).filter(|name| !name.is_empty()),
        }
    }

    /// The id and the candidate's name of an interview, as far as there are any.
    pub fn called(&self, row: &InterviewRow) -> (String, String) {
        let candidate = self.candidate(row);
        let text = |text: Option<&str>| clip(text.unwrap_or_default(), LONGEST);
        (
            text(row.id.as_deref()),
            text(candidate.and_then(|candidate| candidate.full_name.as_deref())),
        )
    }

    pub fn is_shared(&self, key: &str) -> bool {
        self.keys
            .get(&plain(key))
            .is_some_and(|holders| holders.other.is_some())
    }

    /// Another interview that has this key, by its id and its candidate.
    pub fn other_with(&self, key: &str, row: &InterviewRow) -> Option<String> {
        let holders = self.keys.get(&plain(key))?;
        let other = [Some(holders.by), holders.other]
            .into_iter()
            .flatten()
            .find(|holder| !std::ptr::eq(*holder, row))?;
        let (id, name) = self.called(other);
        let parts: Vec<_> = [id, name]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
        Some(parts.join(" · "))
    }

    pub fn times(&self, row: &InterviewRow, zone: &Zone) -> Times {
        Times::of(row, self.slots(row), self.session(row), zone)
    }

    /// Sessions that belong to no interview.
    pub fn report_sessions(&self, database: &Database, report: &mut Report) {
        for session in &database.sessions {
            let tied = session
                .session_key
                .as_deref()
                .is_some_and(|key| self.keys.contains_key(&plain(key)));
            if !tied {
                report.notice(Defect::SessionWithoutInterview, || Finding {
                    at: session.id.clone().unwrap_or_default(),
                    who: session.candidate_name.clone().unwrap_or_default(),
                    detail: "no interview has its session_key".to_owned(),
                });
            }
        }
    }
}
