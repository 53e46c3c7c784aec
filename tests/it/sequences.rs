//! Whatever people and mail servers do, in any order: what is kept agrees with itself, and only what is true leaves.

use std::collections::HashSet;
use std::time::Duration;

use greenroom::app::{Action, Delivery, MailWish, Schedule, Selection};
use greenroom::domain::delivery::State;
use greenroom::domain::ids::InterviewId;
use greenroom::domain::verdict::Standing;
use greenroom::mail::calendar;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::world::request;
use crate::support::{Answer, World, draft};

/// One thing that somebody does. Numbers choose among what there is.
#[derive(Debug, Clone)]
enum Deed {
    Schedule {
        hour: u8,
        mail: u8,
    },
    Revise {
        which: usize,
        hour: u8,
        mail: u8,
    },
    Remove(usize),
    TakeBack(usize),
    Resend {
        hold: bool,
    },
    LoseLinks,
    Repair {
        send: bool,
    },
    Wait(i64),
    Deliver {
        elsewhere: bool,
        answers: Vec<Answer>,
    },
    Die(Answer),
}

fn deed() -> impl Strategy<Value = Deed> {
    let answer = || {
        prop::sample::select(vec![
            Answer::Accept,
            Answer::Accept,
            Answer::Later,
            Answer::Never,
            Answer::LaterAfterContent,
            Answer::NeverAfterContent,
            Answer::Lost,
            Answer::Store,
        ])
    };
    prop_oneof![
        4 => (0..12_u8, 0..3_u8).prop_map(|(hour, mail)| Deed::Schedule { hour, mail }),
        2 => (0..9_usize, 0..12_u8, 0..3_u8).prop_map(|(which, hour, mail)| Deed::Revise { which, hour, mail }),
        1 => (0..9_usize).prop_map(Deed::Remove),
        2 => (0..9_usize).prop_map(Deed::TakeBack),
        2 => any::<bool>().prop_map(|hold| Deed::Resend { hold }),
        1 => Just(Deed::LoseLinks),
        1 => any::<bool>().prop_map(|send| Deed::Repair { send }),
        2 => prop_oneof![Just(0), Just(1), 2..600_i64].prop_map(Deed::Wait),
        4 => (any::<bool>(), prop::collection::vec(answer(), 0..4))
            .prop_map(|(elsewhere, answers)| Deed::Deliver { elsewhere, answers }),
        1 => prop::sample::select(vec![Answer::HangBefore, Answer::HangAfter]).prop_map(Deed::Die),
    ]
}

fn wish(mail: u8) -> MailWish {
    match mail {
        0 => MailWish::No,
        1 => MailWish::Now,
        _ => MailWish::HeldFor(Duration::from_secs(30)),
    }
}

/// Tomorrow's hours: what is to be done lies ahead for most of a sequence.
fn at(hour: u8) -> String {
    format!("2031-05-06 {:02}:00", 8 + hour)
}

struct Sequence {
    world: World,
    other: World,
    made: usize,
    /// How many letters have been looked at.
    read: usize,
}

impl Sequence {
    async fn new() -> Self {
        let world = World::new().await;
        let other = world.another("").await;
        Self {
            world,
            other,
            made: 0,
            read: 0,
        }
    }

    fn ids(&self) -> Vec<InterviewId> {
        let sql = self.world.sql();
        let mut statement = sql
            .prepare("SELECT id FROM interview ORDER BY row")
            .unwrap();
        let ids = statement
            .query_map([], |row| row.get::<_, String>(0))
            .unwrap();
        ids.map(|id| id.unwrap().parse().unwrap()).collect()
    }

    fn pick(&self, which: usize) -> Option<InterviewId> {
        let ids = self.ids();
        (!ids.is_empty()).then(|| ids[which % ids.len()])
    }

    /// Refusals are as good as deeds: what counts is what is kept.
    async fn carry_out(&mut self, deed: &Deed) {
        let world = &self.world;
        match deed {
            Deed::Schedule { hour, mail } => {
                self.made += 1;
                let candidate = format!("C{0} <c{0}@c.example>", self.made);
                let _ = world.try_schedule(draft(&candidate, &at(*hour)), wish(*mail)).await;
            }
            Deed::Revise { which, hour, mail } => {
                let Some(id) = self.pick(*which) else { return };
                let candidate = format!("R{0} <r{0}@c.example>", which % 3);
                let revised = Schedule { again: true, ..request(draft(&candidate, &at(*hour)), wish(*mail)) };
                let _ = world.app.revise(id, revised).await;
            }
            Deed::Remove(which) => {
                let Some(id) = self.pick(*which) else { return };
                let _ = world.app.remove(id).await;
            }
            Deed::TakeBack(which) => {
                let Some(id) = self.pick(*which) else { return };
                if let Some(mail) = world.details(id).await.deliveries.first() {
                    world.app.take_back(mail.id).await.unwrap();
                }
            }
            Deed::Resend { hold } => self.all(Action::Resend, *hold).await,
            Deed::LoseLinks => world.tamper(
                "DELETE FROM session WHERE interview_id NOT IN (SELECT interview_id FROM delivery);
                 UPDATE interview SET session_key = NULL WHERE id NOT IN (SELECT interview_id FROM session)",
            ),
            Deed::Repair { send } => self.all(Action::Repair { send: *send }, false).await,
            Deed::Wait(minutes) => world.wait_minutes(*minutes),
            Deed::Deliver { elsewhere, answers } => {
                world.post.answers(answers.iter().copied());
                let sender = if *elsewhere { &self.other } else { world };
                sender.deliver().await;
                world.post.forget();
            }
            Deed::Die(answer) => {
                if world.app.unsent().await.unwrap().count == 0 {
                    return;
                }
                let offers = world.post.offers();
                world.post.answers([*answer]);
                let mut doomed = world.dispatcher();
                let mut sending = tokio::spawn(async move { doomed.drain(&greenroom::app::Stop::default()).await });
                tokio::select! {
                    () = world.post.hangs() => {
                        sending.abort();
                        let _ = sending.await;
                    }
                    _ = &mut sending => assert_eq!(world.post.offers(), offers, "it ended, so nothing was due"),
                }
                world.post.forget();
            }
        }
    }

