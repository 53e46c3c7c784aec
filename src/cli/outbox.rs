//! `greenroom outbox`: what is on its way, and what a person can do about it.

use std::slice;

use clap::{ArgGroup, Args, Subcommand};

use super::next_steps::BY;
use super::paused;
use super::printer::Printer;
use super::table::Table;
use super::{Exit, Failure, next_steps, wait};
use crate::app::{App, Delivery, DeliveryJson, Row, SentBy, Settlement, TakenBack};
use crate::domain::delivery::State;
use crate::domain::ids::DeliveryId;
use crate::domain::text::counted;
use crate::domain::when;

/// Show and steer what is on its way
///
/// Lists the mail that has not left yet and the mail of unknown outcome, that of the soonest interview first. A mail is
/// named by its own id or by the id of its interview.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  greenroom outbox
  greenroom outbox withdraw 01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f
  greenroom outbox settle 01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f --reason 'she has it, by phone'
  greenroom outbox resume")]
pub struct Outbox {
    #[command(subcommand)]
    deed: Option<Deed>,
    /// Print one mail a line as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Show what has not left yet, and what is of unknown outcome (also without a word)
    List {
        /// At most so many; 0 for all
        #[arg(long, value_name = "N", default_value_t = LIMIT)]
        limit: u32,
    },
    /// Take mail back that has not left; ends with 1 when it was too late for one of them
    Withdraw {
        /// The mails, by their ids or those of their interviews
        #[arg(value_name = "ID", required = true)]
        ids: Vec<String>,
    },
    /// Decide about a mail of unknown outcome
    ///
    /// It may or may not have arrived, so it is never sent again by itself.
    Settle(Settle),
    /// Let mail leave again after a pause
    Resume,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("decision").required(true).args(["send_again", "reason"])))]
struct Settle {
    /// The mail, by its id or that of its interview
    id: String,
    /// Send it once more, byte for byte and under the same Message-ID
    #[arg(long)]
    send_again: bool,
    /// Leave it as it is, for this reason: they count as mailed, and can be mailed anew
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    reason: Option<String>,
}

const LIMIT: u32 = 100;

impl Outbox {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        match &self.deed {
            None => self.list(LIMIT, app, printer).await,
            Some(Deed::List { limit }) => self.list(*limit, app, printer).await,
            Some(Deed::Withdraw { ids }) => self.withdraw(ids, app, printer).await,
            Some(Deed::Settle(settle)) => self.settle(settle, app, printer).await,
            Some(Deed::Resume) => resume(app, printer).await,
        }
    }

    async fn list(&self, limit: u32, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let paused = paused::in_words(app).await?;
        // One more than is shown tells whether there are more.
        let most = if limit == 0 { u32::MAX } else { limit };
        let mut mails = app.on_its_way(most.saturating_add(1)).await?;
        let fits = usize::try_from(most).unwrap_or(usize::MAX);
        let more = mails.len() > fits;
        mails.truncate(fits);
        if self.json {
            if let Some(paused) = paused {
                printer.remark(&paused);
            }
            for mail in &mails {
                printer.json(&DeliveryJson::from(mail));
            }
        } else {
            if let Some(paused) = paused {
                printer.prose("", 2, &paused);
            }
            if mails.is_empty() {
                printer.line("Nothing is on its way.");
            }
            print(&mails, app, printer);
            if let Some(waiting) = paused::of_batches(&app.unsent().await?) {
                printer.remark(&waiting);
            }
        }
        if more {
            printer.remark(&format!(
                "{} shown, and there are more; outbox list --limit 0 shows all",
                mails.len()
            ));
        }
        Ok(Exit::Done)
    }

    async fn withdraw(
        &self,
        ids: &[String],
        app: &App,
        printer: &mut Printer,
    ) -> Result<Exit, Failure> {
        let mut chosen: Vec<DeliveryId> = Vec::new();
        for id in ids {
            let mail = the_mail(id, "that can be taken back", app, |mail| {
                mail.state.is_unsent()
            })
            .await?;
            if !chosen.contains(&mail.id) {
                chosen.push(mail.id);
            }
        }
        let mut exit = Exit::Done;
        for id in chosen {
            let too_late = match app.take_back(id).await? {
                TakenBack::Withdrawn(_) => None,
                TakenBack::TooLate { state, since } => Some((state, since)),
            };
            let (mail, row) = found(id, app).await?;
            if self.json {
                printer.json(&DeliveryJson::from(&mail));
            }
            let name = &row.interview.candidate_name;
            match too_late {
                None if self.json => {}
                None => printer.line(&format!(
                    "{name}: the mail to {} was taken back; it did not leave",
                    mail.address
                )),
                Some((state, since)) => {
                    exit = Exit::Findings;
                    let ago = when::moment_in_full(since, &row.interview.zone, app.now());
                    printer.problem(&format!(
                        "{name}: too late, the mail to {} is {} since {ago}",
                        mail.address,
                        state.name()
                    ));
                }
            }
        }
        Ok(exit)
    }

    async fn settle(
        &self,
        settle: &Settle,
        app: &App,
        printer: &mut Printer,
    ) -> Result<Exit, Failure> {
        let settlement = match &settle.reason {
            Some(reason) if reason.trim().is_empty() => {
                return Err(Failure::input(
                    "reason: say in a few words how it was settled; it is kept with the mail",
                ));
            }
            Some(reason) => Settlement::Leave(reason.trim().to_owned()),
            None => Settlement::SendAgain,
        };
        let mail = the_mail(
            &settle.id,
            "of unknown outcome",
            app,
            Delivery::is_unsettled,
        )
        .await?;
        let mut mail = app.settle_unknown(mail.id, settlement.clone()).await?;
        if settlement == Settlement::SendAgain {
            mail = wait::for_first_attempt(app, &mail, printer).await?;
        }
        if self.json {
            printer.json(&DeliveryJson::from(&mail));
        } else {
            let (_, row) = found(mail.id, app).await?;
            let name = &row.interview.candidate_name;
            match &settlement {
                Settlement::SendAgain => {
                    let outcome = wait::outcome(&mail, app);
                    printer.prose("", 2, &format!("{name}: mail {outcome}"));
                    next_steps::say(slice::from_ref(&mail), "  ", app, printer).await?;
                }
                Settlement::Leave(why) => printer.prose(
                    "",
                    2,
                    &format!(
                        "{name}: the mail to {} stays of unknown outcome ({why}); greenroom resend {} --again mails anew",
                        mail.address,
                        row.id()
                    ),
                ),
            }
        }
        Ok(
            if settlement == Settlement::SendAgain && !wait::has_left(&mail) {
                Exit::Findings
            } else {
                Exit::Done
            },
        )
    }
}

