//! Findings as lines of CSV (RFC 4180) that no spreadsheet calculates.

use crate::app::Found;
use crate::cli::Failure;
use crate::cli::csv::record;
use crate::cli::printer::Printer;
use crate::domain::address::EmailAddress;

/// The names of the columns.
pub(super) const HEAD: &str =
    "code,severity,interview_id,detail,starts_at,candidate,address,recruiter,action";

/// One finding, one line.
pub(super) fn print(found: &Found, printer: &mut Printer) -> Result<(), Failure> {
    let (interview, finding) = (&found.row.interview, &found.finding);
    let address = interview
        .candidate_email
        .as_ref()
        .map(EmailAddress::display);
    let cells = [
        finding.code.name(),
        &finding.severity.number().to_string(),
        &interview.id.to_string(),
        &finding.detail,
        &interview
            .starts_at
            .map(|at| at.to_string())
            .unwrap_or_default(),
        &interview.candidate_name,
        address.unwrap_or_default(),
        &interview.recruiter.label(),
        &finding.remedy.words,
    ];
    printer.lines(&record(cells.into_iter())?);
    Ok(())
}
