//! How a command ends: four exit codes, and what stood in the way.

use std::process::ExitCode;

use crate::app::{AppError, Nature, ScheduleError};
use crate::config;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: done, but something failed or was found.
    Findings,
    /// 2: wrong usage or input; nothing was done.
    BadInput,
    /// 3: the configuration or the machine stands in the way; nothing was done.
    Environment,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Findings => 1,
            Exit::BadInput => 2,
            Exit::Environment => 3,
        })
    }
}

/// Why a command did nothing: one line per problem, each naming its field or setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// How to end.
    pub exit: Exit,
    /// What stood in the way.
    pub problems: Vec<String>,
}

impl Failure {
    /// Wrong usage or input.
    #[must_use]
    pub fn input(problem: impl Into<String>) -> Self {
        Self {
            exit: Exit::BadInput,
            problems: vec![problem.into()],
        }
    }

    /// The configuration or the machine.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "errors are handed over as they come"
    )]
    pub fn environment(problem: impl ToString) -> Self {
        Self {
            exit: Exit::Environment,
            problems: vec![problem.to_string()],
        }
    }
}

impl From<Vec<config::Problem>> for Failure {
    fn from(problems: Vec<config::Problem>) -> Self {
        Self {
            exit: Exit::Environment,
            problems: problems.iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        let exit = match error.nature() {
            Nature::Environment => Exit::Environment,
            Nature::Missing | Nature::Input | Nature::Conflict => Exit::BadInput,
        };
        Self {
            exit,
            problems: vec![match error {
                // Ids of our own have other versions; and a key is not to stand in what is printed.
                AppError::NoInterview(id) if id.uuid().get_version_num() == 4 => {
                    "id: there is no interview of that id; if it is a session key, greenroom why KEY finds its interview"
                        .to_owned()
                }
                error => error.to_string(),
            }],
        }
    }
}

impl From<ScheduleError> for Failure {
    fn from(error: ScheduleError) -> Self {
        match error {
            ScheduleError::Refused(refusals) => Self {
                exit: Exit::BadInput,
                problems: refusals.iter().map(ToString::to_string).collect(),
            },
            ScheduleError::App(error) => error.into(),
            ScheduleError::AlreadyThere(_)
            | ScheduleError::KeyReused
            | ScheduleError::KeyOfRemoved => Self::input(error.to_string()),
        }
    }
}
