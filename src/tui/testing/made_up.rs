//! Made-up interviews, mails and plans, as the use-cases would give them.

use std::net::SocketAddr;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use crate::app::{
    Batch, BatchStatus, Counts, Delivery, Dossier, InTheWay, Outbox, Pause, Row, Serving, Underway,
    UnsentMail,
};
use crate::domain::address::EmailAddress;
use crate::domain::base_url::BaseUrl;
use crate::domain::batch::{BatchDeed, BatchEvent, BatchState, Progress};
use crate::domain::delivery::{Kind, State};
use crate::domain::draft::Defaults;
use crate::domain::event::{Event as Happened, EventKind};
use crate::domain::ids::{BatchId, DeliveryId, InterviewId};
use crate::domain::interview::{Interview, Recruiter, Status};
use crate::domain::session::{AccessWindow, SessionCondition, SessionKey};
use crate::domain::verdict::{Facts, NewestMail, Told};
use crate::domain::when::{InterviewDuration, Zone};
use crate::tui::mail::MailParts;
use crate::tui::message::Tally;
use crate::tui::model::{Browser, Clipboard, Setting};

pub const NOW: &str = "2031-03-04T09:12:00Z";

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn id(number: u128) -> InterviewId {
    InterviewId::new(Uuid::from_u128(number))
}

pub fn setting() -> Setting {
    let zone = Zone::parse("Europe/London").unwrap();
    Setting {
        base: BaseUrl::parse("https://join.acme.example").unwrap(),
        window: AccessWindow {
            opens_before: Duration::from_mins(15),
            closes_after: Duration::from_hours(2),
        },
        zone: zone.clone(),
        defaults: Defaults {
            zone: Some(zone),
            duration: minutes(45),
            company: Some("Acme".to_owned()),
            recruiter: Recruiter::default(),
        },
        hold: Duration::from_secs(10),
        batch_hold: Duration::from_secs(30),
        rate: Some(5),
        mail_stays_here: false,
        port_forwarding: None,
        user: "Rita Levi <rita@acme.example>".to_owned(),
        read_only: None,
        clipboard: Clipboard::Here,
        browser: Browser::Here,
        quits_freely: false,
        bell: true,
        seed: "seed".to_owned(),
    }
}

fn minutes(minutes: u64) -> InterviewDuration {
    InterviewDuration::from_minutes(minutes).unwrap()
}

/// An interview with a link whose candidate was never mailed.
pub fn row(number: u128, name: &str, starts: &str) -> Row {
    let zone = Zone::parse("Europe/London").unwrap();
    let now = at(NOW);
    Row {
        interview: Interview {
            id: id(number),
            candidate_name: name.to_owned(),
            candidate_email: EmailAddress::parse(&format!("c{number}@mail.example")).ok(),
            role: "Compiler Engineer".to_owned(),
            company: Some("Acme".to_owned()),
            round: Some("final".to_owned()),
            kind: None,
            status: Status::Scheduled,
            starts_at: Some(at(starts)),
            zone,
            candidate_zone: Zone::parse("America/New_York").ok(),
            duration: minutes(45),
            interviewers: Vec::new(),
            meeting_url: None,
            recruiter: Recruiter {
                name: Some("Rita Levi".to_owned()),
                email: None,
            },
            note: Some("Bring a laptop.\nNothing else.".to_owned()),
            sequence: 0,
            opens_at: None,
            closes_at: None,
            joined_at: None,
            admitted_at: None,
            created_at: now,
            updated_at: now,
        },
        facts: Facts {
            key: Some(key(number)),
            session: SessionCondition::Live,
            ..Facts::NONE
        },
    }
}

fn key(number: u128) -> SessionKey {
    SessionKey::new(Uuid::from_u128(
        0x9689_ddff_0000_4000_8000_0000_0000_0000 + number,
    ))
}

pub fn without_link(mut row: Row) -> Row {
    row.facts.key = None;
    row.facts.session = SessionCondition::None;
    row
}

