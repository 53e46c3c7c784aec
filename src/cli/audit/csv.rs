//! Findings as lines of CSV (RFC 4180) that no spreadsheet calculates.

use std::borrow::Cow;

use crate::app::Found;
use crate::cli::Failure;
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
        &finding.remedy.command,
    ];
    let mut line = ::csv::WriterBuilder::new().from_writer(Vec::new());
    line.write_record(cells.map(|cell| neutralised(cell).into_owned()))
        .map_err(Failure::environment)?;
    let line = line.into_inner().map_err(Failure::environment)?;
    printer.lines(&String::from_utf8_lossy(&line));
    Ok(())
}

// A spreadsheet takes what begins so for a formula; an apostrophe says that it is text.
fn neutralised(text: &str) -> Cow<'_, str> {
    let begins = ['=', '+', '-', '@', '\t', '\r', '\n'];
    if text.trim_start_matches('\'').starts_with(begins) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}
