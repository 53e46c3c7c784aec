//! Interviews of every kind, drawn at random, written straight into the database.

use greenroom::domain::address::EmailAddress;
use greenroom::domain::delivery::State;
use greenroom::domain::ids::{InterviewId, SessionId};
use greenroom::domain::interview::{Interview, MeetingUrl, Status};
use greenroom::domain::session::{Session, SessionKey};
use greenroom::domain::when::{InterviewDuration, Zone};
use greenroom::store::StoreError;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use proptest::prelude::*;
use rusqlite::params;
use uuid::Uuid;

use greenroom::app::MailWish;

use crate::support::World;

/// Everything that a verdict depends on, drawn at random. Starts stand near the instants at which something changes.
#[derive(Debug, Clone)]
pub struct Sample {
    status: usize,
    start: Option<(Anchor, i64)>,
    minutes: u64,
    address: bool,
    /// None, live, revoked.
    session: u8,
    /// Whether key, start and address were today's.
    told: Option<(bool, bool, bool)>,
    newest: Option<usize>,
    key_imported: bool,
    /// From when and until when the link works otherwise than usual, in microseconds from now.
    widened: (Option<i64>, Option<i64>),
    /// What only findings depend on.
    audit: AuditSample,
    /// Whether they joined, were let in, and there is a meeting.
    door: (bool, bool, bool),
}

/// What only findings depend on. Times are minutes from the start.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a row of independent columns"
)]
struct AuditSample {
    suspect: bool,
    older_revision: bool,
    told_closes: Option<i64>,
    told_local: bool,
    settled: bool,
    import_conflict: bool,
    mailed_before: bool,
    due: Option<Due>,
    /// Minutes from now.
    since: i64,
    acknowledged: u32,
}

/// When a mail may leave: so many minutes from the start, or from now.
#[derive(Debug, Clone, Copy)]
enum Due {
    FromStart(i64),
    FromNow(i64),
}

fn audit_sample() -> impl Strategy<Value = AuditSample> {
    let near = |at: i64| prop_oneof![Just(at), Just(at - 1), Just(at + 1), -300..300_i64];
    (
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.3),
        prop::option::of(prop_oneof![near(120 + 5), near(120 + 60), near(180)]),
        prop::bool::weighted(0.2),
        any::<bool>(),
        prop::bool::weighted(0.2),
        any::<bool>(),
        prop::option::of(prop_oneof![
            near(-15).prop_map(Due::FromStart),
            near(-10).prop_map(Due::FromNow),
        ]),
        near(-10),
        prop_oneof![3 => Just(0), 1 => 0..(1_u32 << 17)],
    )
        .prop_map(
            |(
                suspect,
                older_revision,
                told_closes,
                told_local,
                settled,
                import_conflict,
                mailed_before,
                due,
                since,
                acknowledged,
            )| AuditSample {
                suspect,
                older_revision,
                told_closes,
                told_local,
                settled,
                import_conflict,
                mailed_before,
                due,
                since,
                acknowledged,
            },
        )
}

#[derive(Debug, Clone, Copy)]
pub enum Anchor {
    Now,
    Opens,
    Ends,
    Closes,
    Midnight(i64),
    Anywhere(i64),
}

pub fn sample() -> impl Strategy<Value = Sample> {
    let anchor = prop_oneof![
        Just(Anchor::Now),
        Just(Anchor::Opens),
        Just(Anchor::Ends),
        Just(Anchor::Closes),
        (-1..9_i64).prop_map(Anchor::Midnight),
        (-900_000..900_000_i64).prop_map(Anchor::Anywhere),
    ];
    let minutes = prop_oneof![Just(5_u64), Just(60), Just(720)];
    (
        prop_oneof![4 => Just(0), 1 => 0..Status::ALL.len()],
        prop::option::weighted(0.9, (anchor, -1..=1_i64)),
        minutes,
        prop::bool::weighted(0.9),
        0..3_u8,
        prop::option::of(any::<(bool, bool, bool)>()),
        prop::option::of(0..State::ALL.len()),
        any::<bool>(),
        (widened(), widened()),
        audit_sample(),
        any::<(bool, bool, bool)>(),
    )
        .prop_map(
            |(
                status,
                start,
                minutes,
                address,
                session,
                told,
                newest,
                key_imported,
                widened,
                audit,
                door,
            )| {
                Sample {
                    status,
                    start,
                    minutes,
                    address,
                    session,
                    told,
                    newest,
                    key_imported,
                    widened,
                    audit,
                    door,
                }
            },
        )
}

// Near now, where it decides, or anywhere, where it may be narrower than the usual window and means nothing.
fn widened() -> impl Strategy<Value = Option<i64>> {
    let moment = prop_oneof![-1..=1_i64, -900_000_000_000..900_000_000_000_i64];
    prop::option::weighted(0.4, moment)
}

pub fn berlin() -> Zone {
    Zone::parse("Europe/Berlin").unwrap()
}