pub fn mailed(mut row: Row, state: State) -> Row {
    let since = at("2031-03-04T08:58:00Z");
    let due = (state == State::Deferred).then(|| at("2031-03-04T09:31:00Z"));
    row.facts.newest = Some(NewestMail {
        state,
        since,
        due,
        settled: false,
    });
    row.facts.told = (state == State::Accepted).then(|| Told {
        at: since,
        key: row.facts.key.unwrap(),
        starts_at: row.interview.starts_at.unwrap(),
        address: row
            .interview
            .candidate_email
            .as_ref()
            .unwrap()
            .ascii()
            .to_owned(),
        sequence: Some(row.interview.sequence),
        closes_at: None,
        link_is_local: false,
    });
    row
}

/// An interview that has just begun, whose candidate has joined and waits.
pub fn waiting(number: u128, name: &str, since: &str) -> Row {
    let mut row = mailed(row(number, name, "2031-03-04T09:15:00Z"), State::Accepted);
    row.interview.joined_at = Some(at(since));
    row
}

/// A day with everything in it.
pub fn rows() -> Vec<Row> {
    let over = row(9, "Alan Turing", "2031-03-03T10:00:00Z");
    vec![
        without_link(row(1, "Ada Lovelace", "2031-03-04T09:37:00Z")),
        mailed(
            row(2, "Grace Hopper", "2031-03-04T11:15:00Z"),
            State::Accepted,
        ),
        mailed(
            row(3, "José Ñáñez", "2031-03-04T13:00:00Z"),
            State::Deferred,
        ),
        mailed(row(4, "李小龍", "2031-03-04T14:30:00Z"), State::Stored),
        mailed(
            row(5, "Amara Okafor", "2031-03-05T09:00:00Z"),
            State::Failed,
        ),
        mailed(
            row(6, "Søren Kierkegaard", "2031-03-05T10:30:00Z"),
            State::Unknown,
        ),
        row(
            7,
            "Maximiliana Featherstonehaugh-Cholmondeley",
            "2031-03-06T10:30:00Z",
        ),
        mailed(over, State::Accepted),
    ]
}

pub fn tally() -> Tally {
    let counts = Counts {
        matching: 8,
        everything: 8,
        ahead: 7,
        blocked: 2,
        no_link: 1,
        not_invited: 1,
        in_doubt: 3,
        ready: 1,
    };
    Tally { counts, failed: 1 }
}

pub fn delivery(row: &Row, state: State) -> Delivery {
    let since = at("2031-03-04T08:58:00Z");
    Delivery {
        batch: None,
        paused: false,
        settled: None,
        id: DeliveryId::new(Uuid::from_u128(500 + row.id().uuid().as_u128())),
        interview_id: row.id(),
        kind: Kind::Invitation,
        address: row
            .interview
            .candidate_email
            .as_ref()
            .map(|email| email.ascii().to_owned())
            .unwrap_or_default(),
        subject: "Your interview with Acme".to_owned(),
        message_id: "<m1@acme.example>".to_owned(),
        sha256: "00".repeat(32),
        starts_at: row.interview.starts_at.unwrap(),
        state,
        since,
        due: None,
        attempts: 1,
        last_reply: Some("250 2.0.0 Ok: queued as 4ZfK2p1xQz".to_owned()),
        accepted_at: (state == State::Accepted).then_some(since),
        created_at: since,
    }
}

