//! What may be said on the command line. The doc comments here are what `--help` prints.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use super::Failure;
use super::{
    audit, backup, batch, cancel, change, deliver, demo, doctor, erase, export, import, list, new,
    outbox, preview, repair, resend, rotate, serve, setup, show, token, why,
};
use crate::app::{App, AppError};
use crate::config::Options;
use crate::domain::filter::Filter;
use crate::domain::ids::InterviewId;

/// Schedules interviews, and no invitation leaves without a working link.
///
/// Without a command it opens the dashboard. Nothing needs to be configured: until a mail server is, mail is kept on
/// this machine, where any mail program can read it; `greenroom setup` asks what real mail needs. `greenroom demo` shows the dashboard with sample interviews.
#[derive(Debug, Parser)]
#[command(name = "greenroom", version, after_help = AFTER, max_term_width = 100)]
pub struct Arguments {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// The command; none for the dashboard.
    #[command(subcommand)]
    pub command: Option<Command>,
}

const AFTER: &str = "\
Exit codes:
  0  done
  1  done, but something failed or was found
  2  wrong usage or input; nothing was done
  3  the configuration or the machine stands in the way

`greenroom doctor` says where the configuration and the data lie, and checks them.";

/// What holds for every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options for every command")]
pub struct Global {
    /// Say everything in words, one line at a time, without glyphs: for screen readers
    #[arg(long, global = true)]
    pub plain: bool,
    /// The configuration file (or in `GREENROOM_CONFIG`)
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where interviews and mail are kept (or in `GREENROOM_DATA_DIR`)
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// When to use colours: auto, always or never (`NO_COLOR` turns them off too)
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub color: Color,
    /// Say on standard error what is going on; twice for everything
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Open the database even on a network file system, where two machines can corrupt it
    #[arg(long, global = true)]
    pub allow_network_file_system: bool,
}

impl Global {
    /// What it says about the configuration.
    #[must_use]
    pub fn options(&self) -> Options {
        Options {
            config: self.config.clone(),
            data_dir: self.data_dir.clone(),
        }
    }
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Whether colours may be used on a terminal, or anywhere (`is_terminal` false).
    #[must_use]
    pub const fn allows(self, is_terminal: bool, no_color: bool) -> bool {
        match self {
            Self::Auto => is_terminal && !no_color,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
#[expect(
    missing_docs,
    reason = "each is described where its arguments are, for --help"
)]
pub enum Command {
    New(Box<new::New>),
    List(list::List),
    Show(show::Show),
    Preview(preview::Preview),
    Deliver(deliver::Deliver),
    Resend(resend::Resend),
    Repair(repair::Repair),
    Cancel(cancel::Cancel),
    Revoke(cancel::Revoke),
    Extend(change::Extend),
    Edit(change::Edit),
    Complete(change::Complete),
    NoShow(change::NoShow),
    Audit(Box<audit::Audit>),
    Why(why::Why),
    Rotate(rotate::Rotate),
    Batch(batch::Batch),
    Outbox(outbox::Outbox),
    Import(import::ImportCommand),
    Export(export::ExportCommand),
    Serve(serve::Serve),
    Erase(erase::Erase),
    Backup(backup::Backup),
    Token(token::Token),
    Doctor(doctor::Doctor),
    Setup(setup::Setup),
    Demo(demo::Demo),
}

impl Command {
    /// Whether it says what would be done, and writes nothing at all.
    #[must_use]
    pub const fn only_looks(&self) -> bool {
        matches!(self, Self::Import(import) if import.is_dry())
    }
}

/// The words of a filter.
#[derive(Debug, Clone, Default, Args)]
pub struct Words {
    /// Which interviews: ids, or a filter such as `link:missing when:tomorrow ada`
    ///
    /// Keys: link, verdict, finding, mail, status, when, joined, role, company, recruiter, id. Words without a key are
    /// looked for in names, addresses, roles, links and Message-IDs. `-` before a word excludes; `all` takes every
    /// interview.
    #[arg(value_name = "FILTER")]
    pub words: Vec<String>,
}

impl Words {
    /// The filter's text.
    #[must_use]
    pub fn text(&self) -> String {
        self.words.join(" ")
    }

