//! Reads a calendar request back, as a calendar would, to check it. Independent of the writer and of the zone table:
//! instants follow from the VTIMEZONE in the object itself.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// The one event of a calendar object.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ReadEvent {
    /// METHOD.
    pub method: String,
    /// UID.
    pub uid: String,
    /// SEQUENCE.
    pub sequence: u32,
    /// DTSTART as an instant.
    pub start: Timestamp,
    /// DTEND as an instant.
    pub end: Timestamp,
    /// SUMMARY.
    pub summary: String,
    /// LOCATION.
    pub location: String,
    /// DESCRIPTION.
    pub description: String,
    /// URL.
    pub url: String,
    /// The calendar addresses of all ATTENDEE lines.
    pub attendees: Vec<String>,
}

// The link holds the session key.
impl std::fmt::Debug for ReadEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "ReadEvent({} {}, {} to {})",
            self.method, self.uid, self.start, self.end
        )
    }
}

/// What is wrong with a calendar object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the calendar part can't be read: {0}")]
pub struct NotACalendar(String);

/// Reads an object with exactly one event.
///
/// # Errors
/// Says which line can't be understood.
pub fn read(ics: &str) -> Result<ReadEvent, NotACalendar> {
    let mut event = ReadEvent::default();
    let (mut within, mut zones, mut events) = (Vec::new(), Zones::default(), 0);
    let (mut start, mut end) = (None, None);
    for line in unfolded(ics) {
        let (property, value) =
            split(&line).ok_or_else(|| NotACalendar(format!("{line:.40} has no colon")))?;
        let mut parts = property.split(';');
        let name = parts.next().unwrap_or_default().to_ascii_uppercase();
        let component = within.last().map(String::as_str);
        match (name.as_str(), component) {
            ("BEGIN", _) => {
                events += usize::from(value == "VEVENT");
                within.push(value.to_ascii_uppercase());
            }
            ("END", Some(open)) if open == value.to_ascii_uppercase() => drop(within.pop()),
            ("END", _) => return Err(NotACalendar(format!("END:{value} ends nothing"))),
            ("METHOD", _) => value.clone_into(&mut event.method),
            (_, Some("VTIMEZONE" | "STANDARD" | "DAYLIGHT")) => zones.line(&name, value)?,
            ("UID", Some("VEVENT")) => value.clone_into(&mut event.uid),
            ("SEQUENCE", Some("VEVENT")) => {
                event.sequence = value.parse().map_err(|_| bad(&name))?;
            }
            ("DTSTART", Some("VEVENT")) => {
                start = Some(zones.instant(parts, value).ok_or_else(|| bad(&name))?);
            }
            ("DTEND", Some("VEVENT")) => {
                end = Some(zones.instant(parts, value).ok_or_else(|| bad(&name))?);
            }
            ("SUMMARY", Some("VEVENT")) => event.summary = unescaped(value),
            ("LOCATION", Some("VEVENT")) => event.location = unescaped(value),
            ("DESCRIPTION", Some("VEVENT")) => event.description = unescaped(value),
            ("URL", Some("VEVENT")) => value.clone_into(&mut event.url),
            ("ATTENDEE", Some("VEVENT")) => event.attendees.push(value.to_owned()),
            _ => {}
        }
    }
    if events != 1 || !within.is_empty() {
        return Err(NotACalendar(format!(
            "it has {events} events instead of one, or an open component"
        )));
    }
    event.start = start.ok_or_else(|| bad("DTSTART"))?;
    event.end = end.ok_or_else(|| bad("DTEND"))?;
    Ok(event)
}

fn bad(name: &str) -> NotACalendar {
    NotACalendar(format!("{name} is missing or can't be understood"))
}

fn unfolded(ics: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in ics.split("\r\n").filter(|line| !line.is_empty()) {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

/// Splits at the first colon outside quotation marks.
fn split(line: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let at = line.find(|character| {
        quoted ^= character == '"';
        character == ':' && !quoted
    })?;
    Some((line.get(..at)?, line.get(at + 1..)?))
}

fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match (character, character == '\\') {
            (_, true) => match characters.next() {
                Some('n' | 'N') => text.push('\n'),
                Some(other) => text.push(other),
                None => {}
            },
            _ => text.push(character),
        }
    }
    text
}

/// The VTIMEZONEs: for each, the wall times at which an offset begins.
#[derive(Default)]
struct Zones {
    offsets: HashMap<String, Vec<(DateTime, Offset)>>,
    current: String,
    onset: Option<DateTime>,
}

impl Zones {
    fn line(&mut self, name: &str, value: &str) -> Result<(), NotACalendar> {
        match name {
            "TZID" => value.clone_into(&mut self.current),
            "DTSTART" => self.onset = Some(wall(value).ok_or_else(|| bad(name))?),
            "TZOFFSETTO" => {
                let offset = offset(value).ok_or_else(|| bad(name))?;
                let onset = self.onset.take().ok_or_else(|| bad("DTSTART"))?;
                self.offsets
                    .entry(self.current.clone())
                    .or_default()
                    .push((onset, offset));
            }
            _ => {}
        }
        Ok(())
    }

    fn instant<'a>(
        &self,
        mut parameters: impl Iterator<Item = &'a str>,
        value: &str,
    ) -> Option<Timestamp> {
        if let Some(utc) = value.strip_suffix('Z') {
            return Offset::UTC.to_timestamp(wall(utc)?).ok();
        }
        let zone = parameters.find_map(|parameter| parameter.strip_prefix("TZID="))?;
        let wall = wall(value)?;
        let begun = self
            .offsets
            .get(zone)?
            .iter()
            .filter(|(onset, _)| *onset <= wall);
        begun
            .max_by_key(|(onset, _)| *onset)?
            .1
            .to_timestamp(wall)
            .ok()
    }
}

fn wall(value: &str) -> Option<DateTime> {
    DateTime::strptime("%Y%m%dT%H%M%S", value).ok()
}

fn offset(value: &str) -> Option<Offset> {
    let (sign, digits) = value.split_at_checked(1)?;
    let part = |at: usize| {
        digits
            .get(at..at + 2)
            .map_or(Some(0), |two| two.parse::<i32>().ok())
    };
    let seconds = part(0)? * 3600 + part(2)? * 60 + part(4)?;
    Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).ok()
}
