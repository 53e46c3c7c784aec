//! A reason in two or three words, for a line that has room for no more.

use std::io;

use super::{Cause, Reason, Stage};

impl Reason {
    /// What happened, in at most two dozen columns: "login refused (535)". Details stand in the reason itself.
    #[must_use]
    pub fn in_brief(&self) -> String {
        let words = match &self.cause {
            Cause::Refused(reply) if self.stage == Stage::Auth => {
                return format!("login refused ({})", reply.code());
            }
            Cause::Refused(reply) => return format!("turned away ({})", reply.code()),
            Cause::NoSignIn { .. } | Cause::NotSignedIn(_) => "no login possible",
            Cause::Secret(_) => "no password to use",
            Cause::NoSuchName(_) => "server not found",
            Cause::Io { kind, .. } if self.stage == Stage::Connect => match kind {
                io::ErrorKind::ConnectionRefused => "nothing listens",
                io::ErrorKind::TimedOut => "no answer",
                _ => "unreachable",
            },
            Cause::TimedOut(_) => "no answer",
            Cause::Closed | Cause::Io { .. } => "connection broken",
            Cause::OutOfStep => "replies out of step",
            Cause::Certificate(_) | Cause::NoRoots => "certificate refused",
            Cause::Tls(_) | Cause::StartTlsNotOffered | Cause::Injected | Cause::NotLoopback => {
                "no TLS"
            }
            Cause::Storage { .. } => "mailbox not written",
            Cause::Program { .. } => "mail program fails",
            Cause::NotOffered | Cause::BareLineEnd => "not handed over",
        };
        words.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rstest::rstest;

    use super::super::super::smtp::reply::Reply;
    use super::*;

    fn refused(code: u16) -> Cause {
        Cause::Refused(Reply::new(code, "5.7.8 Error: authentication failed"))
    }

    fn broken(number: i32) -> Cause {
        io::Error::from_raw_os_error(number).into()
    }

    #[rstest]
    #[case(Stage::Auth, refused(535), "login refused (535)")]
    #[case(Stage::Greeting, refused(554), "turned away (554)")]
    #[case(Stage::Connect, broken(111), "nothing listens")]
    #[case(Stage::Connect, broken(113), "unreachable")]
    #[case(
        Stage::Connect,
        Cause::NoSuchName("Name or service not known".to_owned()),
        "server not found"
    )]
    #[case(Stage::Greeting, Cause::TimedOut(Duration::from_mins(5)), "no answer")]
    #[case(Stage::Hello, Cause::Closed, "connection broken")]
    #[case(Stage::StartTls, Cause::StartTlsNotOffered, "no TLS")]
    fn a_reason_fits_into_a_banner(
        #[case] stage: Stage,
        #[case] cause: Cause,
        #[case] words: &str,
    ) {
        assert_eq!(Reason { stage, cause }.in_brief(), words);
    }
}