/// A paused outbox with a mail in every state that it can hold.
pub fn outbox() -> Outbox {
    let mail = |number: u128, name: &str, starts: &str, state: State, reply: Option<&str>| {
        let mut delivery = delivery(&row(number, name, starts), state);
        delivery.last_reply = reply.map(str::to_owned);
        delivery.due = match state {
            State::Held => Some(at("2031-03-04T09:13:00Z")),
            State::Deferred => Some(at("2031-03-04T09:31:00Z")),
            _ => None,
        };
        delivery.attempts = u32::from(reply.is_some()) * 2;
        Underway {
            delivery,
            candidate: name.to_owned(),
        }
    };
    let greylisted = "RCPT: the server refused: 451 4.7.1 Greylisted, try again later";
    let broken = "final dot: the connection was closed";
    Outbox {
        batches: Vec::new(),
        pause: Some(Pause {
            why: "AUTH: the server refused: 535 5.7.8 Authentication failed".to_owned(),
            brief: "login refused (535)".to_owned(),
            since: at("2031-03-04T09:02:00Z"),
            probes: true,
        }),
        unsent: UnsentMail {
            count: 4,
            held: 1,
            paused: 0,
            first_start: Some(at("2031-03-04T09:37:00Z")),
        },
        mails: vec![
            mail(1, "Ada Lovelace", "2031-03-04T09:37:00Z", State::Held, None),
            mail(
                6,
                "Søren Kierkegaard",
                "2031-03-04T10:30:00Z",
                State::Unknown,
                Some(broken),
            ),
            mail(
                2,
                "Grace Hopper",
                "2031-03-04T11:15:00Z",
                State::HandingOver,
                None,
            ),
            mail(
                3,
                "José Ñáñez",
                "2031-03-04T13:00:00Z",
                State::Deferred,
                Some(greylisted),
            ),
            mail(
                7,
                "Maximiliana Featherstonehaugh-Cholmondeley",
                "2031-03-05T10:30:00Z",
                State::Queued,
                None,
            ),
        ],
    }
}

/// A batch that is leaving, one that is paused, and one that came to its end with trouble.
pub fn batches() -> Vec<BatchStatus> {
    let done = |deed: BatchDeed, detail: &str| BatchEvent {
        at: at("2031-03-04T09:12:00Z"),
        actor: "Sam <sam@acme.example>".to_owned(),
        deed,
        detail: detail.to_owned(),
    };
    let status = |number: i64, action: &str, state: BatchState, progress: Progress| BatchStatus {
        batch: Batch {
            number,
            id: BatchId::new(Uuid::from_u128(900 + u128::from(number.unsigned_abs()))),
            action: action.to_owned(),
            asked_by: "Rita Levi <rita@acme.example>".to_owned(),
            asked_at: at("2031-03-04T09:11:00Z"),
            sends: progress.mails(),
            changes: 0,
            skips: 3,
            state,
            held_until: None,
        },
        history: match state {
            BatchState::Going => vec![done(BatchDeed::Paused, ""), done(BatchDeed::Resumed, "")],
            BatchState::Paused => vec![done(BatchDeed::Paused, "")],
            BatchState::Stopped => vec![
                done(BatchDeed::Stopped, "9 withdrawn"),
                done(BatchDeed::Retried, "batch 12"),
            ],
        },
        last_minute: progress.sent(),
        per_minute: (state == BatchState::Going).then_some(300),
        time_left: (state == BatchState::Going && progress.left() > 0)
            .then(|| Duration::from_secs(4)),
        progress,
        held: false,
    };
    let going = Progress {
        waiting: 17,
        sending: 1,
        accepted: 15,
        failed: 1,
        ..Progress::default()
    };
    let paused = Progress {
        waiting: 52,
        accepted: 8,
        ..Progress::default()
    };
    let over = Progress {
        accepted: 30,
        failed: 2,
        unknown: 1,
        withdrawn: 4,
        ..Progress::default()
    };
    vec![
        status(12, "resend", BatchState::Going, going),
        status(11, "rotate", BatchState::Paused, paused),
        status(10, "repair_and_send", BatchState::Stopped, over),
    ]
}

