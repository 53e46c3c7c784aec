//! What is shown before anything that mails or changes many is done, row by row, and then carried out exactly so.
//!
//! A plan is bound to the state it was made from: what has changed since is never silently done. Every action that
//! concerns many goes through here: what is done to one interview is decided in `step.rs`, made ready in `prepare.rs` and done in
//! `carry_out.rs`.

mod carry_out;
mod file;
mod mailing;
mod prepare;
mod step;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{App, AppError};
use crate::domain::filter::Filter;
use crate::domain::ids::InterviewId;
use crate::domain::session::SessionKey;
use crate::domain::when;
use crate::store::{Place, Reading, Row};

pub use carry_out::CarriedOut;
pub use mailing::Mailing;

/// What is to be done to each interview of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "action")]
pub enum Action {
    /// Mail the invitation (again); make the link first where there is none.
    Resend,
    /// Make the link where there is none.
    Repair {
        /// Mail the invitation with it.
        send: bool,
    },
    /// Replace the link, which ends the old one, and mail the new one.
    Rotate,
    /// Cancel the interview. Nobody is mailed.
    Cancel,
    /// End the link without another. Nobody is mailed.
    Revoke,
}

impl Action {
    /// The name kept with a batch and shown in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Resend => "resend",
            Self::Repair { send: false } => "repair",
            Self::Repair { send: true } => "repair_and_send",
            Self::Rotate => "rotate",
            Self::Cancel => "cancel",
            Self::Revoke => "revoke",
        }
    }

    /// Whether it may mail anybody.
    #[must_use]
    pub const fn mails(self) -> bool {
        match self {
            Self::Resend | Self::Repair { send: true } | Self::Rotate => true,
            Self::Repair { send: false } | Self::Cancel | Self::Revoke => false,
        }
    }
}

/// Which interviews are meant. There is no way to mean every one by accident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// These.
    Ids(Vec<InterviewId>),
    /// All that match.
    Matching(Filter),
}

/// Which interviews are chosen although the plan would leave them alone by itself ([`Step::Skip`], `optional`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Chosen {
    /// None of them.
    #[default]
    Nobody,
    /// These.
    These(BTreeSet<InterviewId>),
    /// All of them.
    Everybody,
}

impl Chosen {
    fn has(&self, id: InterviewId) -> bool {
        match self {
            Self::Nobody => false,
            Self::These(ids) => ids.contains(&id),
            Self::Everybody => true,
        }
    }
}

/// What will be done to one interview, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum Step {
    /// It will be mailed.
    Send {
        /// What the mail is to the candidate.
        why: String,
    },
    /// It will be changed, and nobody is mailed.
    Change {
        /// How.
        why: String,
    },
    /// Nothing will be done.
    Skip {
        /// Why not.
        why: String,
        /// Whether a person may choose it all the same.
        #[serde(default)]
        optional: bool,
    },
}

impl Step {
    /// Why, in a few words.
    #[must_use]
    pub fn why(&self) -> &str {
        match self {
            Self::Send { why } | Self::Change { why } | Self::Skip { why, .. } => why,
        }
    }

    /// Whether nothing is done, but a person may choose it all the same.
    #[must_use]
    pub const fn is_optional(&self) -> bool {
        matches!(self, Self::Skip { optional: true, .. })
    }

    /// The name shown in JSON and in lists.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Send { .. } => "send",
            Self::Change { .. } => "change",
            Self::Skip { .. } => "skip",
        }
    }
}

/// What happens to the link of an interview. Keys are shortened: a plan lets nobody in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkStep {
    /// It stays as it is.
    Stays(String),
    /// One will be made.
    Made,
    /// It ends, and a new one is made.
    Replaced(String),
    /// It lets nobody in any more.
    Ends(String),
    /// There is none, and none is made.
    None,
}

/// What the candidate holds by the newest mail that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The key in its link, shortened.
    pub link: String,
    /// The start that it named.
    pub starts_at: Timestamp,
    /// Where it went.
    pub address: String,
}

