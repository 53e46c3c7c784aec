//! Talking with the person at the terminal, on standard error, as all questions are.

use std::io::{self, BufRead as _, Read as _};

use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};
use secrecy::{ExposeSecret as _, SecretString};

use super::super::printer::Printer;

/// Octets of an answer that are read; a terminal gives no longer line.
const LONGEST: u64 = 4096;

/// Who answers.
pub(super) trait Person {
    /// Says one line.
    fn tell(&mut self, text: &str);

    /// The same behind a label.
    fn tell_behind(&mut self, label: &str, text: &str);

    /// Asks, and waits for a line; `None` when nobody is there any more.
    fn ask(&mut self, prompt: &str) -> Option<String>;

    /// The same for what must not be seen; `None` also when they broke it off (Ctrl-C).
    fn ask_hidden(&mut self, prompt: &str) -> Option<SecretString>;
}

/// The person at the terminal.
pub(super) struct AtTerminal<'a>(pub &'a mut Printer);

impl Person for AtTerminal<'_> {
    fn tell(&mut self, text: &str) {
        self.0.remark(text);
    }

    fn tell_behind(&mut self, label: &str, text: &str) {
        self.0.remark_behind(label, text);
    }

    fn ask(&mut self, prompt: &str) -> Option<String> {
        self.0.prompt(prompt);
        let mut line = String::new();
        let read = io::stdin().lock().take(LONGEST).read_line(&mut line);
        match read {
            Ok(1..) => Some(line.trim().to_owned()),
            _ => None,
        }
    }

    fn ask_hidden(&mut self, prompt: &str) -> Option<SecretString> {
        self.0.prompt(prompt);
        let secret = Unseen::begin().ok().and_then(|_unseen| read_unseen());
        self.0.remark("");
        secret
    }
}

/// A terminal that shows nothing of what is typed and hands over every key; as it was before when this is dropped.
struct Unseen(Termios);

impl Unseen {
    fn begin() -> io::Result<Self> {
        let stdin = rustix::stdio::stdin();
        let before = tcgetattr(stdin)?;
        let mut unseen = before.clone();
        // Without signals, as one would leave the terminal like this.
        unseen.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
        unseen.special_codes[SpecialCodeIndex::VMIN] = 1;
        unseen.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(stdin, OptionalActions::Now, &unseen)?;
        Ok(Self(before))
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, &self.0);
    }
}

fn read_unseen() -> Option<SecretString> {
    let mut typed = Typed(Vec::new());
    loop {
        let mut key = [0];
        if rustix::io::read(rustix::stdio::stdin(), &mut key).ok()? == 0 {
            return None;
        }
        match key {
            [b'\r' | b'\n'] => break,
            // Ctrl-C, Ctrl-D.
            [3 | 4] => return None,
            // Backspace, and Ctrl-U.
            [8 | 127] => typed.take_back(),
            [21] => typed.0.clear(),
            [other] => typed.0.push(other),
        }
    }
    let secret = SecretString::from(String::from_utf8_lossy(&typed.0).into_owned());
    (secret.expose_secret().len() < usize::try_from(LONGEST).unwrap_or(usize::MAX))
        .then_some(secret)
}

struct Typed(Vec<u8>);

impl Typed {
    // One character, which may be several octets.
    fn take_back(&mut self) {
        while let Some(last) = self.0.pop() {
            if last & 0xC0 != 0x80 {
                return;
            }
        }
    }
}
