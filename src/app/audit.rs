//! What the candidates hold against what is true: counted, read in the order of urgency, and acknowledged.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::{App, AppError, Row, outbox};
use crate::domain::event::EventKind;
use crate::domain::filter::Filter;
use crate::domain::finding::{
    Code, Compared, Finding, Nearness, Severity, audit, remedy_for_all, stretches,
};
use crate::domain::ids::InterviewId;
use crate::store::{Acknowledgement, Audited, StretchPlace};

/// One audit: what is looked at, as of one moment.
#[derive(Debug, Clone)]
pub struct Audit {
    audited: Audited,
    least: Severity,
    words: Vec<String>,
}

/// The findings of one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The code.
    pub code: Code,
    /// How many there are.
    pub count: u64,
    /// How severe the most urgent one is.
    pub severity: Severity,
    /// The first start among the most urgent ones.
    pub first_start: Option<Timestamp>,
    /// The command that mends all of them, if one does.
    pub command: Option<String>,
    /// How many more that command mends: findings of this code that are milder than was asked for.
    pub milder: u64,
}

/// A finding and the interview that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The interview.
    pub row: Row,
    /// What was found.
    pub finding: Finding,
}

/// A place among the findings of an audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPlace {
    stretch: usize,
    after: Option<StretchPlace>,
}

/// Some findings, the most urgent first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditPage {
    /// The findings.
    pub found: Vec<Found>,
    /// Where the next page begins, if there is one.
    pub next: Option<AuditPlace>,
}

/// A finding that may stay as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// The finding.
    pub found: Found,
    /// Who said so, when and why.
    pub acknowledgement: Acknowledgement,
}

impl Audit {
    /// The moment as of which it audits.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.audited.now
    }

    /// Whether it looks at the past too.
    #[must_use]
    pub const fn past(&self) -> bool {
        self.audited.past
    }

    /// What it looks at, in words: which interviews, and how severe a finding has to be.
    #[must_use]
    pub fn scope(&self) -> String {
        let mut scope = if self.past() {
            "the past too".to_owned()
        } else {
            "what is ahead or has no time".to_owned()
        };
        if !self.words.is_empty() {
            let _ = write!(scope, " · matching {}", self.words.join(" "));
        }
        if self.least > Severity::LOW {
            let _ = write!(scope, " · severity {} or more", self.least.number());
        }
        scope
    }

    fn findings(&self, row: &Row) -> Vec<Finding> {
        audit(
            &row.interview,
            &row.facts,
            &self.audited.window,
            self.audited.now,
        )
    }
}

impl App {
    /// An audit as of now of what matches, is ahead or has no time; of the past too if that is wanted. Only findings
    /// that are at least so severe, and that nobody acknowledged.
    #[must_use]
    pub fn audit(&self, filter: &Filter, least: Severity, past: bool) -> Audit {
        Audit {
            audited: Audited {
                predicate: self.predicate(filter),
                now: self.now(),
                window: self.policy().window,
                past,
            },
            least,
            words: filter.words().to_vec(),
        }
    }

