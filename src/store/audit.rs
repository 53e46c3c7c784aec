//! Findings: counted by one pass over an index, and read a stretch at a time in the order of urgency.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Rows, params_from_iter};

use super::interviews::{SELECT, read_row};
use super::list::{Horizon, Row, push_section};
use super::predicate::Sql;
use super::rows::{instant, maybe_instant};
use super::{Reading, Section, StoreError};
use crate::domain::delivery::State;
use crate::domain::filter::Predicate;
use crate::domain::finding::{Code, Codes, Nearness, Span, Stretch, spans};
use crate::domain::session::AccessWindow;

/// What is audited: which interviews, at which moment.
#[derive(Debug, Clone)]
pub struct Audited {
    /// Which interviews.
    pub predicate: Predicate,
    /// The moment.
    pub now: Timestamp,
    /// When links work.
    pub window: AccessWindow,
    /// Whether the past counts too.
    pub past: bool,
}

impl Audited {
    fn horizon(&self) -> Horizon {
        Horizon::at(self.now, &self.window)
    }
}

/// How many interviews at one distance have a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundCount {
    /// The finding.
    pub code: Code,
    /// How near they are.
    pub nearness: Nearness,
    /// How many they are.
    pub count: u64,
    /// The first start among them.
    pub first_start: Option<Timestamp>,
}

/// What an audit looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AuditedCounts {
    /// How many interviews.
    pub interviews: u64,
    /// How many of them have a mail that has not left.
    pub waiting: u64,
    /// How many of them have an acknowledged finding.
    pub acknowledged: u64,
}

/// A place in a stretch, also when the interview is no longer there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StretchPlace {
    starts_at: i64,
    id: String,
}

impl StretchPlace {
    /// The place of an interview.
    #[must_use]
    pub fn of(row: &Row) -> Self {
        Self {
            starts_at: row.interview.starts_at.map_or(0, instant),
            id: row.id().to_string(),
        }
    }
}

// Start and id: what a stretch is sorted by.
type Place = (i64, String);
// The interview that stands there, and the sources in which it does.
type Heads<'source> = BTreeMap<Place, (i64, Vec<Rows<'source>>)>;

impl Reading<'_> {
    /// Counts findings by code and distance.
    ///
    /// # Errors
    /// The engine's.
    pub fn count_found(&self, audited: &Audited) -> Result<Vec<FoundCount>, StoreError> {
        let mut counts = Vec::new();
        // Those that the clock or the configuration decides are asked for one by one; the rest in one pass.
        self.count_bits(audited, None, &mut counts)?;
        for code in [Code::DeferredLate, Code::ClosesEarly] {
            self.count_bits(audited, Some(code), &mut counts)?;
        }
        Ok(counts)
    }

    /// Counts what is audited, whether anything is found in it or not.
    ///
    /// # Errors
    /// The engine's.
    pub fn count_audited(&self, audited: &Audited) -> Result<AuditedCounts, StoreError> {
        let sql = counting_audited(audited);
        let counts = self.one(&sql.text, params_from_iter(sql.parameters), |row| {
            Ok(AuditedCounts {
                interviews: row.get("interviews")?,
                waiting: row.get("waiting")?,
                acknowledged: row.get("acknowledged")?,
            })
        })?;
        Ok(counts.unwrap_or_default())
    }

    fn count_bits(
        &self,
        audited: &Audited,
        only: Option<Code>,
        counts: &mut Vec<FoundCount>,
    ) -> Result<(), StoreError> {
        let spans = spans(audited.now);
        let sql = counting(audited, only, &spans);
        let groups = self.many(&sql.text, params_from_iter(sql.parameters), |row| {
            let found: u32 = row.get("found")?;
            let span: Option<usize> = row.get("span")?;
            let count: u64 = row.get("interviews")?;
            Ok((found, span, count, maybe_instant(row, "first")?))
        })?;
        let decided = Codes::ALL.0 & !Code::DeferredLate.bit() & !Code::ClosesEarly.bit();
        for (found, span, count, first_start) in groups {
            let Some((nearness, _)) = span.and_then(|span| spans.get(span)) else {
                continue;
            };
            let found = only.map_or(found & decided, Code::bit);
            let codes = Code::ALL
                .into_iter()
                .filter(|code| Codes(found).contains(*code));
            counts.extend(codes.map(|code| FoundCount {
                code,
                nearness: *nearness,
                count,
                first_start,
            }));
        }
        Ok(())
    }

    /// Reads at most `limit` interviews of a stretch, in its order.
    ///
    /// # Errors
    /// The engine's.
    pub fn found_rows(
        &self,
        audited: &Audited,
        stretch: &Stretch,
        after: Option<&StretchPlace>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let rows = self.places(audited, stretch, after, limit)?;
        let by_row = format!("{SELECT} WHERE row = $1");
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            found.extend(self.one(&by_row, [row], read_row)?);
        }
        Ok(found)
    }

    // Where the findings of a stretch stand in the index: one piece of it per set of bits that there is.
    fn sources(
        &self,
        audited: &Audited,
        stretch: &Stretch,
    ) -> Result<Vec<(Option<u32>, Predicate)>, StoreError> {
        let sets: Vec<u32> = self.many(
            "WITH RECURSIVE present (found) AS (
                SELECT min(found) FROM interview
                UNION ALL
                SELECT (SELECT min(found) FROM interview WHERE found > present.found) FROM present
                WHERE present.found IS NOT NULL)
             SELECT found FROM present WHERE found > 0",
            [],
            |row| Ok(row.get(0)?),
        )?;
        let wanted = |code: Code| stretch.codes.contains(code);
        let by_clock = |code| Predicate::finding(code, &audited.window, audited.now);
        let decided = stretch.codes.0 & !Code::DeferredLate.bit() & !Code::ClosesEarly.bit();
        let mut sources = Vec::new();
        for set in sets {
            if set & decided != 0 {
                sources.push((Some(set), Predicate::All(Vec::new())));
            } else if wanted(Code::DeferredLate) && Codes(set).contains(Code::DeferredLate) {
                sources.push((Some(set), by_clock(Code::DeferredLate)));
            }
        }
        if wanted(Code::ClosesEarly) {
            sources.push((None, by_clock(Code::ClosesEarly)));
        }
        Ok(sources)
    }

    // Each source has its rows in the stretch's order already, so no more of it is read than is taken.
    fn places(
        &self,
        audited: &Audited,
        stretch: &Stretch,
        after: Option<&StretchPlace>,
        limit: usize,
    ) -> Result<Vec<i64>, StoreError> {
        let mut statements = Vec::new();
        for source in self.sources(audited, stretch)? {
            let sql = in_order(audited, stretch.span, &source, after, limit);
            statements.push((self.statement(&sql.text)?, sql.parameters));
        }
        // What stands first in each source that is not exhausted; the same interview may stand in two of them.
        let mut heads = BTreeMap::new();
        for (statement, parameters) in &mut statements {
            put(
                &mut heads,
                statement.query(params_from_iter(parameters.iter()))?,
            )?;
        }
        let mut rows = Vec::new();
        while rows.len() < limit {
            let head = if stretch.span == Span::Over {
                heads.pop_last()
            } else {
                heads.pop_first()
            };
            let Some((_, (row, sources))) = head else {
                break;
            };
            rows.push(row);
            for source in sources {
                put(&mut heads, source)?;
            }
        }
        Ok(rows)
    }
}

