//! The terminal's modes: raw input, the alternate screen, bracketed paste. The guard is the proof that they are set;
//! dropping it, a panic anywhere and [`Guard::leave`] put the terminal back as it was.

use std::io::{self, Write as _};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use crossterm::terminal::{
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};

static ACTIVE: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();

/// Holds the terminal in the dashboard's modes.
#[derive(Debug)]
pub struct Guard(());

impl Guard {
    /// Sets the modes, and makes sure that a panic puts them back before it speaks.
    ///
    /// # Errors
    /// When there is no terminal.
    pub fn enter() -> io::Result<Self> {
        HOOK.call_once(|| {
            let previous = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                restore();
                previous(panic);
            }));
        });
        let guard = Self(());
        guard.resume()?;
        Ok(guard)
    }

    /// Sets the modes again, after the program was away.
    ///
    /// # Errors
    /// When there is no terminal.
    pub fn resume(&self) -> io::Result<()> {
        ACTIVE.store(true, Ordering::SeqCst);
        enable_raw_mode()?;
        execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste)
    }

    /// Puts the terminal back for a while.
    pub fn leave(&self) {
        restore();
    }

    /// Whether the modes are set. They are not after a panic in another task.
    #[must_use]
    pub fn holds(&self) -> bool {
        ACTIVE.load(Ordering::SeqCst)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

// Nothing is left to be told of an error here: whoever calls this is leaving.
fn restore() {
    if ACTIVE.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout();
        let _ = execute!(
            out,
            EndSynchronizedUpdate,
            DisableBracketedPaste,
            LeaveAlternateScreen,
            Show
        );
        let _ = disable_raw_mode();
        let _ = out.flush();
    }
}