/// One row of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRow {
    /// The interview.
    pub id: InterviewId,
    /// The candidate's name.
    pub candidate: String,
    /// Where the mail goes.
    pub address: Option<String>,
    /// When the interview starts.
    pub starts_at: Option<Timestamp>,
    /// Its zone.
    pub zone: when::Zone,
    /// The candidate's zone.
    pub candidate_zone: Option<when::Zone>,
    /// What they hold now.
    pub holds: Option<Held>,
    /// What happens to the link.
    pub link: LinkStep,
    /// What will be done.
    #[serde(flatten)]
    pub step: Step,
    /// Whether a person chose it although the plan would have left it alone.
    #[serde(default)]
    pub chosen: bool,
    // What the row was planned from: it is carried out only from the same.
    seen: String,
}

impl PlanRow {
    /// What happens to the link, in a few words.
    #[must_use]
    pub fn link_words(&self) -> String {
        match &self.link {
            LinkStep::Stays(key) => format!("{key} stays"),
            LinkStep::Made => "new".to_owned(),
            LinkStep::Replaced(key) => format!("{key} → new"),
            LinkStep::Ends(key) => format!("{key} ends"),
            LinkStep::None => "none".to_owned(),
        }
    }

    /// What they hold that differs from what is true: another link, start or address.
    #[must_use]
    pub fn held_words(&self, zone: &when::Zone) -> Option<String> {
        let holds = self.holds.as_ref()?;
        let key = match &self.link {
            LinkStep::Stays(key) | LinkStep::Replaced(key) | LinkStep::Ends(key) => Some(key),
            LinkStep::Made | LinkStep::None => None,
        };
        let mut parts = Vec::new();
        if key != Some(&holds.link) {
            parts.push(holds.link.clone());
        }
        if Some(holds.starts_at) != self.starts_at {
            parts.push(when::day_and_time(holds.starts_at, zone));
        }
        if Some(&holds.address) != self.address.as_ref() {
            parts.push(holds.address.clone());
        }
        (!parts.is_empty()).then(|| format!("they hold {}", parts.join(", ")))
    }

    /// Whether anything will be done.
    #[must_use]
    pub const fn acts(&self) -> bool {
        !matches!(self.step, Step::Skip { .. })
    }

    /// Whether what is true now leads to the same. The words of a step tell the time, and so change with the day; what
    /// it does may not. Whoever is left alone may change, unless they are no longer left alone because of it.
    fn still_holds(&self, current: Option<Self>) -> bool {
        match current {
            None => !self.acts(),
            Some(current) if !self.acts() => !current.acts() || current.seen == self.seen,
            Some(mut current) => {
                if current.step.name() == self.step.name() {
                    current.step = self.step.clone();
                }
                current == *self
            }
        }
    }
}

/// What will be done, row by row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What is to be done.
    #[serde(flatten)]
    pub action: Action,
    /// Why, for the timeline of each interview that is cancelled; or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The batch of which it sends again what did not leave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retries: Option<i64>,
    /// What its mails are made with, if it mails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mailing: Option<Mailing>,
    /// When the plan was made.
    pub made_at: Timestamp,
    /// One row per interview.
    pub rows: Vec<PlanRow>,
}

impl Plan {
    /// How many will be mailed.
    #[must_use]
    pub fn sends(&self) -> usize {
        let sends = |row: &&PlanRow| matches!(row.step, Step::Send { .. });
        self.rows.iter().filter(sends).count()
    }

    /// How many will be changed or mailed.
    #[must_use]
    pub fn acts(&self) -> usize {
        self.rows.iter().filter(|row| row.acts()).count()
    }

    /// How many will be left alone.
    #[must_use]
    pub fn skips(&self) -> usize {
        self.rows.len() - self.acts()
    }

    /// Why the others are left alone, the most frequent reasons first: `2500 over, 3 already waiting, 1 cancelled`; empty
    /// when none is.
    #[must_use]
    pub fn skips_in_words(&self) -> String {
        const NAMED: usize = 3;
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| !row.acts()) {
            // What follows differs from one to the next.
            let why = row.step.why().split(':').next().unwrap_or_default();
            *counts.entry(why).or_default() += 1;
        }
        let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| Reverse(*count));
        let others: usize = counts.iter().skip(NAMED).map(|(_, count)| count).sum();
        let others = (others > 0).then_some(("for other reasons", others));
        let named = counts.into_iter().take(NAMED).chain(others);
        let said = named.map(|(why, count)| format!("{count} {why}"));
        said.collect::<Vec<_>>().join(", ")
    }

    /// The first start among the interviews that will be changed or mailed.
    #[must_use]
    pub fn first_start(&self) -> Option<Timestamp> {
        let acting = self.rows.iter().filter(|row| row.acts());
        acting.filter_map(|row| row.starts_at).min()
    }

    /// How long its mails take to leave at so many a second; `None` without a limit, or without mail.
    #[must_use]
    pub fn takes(&self, rate: Option<u16>) -> Option<Duration> {
        let mails = u32::try_from(self.sends()).unwrap_or(u32::MAX);
        let rate = rate.filter(|rate| *rate > 0 && mails > 0)?;
        Some(Duration::from_secs(1) * mails / u32::from(rate))
    }
}