fn put<'source>(heads: &mut Heads<'source>, mut source: Rows<'source>) -> Result<(), StoreError> {
    if let Some(next) = source.next()? {
        let (place, row) = ((next.get("start")?, next.get("id")?), next.get("row")?);
        let (_, sources) = heads.entry(place).or_insert_with(|| (row, Vec::new()));
        sources.push(source);
    }
    Ok(())
}

fn in_order(
    audited: &Audited,
    span: Span,
    (set, more): &(Option<u32>, Predicate),
    after: Option<&StretchPlace>,
    limit: usize,
) -> Sql {
    let mut sql = Sql::default();
    sql.push("SELECT row, coalesce(starts_at, 0) AS start, id FROM interview WHERE ");
    if let Some(set) = set {
        sql.push("found = ").bind(i64::from(*set)).push(" AND ");
    }
    sql.predicate(more).push(" AND ");
    push_span(&mut sql, span, audited, after.is_none());
    let timed = !matches!(span, Span::NoTime | Span::OverNoTime);
    let (comparison, direction) = if span == Span::Over {
        ("<", "DESC")
    } else {
        (">", "ASC")
    };
    if let Some(after) = after {
        if timed {
            sql.push(" AND (starts_at, id) ")
                .push(comparison)
                .push(" (");
            sql.bind(after.starts_at)
                .push(", ")
                .bind(after.id.clone())
                .push(")");
        } else {
            sql.push(" AND id > ").bind(after.id.clone());
        }
    }
    sql.push(" AND ")
        .predicate(&audited.predicate)
        .push(" ORDER BY ");
    if timed {
        sql.push("starts_at ").push(direction).push(", ");
    }
    sql.push("id ").push(direction).push(" LIMIT ");
    sql.bind(i64::try_from(limit).unwrap_or(i64::MAX));
    sql
}