    /// The ids, where every word is one.
    #[must_use]
    pub(super) fn ids(&self) -> Option<Vec<InterviewId>> {
        let ids: Option<Vec<InterviewId>> =
            self.words.iter().map(|word| word.parse().ok()).collect();
        ids.filter(|ids| !ids.is_empty())
    }

    /// The interviews that they mean, for commands that only read: those of the ids, all of which must be there, or those
    /// that match.
    pub(super) async fn filter(&self, app: &App) -> Result<Filter, Failure> {
        let Some(ids) = self.ids() else {
            return Filter::parse(&self.text()).map_err(|error| Failure::input(error.to_string()));
        };
        for id in &ids {
            if app.details(*id).await?.is_none() {
                return Err(AppError::NoInterview(*id).into());
            }
        }
        Ok(Filter::these(ids))
    }
}

/// Commands whose words may exclude (`list -status:cancelled`).
const FILTERED: [&str; 8] = [
    "list", "export", "audit", "resend", "repair", "rotate", "cancel", "revoke",
];

/// Moves excluding words behind `--`, where they are taken for words and not for options. The words of a filter must
/// all hold, so their order means nothing.
pub(super) fn exclusions_last(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    if !arguments
        .iter()
        .any(|argument| FILTERED.iter().any(|name| argument == name))
    {
        return arguments;
    }
    let end = arguments.iter().position(|argument| argument == "--");
    let literal = end.map(|end| arguments.split_off(end)).unwrap_or_default();
    let (exclusions, mut rest): (Vec<_>, Vec<_>) = arguments.into_iter().partition(excludes);
    if !exclusions.is_empty() || !literal.is_empty() {
        rest.push("--".into());
    }
    rest.extend(exclusions);
    rest.extend(literal.into_iter().skip(1));
    rest
}

// `-ada` and `-link:missing`, but not `-v`, `-vv`, `-h` or `--json`.
fn excludes(argument: &OsString) -> bool {
    let word = argument
        .to_str()
        .and_then(|argument| argument.strip_prefix('-'));
    word.is_some_and(|word| {
        !word.starts_with('-') && !word.chars().all(|short| matches!(short, 'v' | 'h' | 'V'))
    })
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};
    use rstest::rstest;

    use super::*;

    use crate::domain::delivery::State;
    use crate::domain::draft::Defaults;
    use crate::domain::finding::{Code, remedy, remedy_for_all};
    use crate::domain::import::{Column, Line, Names, Terms};
    use crate::domain::interview::{Interview, Recruiter};
    use crate::domain::session::{AccessWindow, LinkSecret, SessionCondition};
    use crate::domain::verdict::{Facts, NewestMail};
    use crate::domain::when::{InterviewDuration, Zone};

    fn interview() -> Interview {
        let mut line = Line::default();
        line.set(Column::CandidateName, "Ada");
        line.set(Column::CandidateEmail, "ada@gmial.com");
        line.set(Column::Role, "Engineer");
        let defaults = Defaults {
            zone: Some(Zone::utc()),
            duration: InterviewDuration::from_minutes(45).unwrap(),
            company: None,
            recruiter: Recruiter::default(),
        };
        let now = jiff::Timestamp::UNIX_EPOCH;
        let names = Names::of(&LinkSecret::new([7; 32]));
        let terms = Terms {
            defaults,
            now,
            names,
        };
        line.arrival(&terms).unwrap().interview
    }

