//! Lists, read a window at a time: by keyset, never by OFFSET, never whole.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::params_from_iter;

use super::{Horizon, Place, Position, Row, Section, Window};
use crate::domain::filter::Predicate;
use crate::domain::ids::InterviewId;
use crate::store::interviews::{SELECT, read_row};
use crate::store::predicate::Sql;
use crate::store::rows::{instant, parsed};
use crate::store::{Reading, StoreError};

// The longest interview: what is not over cannot have started earlier than this before its end.
const LONGEST: Duration = Duration::from_hours(12);

impl Reading<'_> {
    /// Reads at most `limit` rows (at least one) of those that satisfy `predicate`.
    ///
    /// # Errors
    /// The engine's.
    pub fn window(
        &self,
        predicate: &Predicate,
        from: &Place,
        limit: usize,
        horizon: Horizon,
    ) -> Result<Window, StoreError> {
        let limit = limit.max(1);
        let backwards = matches!(from, Place::End | Place::Before(_));
        let mut sections = [Section::Ahead, Section::NoTime, Section::Past];
        if backwards {
            sections.reverse();
        }
        let place = match from {
            Place::After(place) | Place::Before(place) => Some(place),
            Place::Start | Place::End => None,
        };
        let mut rows: Vec<Row> = Vec::new();
        for section in sections {
            let passed = place.is_some_and(|place| {
                if backwards {
                    section > place.section
                } else {
                    section < place.section
                }
            });
            if passed {
                continue;
            }
            let place = place.filter(|place| place.section == section);
            // One more than asked for says whether there is more.
            let wanted = (limit + 1).saturating_sub(rows.len());
            if wanted == 0 {
                break;
            }
            let sql = in_order(section, predicate, place, backwards, wanted, horizon);
            rows.extend(self.many(&sql.text, params_from_iter(sql.parameters), read_row)?);
        }
        let more = rows.len() > limit;
        rows.truncate(limit);
        if backwards {
            rows.reverse();
        }
        let (more_before, more_after) = if backwards {
            (more, place.is_some())
        } else {
            (place.is_some(), more)
        };
        Ok(Window {
            rows,
            more_before,
            more_after,
        })
    }

    /// The ids of all that satisfy `predicate`, in the list's order.
    ///
    /// # Errors
    /// The engine's.
    pub fn ids(
        &self,
        predicate: &Predicate,
        horizon: Horizon,
    ) -> Result<Vec<InterviewId>, StoreError> {
        let mut ids = Vec::new();
        for section in [Section::Ahead, Section::NoTime, Section::Past] {
            let mut sql = Sql::default();
            sql.push("SELECT id FROM interview WHERE ");
            push_section(&mut sql, section, horizon, true);
            sql.push(" AND ").predicate(predicate);
            sql.push(match section {
                Section::Ahead => " ORDER BY starts_at ASC, id ASC",
                Section::NoTime => " ORDER BY id ASC",
                Section::Past => " ORDER BY starts_at DESC, id DESC",
            });
            ids.extend(
                self.many(&sql.text, params_from_iter(sql.parameters), |row| {
                    parsed::<InterviewId>(row, "id")
                })?,
            );
        }
        Ok(ids)
    }

    /// Reads at most `limit` rows of those that satisfy `predicate`: who joined last, in the order in which they joined.
    ///
    /// # Errors
    /// The engine's.
    pub fn joined_last(&self, predicate: &Predicate, limit: u32) -> Result<Vec<Row>, StoreError> {
        let mut sql = Sql::default();
        sql.push(SELECT)
            .push(" WHERE ")
            .predicate(predicate)
            .push(" ORDER BY joined_at DESC, id DESC LIMIT ")
            .bind(i64::from(limit));
        let mut rows = self.many(&sql.text, params_from_iter(sql.parameters), read_row)?;
        rows.reverse();
        Ok(rows)
    }

    /// Counts what satisfies a predicate; without one in particular, everything.
    ///
    /// # Errors
    /// The engine's.
    pub fn count(&self, predicate: &Predicate) -> Result<u64, StoreError> {
        let mut sql = Sql::default();
        sql.push("SELECT count(*) FROM interview WHERE ")
            .predicate(predicate);
        Ok(self
            .one(&sql.text, params_from_iter(sql.parameters), |row| {
                Ok(row.get(0)?)
            })?
            .unwrap_or_default())
    }

    /// Counts what is scheduled and not over, by the name of the clock-free part of its verdict. A name may come twice.
    ///
    /// # Errors
    /// The engine's.
    pub fn standings(&self, horizon: Horizon) -> Result<Vec<(String, u64)>, StoreError> {
        let mut sql = Sql::default();
        sql.push("SELECT standing, count(*) FROM interview WHERE status = 'scheduled' AND (starts_at IS NULL OR ends_at >= ")
            .bind(instant(horizon.ended_before))
            .push(") GROUP BY standing UNION ALL ");
        // The few that are open longer have an index of their own, which is taken where no other serves.
        sql.push("SELECT standing, count(*) FROM interview WHERE coalesce(status, '') = 'scheduled' AND closes_at > ")
            .bind(instant(horizon.now))
            .push(" AND ends_at < ")
            .bind(instant(horizon.ended_before))
            .push(" GROUP BY standing");
        self.many(&sql.text, params_from_iter(sql.parameters), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }
}