impl Sample {
    fn interview(&self, number: u64, template: &Interview, now: Timestamp) -> Interview {
        let duration = InterviewDuration::from_minutes(self.minutes).unwrap();
        let length = SignedDuration::try_from(duration.as_std()).unwrap();
        let starts_at = self.start.map(|(anchor, jitter)| {
            let at = match anchor {
                Anchor::Now => now,
                Anchor::Opens => now + SignedDuration::from_mins(15),
                Anchor::Ends => now - length,
                Anchor::Closes => now - length - SignedDuration::from_hours(2),
                Anchor::Midnight(days) => {
                    let today = now.to_zoned(berlin().time_zone().clone()).date();
                    let day = today + days.days();
                    day.to_zoned(berlin().time_zone().clone())
                        .unwrap()
                        .timestamp()
                }
                Anchor::Anywhere(seconds) => now + SignedDuration::from_secs(seconds),
            };
            at + SignedDuration::from_micros(jitter)
        });
        let from_now = |micros| now + SignedDuration::from_micros(micros);
        Interview {
            id: InterviewId::new(Uuid::from_u128(u128::from(number))),
            candidate_email: self
                .address
                .then(|| EmailAddress::parse(self.address_on_record()).unwrap()),
            status: Status::ALL[self.status],
            starts_at,
            duration,
            joined_at: self.door.0.then_some(now),
            admitted_at: self.door.1.then_some(now),
            meeting_url: (self.door.2)
                .then(|| MeetingUrl::parse("https://meet.example/abc").unwrap()),
            opens_at: self.widened.0.map(from_now),
            closes_at: self.widened.1.map(from_now),
            ..template.clone()
        }
    }

    const fn address_on_record(&self) -> &'static str {
        if self.audit.suspect {
            "ada@gmial.com"
        } else {
            "ada@c.example"
        }
    }

    // The columns that hold facts, as mails that came and went would have left them.
    fn write_facts(&self, sql: &rusqlite::Connection, interview: &Interview, now: Timestamp) {
        let told = self.told.map(|(key, start, address)| {
            let other = "0123456789abcdef0123456789abcdef".to_owned();
            (
                if key {
                    key_of(interview).expose()
                } else {
                    other
                },
                interview.starts_at.map_or(0, Timestamp::as_microsecond) + i64::from(!start),
                if address {
                    self.address_on_record()
                } else {
                    "old@c.example"
                },
            )
        });
        let newest = self.newest.map(|at| State::ALL[at].mark());
        let from_now = |minutes: i64| now.as_microsecond() + minutes * 60_000_000;
        let from_start = |minutes: i64| {
            interview.starts_at.map_or(0, Timestamp::as_microsecond) + minutes * 60_000_000
        };
        sql.execute(
            "UPDATE interview SET told_at = $1, told_key = $2, told_starts_at = $3, told_address = $4, mail_state = $5,
                 mail_since = $6, key_imported = $7, told_sequence = $8, told_closes_at = $9, told_local = $10,
                 mail_settled = $11, import_conflict = $12, mail_due = $13, acknowledged = $14, mailed_key = $15, sequence = 1
             WHERE id = $16",
            params![
                told.as_ref().map(|_| 1),
                told.as_ref().map(|told| told.0.clone()),
                told.as_ref().map(|told| told.1),
                told.as_ref().map(|told| told.2),
                newest,
                newest.map(|_| from_now(self.audit.since)),
                self.key_imported,
                u8::from(!self.audit.older_revision),
                self.audit.told_closes.map(from_start),
                self.audit.told_local,
                self.audit.settled,
                self.audit.import_conflict && self.session == 0,
                self.audit.due.map(|due| match due {
                    Due::FromStart(minutes) => from_start(minutes),
                    Due::FromNow(minutes) => from_now(minutes),
                }),
                self.audit.acknowledged,
                (self.audit.mailed_before && self.key_imported).then(|| "f".repeat(32)),
                interview.id.to_string(),
            ],
        )
        .unwrap();
    }

    fn session(&self, interview: &Interview) -> Option<Session> {
        let at = interview.created_at;
        (self.session > 0).then(|| Session {
            id: SessionId::new(interview.id.uuid()),
            interview_id: interview.id,
            key: key_of(interview),
            created_at: at,
            revoked_at: (self.session == 2).then_some(at),
        })
    }
}

pub fn key_of(interview: &Interview) -> SessionKey {
    SessionKey::new(Uuid::from_u128(interview.id.uuid().as_u128() << 64 | 1))
}

/// A world that holds these interviews and no others.
pub async fn fill(world: &World, template: &Interview, samples: &[Sample]) {
    world.tamper("DELETE FROM session; DELETE FROM interview;");
    let now = world.now();
    let interviews: Vec<_> = (1..)
        .zip(samples)
        .map(|(number, sample)| (sample.interview(number, template, now), sample.clone()))
        .collect();
    let written = interviews.clone();
    world
        .store
        .write(move |write| {
            for (interview, sample) in &written {
                write.put_interview(interview)?;
                if let Some(session) = sample.session(interview) {
                    write.add_session(&session)?;
                }
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    let mut sql = world.sql();
    let transaction = sql.transaction().unwrap();
    for (interview, sample) in &interviews {
        sample.write_facts(&transaction, interview, now);
    }
    transaction.commit().unwrap();
}

pub async fn template(world: &World) -> Interview {
    let made = world
        .schedule_with(
            "Ada Lovelace <ada@c.example>",
            "tomorrow 15:00",
            MailWish::No,
        )
        .await;
    made.row.interview
}
