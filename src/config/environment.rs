//! What the process was started in: its variables, the machine's zone, the usual places for files.
//!
//! Looked at once, at the start, and a plain value from then on, so that tests can make one up.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// The variables and facts of the machine that the configuration depends on.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Environment variables; those that are not Unicode are left out.
    pub variables: BTreeMap<String, String>,
    /// Where configuration usually lies (`~/.config/greenroom` on Linux).
    pub config_home: Option<PathBuf>,
    /// Where data usually lies (`~/.local/share/greenroom` on Linux).
    pub data_home: Option<PathBuf>,
    /// The person's home directory.
    pub home: Option<PathBuf>,
    /// The IANA name of the machine's zone, if it has one.
    pub machine_zone: Option<String>,
}

impl Environment {
    /// That of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let usual = directories::ProjectDirs::from("", "", "greenroom");
        let text = |text: OsString| text.into_string().ok();
        Self {
            variables: std::env::vars_os()
                .filter_map(|(name, value)| Some((text(name)?, text(value)?)))
                .collect(),
            config_home: usual.as_ref().map(|usual| usual.config_dir().to_owned()),
            data_home: usual.as_ref().map(|usual| usual.data_dir().to_owned()),
            home: directories::BaseDirs::new().map(|base| base.home_dir().to_owned()),
            machine_zone: jiff::tz::TimeZone::try_system()
                .ok()
                .and_then(|zone| zone.iana_name().map(str::to_owned)),
        }
    }

    /// A variable that is set to something.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Whether the person sits at another machine than this one.
    #[must_use]
    pub fn is_remote(&self) -> bool {
        self.variable("SSH_CONNECTION").is_some()
    }

    /// Whether a browser of this machine has a screen to show itself on.
    #[must_use]
    pub fn has_display(&self) -> bool {
        cfg!(target_os = "macos")
            || ["DISPLAY", "WAYLAND_DISPLAY"]
                .iter()
                .any(|name| self.variable(name).is_some())
    }

    /// Where the person reached this machine over SSH.
    #[must_use]
    pub fn reached_at(&self) -> Option<SocketAddr> {
        // Address and port of the client, then of the server (ssh(1), "ENVIRONMENT").
        let mut words = self.variable("SSH_CONNECTION")?.split(' ').skip(2);
        let address: IpAddr = words.next()?.parse().ok()?;
        Some(SocketAddr::new(address, words.next()?.parse().ok()?))
    }
}