    /// How many findings there are of each code, the most urgent code first: by severity, then by start.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit_groups(&self, audit: &Audit) -> Result<Vec<Group>, AppError> {
        let audited = audit.audited.clone();
        let counts = self
            .store()
            .read(move |read| read.count_found(&audited))
            .await?;
        let mut groups: Vec<Group> = Vec::new();
        let (milder, counts): (Vec<_>, Vec<_>) = counts
            .into_iter()
            .map(|found| (Severity::of(found.code, found.nearness), found))
            .partition(|(severity, _)| *severity < audit.least);
        for (severity, found) in counts {
            let Some(group) = groups.iter_mut().find(|group| group.code == found.code) else {
                groups.push(Group {
                    code: found.code,
                    count: found.count,
                    severity,
                    first_start: found.first_start,
                    command: remedy_for_all(found.code, &audit.words),
                    milder: milder
                        .iter()
                        .filter(|(_, milder)| {
                            milder.code == found.code && milder.nearness != Nearness::Over
                        })
                        .map(|(_, milder)| milder.count)
                        .sum(),
                });
                continue;
            };
            group.count += found.count;
            let first = |group: &Group| group.first_start.unwrap_or(Timestamp::MAX);
            let start = found.first_start.unwrap_or(Timestamp::MAX);
            if severity > group.severity || (severity == group.severity && start < first(group)) {
                group.severity = severity;
                group.first_start = found.first_start;
            }
        }
        groups.sort_by_key(|group| {
            let start = group.first_start.unwrap_or(Timestamp::MAX);
            (std::cmp::Reverse(group.severity), start, group.code)
        });
        Ok(groups)
    }

    /// What it looks at: what it means that nothing was found.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit_compared(&self, audit: &Audit) -> Result<Compared, AppError> {
        let audited = audit.audited.clone();
        let counts = self
            .store()
            .read(move |read| read.count_audited(&audited))
            .await?;
        Ok(Compared {
            interviews: counts.interviews,
            waiting: counts.waiting,
            acknowledged: counts.acknowledged,
            filtered: !audit.words.is_empty(),
            past: audit.past(),
            least: audit.least,
        })
    }

    /// Findings, the most urgent first: at least `limit` of them if there are so many, of one code or of all, from the
    /// beginning or from where a page ended.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit_page(
        &self,
        audit: &Audit,
        only: Option<Code>,
        from: Option<AuditPlace>,
        limit: usize,
    ) -> Result<AuditPage, AppError> {
        let audit = audit.clone();
        self.store()
            .read(move |read| {
                let wanted = |code| only.is_none_or(|only| only == code);
                let stretches =
                    stretches(wanted, audit.least, audit.audited.past, audit.audited.now);
                let mut place = from.unwrap_or(AuditPlace {
                    stretch: 0,
                    after: None,
                });
                let limit = limit.max(1);
                let mut page = AuditPage::default();
                while let Some(stretch) = stretches.get(place.stretch) {
                    let left = limit.saturating_sub(page.found.len());
                    if left == 0 {
                        page.next = Some(place);
                        break;
                    }
                    let rows =
                        read.found_rows(&audit.audited, stretch, place.after.as_ref(), left)?;
                    let is_last = rows.len() < left;
                    place.after = rows.last().map(StretchPlace::of).or(place.after);
                    for row in rows {
                        let findings = audit.findings(&row).into_iter().filter(|finding| {
                            stretch.codes.contains(finding.code) && !finding.acknowledged
                        });
                        page.found.extend(findings.map(|finding| Found {
                            row: row.clone(),
                            finding,
                        }));
                    }
                    if is_last {
                        place = AuditPlace {
                            stretch: place.stretch + 1,
                            after: None,
                        };
                    }
                }
                Ok(page)
            })
            .await
    }

    /// The findings of one interview, the acknowledged ones too.
    #[must_use]
    pub fn findings(&self, row: &Row) -> Vec<Finding> {
        audit(
            &row.interview,
            &row.facts,
            &self.policy().window,
            self.now(),
        )
    }

    /// Says of a finding that it may stay as it is, until what it is about changes. Its event goes into the timeline.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the interview has no such finding, or it is acknowledged already.
    pub async fn acknowledge(
        &self,
        id: InterviewId,
        code: Code,
        reason: String,
    ) -> Result<Acknowledged, AppError> {
        let app = self.clone();
        self.store()
            .write(move |write| {
                let row = write.interview(id)?.ok_or(AppError::NoInterview(id))?;
                let mut findings = app.findings(&row).into_iter();
                let finding = findings
                    .find(|finding| finding.code == code && !finding.acknowledged)
                    .ok_or(AppError::NotFound(code))?;
                let event = app.event(
                    EventKind::FindingAcknowledged,
                    format!("{}: {reason}", code.name()),
                );
                let acknowledgement = Acknowledgement {
                    code,
                    at: event.at,
                    actor: event.actor.clone(),
                    reason,
                };
                write.acknowledge(id, &acknowledgement)?;
                write.append_event(id, &event)?;
                let row = outbox::kept(write.interview(id)?)?;
                let finding = Finding {
                    acknowledged: true,
                    ..finding
                };
                Ok(Acknowledged {
                    found: Found { row, finding },
                    acknowledgement,
                })
            })
            .await
    }

    /// The findings that are acknowledged and would show otherwise, soonest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn acknowledged(&self, audit: &Audit) -> Result<Vec<Acknowledged>, AppError> {
        let audit = audit.clone();
        self.store()
            .read(move |read| {
                let mut acknowledged = Vec::new();
                for row in read.acknowledged_rows(&audit.audited.predicate)? {
                    let reasons = read.acknowledgements(row.id())?;
                    let findings = audit.findings(&row).into_iter();
                    for finding in findings.filter(|finding| finding.acknowledged) {
                        let theirs = |reason: &&Acknowledgement| reason.code == finding.code;
                        if let Some(reason) = reasons.iter().find(theirs) {
                            acknowledged.push(Acknowledged {
                                acknowledgement: reason.clone(),
                                found: Found {
                                    row: row.clone(),
                                    finding,
                                },
                            });
                        }
                    }
                }
                Ok(acknowledged)
            })
            .await
    }
}
