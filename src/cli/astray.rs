//! Says where mail is sent that links may lead astray: what was found the last time that somebody looked.

use super::Failure;
use super::printer::Printer;
use crate::app::{App, Health};
use crate::domain::when;

/// Says what was wrong with the base URL when it was last looked at, if anything was. Fetches nothing.
pub(super) async fn remark(app: &App, printer: &mut Printer) -> Result<(), Failure> {
    if let Some(last) = app.base_url_trouble().await? {
        let ago = when::moment_in_full(last.at, &app.config().list_zone(), app.now());
        printer.remark(&format!(
            "Links may lead astray ({ago}): {}. greenroom doctor looks again",
            last.problem
        ));
    }
    Ok(())
}

/// Looks where the base URL leads, and says so when candidates would not get to the join page.
pub async fn look(app: &App, printer: &mut Printer) {
    let check = app.check_join_page().await;
    if let Health::Trouble(remedy) = &check.health {
        printer.remark(&format!("Links lead astray: {}. {remedy}", check.found));
    }
}
