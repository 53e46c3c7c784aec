//! What is wrong between rows: two interviews with one address, and slots that are counted wrong.

use std::collections::HashMap;

use super::known::plain;
use super::rows::{Database, ScheduleRow};
use crate::domain::import::{Arrival, Defect, Finding, Report};
use crate::domain::interview::Status;
use crate::domain::text::clip;

pub(super) fn report(database: &Database, arrivals: &[Arrival], report: &mut Report) {
    same_addresses(arrivals, report);
    bookings(database, report);
}

// An address is only ever compared to say so: nothing is tied together by it.
fn same_addresses(arrivals: &[Arrival], report: &mut Report) {
    let mut by_address: HashMap<String, Vec<&Arrival>> = HashMap::new();
    for arrival in arrivals {
        let interview = &arrival.interview;
        if let Some(email) = &interview.candidate_email
            && interview.status == Status::Scheduled
        {
            let address = email.ascii().to_ascii_lowercase();
            by_address.entry(address).or_default().push(arrival);
        }
    }
    let mut shared: Vec<_> = by_address
        .into_iter()
        .filter(|(_, arrivals)| arrivals.len() > 1)
        .collect();
    shared.sort_by(|one, other| one.0.cmp(&other.0));
    for (address, arrivals) in shared {
        for arrival in arrivals {
            report.notice(Defect::SameAddress, || Finding {
                at: arrival.imported.external_id.clone().unwrap_or_default(),
                who: arrival.interview.candidate_name.clone(),
                detail: format!("email is {address}"),
            });
        }
    }
}

fn bookings(database: &Database, report: &mut Report) {
    // Without the table nobody knows who booked.
    if !database.has::<ScheduleRow>() {
        return;
    }
    let mut live: HashMap<String, i64> = HashMap::new();
    for schedule in &database.schedules {
        let status = schedule.status.as_deref().unwrap_or_default();
        let is_live =
            status.eq_ignore_ascii_case("pending") || status.eq_ignore_ascii_case("confirmed");
        if let Some(slot) = schedule.slot_id.as_deref().filter(|_| is_live) {
            *live.entry(plain(slot)).or_default() += 1;
        }
    }
    for slot in &database.slots {
        let (Some(id), Some(said)) = (&slot.id, &slot.current_bookings) else {
            continue;
        };
        let booked = live.get(&plain(id)).copied().unwrap_or_default();
        if said.parse() != Ok(booked) {
            report.notice(Defect::BookingCount, || Finding {
                at: format!("slot {id}"),
                who: String::new(),
                detail: format!(
                    "current_bookings says {}, and {booked} {} booked",
                    clip(said, 20),
                    if booked == 1 { "is" } else { "are" }
                ),
            });
        }
    }
}
