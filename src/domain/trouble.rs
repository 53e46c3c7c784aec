//! What the operating system reports when something fails, in words for people.

use std::io;

/// What happened, without the system's number for it. A failed connection says what that means; anything else keeps the
/// system's own words ("Read-only file system").
#[must_use]
pub fn in_words(error: &io::Error) -> String {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::ConnectionRefused => "nothing listens there (connection refused)".to_owned(),
        Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe => {
            "the other side broke the connection off".to_owned()
        }
        Kind::HostUnreachable => "that machine can't be reached (no route to it)".to_owned(),
        Kind::NetworkUnreachable | Kind::NetworkDown => {
            "this machine has no network that leads there".to_owned()
        }
        Kind::TimedOut => "nothing answers there (timed out)".to_owned(),
        _ => without_number(&error.to_string()).to_owned(),
    }
}

/// What a program or library says, without the system's number for it.
#[must_use]
pub fn without_number(text: &str) -> &str {
    text.split(" (os error ").next().unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(111, "nothing listens there (connection refused)")]
    #[case(113, "that machine can't be reached (no route to it)")]
    #[case(101, "this machine has no network that leads there")]
    #[case(110, "nothing answers there (timed out)")]
    #[case(104, "the other side broke the connection off")]
    #[case(30, "Read-only file system")]
    #[case(28, "No space left on device")]
    fn the_system_is_put_into_words(#[case] number: i32, #[case] words: &str) {
        assert_eq!(in_words(&io::Error::from_raw_os_error(number)), words);
    }
}