    async fn all(&self, action: Action, hold: bool) {
        let ids = self.ids();
        if ids.is_empty() {
            return;
        }
        let plan = self
            .world
            .app
            .plan(action, &Selection::Ids(ids))
            .await
            .unwrap();
        let hold = hold.then_some(Duration::from_secs(30));
        let done = self.other.app.carry_out(&plan, hold).await.unwrap();
        assert_eq!(
            done.deliveries.len(),
            plan.sends(),
            "a plan does exactly what it says"
        );
    }

    /// What leaves is true when it leaves: nothing but deliveries happens between two looks.
    async fn look_at_the_letters(&mut self) {
        let letters = self.world.letters();
        for letter in &letters[self.read..] {
            let event = calendar::read(letter.calendar.as_ref().unwrap()).unwrap();
            let id = event.uid.split('@').next().unwrap().parse().unwrap();
            let row = self.world.row(id).await;
            let link = self.world.link(id).await;
            assert_eq!(
                (&event.url, Some(event.start)),
                (&link, row.interview.starts_at)
            );
            assert!(letter.text.as_ref().unwrap().contains(&link));
            assert_eq!(letter.to, [row.interview.candidate_email.unwrap().ascii()]);
        }
        self.read = letters.len();
    }

    async fn check(&mut self) {
        self.look_at_the_letters().await;
        let (now, window) = (self.world.now(), self.world.app.access_window());
        let handed: HashSet<Vec<u8>> = self
            .world
            .post
            .handed()
            .into_iter()
            .map(|mail| mail.bytes)
            .collect();
        for id in self.ids() {
            let all = self.world.details(id).await;
            let facts = &all.row.facts;
            assert_eq!(facts.key, all.sessions.first().map(|session| session.key));
            // What lists show is what the newest mail says that was not taken back.
            let stands = |mail: &&Delivery| mail.state != State::Withdrawn;
            let newest = all
                .deliveries
                .iter()
                .find(stands)
                .or(all.deliveries.first());
            assert_eq!(
                facts.newest.map(|mail| (mail.state, mail.since, mail.due)),
                newest.map(|mail| (mail.state, mail.since, mail.due))
            );
            let reply = newest
                .filter(|mail| matches!(mail.state, State::Failed | State::Deferred))
                .and_then(|mail| mail.last_reply.clone());
            assert_eq!(facts.mail_reply, reply);
            let told = all
                .deliveries
                .iter()
                .filter_map(|mail| mail.accepted_at)
                .max();
            assert_eq!(facts.told.as_ref().map(|told| told.at), told);
            // Invariant 10.
            assert!(
                all.deliveries
                    .iter()
                    .filter(|mail| mail.state.is_unsent())
                    .count()
                    <= 1
            );
            for mail in &all.deliveries {
                assert_eq!(
                    mail.due.is_some(),
                    matches!(mail.state, State::Held | State::Queued | State::Deferred)
                );
                let id = mail.id;
                let bytes = self
                    .world
                    .store
                    .read(move |read| read.mime(id))
                    .await
                    .unwrap()
                    .unwrap();
                let left = handed.contains(&bytes);
                match mail.state {
                    State::Accepted | State::Stored | State::Unknown => {
                        assert!(left, "{:?}", mail.state);
                    }
                    State::Held | State::Queued => assert!(!left),
                    _ => {}
                }
            }
            // Nobody is called ready who does not hold the right link.
            if all.row.reason(&window, now).standing() == Standing::Ready {
                assert!(all.deliveries.iter().any(|mail| mail.accepted_at.is_some()
                    && Some(mail.starts_at) == all.row.interview.starts_at));
            }
            // Invariant 8: each mail was asked for, and each that ended says how.
            let count = |kind: &str| {
                all.events
                    .iter()
                    .filter(|event| event.kind.name() == kind)
                    .count()
            };
            let states = |state| {
                all.deliveries
                    .iter()
                    .filter(|mail| mail.state == state)
                    .count()
            };
            assert_eq!(count("mail_queued"), all.deliveries.len());
            assert_eq!(count("mail_accepted"), states(State::Accepted));
            assert_eq!(count("mail_stored"), states(State::Stored));
            assert_eq!(count("mail_unknown"), states(State::Unknown));
            assert_eq!(count("mail_failed"), states(State::Failed));
            assert_eq!(count("mail_withdrawn"), states(State::Withdrawn));
        }
    }
}

#[test]
fn in_any_order_what_is_kept_agrees_and_only_what_is_true_leaves() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = Config {
        cases: 60,
        failure_persistence: None,
        max_shrink_iters: 300,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&prop::collection::vec(deed(), 1..30), |deeds| {
            runtime.block_on(async {
                let mut sequence = Sequence::new().await;
                for deed in &deeds {
                    sequence.carry_out(deed).await;
                    sequence.check().await;
                }
                sequence.world.tamper(
                    "INSERT INTO interview_search (interview_search) VALUES ('integrity-check')",
                );
            });
            Ok(())
        })
        .unwrap();
}
