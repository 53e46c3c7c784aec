//! Asks the person at the terminal, once, and takes anything but the expected answer as no.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _};

use super::printer::Printer;

/// Above so many interviews their number has to be typed, not only `y`.
const MANY: usize = 20;
/// Octets of an answer that are looked at.
const LONGEST: u64 = 100;

/// Whether there is a person who could be asked.
pub(super) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks whether to go on with what affects `count` interviews.
pub(super) fn consent(verb: &str, count: usize, printer: &mut Printer) -> bool {
    let expected = answer(count);
    printer.flush();
    printer.remark(&format!(
        "Type {expected} to {verb}; anything else leaves everything as it is."
    ));
    let mut line = String::new();
    let read = io::stdin().lock().take(LONGEST).read_line(&mut line);
    read.is_ok() && line.trim() == expected
}

/// Asks for one word.
pub(super) fn word(question: &str, printer: &mut Printer) -> String {
    printer.prompt(question);
    let mut line = String::new();
    let read = io::stdin().lock().take(LONGEST).read_line(&mut line);
    if read.is_ok() {
        line.trim().to_lowercase()
    } else {
        String::new()
    }
}

fn answer(count: usize) -> String {
    if count > MANY {
        count.to_string()
    } else {
        "y".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_interviews_take_their_number() {
        assert_eq!(
            (answer(1), answer(20), answer(21)),
            ("y".to_owned(), "y".to_owned(), "21".to_owned())
        );
    }
}
