//! Zones by their IANA names, from the table that is built in, so that every machine answers
//! alike. A zone is never an offset and never an abbreviation: those say nothing about next month.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::words::zones_of_abbreviation;
use crate::domain::text::{clip, visible};

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut names: Vec<String> = DATABASE
        .available()
        .map(|name| name.to_string())
        .filter(|name| is_usable(name))
        .collect();
    names.sort();
    names
});

/// Cities that people name and the IANA table does not, and the zone they are in.
const CITIES: [(&str, &str); 26] = [
    ("amsterdam", "Europe/Amsterdam"),
    ("austin", "America/Chicago"),
    ("bangalore", "Asia/Kolkata"),
    ("barcelona", "Europe/Madrid"),
    ("beijing", "Asia/Shanghai"),
    ("bengaluru", "Asia/Kolkata"),
    ("boston", "America/New_York"),
    ("cape town", "Africa/Johannesburg"),
    ("chennai", "Asia/Kolkata"),
    ("dallas", "America/Chicago"),
    ("delhi", "Asia/Kolkata"),
    ("edinburgh", "Europe/London"),
    ("frankfurt", "Europe/Berlin"),
    ("hamburg", "Europe/Berlin"),
    ("hyderabad", "Asia/Kolkata"),
    ("india", "Asia/Kolkata"),
    ("miami", "America/New_York"),
    ("milan", "Europe/Rome"),
    ("montreal", "America/Toronto"),
    ("mumbai", "Asia/Kolkata"),
    ("munich", "Europe/Berlin"),
    ("rio de janeiro", "America/Sao_Paulo"),
    ("san francisco", "America/Los_Angeles"),
    ("seattle", "America/Los_Angeles"),
    ("shenzhen", "Asia/Shanghai"),
    ("washington", "America/New_York"),
];

/// A time zone with an IANA name, such as `Europe/London`, or `UTC`.
#[derive(Clone)]
pub struct Zone(TimeZone);

/// A text that names no zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no zone is called {text:?}; {}",
    .nearest.as_ref().map_or_else(
        || "write an IANA name such as Europe/London".to_owned(),
        |name| format!("did you mean {name}?"),
    )
)]
pub struct UnknownZone {
    /// What was given, harmless and shortened.
    pub text: String,
    /// The IANA name that was probably meant.
    pub nearest: Option<String>,
}

impl Zone {
    /// The zone of that IANA name, in whatever case it is written.
    ///
    /// # Errors
    /// [`UnknownZone`] suggests the nearest name. Abbreviations (`EST`, `CET`) are refused even
    /// where the table holds them: they are fixed offsets, wrong for half of the year.
    pub fn parse(text: &str) -> Result<Self, UnknownZone> {
        let text = text.trim();
        // The lookup is by bytes and case-insensitive; no name is longer than this.
        if text.len() <= 40
            && let Ok(zone) = DATABASE.get(text)
            && zone.iana_name().is_some_and(is_usable)
        {
            return Ok(Self(zone));
        }
        Err(UnknownZone {
            text: clip(&visible(&clip(text, 40)), 40),
            nearest: nearest(text),
        })
    }

    /// Coordinated Universal Time.
    #[must_use]
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The IANA name, spelled as in the table.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The city or place that names the zone: `New York` for `America/New_York`.
    #[must_use]
    pub fn place(&self) -> String {
        city(self.name()).replace('_', " ")
    }

    /// The zone's rules.
    #[must_use]
    pub fn time_zone(&self) -> &TimeZone {
        &self.0
    }
}

/// Every name that [`Zone::parse`] accepts, sorted; for completion.
pub fn zone_names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(String::as_str)
}

/// Leaves out `EST`, `MST7MDT`, `GMT0`, `PRC` and their kind.
fn is_usable(name: &str) -> bool {
    name == "UTC" || (name.contains(|one: char| one.is_ascii_lowercase()) && name != "Factory")
}

fn city(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, city)| city)
}

/// The name that `text` was probably meant to be: a city of the table or of the world, an
/// abbreviation's first meaning, else what is spelled alike.
fn nearest(text: &str) -> Option<String> {
    if text.is_empty() || text.len() > 60 {
        return None;
    }
    let wanted = text.to_lowercase().replace([' ', '-'], "_");
    let plain = wanted.replace('_', " ");
    let named = zone_names().find(|name| city(name).eq_ignore_ascii_case(&wanted));
    let listed = || {
        CITIES
            .iter()
            .find(|(city, _)| *city == plain)
            .map(|(_, zone)| *zone)
    };
    let abbreviated = || zones_of_abbreviation(&wanted).and_then(|zones| zones.first().copied());
    named
        .or_else(listed)
        .or_else(abbreviated)
        .or_else(|| spelled_alike(&wanted))
        .map(str::to_owned)
}

fn spelled_alike(wanted: &str) -> Option<&'static str> {
    let allowed = if wanted.len() < 6 { 1 } else { 2 };
    // Names of another length can't be near; most are, and this is asked at every keystroke.
    let apart = |name: &str| match name.len().abs_diff(wanted.len()) {
        difference if difference > allowed => usize::MAX,
        _ => strsim::osa_distance(wanted, &name.to_ascii_lowercase()),
    };
    let distance = |name: &'static str| apart(name).min(apart(city(name)));
    zone_names()
        .map(|name| (distance(name), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| name)
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Zone {}

impl Hash for Zone {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Zone({})", self.name())
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(text: &str) -> Result<Self, UnknownZone> {
        Self::parse(text)
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(input)?).map_err(serde::de::Error::custom)
    }
}