pub fn dossier(row: &Row) -> Box<Dossier> {
    let event = |time: &str, kind, detail: &str| Happened {
        at: at(time),
        actor: "Rita Levi <rita@acme.example>".to_owned(),
        kind,
        detail: detail.to_owned(),
    };
    let deliveries = row
        .facts
        .newest
        .map(|mail| delivery(row, mail.state))
        .into_iter()
        .collect();
    let events = vec![
        event("2031-03-03T16:00:00Z", EventKind::Scheduled, ""),
        event("2031-03-03T16:00:00Z", EventKind::LinkMade, ""),
        event(
            "2031-03-04T08:57:00Z",
            EventKind::MailQueued,
            "<m1@acme.example>",
        ),
        event(
            "2031-03-04T08:58:00Z",
            EventKind::MailAccepted,
            "250 2.0.0 Ok",
        ),
    ];
    Box::new(Dossier {
        dead_keys: Vec::new(),
        acknowledgements: Vec::new(),
        row: row.clone(),
        sessions: Vec::new(),
        tokens: Vec::new(),
        deliveries,
        events,
        accesses: Vec::new(),
    })
}

pub fn mail() -> MailParts {
    let link = "https://join.acme.example/interview/?session_key=9689ddff000040008000000000000002";
    MailParts {
        origin: "as it left".to_owned(),
        text: format!("Dear Grace,\n\nJoin here:\n{link}\n"),
        html: format!(
            "<h1>Your interview with Acme</h1><p>Dear <b>Grace</b>,</p><p>we look forward to it.</p>\
             <p><a style=\"background:#0a5\" href=\"{link}\">Join your interview</a></p>"
        ),
        headers: "Subject: Your interview with Acme\nTo: Grace Hopper <c2@mail.example>".to_owned(),
        calendar: "BEGIN:VCALENDAR\nEND:VCALENDAR".to_owned(),
        source: "Subject: Your interview with Acme\r\n\r\nDear Grace,".to_owned(),
    }
}

/// The join page of this machine can't be served.
pub fn not_served(why: InTheWay) -> Serving {
    Serving::Not {
        listen: SocketAddr::from(([127, 0, 0, 1], 8000)),
        why,
    }
}

/// A plan for that many interviews; the last one is skipped when there are several.
pub fn plan(count: usize) -> crate::app::Plan {
    let rows = (0..count).map(|index| {
        let last = index + 1 == count && count > 1;
        let (step, why) = if last {
            ("skip", "already waiting: it is tried next 09:31")
        } else {
            ("send", "the link and time of the mail of 08:58")
        };
        serde_json::json!({
            "id": id(index as u128 + 1),
            "candidate": format!("Grace Hopper {index}"),
            "address": format!("c{index}@mail.example"),
            "starts_at": "2031-03-04T11:15:00Z",
            "zone": "Europe/London",
            "candidate_zone": "America/New_York",
            "holds": {
                "link": "9689ddff…",
                "starts_at": "2031-03-04T11:15:00Z",
                "address": format!("c{index}@mail.example"),
            },
            "link": {"stays": "9689ddff…"},
            "step": step,
            "why": why,
            "optional": false,
            "seen": "",
        })
    });
    let plan =
        serde_json::json!({"action": "resend", "made_at": NOW, "rows": rows.collect::<Vec<_>>()});
    serde_json::from_value(plan).unwrap()
}

/// A plan with a row of every sort.
pub fn marked_plan() -> crate::app::Plan {
    let mut plan = serde_json::to_value(plan(7)).unwrap();
    let rows = plan["rows"].as_array_mut().unwrap();
    let mut set = |row: usize, values: serde_json::Value| {
        let row = rows[row].as_object_mut().unwrap();
        row.extend(values.as_object().unwrap().clone());
    };
    set(
        0,
        serde_json::json!({"why": "a link will be made first", "link": "made", "holds": null}),
    );
    set(
        1,
        serde_json::json!({"why": "they hold the old time", "holds": {
            "link": "9689ddff…", "starts_at": "2031-03-04T10:00:00Z", "address": "c1@mail.example",
        }}),
    );
    set(
        2,
        serde_json::json!({"step": "skip", "why": "outcome unknown: settle it first"}),
    );
    set(
        3,
        serde_json::json!({"step": "skip", "why": "mailed 4 min ago", "optional": true}),
    );
    set(4, serde_json::json!({"chosen": true}));
    serde_json::from_value(plan).unwrap()
}
