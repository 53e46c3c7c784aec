//! One old row becomes an interview, and everything that is wrong with it is written down.

use super::LegacyTerms;
use super::known::Known;
use super::link::{self, OldLink};
use super::rows::{InterviewRow, SlotRow};
use super::tell::Teller;
use super::times::{Times, length_of, slot_length, utc};
use crate::domain::address::EmailAddress;
use crate::domain::import::{Arrival, Defect, LEGACY, Report, own_id};
use crate::domain::interview::{Interview, Recruiter, Status};
use crate::domain::session::SessionKey;
use crate::domain::text::clip;
use crate::domain::verdict::Imported;
use crate::domain::when::InterviewDuration;

/// What an interview is for when there is no job.
const NO_ROLE: &str = "Interview";
/// Characters of an id that are kept.
const LONGEST: usize = 200;

const ERROR: &str = "error in the old system";
const CANCELLED: &str = "cancelled in the schedule of the old system";

pub(super) fn arrive(
    row: &InterviewRow,
    times: &Times,
    known: &Known<'_>,
    terms: &LegacyTerms,
    report: &mut Report,
) -> Result<Arrival, String> {
    let external_id = row.id.clone().unwrap_or_default();
    let candidate = known.candidate(row);
    let mut teller = Teller {
        report,
        at: &external_id,
        who: candidate
            .and_then(|candidate| candidate.full_name.as_deref())
            .unwrap_or_default(),
        terms,
    };
    let (status, cancelled_because) = standing(row, known, &mut teller)?;
    teller.places(row, known);
    let starts_at = teller.start(times);
    let slot = known.slots(row).into_iter().flatten().next();
    let duration = how_long(row, slot, &mut teller);
    let old = row
        .interview_link
        .as_deref()
        .map(link::read)
        .unwrap_or_default();
    let key = teller.key(row, known, &old);
    let conflict = row
        .session_key
        .as_deref()
        .is_some_and(|key| known.is_shared(key));

    let (candidate_name, candidate_email) = whom(row, known, &mut teller);
    let job = known.job(row);
    let role = what_for(row, known, &mut teller);
    let company = job.and_then(|job| job.company_name.as_deref()).or_else(|| {
        known
            .company(row)
            .and_then(|company| company.name.as_deref())
    });
    let company = teller.text("company", company);
    let round = teller.text("round", row.interview_round.as_deref());
    let kind = teller.text(
        "kind",
        slot.and_then(|slot| slot.ai_interview_type.as_deref()),
    );
    let recruiter = known
        .recruiter(row)
        .map_or_else(Recruiter::default, |user| teller.recruiter(user));

    let created_at = times.created_at.unwrap_or(terms.now);
    let interview = Interview {
        id: own_id(&external_id).unwrap_or_else(|| terms.names.id_of(LEGACY, &external_id)),
        candidate_name,
        candidate_email,
        role,
        company,
        round,
        kind,
        status,
        starts_at,
        zone: terms.zone.clone(),
        candidate_zone: None,
        duration,
        interviewers: Vec::new(),
        meeting_url: None,
        recruiter,
        note: None,
        sequence: 0,
        joined_at: None,
        admitted_at: None,
        opens_at: None,
        closes_at: None,
        created_at,
        updated_at: utc(row.updated_at.as_deref()).unwrap_or(created_at),
    };
    teller.clocks(&interview, row, times, known);
    Ok(Arrival {
        interview,
        imported: Imported {
            source: LEGACY.to_owned(),
            external_id: Some(clip(&external_id, LONGEST)),
        },
        key,
        key_mailed: true,
        mailed_key: old
            .key
            .filter(|mailed| key.is_some_and(|key| key != *mailed)),
        dead_keys: dead_keys(row, &old, key),
        conflict,
        token: old.token,
        cancelled_because,
    })
}

// What its old links may carry beside the key that it keeps.
fn dead_keys(row: &InterviewRow, old: &OldLink, kept: Option<SessionKey>) -> Vec<SessionKey> {
    let own = row.session_key.as_deref().and_then(link::key);
    let written = old.key.filter(|key| Some(*key) != own);
    own.into_iter()
        .chain(written)
        .filter(|key| Some(*key) != kept)
        .collect()
}

// Where it stands, and why it is cancelled if the row itself does not say so.
fn standing(
    row: &InterviewRow,
    known: &Known<'_>,
    teller: &mut Teller<'_>,
) -> Result<(Status, Option<&'static str>), String> {
    let said = row.status.as_deref().unwrap_or_default();
    match said.to_ascii_lowercase().as_str() {
        "scheduled" => {}
        "completed" => return Ok((Status::Completed, None)),
        "error" => {
            teller.say(Defect::ErrorStatus, "status is error".to_owned());
            return Ok((Status::Cancelled, Some(ERROR)));
        }
        _ => return Err(format!("status: {:?} is not known", clip(said, 40))),
    }
    let cancelled = known
        .schedule(row)
        .and_then(|schedule| schedule.status.as_deref())
        .is_some_and(|status| status.eq_ignore_ascii_case("cancelled"));
    if cancelled {
        let detail = "the schedule's status is cancelled, the interview's is scheduled";
        teller.say(Defect::CancelledInSchedule, detail.to_owned());
        return Ok((Status::Cancelled, Some(CANCELLED)));
    }
    Ok((Status::Scheduled, None))
}

fn whom(
    row: &InterviewRow,
    known: &Known<'_>,
    teller: &mut Teller<'_>,
) -> (String, Option<EmailAddress>) {
    let candidate = known.candidate(row);
    let name = teller.text(
        "candidate name",
        candidate.and_then(|one| one.full_name.as_deref()),
    );
    let name = name.unwrap_or_else(|| {
        let number = row.candidate_id.as_deref().unwrap_or("unknown");
        let number = clip(number, 20);
        let detail = match candidate {
            Some(_) => "full_name is empty".to_owned(),
            None => format!("candidate_id names {number}, and there is no such candidate"),
        };
        teller.say(Defect::NoName, detail);
        format!("Candidate {number}")
    });
    let address = teller.address(candidate);
    (name, address)
}

fn what_for(row: &InterviewRow, known: &Known<'_>, teller: &mut Teller<'_>) -> String {
    let title = known.job(row).and_then(|job| job.job_title.as_deref());
    let title = teller.text("job title", title);
    let is_there = known.names_its_job(row);
    if title.is_none() || !is_there {
        let missing = match row.job_id.as_deref().map(|id| clip(id, 40)) {
            None => "job_id is empty".to_owned(),
            Some(id) if is_there => format!("the job_title of job {id} is empty"),
            Some(id) => format!("job_id names {id}, and there is no such job"),
        };
        let instead = title.as_deref().map_or_else(String::new, |title| {
            format!("; that of its slot or its candidate is taken: {title}")
        });
        teller.say(Defect::NoJob, missing + &instead);
    }
    title.unwrap_or_else(|| NO_ROLE.to_owned())
}

fn how_long(
    row: &InterviewRow,
    slot: Option<&SlotRow>,
    teller: &mut Teller<'_>,
) -> InterviewDuration {
    let terms = teller.terms;
    let planned = || {
        let start = utc(row.started_at.as_deref())?;
        let end = utc(row.ended_at.as_deref())?;
        length_of(end.duration_since(start))
    };
    slot.and_then(|slot| slot_length(slot, &terms.zone))
        .or_else(planned)
        .unwrap_or_else(|| {
            let detail = format!(
                "neither its slot nor started_at and ended_at tell it; {} are taken",
                terms.duration
            );
            teller.say(Defect::NoDuration, detail);
            terms.duration
        })
}