fn in_order(
    section: Section,
    predicate: &Predicate,
    place: Option<&Position>,
    backwards: bool,
    wanted: usize,
    horizon: Horizon,
) -> Sql {
    let mut sql = Sql::default();
    sql.push(SELECT).push(" WHERE ");
    push_section(&mut sql, section, horizon, place.is_none() || backwards);
    let descending = (section == Section::Past) != backwards;
    if let Some(place) = place {
        let comparison = if descending { "<" } else { ">" };
        if section == Section::NoTime {
            sql.push(" AND id ")
                .push(comparison)
                .push(" ")
                .bind(place.id.clone());
        } else {
            sql.push(" AND (starts_at, id) ")
                .push(comparison)
                .push(" (")
                .bind(place.starts_at)
                .push(", ");
            sql.bind(place.id.clone()).push(")");
        }
    }
    sql.push(" AND ").predicate(predicate);
    let direction = if descending { "DESC" } else { "ASC" };
    if section == Section::NoTime {
        sql.push(" ORDER BY id ").push(direction);
    } else {
        sql.push(" ORDER BY starts_at ")
            .push(direction)
            .push(", id ")
            .push(direction);
    }
    sql.push(" LIMIT ")
        .bind(i64::try_from(wanted).unwrap_or(i64::MAX));
    sql
}

// The bound on the start lets the index find what is not over. What is open longer than usual may have started before
// it; those few have an index of their own, which is taken where no other serves (hence the sums). Whoever reads on from
// a place has a nearer bound, and goes without: the index is entered at one only, and each page would begin at this.
pub(in crate::store) fn push_section(
    sql: &mut Sql,
    section: Section,
    horizon: Horizon,
    is_bounded: bool,
) {
    let ended_before = instant(horizon.ended_before);
    let now = instant(horizon.now);
    match section {
        Section::Ahead => {
            if is_bounded {
                let earliest = horizon.ended_before.saturating_sub(LONGEST);
                let earliest = instant(earliest.unwrap_or(Timestamp::MIN));
                sql.push(
                    "starts_at >= coalesce((SELECT min(starts_at + 0) FROM interview WHERE closes_at > ",
                )
                .bind(now)
                .push(" AND starts_at + 0 < ")
                .bind(earliest)
                .push("), ")
                .bind(earliest)
                .push(") AND ");
            }
            sql.push("(ends_at >= ")
                .bind(ended_before)
                .push(" OR closes_at > ")
                .bind(now)
                .push(")");
        }
        Section::NoTime => {
            sql.push("starts_at IS NULL");
        }
        Section::Past => {
            if is_bounded {
                sql.push("starts_at < ").bind(ended_before).push(" AND ");
            }
            sql.push("ends_at < ")
                .bind(ended_before)
                .push(" AND coalesce(closes_at <= ")
                .bind(now)
                .push(", TRUE)");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::predicate::explained;

    const HORIZON: Horizon = Horizon {
        ended_before: Timestamp::UNIX_EPOCH,
        now: Timestamp::UNIX_EPOCH,
    };

    fn all() -> Predicate {
        Predicate::All(Vec::new())
    }

    #[tokio::test]
    async fn what_is_open_longer_is_found_without_reading_the_past() {
        let steps = explained(in_order(Section::Ahead, &all(), None, false, 1, HORIZON)).await;
        let by = |index: &str| steps.iter().filter(|step| step.contains(index)).count();
        let indexes = (
            by("interview_by_start (starts_at>?)"),
            by("interview_extended (closes_at>?)"),
        );
        assert_eq!(indexes, (1, 1), "{steps:?}");
        assert!(!steps.iter().any(|step| step.contains("SCAN")), "{steps:?}");
    }

    #[tokio::test]
    async fn whoever_reads_on_does_not_read_again_what_came_before() {
        for (section, backwards, entered) in [
            (Section::Ahead, false, "((starts_at,id)>(?,?))"),
            (
                Section::Ahead,
                true,
                "(starts_at>? AND (starts_at,id)<(?,?))",
            ),
            (Section::Past, false, "((starts_at,id)<(?,?))"),
            (
                Section::Past,
                true,
                "((starts_at,id)>(?,?) AND starts_at<?)",
            ),
        ] {
            let place = Position {
                section,
                starts_at: 0,
                id: String::new(),
            };
            let steps = explained(in_order(
                section,
                &all(),
                Some(&place),
                backwards,
                1,
                HORIZON,
            ))
            .await;
            let index = format!("SEARCH interview USING INDEX interview_by_start {entered}");
            assert!(steps.contains(&index), "{section:?} {backwards}: {steps:?}");
            assert!(!steps.iter().any(|step| step.contains("TEMP")), "{steps:?}");
        }
    }
}