    #[test]
    fn what_mends_a_finding_is_a_command_that_exists() {
        let unscheduled = interview();
        let now = jiff::Timestamp::UNIX_EPOCH;
        let hours = std::time::Duration::from_hours;
        let window = AccessWindow {
            opens_before: hours(1),
            closes_after: hours(1),
        };
        let scheduled = |at| Interview {
            starts_at: Some(at),
            ..unscheduled.clone()
        };
        let times = [
            scheduled(now + hours(48)),
            scheduled(now - hours(48)),
            unscheduled.clone(),
        ];
        for code in Code::ALL {
            let line = remedy_for_all(code, &[]).unwrap_or_default();
            assert!(
                parsed(line.trim_start_matches("greenroom ")).is_ok(),
                "{line}"
            );
            let sessions = [
                SessionCondition::None,
                SessionCondition::Live,
                SessionCondition::Revoked,
            ];
            let mails = State::ALL.map(|state| {
                Some(NewestMail {
                    state,
                    since: now,
                    due: None,
                    settled: false,
                })
            });
            let facts = sessions.iter().flat_map(|session| {
                mails.iter().chain([&None]).map(|newest| Facts {
                    session: *session,
                    newest: *newest,
                    ..Facts::NONE
                })
            });
            for (facts, interview) in
                facts.flat_map(|facts| times.iter().map(move |time| (facts.clone(), time)))
            {
                let words = remedy(code, interview, &facts, &window, now).words;
                let commands: Vec<&str> = words.split("greenroom ").skip(1).collect();
                assert!(!commands.is_empty(), "{words}");
                for command in commands {
                    let end = command.find([',', ';', '&']).unwrap_or(command.len());
                    // What is quoted is one word to a shell.
                    let line = command[..end]
                        .replace("'told by phone'", "x")
                        .replace("'asked them'", "x")
                        .replace("'it is over'", "x");
                    let is_there = line.trim() == "new" || parsed(&line).is_ok();
                    assert!(is_there, "{code:?}: {line}");
                }
            }
        }
    }

    fn parsed(line: &str) -> Result<Arguments, clap::Error> {
        let words = std::iter::once("greenroom")
            .chain(line.split_whitespace())
            .map(OsString::from);
        Arguments::try_parse_from(exclusions_last(words))
    }

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[rstest]
    #[case("list -link:missing ada -v --json", "ada -link:missing")]
    #[case("list ada -- -status:cancelled", "ada -status:cancelled")]
    #[case("--plain list -ada -- grace", "-ada grace")]
    #[case("list", "")]
    fn excluding_words_are_words(#[case] line: &str, #[case] text: &str) {
        let Some(Command::List(list)) = parsed(line).unwrap().command else {
            panic!("not list")
        };
        assert_eq!(list.filter.text(), text);
    }

    #[rstest]
    #[case("resend ada --sedn")]
    #[case("list --limit many")]
    #[case("preview")]
    #[case("new --fold third")]
    #[case("--color sometimes list")]
    #[case("resend ada --plan p.json")]
    #[case("deliver now")]
    #[case("outbox withdraw")]
    #[case("outbox settle x")]
    #[case("outbox settle x --send-again --reason y")]
    #[case("backup")]
    #[case("erase")]
    #[case("erase x y")]
    #[case("cancel ada --plan p.json")]
    #[case("cancel --plan p.json --reason filled")]
    #[case("extend x")]
    #[case("no-show x --reason y")]
    #[case("rotate ada --plan p.json")]
    #[case("batch pause")]
    #[case("batch show x")]
    fn a_slip_is_refused(#[case] line: &str) {
        assert!(parsed(line).is_err());
    }

    #[rstest]
    #[case("", false)]
    #[case("--data-dir d list --plain", true)]
    #[case(
        "new --note -remember --interviewer a@b.example --interviewer c@d.example",
        false
    )]
    #[case("demo --rows 1000000 --no-tui --data-dir d", true)]
    #[case("repair all --send --expect 3 --yes --json", false)]
    #[case("-vv deliver --watch", false)]
    #[case("outbox --json", false)]
    #[case("cancel x --reason filled --json", false)]
    #[case("revoke x", false)]
    #[case("cancel role:engineer --dry-run --save-plan p.json --json", false)]
    #[case("cancel --plan p.json --expect 3 --yes", false)]
    #[case("revoke all --expect 3 --yes --json", false)]
    #[case("erase x --yes --json", false)]
    #[case("extend x --opens now --closes 1h", false)]
    #[case("complete x --json", false)]
    #[case("no-show x", false)]
    #[case("rotate all --even-if-open --expect 3 --yes --json", false)]
    #[case("batch --json", false)]
    #[case("batch retry 12 --dry-run --json", false)]
    #[case("outbox list --limit 0 --json", false)]
    #[case("outbox settle x --reason -", false)]
    fn what_the_contracts_say_is_understood(#[case] line: &str, #[case] has_data_dir: bool) {
        assert_eq!(
            parsed(line).unwrap().global.data_dir.is_some(),
            has_data_dir
        );
    }
}
