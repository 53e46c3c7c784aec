//! `greenroom setup`: asks what real mail needs, tries it, writes it down, and sends a test.
//!
//! It runs before there is a configuration that works, so it knows no use-case but the trial of the way out. The
//! password goes into a file of its own, never into the configuration.

mod person;
mod sheet;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use clap::Args;
use secrecy::ExposeSecret as _;

use self::person::{AtTerminal, Person};
use self::sheet::{Question, Sheet};
use super::printer::Printer;
use super::{Exit, Failure, ask, doctor};
use crate::app::{Check, Health, check_mail};
use crate::config::{Difference, Edit, Environment, Options, Transport, write_private};
use crate::domain::address::EmailAddress;

/// Lines shown around a change.
const AROUND: usize = 2;

/// Ask what real mail needs, try it, and write the configuration
///
/// Each question has what is configured already as its default (Enter), and each answer is checked at once; `<` goes
/// back. The conversation with the mail server is tried before anything is written. The configuration keeps its
/// comments and its other settings, and never holds the password. At the end a test mail can be sent.
#[derive(Debug, Args)]
pub struct Setup {}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetUp {
    /// With this.
    Ended(Exit),
    /// Written, and a test mail is wanted to this address.
    TestTo(EmailAddress),
}

impl Setup {
    /// Asks, tries and writes.
    ///
    /// # Errors
    /// Without a terminal; and when the configuration file can't be read, or has faults that no question is about.
    pub async fn run(
        &self,
        options: &Options,
        environment: &Environment,
        printer: &mut Printer,
    ) -> Result<SetUp, Failure> {
        if !ask::can_ask() {
            return Err(Failure::input(
                "setup asks questions, so it needs a terminal; config.example.toml names every setting, and greenroom \
                 doctor checks them",
            ));
        }
        let edit = Edit::open(options, environment)?;
        converse(edit, &mut AtTerminal(printer)).await
    }
}

/// The whole conversation with the person.
async fn converse(edit: Edit, person: &mut impl Person) -> Result<SetUp, Failure> {
    let elsewhere: Vec<_> = edit
        .problems()
        .into_iter()
        .filter(|problem| Question::about(&problem.key).is_none())
        .collect();
    if !elsewhere.is_empty() {
        return Err(elsewhere.into());
    }
    person.tell(&format!(
        "The answers go into {}. Enter takes what stands in brackets, < goes back, Ctrl-C leaves it as it is.",
        edit.file().display()
    ));
    for variable in edit.overriding() {
        person.tell(&format!("{variable} is set and wins over the file."));
    }
    let mut setup = Conversation {
        sheet: Sheet::new(edit),
        path: Vec::new(),
        password_file: None,
    };
    let mut at = Question::FIRST;
    loop {
        let Some(()) = setup.ask_from(at, person) else {
            return Ok(setup.left(person));
        };
        match setup.try_and_write(person).await? {
            Next::Again(question) => at = setup.back_to(question),
            Next::Left => return Ok(setup.left(person)),
            Next::Written => break,
        }
    }
    if let Some(line) = setup
        .sheet
        .edit
        .config()
        .ok()
        .and_then(|config| config.port_forwarding())
    {
        person.tell(&format!(
            "Links lead to this machine. To open them where you sit, type there: {line}"
        ));
    }
    let reaches_people = !matches!(
        setup.sheet.edit.get("mail.transport").as_deref(),
        Some("mailbox") | None
    );
    Ok(if reaches_people {
        ask_for_test(person)
    } else {
        SetUp::Ended(Exit::Done)
    })
}

fn ask_for_test(person: &mut impl Person) -> SetUp {
    loop {
        let answer = person.ask("Send a test mail to (an address; Enter for none): ");
        let address = answer.unwrap_or_default();
        if address.is_empty() {
            return SetUp::Ended(Exit::Done);
        }
        match EmailAddress::parse(&address) {
            Ok(address) => return SetUp::TestTo(address),
            Err(error) => person.tell(&error.to_string()),
        }
    }
}

/// What comes after a trial.
enum Next {
    Again(Question),
    Left,
    Written,
}

struct Conversation {
    sheet: Sheet,
    /// The questions answered so far, in order.
    path: Vec<Question>,
    /// Where a password was written.
    password_file: Option<PathBuf>,
}

impl Conversation {
    /// Asks from a question to the last; `None` when the person has left.
    fn ask_from(&mut self, first: Question, person: &mut impl Person) -> Option<()> {
        let mut at = first;
        loop {
            let asked = self.sheet.ask(at);
            person.tell("");
            person.tell(&asked.words);
            let default = asked.default.as_deref();
            let prompt =
                default.map_or_else(|| "> ".to_owned(), |default| format!("[{default}] > "));
            let typed = if asked.hidden {
                person.ask_hidden(&prompt)?
            } else {
                person.ask(&prompt)?.into()
            };
            let answer = match typed.expose_secret() {
                "<" => {
                    match self.path.pop() {
                        Some(before) => at = before,
                        None => person.tell("This is the first question."),
                    }
                    continue;
                }
                "" => default.unwrap_or_default(),
                "-" if asked.optional => "",
                answer => answer,
            };
            if answer.is_empty() && !asked.optional {
                person.tell("This one needs an answer.");
                continue;
            }
            let taken = self
                .sheet
                .answer(at, answer)
                .and_then(|()| self.keep_password());
            match taken {
                Ok(()) => {
                    self.path.push(at);
                    match self.sheet.after(at) {
                        Some(next) => at = next,
                        None => return Some(()),
                    }
                }
                Err(why) => person.tell(&why),
            }
        }
    }

