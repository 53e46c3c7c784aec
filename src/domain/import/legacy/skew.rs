//! A shift of exactly the zone's offset between two places: somebody took a clock on the wall for UTC. Which of the two
//! is right can't be seen in the data, so it is asked.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::times::{Recorded, Times, wall_clock};
use crate::domain::when::{Zone, span_in_words};

/// Which of the two is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkewAnswer {
    /// The slots' clock: what was recorded elsewhere is put right by the offset where there is no slot.
    Correct,
    /// What was recorded elsewhere: interviews start then, whatever their slot says.
    Keep,
}

/// What was found of such a shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skew {
    /// Interviews in which a recorded time is off by exactly the offset.
    pub interviews: u64,
    /// Interviews without a slot, which would take their start from a place that is off elsewhere.
    pub affected: u64,
    /// How far it is off, as a person says it: `5 hours 30 minutes later`.
    pub apart: String,
    /// The zone.
    pub zone: String,
    // By place: whether what was recorded there lies behind the slots.
    places: BTreeMap<Recorded, bool>,
}

impl Skew {
    pub(super) fn find(times: &[Times], zone: &Zone) -> Option<Self> {
        let mut tally: BTreeMap<Recorded, (u64, u64)> = BTreeMap::new();
        let mut interviews = 0;
        let mut example = None;
        for times in times {
            let mut off = false;
            for (place, at) in times.beside() {
                let Some(apart) = times.skew_of(at, zone) else {
                    continue;
                };
                off = true;
                example.get_or_insert(apart);
                let (later, earlier) = tally.entry(place).or_default();
                *(if apart.is_negative() { earlier } else { later }) += 1;
            }
            interviews += u64::from(off);
        }
        let apart = example?;
        let places: BTreeMap<_, _> = tally
            .into_iter()
            .map(|(place, (later, earlier))| (place, later >= earlier))
            .collect();
        let affected = times
            .iter()
            .filter_map(|times| times.recorded.first())
            .filter(|(place, _)| places.contains_key(place))
            .count();
        Some(Self {
            interviews,
            affected: u64::try_from(affected).unwrap_or(u64::MAX),
            apart: apart_in_words(apart),
            zone: zone.name().to_owned(),
            places,
        })
    }

    /// The start that counts after the answer.
    pub(super) fn start(
        &self,
        times: &Times,
        zone: &Zone,
        answer: Option<SkewAnswer>,
    ) -> Option<(Recorded, Timestamp)> {
        let (place, at) = *times.recorded.first()?;
        match answer {
            None => Some((place, at)),
            Some(SkewAnswer::Keep) => Some(
                times
                    .beside()
                    .into_iter()
                    .find(|(_, beside)| times.skew_of(*beside, zone).is_some())
                    .and_then(|(place, beside)| Some((place, beside?)))
                    .unwrap_or((place, at)),
            ),
            Some(SkewAnswer::Correct) => {
                let moved = match self.places.get(&place) {
                    Some(true) => wall_clock(at, zone),
                    // The other way round: UTC was written on the wall.
                    Some(false) => at.checked_add(super::times::offset(at, zone)).unwrap_or(at),
                    None => at,
                };
                Some((place, moved))
            }
        }
    }

    /// The question, and what either answer means.
    #[must_use]
    pub fn question(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "In {} a time was recorded that is exactly {} than its slot says on the clock of {}: a clock on the wall was \
             taken for UTC, in one place or the other.",
            count(self.interviews),
            self.apart,
            self.zone
        )];
        if self.affected > 0 {
            lines.push(format!(
                "{} without a slot would start at a time that was recorded there.",
                count(self.affected)
            ));
        }
        lines.push(
            "Which is right? On the command line: --skew correct, or --skew keep.".to_owned(),
        );
        lines.push(format!(
            "  correct  the slots, on the clock of {}: other times are put right where there is no slot",
            self.zone
        ));
        lines.push(
            "  keep     what was recorded: interviews start then, whatever their slot says"
                .to_owned(),
        );
        lines
    }
}

fn count(interviews: u64) -> String {
    if interviews == 1 {
        "1 interview".to_owned()
    } else {
        format!("{interviews} interviews")
    }
}

/// `5 hours 30 minutes later`.
pub(super) fn apart_in_words(apart: SignedDuration) -> String {
    let span = span_in_words(apart.unsigned_abs());
    format!(
        "{span} {}",
        if apart.is_negative() {
            "earlier"
        } else {
            "later"
        }
    )
}
