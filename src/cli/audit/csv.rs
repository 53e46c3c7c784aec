//! Findings as lines of CSV (RFC 4180) that no spreadsheet calculates.

use crate::app::{Acknowledged, Found};
use crate::cli::Failure;
use crate::cli::csv::record;
use crate::cli::printer::Printer;
use crate::domain::address::EmailAddress;

/// The names of the columns.
pub(super) const HEAD: &str =
    "code,severity,interview_id,detail,starts_at,candidate,address,recruiter,action";

/// The names of the columns for what was acknowledged.
pub(super) const ACKNOWLEDGED_HEAD: &str = "code,severity,interview_id,detail,starts_at,candidate,address,recruiter,action,acknowledged_by,acknowledged_at,reason";

/// One finding, one line.
pub(super) fn print(found: &Found, printer: &mut Printer) -> Result<(), Failure> {
    printer.lines(&record(cells(found).iter().map(String::as_str))?);
    Ok(())
}

/// The same of one that was acknowledged, with by whom, when and why.
pub(super) fn print_acknowledged(
    acknowledged: &Acknowledged,
    printer: &mut Printer,
) -> Result<(), Failure> {
    let said = &acknowledged.acknowledgement;
    let at = said.at.to_string();
    let found = cells(&acknowledged.found);
    let more = [said.actor.as_str(), &at, &said.reason];
    printer.lines(&record(found.iter().map(String::as_str).chain(more))?);
    Ok(())
}

fn cells(found: &Found) -> [String; 9] {
    let (interview, finding) = (&found.row.interview, &found.finding);
    let address = interview
        .candidate_email
        .as_ref()
        .map(EmailAddress::display);
    [
        finding.code.name().to_owned(),
        finding.severity.number().to_string(),
        interview.id.to_string(),
        finding.detail.clone(),
        interview
            .starts_at
            .map(|at| at.to_string())
            .unwrap_or_default(),
        interview.candidate_name.clone(),
        address.unwrap_or_default().to_owned(),
        interview.recruiter.label(),
        finding.remedy.words.clone(),
    ]
}