fn counting(audited: &Audited, only: Option<Code>, spans: &[(Nearness, Span)]) -> Sql {
    let mut sql = Sql::default();
    sql.push("SELECT found, CASE");
    for (place, (_, span)) in spans.iter().enumerate() {
        let place = i64::try_from(place).unwrap_or(i64::MAX);
        sql.push(" WHEN ");
        push_span(&mut sql, *span, audited, true);
        sql.push(" THEN ").bind(place);
    }
    sql.push(" END AS span, count(*) AS interviews, min(starts_at) AS first FROM interview WHERE ");
    match only {
        None => sql.push("found > 0"),
        Some(code) => sql.predicate(&Predicate::finding(code, &audited.window, audited.now)),
    };
    if !audited.past {
        sql.push(" AND ");
        push_not_over(&mut sql, audited.horizon());
    }
    sql.push(" AND ").predicate(&audited.predicate);
    sql.push(" GROUP BY found, span");
    sql
}

fn counting_audited(audited: &Audited) -> Sql {
    let mut sql = Sql::default();
    let unsent: Vec<String> = State::ALL
        .into_iter()
        .filter(|state| state.is_unsent())
        .map(|state| format!("'{}'", state.mark()))
        .collect();
    sql.push("SELECT count(*) AS interviews, count(*) FILTER (WHERE mail_state IN (")
        .push(&unsent.join(", "))
        .push(")) AS waiting, count(*) FILTER (WHERE acknowledged <> 0) AS acknowledged FROM interview WHERE ");
    if !audited.past {
        push_not_over(&mut sql, audited.horizon());
        sql.push(" AND ");
    }
    sql.predicate(&audited.predicate);
    sql
}

// What is to take place or was called off, and has not closed. By its status alone nothing is looked for: the index of
// findings holds all that is asked here, and that of statuses would lead to every row.
fn push_not_over(sql: &mut Sql, horizon: Horizon) {
    sql.push(
        "coalesce(status, '') IN ('scheduled', 'cancelled') AND (starts_at IS NULL OR ends_at >= ",
    )
    .bind(instant(horizon.ended_before))
    .push(" OR closes_at > ")
    .bind(instant(horizon.now))
    .push(")");
}

// Where interviews lie, seen from now; each lies in one span. Whoever reads on from a place inside goes without the bound
// behind it, see `push_section`.
fn push_span(sql: &mut Sql, span: Span, audited: &Audited, is_bounded: bool) {
    let horizon = audited.horizon();
    match span {
        Span::Starts { after, until } => {
            sql.push("(status IN ('scheduled', 'cancelled') AND ");
            if let Some(after) = after.filter(|_| is_bounded) {
                sql.push("starts_at > ").bind(instant(after)).push(" AND ");
            }
            if let Some(until) = until {
                sql.push("starts_at <= ").bind(instant(until)).push(" AND ");
            }
            push_section(sql, Section::Ahead, horizon, is_bounded);
            sql.push(")");
        }
        Span::NoTime => {
            sql.push("(starts_at IS NULL AND status IN ('scheduled', 'cancelled'))");
        }
        Span::Over => {
            sql.push("(starts_at IS NOT NULL AND (status IN ('completed', 'no_show') OR (");
            push_section(sql, Section::Past, horizon, is_bounded);
            sql.push(")))");
        }
        Span::OverNoTime => {
            sql.push("(starts_at IS NULL AND status IN ('completed', 'no_show'))");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::predicate::explained;

    fn audited() -> Audited {
        Audited {
            predicate: Predicate::All(Vec::new()),
            now: Timestamp::UNIX_EPOCH,
            window: AccessWindow {
                opens_before: Duration::from_mins(15),
                closes_after: Duration::from_hours(2),
            },
            past: false,
        }
    }

    #[tokio::test]
    async fn findings_are_counted_without_reading_the_interviews() {
        let audited = audited();
        for (code, index) in [
            (None, "interview_by_found (found>?)"),
            (
                Some(Code::DeferredLate),
                "SCAN interview USING INDEX interview_by_found",
            ),
            (Some(Code::ClosesEarly), "interview_by_grace (told_grace>?)"),
        ] {
            let steps = explained(counting(&audited, code, &spans(audited.now))).await;
            assert!(steps[0].contains(index), "{steps:?} without {index}");
        }
    }

    #[tokio::test]
    async fn whoever_reads_on_does_not_read_again_what_came_before() {
        let after = StretchPlace {
            starts_at: 0,
            id: String::new(),
        };
        let set = (Some(8), Predicate::All(Vec::new()));
        let now = Timestamp::UNIX_EPOCH;
        let ahead = Span::Starts {
            after: Some(now),
            until: None,
        };
        for (span, entered) in [
            (ahead, "(found=? AND (starts_at,id)>(?,?))"),
            (
                Span::Over,
                "(found=? AND starts_at>? AND (starts_at,id)<(?,?))",
            ),
            (Span::NoTime, "(found=? AND starts_at=? AND id>?)"),
        ] {
            let steps = explained(in_order(&audited(), span, &set, Some(&after), 1)).await;
            assert!(steps[0].ends_with(entered), "{span:?}: {steps:?}");
            assert!(!steps.iter().any(|step| step.contains("TEMP")), "{steps:?}");
        }
    }
}
