//! Where the configuration and the data lie.

use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::{Options, Problem, problem};

/// Where the files lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The configuration file, whether it exists or not.
    pub config_file: PathBuf,
    /// The database, the mailbox and the logs.
    pub data_dir: PathBuf,
}

impl Paths {
    /// The directory of the configuration file.
    #[must_use]
    pub fn config_dir(&self) -> &Path {
        self.config_file.parent().unwrap_or(Path::new("."))
    }

    /// Where templates of one's own lie (`templates/invitation.html.hbs`), beside the configuration.
    #[must_use]
    pub fn templates(&self) -> PathBuf {
        self.config_dir().join("templates")
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.data_dir.join("greenroom.db")
    }

    /// The Maildir of the mailbox transport.
    #[must_use]
    pub fn mailbox(&self) -> PathBuf {
        self.data_dir.join("mailbox")
    }

    /// The log file's directory.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.data_dir.join("logs")
    }

    /// The places that were named, else the usual ones.
    pub(super) fn choose(
        options: &Options,
        environment: &Environment,
    ) -> Result<Self, Vec<Problem>> {
        let place = |option: &Option<PathBuf>, variable: &str, usual: Option<PathBuf>| {
            option
                .clone()
                .or_else(|| environment.variable(variable).map(PathBuf::from))
                .or(usual)
        };
        let usual_file = environment
            .config_home
            .as_ref()
            .map(|home| home.join("config.toml"));
        let config_file = place(&options.config, "GREENROOM_CONFIG", usual_file);
        let data_dir = place(
            &options.data_dir,
            "GREENROOM_DATA_DIR",
            environment.data_home.clone(),
        );
        let nowhere = |key, option| {
            problem(
                key,
                format!("there is no home directory to keep it in; name a place with {option}"),
            )
        };
        match (config_file, data_dir) {
            (Some(config_file), Some(data_dir)) => Ok(Paths {
                config_file,
                data_dir,
            }),
            // Without a home there may still be a place for the data, which is all that is needed.
            (None, Some(data_dir)) => Ok(Paths {
                config_file: data_dir.join("config.toml"),
                data_dir,
            }),
            (_, None) => Err(vec![nowhere("data-dir", "--data-dir")]),
        }
    }
}
