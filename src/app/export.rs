//! Takes interviews out, one page after another: what leaves can be imported again. Only reads.

use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::{App, AppError, Row};
use crate::domain::address::split_list;
use crate::domain::delivery::State;
use crate::domain::filter::{Filter, Predicate};
use crate::domain::import::{Column, Line};
use crate::domain::session::{SessionCondition, SessionKey};
use crate::domain::verdict::Facts;
use crate::store::{Horizon, Place};

/// Interviews read at a time: enough to be quick, few enough that a million take no more memory than these.
const PAGE: usize = 1_000;

/// An export under way. Time stands still for it, so that none passes from what is ahead to what is over meanwhile and
/// comes twice.
pub struct Export {
    app: App,
    predicate: Predicate,
    horizon: Horizon,
    place: Option<Place>,
    with_keys: bool,
}

/// One interview as it leaves.
#[derive(Debug, Clone)]
pub struct Exported {
    line: Line,
    with_keys: bool,
}

impl App {
    /// Begins an export of what matches, in the order of the list. Keys are secrets, and stay unless they are asked for.
    #[must_use]
    pub fn export(&self, filter: &Filter, with_keys: bool) -> Export {
        Export {
            app: self.clone(),
            predicate: self.predicate(filter),
            horizon: self.horizon(),
            place: Some(Place::Start),
            with_keys,
        }
    }
}

impl Export {
    /// The columns, in their order.
    pub fn columns(&self) -> impl Iterator<Item = Column> + use<> {
        columns(self.with_keys)
    }

    /// The next page; nothing once everything has left.
    ///
    /// # Errors
    /// The store's.
    pub async fn next_page(&mut self) -> Result<Vec<Exported>, AppError> {
        let Some(place) = self.place.take() else {
            return Ok(Vec::new());
        };
        let (predicate, horizon) = (self.predicate.clone(), self.horizon);
        let window = self
            .app
            .store()
            .read(move |read| Ok::<_, AppError>(read.window(&predicate, &place, PAGE, horizon)?))
            .await?;
        self.place = window
            .rows
            .last()
            .filter(|_| window.more_after)
            .map(|last| Place::After(last.position(horizon)));
        let exported = |row| Exported::of(row, self.with_keys);
        Ok(window.rows.iter().map(exported).collect())
    }
}

impl Exported {
    fn of(row: &Row, with_keys: bool) -> Self {
        let facts = &row.facts;
        // A revoked key leads nowhere, and must not come to life elsewhere.
        let key = facts
            .key
            .filter(|_| with_keys && facts.session == SessionCondition::Live);
        Self {
            line: Line::of(
                &row.interview,
                facts.imported.as_ref(),
                key.map(|key| (key, is_mailed(facts, key))),
            ),
            with_keys,
        }
    }

    /// The cells, as they are: a table neutralises what a spreadsheet would calculate.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        columns(self.with_keys).map(|column| self.line.get(column))
    }
}

impl Serialize for Exported {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for column in columns(self.with_keys) {
            let text = self.line.get(column);
            let name = column.name();
            match (column, text.parse::<u32>()) {
                (Column::DurationMinutes | Column::Sequence, Ok(number)) => {
                    map.serialize_entry(name, &number)?;
                }
                (Column::Interviewers, _) => {
                    let people: Vec<&str> = split_list(text).collect();
                    map.serialize_entry(name, &people)?;
                }
                _ => map.serialize_entry(name, &Some(text).filter(|text| !text.is_empty()))?,
            }
        }
        map.end()
    }
}

// Whether the candidate may hold the link with this key. Where nobody knows, or a mail is on its way, they may.
fn is_mailed(facts: &Facts, key: SessionKey) -> bool {
    let told = facts.told.as_ref().is_some_and(|told| told.key == key);
    let newest = facts.newest.map(|newest| newest.state);
    let left = newest.is_some_and(|state| {
        !matches!(
            state,
            State::Accepted | State::Withdrawn | State::Failed | State::Stored
        )
    });
    facts.key_imported || told || left
}

fn columns(with_keys: bool) -> impl Iterator<Item = Column> {
    let all = Column::ALL.iter().copied();
    all.filter(move |column| {
        with_keys || !matches!(column, Column::SessionKey | Column::LinkMailed)
    })
}