    // The trial needs it where the configuration says it is.
    fn keep_password(&mut self) -> Result<(), String> {
        let (Some(password), Some(file)) =
            (self.sheet.password.take(), self.sheet.edit.password_file())
        else {
            return Ok(());
        };
        write_private(&file, format!("{}\n", password.expose_secret()).as_bytes())
            .map_err(|error| format!("{} can't be written: {error}", file.display()))?;
        self.password_file = Some(file);
        Ok(())
    }

    fn left(&self, person: &mut impl Person) -> SetUp {
        person.tell("The configuration was not changed.");
        if let Some(file) = &self.password_file {
            person.tell(&format!(
                "The password stays in {}; remove it if nothing needs it.",
                file.display()
            ));
        }
        SetUp::Ended(Exit::Findings)
    }

    /// Forgets the answers from a question on, as asked again.
    fn back_to(&mut self, question: Question) -> Question {
        let asked = self.path.iter().position(|before| *before == question);
        self.path.truncate(asked.unwrap_or(0));
        asked.map_or(Question::FIRST, |_| question)
    }

    async fn try_and_write(&self, person: &mut impl Person) -> Result<Next, Failure> {
        let edit = &self.sheet.edit;
        person.tell("");
        let config = match edit.config() {
            Ok(config) => config,
            Err(problems) => {
                let about = problems
                    .iter()
                    .find_map(|problem| Question::about(&problem.key));
                let Some(question) = about else {
                    return Err(problems.into());
                };
                for problem in &problems {
                    person.tell(&problem.to_string());
                }
                return Ok(Next::Again(question));
            }
        };
        if config.mail.transport != Transport::Mailbox {
            person.tell("Trying it, without sending anything:");
        }
        let checks = check_mail(&config).await;
        for check in &checks {
            tell_check(check, person);
        }
        let trouble = |check: &Check| matches!(check.health, Health::Trouble(_));
        if checks.iter().any(trouble) {
            let again = match config.mail.transport {
                Transport::Sendmail(_) => Question::Program,
                _ => Question::Host,
            };
            person.tell("");
            match person
                .ask("Enter goes back to the questions, w goes on all the same, q leaves: ")
                .as_deref()
            {
                Some("w") => {}
                None | Some("q") => return Ok(Next::Left),
                Some(_) => return Ok(Next::Again(again)),
            }
        }
        write(edit, person)
    }
}

fn tell_check(check: &Check, person: &mut impl Person) {
    let (word, _, remedy) = doctor::in_words(&check.health);
    person.tell_behind(&format!("  {word:<7}  "), &check.found);
    if let Some(remedy) = remedy {
        person.tell_behind(&format!("  {:7}  ", ""), remedy);
    }
}

fn write(edit: &Edit, person: &mut impl Person) -> Result<Next, Failure> {
    let file = edit.file().display();
    let lines = shown(&edit.differences());
    person.tell("");
    if lines.is_empty() {
        person.tell(&format!("{file} says all of that already."));
        return Ok(Next::Written);
    }
    person.tell(&format!("What changes in {file}:"));
    for line in &lines {
        person.tell(line);
    }
    person.tell("");
    loop {
        match person.ask("Write it? [y] > ").as_deref() {
            Some("" | "y" | "yes") => break,
            None | Some("n" | "no" | "q") => return Ok(Next::Left),
            Some("<") => return Ok(Next::Again(Question::FIRST)),
            Some(_) => person.tell("y writes it, n leaves it, < goes back to the first question."),
        }
    }
    edit.save().map_err(|error| {
        Failure::environment(format!("config: {file} can't be written: {error}"))
    })?;
    person.tell(&format!(
        "Written: {file}. A dashboard that is open takes it up when it is started again."
    ));
    Ok(Next::Written)
}

/// The changed lines with their surroundings, marked as in a diff.
fn shown(lines: &[Difference]) -> Vec<String> {
    let changed = |line: &Difference| !matches!(line, Difference::Same(_));
    let near = |at: usize| {
        let from = at.saturating_sub(AROUND);
        lines
            .iter()
            .skip(from)
            .take(at + AROUND + 1 - from)
            .any(changed)
    };
    let mut shown = Vec::new();
    let mut skipped = false;
    for (at, line) in lines.iter().enumerate() {
        if !near(at) {
            skipped = true;
            continue;
        }
        if skipped && !shown.is_empty() {
            shown.push("  ...".to_owned());
        }
        skipped = false;
        shown.push(match line {
            Difference::Same(line) => format!("    {line}"),
            Difference::Gone(line) => format!("  - {line}"),
            Difference::New(line) => format!("  + {line}"),
        });
    }
    shown
}
