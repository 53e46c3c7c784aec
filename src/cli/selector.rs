//! What every command that mails or changes many has in common: the selector, the plan, and consent.
//!
//! Nothing is everybody by accident: without words, with an unknown key or id, or without anybody to ask, it ends
//! before anything is done.

mod shown;

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;

use super::arguments::Words;
use super::printer::Printer;
use super::{Failure, ask, astray, wait};
use crate::app::{Action, App, AppError, Chosen, Delivery, Plan, Selection};
use crate::domain::filter::Filter;
use crate::domain::ids::InterviewId;
use crate::domain::trouble;

pub(super) use shown::{AfterJson, print_rows};

/// Which interviews, and how to go about it.
#[derive(Debug, Args)]
pub(super) struct Selector {
    #[command(flatten)]
    words: Words,
    /// Carry out exactly the plan in a file, or nothing if anything changed since
    #[arg(long, value_name = "FILE", conflicts_with_all = ["words", "save_plan"])]
    plan: Option<PathBuf>,
    /// Print one row of the plan a line as JSON, with its delivery once it is carried out
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    consent: Consent,
}

/// Whether a plan is only shown, kept, or carried out.
#[derive(Debug, Args)]
pub(super) struct Consent {
    /// Show the plan and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Write the plan to a new file and, without --yes, do nothing else; a file that is there already is refused
    #[arg(long, value_name = "FILE")]
    save_plan: Option<PathBuf>,
    /// Do nothing unless the plan acts on exactly so many interviews
    #[arg(long, value_name = "N")]
    expect: Option<usize>,
    /// Carry the plan out without asking, however long it is
    #[arg(long)]
    yes: bool,
}

/// A plan, and what it led to.
pub(super) struct Done {
    pub(super) plan: Plan,
    /// The mails after their first attempt; `None` when the plan was only shown.
    pub(super) deliveries: Option<Vec<Delivery>>,
}

impl Selector {
    /// Plans, and goes about it as was consented to.
    ///
    /// With `anyway`, those are chosen too whom the plan would leave alone by itself.
    pub(super) async fn run(
        &self,
        action: Action,
        anyway: bool,
        app: &App,
        printer: &mut Printer,
    ) -> Result<Done, Failure> {
        let plan = self.planned(action, anyway, app).await?;
        self.carry_out(plan, app, printer).await
    }

    /// The plan: made now, or read from the file that was named.
    pub(super) async fn planned(
        &self,
        action: Action,
        anyway: bool,
        app: &App,
    ) -> Result<Plan, Failure> {
        let chosen = if anyway {
            Chosen::Everybody
        } else {
            Chosen::Nobody
        };
        Ok(match &self.plan {
            Some(file) => read_plan(file, action)?,
            None => {
                app.plan_choosing(action, &self.selection()?, &chosen)
                    .await?
            }
        })
    }

    /// Goes about a plan as was consented to.
    pub(super) async fn carry_out(
        &self,
        plan: Plan,
        app: &App,
        printer: &mut Printer,
    ) -> Result<Done, Failure> {
        if self.is_saved() && self.consent.only_shows() {
            rehearse(&plan, app, printer).await?;
        }
        self.consent.carry_out(plan, self.json, app, printer).await
    }

    /// The interview, where one alone was named by its id and is to be acted on at once.
    pub(super) fn one_named(&self) -> Option<InterviewId> {
        match self.words.words.as_slice() {
            [one] if !self.consent.only_shows() => one.parse().ok(),
            _ => None,
        }
    }

    /// Whether the plan comes from a file.
    pub(super) const fn is_saved(&self) -> bool {
        self.plan.is_some()
    }

    /// Whether it is to be printed for programs.
    pub(super) const fn json(&self) -> bool {
        self.json
    }

    /// What was expected of a plan.
    pub(super) const fn consent(&self) -> &Consent {
        &self.consent
    }

    /// The words of the filter, as they were typed.
    pub(super) fn words(&self) -> &[String] {
        &self.words.words
    }

    fn selection(&self) -> Result<Selection, Failure> {
        if let Some(ids) = self.words.ids() {
            return Ok(Selection::Ids(ids));
        }
        let is_id = |word: &String| word.parse::<InterviewId>().is_ok();
        if self.words.words.iter().any(is_id) {
            return Err(Failure::input(
                "filter: name ids or write a filter, not both",
            ));
        }
        if let Some(word) = self.words.words.iter().find(|word| is_meant_as_an_id(word)) {
            return Err(Failure::input(format!(
                "id: {word:?} is not the id of an interview; greenroom list shows them with --json"
            )));
        }
        Filter::parse(&self.words.text())
            .map(Selection::Matching)
            .map_err(|error| Failure::input(error.to_string()))
    }
}

impl Consent {
    const fn only_shows(&self) -> bool {
        self.dry_run || (self.save_plan.is_some() && !self.yes)
    }

    /// Refuses a plan of another size than was expected.
    pub(super) fn check_size(&self, plan: &Plan) -> Result<(), Failure> {
        match self.expect {
            Some(expected) if expected != plan.acts() => Err(Failure::input(format!(
                "expect: the plan acts on {}, not on {expected}; nothing was done",
                plan.acts()
            ))),
            _ => Ok(()),
        }
    }

