//! Calendar requests: the iTIP part of an invitation (RFC 5545, RFC 5546 section 3.2.2).
//!
//! Written line by line, so that no text from outside can end a line or a parameter.

mod lines;
mod read;
mod zone;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::address::Mailbox;
use crate::domain::ids::InterviewId;
use crate::domain::when::Zone;
use lines::Lines;

pub use read::{NotACalendar, ReadEvent, read};

/// An invitation as calendars understand it. All texts may come from outside.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// Gives the UID, which stays the same for as long as the interview lives.
    pub interview: InterviewId,
    /// The revision of the interview (RFC 5546 section 2.1.4).
    pub sequence: u32,
    /// When this request was written.
    pub stamp: Timestamp,
    /// When the interview starts.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// The zone in which it was planned.
    pub zone: &'a Zone,
    /// The sender of the mail (RFC 6047 section 2.3).
    pub organizer: &'a Mailbox,
    /// The candidate.
    pub attendee: &'a Mailbox,
    /// The title of the entry.
    pub summary: &'a str,
    /// The text of the entry; lines end in `\n`.
    pub description: &'a str,
    /// Where the entry leads.
    pub link: &'a str,
}

impl Request<'_> {
    /// The whole calendar object, lines folded at 75 octets and ended by CRLF.
    #[must_use]
    pub fn to_ics(&self) -> String {
        let mut lines = Lines::default();
        lines.raw("BEGIN", "VCALENDAR");
        lines.raw("PRODID", "-//Greenroom//Greenroom//EN");
        lines.raw("VERSION", "2.0");
        lines.raw("CALSCALE", "GREGORIAN");
        lines.raw("METHOD", "REQUEST");
        let local = self.has_local_times();
        if local {
            zone::write(&mut lines, self.zone, self.start, self.end);
        }
        lines.raw("BEGIN", "VEVENT");
        lines.raw("UID", &self.interview.to_string());
        lines.raw("SEQUENCE", &self.sequence.to_string());
        lines.raw("DTSTAMP", &utc(self.stamp));
        for (name, instant) in [("DTSTART", self.start), ("DTEND", self.end)] {
            if local {
                let wall = self.zone.time_zone().to_datetime(instant);
                lines.raw(
                    &format!("{name};TZID={}", self.zone.name()),
                    &wall.strftime("%Y%m%dT%H%M%S").to_string(),
                );
            } else {
                lines.raw(name, &utc(instant));
            }
        }
        lines.raw(
            &format!("ORGANIZER{}", lines::common_name(self.organizer)),
            &lines::mailto(&self.organizer.address),
        );
        let attendee = lines::common_name(self.attendee);
        lines.raw(
            &format!("ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE{attendee}"),
            &lines::mailto(&self.attendee.address),
        );
        lines.text("SUMMARY", self.summary);
        lines.text("LOCATION", self.link);
        lines.text("DESCRIPTION", self.description);
        lines.raw("URL", self.link);
        lines.raw("STATUS", "CONFIRMED");
        lines.raw("TRANSP", "OPAQUE");
        lines.raw("END", "VEVENT");
        lines.raw("END", "VCALENDAR");
        lines.finish()
    }

    /// A wall time that occurs twice means its first occurrence (RFC 5545 section 3.3.5), so the second can only be
    /// written in UTC; and UTC itself needs no zone.
    fn has_local_times(&self) -> bool {
        let rules = self.zone.time_zone();
        let unmistakable = |instant: Timestamp| {
            rules
                .to_timestamp(rules.to_datetime(instant))
                .is_ok_and(|first| first.as_second() == instant.as_second())
        };
        *rules != TimeZone::UTC && unmistakable(self.start) && unmistakable(self.end)
    }
}

fn utc(instant: Timestamp) -> String {
    instant.strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests;
