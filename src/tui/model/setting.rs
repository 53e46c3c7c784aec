//! What does not change while the dashboard runs.

use std::time::Duration;

use crate::domain::base_url::BaseUrl;
use crate::domain::draft::Defaults;
use crate::domain::session::AccessWindow;
use crate::domain::when::Zone;

/// What does not change while the dashboard runs.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Under which join links are built.
    pub base: BaseUrl,
    /// When join links work.
    pub window: AccessWindow,
    /// The zone in which lists show times.
    pub zone: Zone,
    /// What an empty field of the form means. Its zone is the one that was chosen last, where none is configured.
    pub defaults: Defaults,
    /// How long a mail from the dashboard is held.
    pub hold: Duration,
    /// How long the mails of a batch from the dashboard are held.
    pub batch_hold: Duration,
    /// How many mails may leave in a second, where that is limited.
    pub rate: Option<u16>,
    /// Whether mail stays on this machine.
    pub mail_stays_here: bool,
    /// Who is acting.
    pub user: String,
    /// Why nothing can be written, if so.
    pub read_only: Option<String>,
    /// What to type elsewhere to open join pages of this machine there, over SSH.
    pub port_forwarding: Option<String>,
    /// Whose clipboard a text reaches.
    pub clipboard: Clipboard,
    /// Where a browser would show itself.
    pub browser: Browser,
    /// Whether `q` never asks (a demonstration).
    pub quits_freely: bool,
    /// Whether the bell rings when a candidate waits.
    pub bell: bool,
    /// Random text, made once per run, from which the forms' idempotency keys are made.
    pub seed: String,
}

/// Whose clipboard a text reaches that is handed to the terminal (OSC 52). The terminal gives no answer, so that more
/// can't be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clipboard {
    /// That of this machine.
    Here,
    /// That of the machine at which the person sits, at the other end of SSH; never that of this one.
    AtTheOtherEnd,
    /// Nobody's: a terminal of this kind has none.
    Nobodys(String),
}

impl Clipboard {
    /// That of a kind of terminal (`TERM`).
    #[must_use]
    pub fn of(terminal: Option<&str>, is_remote: bool) -> Self {
        match terminal {
            Some(kind) if kind == "linux" || kind == "dumb" || kind.starts_with("vt") => {
                Self::Nobodys(kind.to_owned())
            }
            _ if is_remote => Self::AtTheOtherEnd,
            _ => Self::Here,
        }
    }
}

/// Where a browser of this machine would show itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Browser {
    /// Before the person.
    Here,
    /// Not before the person, who sits at the other end of SSH.
    AtTheOtherEnd,
    /// Nowhere: this machine has no display.
    Nowhere,
}

impl Browser {
    /// Where it would, by what the process was started in.
    #[must_use]
    pub const fn of(is_remote: bool, has_display: bool) -> Self {
        match (is_remote, has_display) {
            (true, _) => Self::AtTheOtherEnd,
            (false, true) => Self::Here,
            (false, false) => Self::Nowhere,
        }
    }
}
