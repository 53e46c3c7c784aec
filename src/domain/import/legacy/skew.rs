//! A shift of exactly the zone's offset between two places: somebody took a clock on the wall for UTC. Which of the two
//! is right can't be seen in the data, so it is asked.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::times::{Recorded, Times, near, wall_clock};
use crate::domain::import::Finding;
use crate::domain::when::{Zone, day_and_time, span_in_words};

/// Interviews that are kept as examples.
const KEPT: usize = 1_000;
/// Interviews that the question names.
const SHOWN: usize = 3;

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
    /// The first of them, with what stands where.
    pub examples: Vec<Finding>,
    /// Recorded times that are off by exactly the offset.
    pub off: u64,
    /// Recorded times that agree with the slot beside them.
    pub agreeing: u64,
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
    /// What there is of it; `name` says whose times the ones at that place are.
    pub(super) fn find(
        times: &[Times],
        zone: &Zone,
        name: impl Fn(usize) -> (String, String),
    ) -> Option<Self> {
        let mut tally: BTreeMap<Recorded, (u64, u64)> = BTreeMap::new();
        let mut interviews = 0;
        let (mut off, mut agreeing) = (0, 0);
        let mut example = None;
        let mut examples = Vec::new();
        for (index, times) in times.iter().enumerate() {
            let mut said = Vec::new();
            for (place, at) in times.beside() {
                let Some(apart) = times.skew_of(at, zone) else {
                    agreeing += u64::from(near(at, times.slot()));
                    continue;
                };
                off += 1;
                if let Some(at) = at {
                    said.push(format!("{} says {}", place.words(), day_and_time(at, zone)));
                }
                example.get_or_insert(apart);
                let (later, earlier) = tally.entry(place).or_default();
                *(if apart.is_negative() { earlier } else { later }) += 1;
            }
            if said.is_empty() {
                continue;
            }
            interviews += 1;
            if let Some(slot) = times.slot().filter(|_| examples.len() < KEPT) {
                let (at, who) = name(index);
                let detail = format!(
                    "the slot says {}, {}",
                    day_and_time(slot, zone),
                    said.join(", ")
                );
                examples.push(Finding { at, who, detail });
            }
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
            examples,
            off,
            agreeing,
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
        lines.extend(
            self.examples
                .iter()
                .take(SHOWN)
                .map(|example| format!("  {}", example.in_words())),
        );
        if let Some(more) = self.interviews.checked_sub(SHOWN as u64 + 1) {
            lines.push(format!("  and {} more; --json names them", more + 1));
        }
        lines.push(format!(
            "Of the times that were recorded beside a slot {} {} off like this, and {} {} with the slot.",
            self.off,
            if self.off == 1 { "is" } else { "are" },
            self.agreeing,
            if self.agreeing == 1 { "agrees" } else { "agree" },
        ));
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