async fn resume(app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
    let was = app.pause().await?;
    app.resume_outbox().await?;
    let unsent = app.unsent().await?;
    let standing = if was.is_some() {
        "The outbox is no longer paused"
    } else {
        "The outbox was not paused"
    };
    let waiting = match unsent.count.saturating_sub(unsent.paused) {
        0 if unsent.paused == 0 => "; nothing waits".to_owned(),
        0 => String::new(),
        free => {
            let leave = if free == 1 { "it leaves" } else { "they leave" };
            let how = match app.who_sends() {
                SentBy::Nobody => BY,
                SentBy::Here | SentBy::Other(_) => "when due",
            };
            format!("; {} in it: {leave} {how}", counted(free, "mail"))
        }
    };
    printer.line(&format!("{standing}{waiting}"));
    if let Some(waiting) = paused::of_batches(&unsent) {
        printer.remark(&waiting);
    }
    Ok(Exit::Done)
}

/// The one mail that an id means, which may be the id of its interview.
async fn the_mail(
    text: &str,
    what: &str,
    app: &App,
    is_meant: impl Fn(&Delivery) -> bool,
) -> Result<Delivery, Failure> {
    let id: DeliveryId = text
        .parse()
        .map_err(|_| Failure::input(format!("id: {text:?} is not the id of a mail")))?;
    let mails = app.mails_named(id.uuid()).await?;
    if let [mail] = &mails[..]
        && mail.id == id
    {
        return Ok(mail.clone());
    }
    if mails.is_empty() {
        return Err(Failure::input(format!(
            "id: there is no mail {id}, and no interview of that id that was mailed"
        )));
    }
    let mut meant = mails.into_iter().filter(is_meant);
    match (meant.next(), meant.next()) {
        (Some(mail), None) => Ok(mail),
        (None, _) => Err(Failure::input(format!(
            "id: interview {id} has no mail {what}"
        ))),
        (Some(_), Some(_)) => Err(Failure::input(format!(
            "id: interview {id} has several mails {what}; name one by its own id (greenroom outbox)"
        ))),
    }
}

async fn found(id: DeliveryId, app: &App) -> Result<(Delivery, Row), Failure> {
    let gone = || Failure::input(format!("id: there is no mail {id}"));
    let mail = app
        .mails_named(id.uuid())
        .await?
        .into_iter()
        .next()
        .ok_or_else(gone)?;
    let dossier = app.details(mail.interview_id).await?.ok_or_else(gone)?;
    Ok((mail, dossier.row))
}

fn print(mails: &[Delivery], app: &App, printer: &mut Printer) {
    let zone = app.config().list_zone();
    let start = |mail: &Delivery| when::day_and_time(mail.starts_at, &zone);
    if printer.plain {
        for mail in mails {
            printer.line(&format!(
                "{}, {}, for the interview of {}, mail {}",
                mail.address,
                standing(mail, app),
                start(mail),
                mail.id
            ));
        }
        return;
    }
    if mails.is_empty() {
        return;
    }
    let mut rows = vec![
        ["MAIL", "INTERVIEW", "TO", "STANDING"]
            .map(str::to_owned)
            .to_vec(),
    ];
    rows.extend(mails.iter().map(|mail| {
        vec![
            mail.id.to_string(),
            start(mail),
            mail.address.clone(),
            standing(mail, app),
        ]
    }));
    for line in Table::new(&[0, 0, 40, 0]).lay_out(&rows, |_, _, cell| cell.to_owned()) {
        printer.line(&line);
    }
    printer.remark(&format!("Times in {}", zone.name()));
}

// Where a mail stands, with what was said last.
fn standing(mail: &Delivery, app: &App) -> String {
    let (zone, now) = (app.config().list_zone(), app.now());
    let due = mail
        .due
        .map(|due| when::moment_in_full(due, &zone, now))
        .unwrap_or_default();
    let words = match mail.state {
        _ if mail.paused => "waits for its batch to be resumed".to_owned(),
        State::Held => format!("held until {due}"),
        State::Deferred => format!("next try {due}"),
        State::Claimed | State::HandingOver => "being sent".to_owned(),
        State::Unknown => "outcome unknown".to_owned(),
        state => state.name().to_owned(),
    };
    match &mail.last_reply {
        Some(reply) => format!("{words} ({reply})"),
        None => words,
    }
}
