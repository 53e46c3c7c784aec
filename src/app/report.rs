//! An audit as one page for people: it stands alone, and can be printed.

use serde::Serialize;

use super::{App, AppError, Audit, Found, Group};
use crate::domain::address::EmailAddress;
use crate::domain::when;

/// Findings read at a time.
const PAGE: usize = 1_000;
const TEMPLATE: &str = "audit.html.hbs";

/// The page, and how many findings there were.
#[derive(Debug, Clone)]
pub struct Report {
    /// The page: HTML.
    pub page: String,
    /// How many findings there are, also those that are not on the page.
    pub findings: u64,
}

#[derive(Serialize)]
struct PageData {
    company: String,
    made_at: String,
    zone: String,
    scope: String,
    nothing: Option<String>,
    groups: Vec<GroupData>,
}

#[derive(Serialize)]
struct GroupData {
    code: &'static str,
    count: u64,
    word: &'static str,
    number: u8,
    first_start: String,
    command: Option<String>,
    milder: u64,
    findings: Vec<FindingData>,
    more: u64,
}

#[derive(Serialize)]
struct FindingData {
    start: String,
    word: &'static str,
    number: u8,
    candidate: String,
    address: String,
    recruiter: String,
    detail: String,
    action: String,
}

impl App {
    /// An audit as a page, with at most `limit` findings of each code.
    ///
    /// # Errors
    /// The store's, or a template that does not fit.
    pub async fn audit_report(&self, audit: &Audit, limit: usize) -> Result<Report, AppError> {
        let mut groups = Vec::new();
        let mut findings = 0;
        for group in self.audit_groups(audit).await? {
            findings += group.count;
            groups.push(self.group_data(audit, &group, limit).await?);
        }
        let nothing = if groups.is_empty() {
            Some(self.audit_compared(audit).await?.in_words())
        } else {
            None
        };
        let zone = self.config().list_zone();
        let page = self.templates().render(
            TEMPLATE,
            &PageData {
                company: self
                    .config()
                    .company
                    .name
                    .clone()
                    .unwrap_or_else(|| "Greenroom".to_owned()),
                made_at: when::day_and_time(audit.now(), &zone),
                zone: zone.name().to_owned(),
                scope: audit.scope(),
                nothing,
                groups,
            },
        )?;
        Ok(Report { page, findings })
    }

    async fn group_data(
        &self,
        audit: &Audit,
        group: &Group,
        limit: usize,
    ) -> Result<GroupData, AppError> {
        let (mut findings, mut from) = (Vec::new(), None);
        while findings.len() < limit {
            let left = (limit - findings.len()).min(PAGE);
            let page = self.audit_page(audit, Some(group.code), from, left).await?;
            findings.extend(page.found.iter().map(|found| self.finding_data(found)));
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        let shown = u64::try_from(findings.len()).unwrap_or(u64::MAX);
        Ok(GroupData {
            code: group.code.name(),
            count: group.count,
            word: group.severity.word(),
            number: group.severity.number(),
            first_start: self.start_in_words(group.first_start),
            command: group.command.clone(),
            milder: group.milder,
            findings,
            more: group.count.saturating_sub(shown),
        })
    }

    fn finding_data(&self, found: &Found) -> FindingData {
        let (interview, finding) = (&found.row.interview, &found.finding);
        let address = interview.candidate_email.as_ref();
        FindingData {
            start: self.start_in_words(interview.starts_at),
            word: finding.severity.word(),
            number: finding.severity.number(),
            candidate: interview.candidate_name.clone(),
            address: address
                .map(EmailAddress::display)
                .unwrap_or_default()
                .to_owned(),
            recruiter: interview.recruiter.label(),
            detail: finding.detail.clone(),
            action: finding.remedy.words.clone(),
        }
    }

    fn start_in_words(&self, at: Option<jiff::Timestamp>) -> String {
        at.map_or_else(
            || "no time yet".to_owned(),
            |at| when::day_and_time(at, &self.config().list_zone()),
        )
    }
}