    /// Shows a plan, asks, carries it out, waits for the first attempts, and prints.
    pub(super) async fn carry_out(
        &self,
        plan: Plan,
        json: bool,
        app: &App,
        printer: &mut Printer,
    ) -> Result<Done, Failure> {
        let only_shows = self.only_shows();
        self.check_size(&plan)?;
        if !only_shows && !self.yes && plan.acts() > 0 && !ask::can_ask() {
            return Err(Failure::input(
                "yes: there is nobody to ask; look with --dry-run, then say --yes",
            ));
        }
        if let Some(file) = &self.save_plan {
            write_plan(file, &plan)?;
        }
        let asks = !only_shows && !self.yes && plan.acts() > 0;
        let said = shown::plan_in_words(&plan, app);
        if plan.sends() > 0 {
            astray::remark(app, printer).await?;
        }
        if only_shows && !json {
            for line in &said {
                printer.line(line);
            }
        } else if asks || !json {
            // What is asked about is not the result.
            for line in &said {
                printer.remark(line);
            }
        }
        let declined = asks && !ask::consent(shown::verb(&plan), plan.acts(), printer);
        if only_shows || declined || plan.acts() == 0 {
            if json {
                print_rows(&plan, None, &[], None, printer);
            }
            if only_shows || declined {
                printer.remark("Nothing was done.");
            }
            let deliveries = (!only_shows && !declined).then(Vec::new);
            return Ok(Done { plan, deliveries });
        }
        let done = match app.carry_out(&plan, None).await {
            Err(AppError::PlanChanged(changed)) => {
                return Err(what_changed(&plan, changed, app, printer).await?);
            }
            done => done?,
        };
        if let Some(batch) = done.batch.filter(|_| done.repeated) {
            printer.remark(&format!(
                "This plan was carried out before, as batch {batch}; nothing is done a second time."
            ));
        }
        let deliveries =
            wait::for_first_attempts(app, &done.deliveries, done.batch, printer).await?;
        if json {
            print_rows(&plan, done.batch, &deliveries, None, printer);
        } else {
            shown::say_outcome(&plan, &done, &deliveries, app, printer).await?;
        }
        Ok(Done {
            plan,
            deliveries: Some(deliveries),
        })
    }
}

/// A kept plan is shown only as far as it could be carried out.
async fn rehearse(plan: &Plan, app: &App, printer: &mut Printer) -> Result<(), Failure> {
    match app.rehearse(plan).await {
        Err(AppError::PlanChanged(changed)) => {
            Err(what_changed(plan, changed, app, printer).await?)
        }
        Ok(Some(batch)) => {
            printer.remark(&format!(
                "This plan was carried out before, as batch {batch}; nothing would be done a second time."
            ));
            Ok(())
        }
        Ok(None) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Shows those who changed as they would be planned now, and says why nothing was done.
async fn what_changed(
    plan: &Plan,
    changed: Vec<InterviewId>,
    app: &App,
    printer: &mut Printer,
) -> Result<Failure, AppError> {
    let named: BTreeSet<InterviewId> = changed.iter().copied().collect();
    let there = app.marked(&named, &Filter::default()).await?;
    let there = [there.hidden, there.shown].concat();
    if there.is_empty() && changed.len() == plan.acts() {
        return Ok(Failure::input(
            "plan: none of its interviews is in this database: it was made for another one, or they were erased. Nothing \
             was done",
        ));
    }
    if !there.is_empty() {
        let chosen = plan.rows.iter().filter(|row| row.chosen);
        let chosen = Chosen::These(chosen.map(|row| row.id).collect());
        let anew = app
            .plan_choosing(plan.action, &Selection::Ids(there.clone()), &chosen)
            .await?;
        printer.remark("Changed since this plan was made; today it would say of them:");
        for line in shown::rows_in_words(&anew, app) {
            printer.remark(&line);
        }
    }
    match changed.len() - there.len() {
        0 => {}
        1 => printer.remark("1 of its interviews is in this database no longer."),
        gone => printer.remark(&format!(
            "{gone} of its interviews are in this database no longer."
        )),
    }
    let refused = AppError::PlanChanged(changed);
    Ok(Failure::input(format!("{refused}. Plan again")))
}

// Hexadecimal digits in groups, but not the groups of an id.
fn is_meant_as_an_id(word: &str) -> bool {
    word.len() > 16
        && word.matches('-').count() >= 2
        && word
            .chars()
            .all(|character| character == '-' || character.is_ascii_hexdigit())
}

fn read_plan(file: &Path, action: Action) -> Result<Plan, Failure> {
    let plan = Plan::read(file).map_err(|error| {
        let why = trouble::in_words(&error);
        Failure::input(format!("plan: {} can't be read: {why}", file.display()))
    })?;
    if plan.action != action {
        return Err(Failure::input(format!(
            "plan: {} was made by another command, or with other options",
            file.display()
        )));
    }
    Ok(plan)
}

fn write_plan(file: &Path, plan: &Plan) -> Result<(), Failure> {
    plan.save(file).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::input(format!(
            "save-plan: {} is there already and stays as it is; nothing was done. Name a new file",
            file.display()
        )),
        _ => Failure::environment(format!(
            "save-plan: {} can't be written: {}",
            file.display(),
            trouble::in_words(&error)
        )),
    })
}
