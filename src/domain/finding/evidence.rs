//! What they hold beside what is true.

use crate::domain::interview::Interview;
use crate::domain::session::{AccessWindow, SessionCondition, SessionKey};
use crate::domain::verdict::Facts;
use crate::domain::when;

const NOT_KNOWN: &str = "not known";
// Of an imported key that stood on another interview too.
const DEAD: &str = "a dead one";

/// One line of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What is compared.
    pub what: &'static str,
    /// What they hold; empty for nothing.
    pub theirs: String,
    /// What is true; empty for nothing.
    pub truth: String,
}

impl Held {
    /// Whether the two differ.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.theirs != self.truth
    }
}

/// What the newest accepted mail told them, or what is known of that of the old system, beside what is true now. Times
/// are in the zone of the interview.
#[must_use]
pub fn evidence(interview: &Interview, facts: &Facts, window: &AccessWindow) -> Vec<Held> {
    let clock = |at| when::day_and_time(at, &interview.zone);
    let told = facts.told.as_ref();
    let key = match (facts.key, facts.session) {
        (Some(key), SessionCondition::Revoked) => format!("{} (revoked)", key.shortened()),
        (key, _) => key.map(SessionKey::shortened).unwrap_or_default(),
    };
    let closes = window.of(interview).map(|(_, closes)| clock(closes));
    let line = |what, theirs: Option<String>, truth: Option<String>| Held {
        what,
        theirs: theirs.unwrap_or_default(),
        truth: truth.unwrap_or_default(),
    };
    // The old system mailed them, and what it said of the rest is not known.
    let dropped = told.is_none() && facts.import_conflict;
    let old = told.is_none() && (facts.key_imported || facts.mailed_key.is_some() || dropped);
    let not_known = || old.then(|| NOT_KNOWN.to_owned());
    let imported = facts.key.filter(|_| facts.key_imported);
    let mut lines = vec![
        line(
            "key",
            facts
                .held_key()
                .or(imported)
                .map(SessionKey::shortened)
                .or_else(|| dropped.then(|| DEAD.to_owned())),
            Some(key),
        ),
        line(
            "start",
            told.map(|told| clock(told.starts_at)).or_else(not_known),
            interview.starts_at.map(clock),
        ),
        line(
            "address",
            told.map(|told| told.address.clone()).or_else(not_known),
            interview
                .candidate_email
                .as_ref()
                .map(|address| address.ascii().to_owned()),
        ),
        line(
            "revision",
            told.and_then(|told| told.sequence)
                .map(|sequence| sequence.to_string()),
            Some(interview.sequence.to_string()),
        ),
        line(
            "closes",
            told.and_then(|told| told.closes_at).map(clock),
            closes,
        ),
    ];
    // What an older mail did not note down can't differ.
    lines.retain(|held| {
        !((told.is_some() || old)
            && held.theirs.is_empty()
            && matches!(held.what, "revision" | "closes"))
    });
    lines
}
