//! `greenroom doctor`: what sending a working link depends on, and how it is.

use clap::Args;
use serde_json::json;

use super::printer::Printer;
use super::{Exit, Failure};
use crate::app::{Check, Health, Premises};
use crate::domain::address::EmailAddress;
use crate::domain::verdict::Standing;

/// Columns before what was found.
const LABEL: usize = 9;

/// Check configuration, templates, database, base URL and mail server
///
/// Names each problem and its remedy. Tries the conversation with the mail server, up to signing in, without sending
/// anything. With --send-test it then sends one small test mail the way that invitations go, without any link in it.
/// Ends with 1 when something is in trouble, or the test mail was neither accepted nor stored.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Send a small test mail to this address, and say what became of it
    #[arg(long, value_name = "ADDRESS")]
    send_test: Option<String>,
    /// Print one check a line as JSON
    #[arg(long)]
    json: bool,
}

impl Doctor {
    /// Examines, and sends the test mail where nothing is broken.
    ///
    /// # Errors
    /// When the address of the test mail is none.
    pub async fn run(
        &self,
        premises: &Premises<'_>,
        printer: &mut Printer,
    ) -> Result<Exit, Failure> {
        let send_test = self.send_test.as_deref().map(test_address).transpose()?;
        let mut checks = premises.examine().await;
        if let Some(address) = send_test {
            checks.push(match premises.app {
                Some(app) => app.send_test(&address).await,
                None => Check {
                    name: "test mail",
                    health: Health::Trouble("see to the troubles above first".to_owned()),
                    found: "nothing was sent".to_owned(),
                },
            });
        }
        for check in &checks {
            say(check, self.json, printer);
        }
        let trouble = checks
            .iter()
            .any(|check| matches!(check.health, Health::Trouble(_)));
        Ok(if trouble { Exit::Findings } else { Exit::Done })
    }
}

pub(super) fn test_address(text: &str) -> Result<EmailAddress, Failure> {
    EmailAddress::parse(text.trim()).map_err(|error| Failure::input(format!("send-test: {error}")))
}

/// The word for how a thing is, its colour, and what to do about it.
pub(super) fn in_words(health: &Health) -> (&'static str, Standing, Option<&str>) {
    match health {
        Health::Fine => ("ok", Standing::Ready, None),
        Health::Limited(meaning) => ("note", Standing::InDoubt, Some(meaning)),
        Health::Trouble(remedy) => ("trouble", Standing::Blocked, Some(remedy)),
    }
}

/// Says how one thing is, and what to do about it.
pub(super) fn say(check: &Check, as_json: bool, printer: &mut Printer) {
    let (word, standing, remedy) = in_words(&check.health);
    if as_json {
        printer.json(
            &json!({ "check": check.name, "health": word, "found": check.found, "remedy": remedy }),
        );
        return;
    }
    let word = printer.colored(standing, &format!("{word:<7}"));
    let found = format!("{}: {}", check.name, check.found);
    printer.prose(&format!("{word}  "), LABEL, &found);
    if let Some(remedy) = remedy {
        printer.prose(&" ".repeat(LABEL), LABEL, remedy);
    }
}