impl App {
    /// Says what would be done, and changes nothing.
    ///
    /// # Errors
    /// An empty selection, an unknown id, or a base URL that must not leave this machine.
    pub async fn plan(&self, action: Action, selection: &Selection) -> Result<Plan, AppError> {
        self.plan_choosing(action, selection, &Chosen::Nobody).await
    }

    /// The same with interviews chosen that the plan would leave alone by itself.
    ///
    /// # Errors
    /// As [`App::plan`].
    pub async fn plan_choosing(
        &self,
        action: Action,
        selection: &Selection,
        chosen: &Chosen,
    ) -> Result<Plan, AppError> {
        if action.mails() {
            self.policy().may_leave().inspect_err(
                |precondition| tracing::warn!(%precondition, "an invitation was refused"),
            )?;
        }
        let app = self.clone();
        let (selection, chosen) = (selection.clone(), chosen.clone());
        self.store()
            .read(move |read| app.plan_in(read, action, &selection, &chosen))
            .await
    }

    pub(super) fn plan_in(
        &self,
        read: &Reading<'_>,
        action: Action,
        selection: &Selection,
        chosen: &Chosen,
    ) -> Result<Plan, AppError> {
        let rows = self.selected(read, selection)?;
        let rows = rows
            .iter()
            .map(|row| self.plan_row(read, action, row, chosen.has(row.id())))
            .collect::<Result<_, _>>()?;
        Ok(Plan {
            action,
            reason: String::new(),
            retries: None,
            mailing: self.mailing(action),
            made_at: self.now(),
            rows,
        })
    }

    fn selected(&self, read: &Reading<'_>, selection: &Selection) -> Result<Vec<Row>, AppError> {
        match selection {
            Selection::Ids(ids) if ids.is_empty() => Err(AppError::NothingSelected),
            Selection::Ids(ids) => {
                let mut named = BTreeSet::new();
                ids.iter()
                    .filter(|id| named.insert(**id))
                    .map(|id| read.interview(*id)?.ok_or(AppError::NoInterview(*id)))
                    .collect()
            }
            Selection::Matching(filter) if filter.is_empty() => Err(AppError::NothingSelected),
            Selection::Matching(filter) => {
                let predicate = self.predicate(filter);
                Ok(read
                    .window(&predicate, &Place::Start, usize::MAX - 1, self.horizon())?
                    .rows)
            }
        }
    }

    fn plan_row(
        &self,
        read: &Reading<'_>,
        action: Action,
        row: &Row,
        chosen: bool,
    ) -> Result<PlanRow, AppError> {
        let newest = read.last_delivery(row.id())?;
        let interview = &row.interview;
        // Only a rotation looks at more than what stands beside every row.
        let replaced_at = match action {
            Action::Rotate => match read.sessions(row.id())?.as_slice() {
                [newest, _, ..] => Some(newest.created_at),
                _ => None,
            },
            _ => None,
        };
        let step = self.planned(action, row, newest.as_ref(), replaced_at, chosen);
        Ok(PlanRow {
            id: row.id(),
            candidate: interview.candidate_name.clone(),
            address: interview
                .candidate_email
                .as_ref()
                .map(|email| email.ascii().to_owned()),
            starts_at: interview.starts_at,
            zone: interview.zone.clone(),
            candidate_zone: interview.candidate_zone.clone(),
            holds: row.facts.told.as_ref().map(|told| Held {
                link: told.key.shortened(),
                starts_at: told.starts_at,
                address: told.address.clone(),
            }),
            link: step::link(action, &step, row.facts.key.map(SessionKey::shortened)),
            chosen: chosen && !matches!(step, Step::Skip { .. }),
            step,
            seen: step::seen(row, newest.as_ref()),
        })
    }
}
