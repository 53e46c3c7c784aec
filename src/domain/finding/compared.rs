//! What an audit looked at: what "nothing was found" is worth.

use std::fmt::Write as _;

use super::Severity;
use crate::domain::text::counted;

/// What an audit looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compared {
    /// How many interviews.
    pub interviews: u64,
    /// How many of them have a mail that waits to leave, or is leaving.
    pub waiting: u64,
    /// How many of them have findings that somebody acknowledged.
    pub acknowledged: u64,
    /// Whether they are only some, by a filter.
    pub filtered: bool,
    /// Whether the past is among them.
    pub past: bool,
    /// How severe a finding had to be.
    pub least: Severity,
}

impl Compared {
    /// That nothing was found, and in what.
    #[must_use]
    pub fn in_words(&self) -> String {
        let which = match (self.filtered, self.past, self.interviews) {
            (false, true, _) => "",
            (true, true, 1) => " that matches",
            (true, true, _) => " that match",
            (false, false, 1) => " that is ahead or has no time",
            (false, false, _) => " that are ahead or have no time",
            (true, false, 1) => " that matches and is ahead or has no time",
            (true, false, _) => " that match and are ahead or have no time",
        };
        if self.interviews == 0 {
            return format!("Nothing to compare: there are no interviews{which}.");
        }
        let of_what = if self.least <= Severity::LOW {
            String::new()
        } else {
            format!(" of severity {} or more", self.least.number())
        };
        let mut words = format!(
            "Nothing{of_what} was found in {}{which}.",
            counted(self.interviews, "interview")
        );
        if self.waiting > 0 {
            let _ = write!(
                words,
                " {} on the way.",
                match self.waiting {
                    1 => "1 mail is still".to_owned(),
                    many => format!("{many} mails are still"),
                }
            );
        }
        if self.acknowledged > 0 {
            let _ = write!(
                words,
                " {} findings that were acknowledged: greenroom audit --acked.",
                match self.acknowledged {
                    1 => "1 has".to_owned(),
                    many => format!("{many} have"),
                }
            );
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const AHEAD: Compared = Compared {
        interviews: 12,
        waiting: 0,
        acknowledged: 0,
        filtered: false,
        past: false,
        least: Severity::LOW,
    };

    #[rstest]
    #[case(
        AHEAD,
        "Nothing was found in 12 interviews that are ahead or have no time."
    )]
    #[case(Compared { interviews: 0, ..AHEAD }, "Nothing to compare: there are no interviews that are ahead or have no time.")]
    #[case(Compared { interviews: 1, filtered: true, ..AHEAD }, "Nothing was found in 1 interview that matches and is ahead or has no time.")]
    #[case(Compared { past: true, ..AHEAD }, "Nothing was found in 12 interviews.")]
    #[case(Compared { least: Severity::parse("high").unwrap(), past: true, ..AHEAD }, "Nothing of severity 45 or more was found in 12 interviews.")]
    #[case(
        Compared { waiting: 1, acknowledged: 2, past: true, ..AHEAD },
        "Nothing was found in 12 interviews. 1 mail is still on the way. 2 have findings that were acknowledged: greenroom audit --acked."
    )]
    fn nothing_says_in_what(#[case] compared: Compared, #[case] words: &str) {
        assert_eq!(compared.in_words(), words);
    }
}
