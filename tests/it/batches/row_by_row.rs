//! What a plan says is what happens, row by row, whatever else happens between looking at it and saying yes.
//!
//! `GREENROOM_SCENARIOS=1000` runs as many scenarios; without it, there are few.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use greenroom::app::{
    Action, AppError, CarriedOut, Chosen, Dossier, LinkStep, MailWish, Plan, Selection, Step,
};
use greenroom::domain::delivery::State;
use greenroom::domain::ids::InterviewId;
use greenroom::domain::interview::Interview;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::world::request;
use crate::support::{Answer, World, draft};

/// How an interview stands before the plan.
#[derive(Debug, Clone, Copy)]
enum Before {
    Untold,
    Mailed,
    MailedLongAgo,
    Waiting,
    PutOff,
    Failed,
    Lost,
    Revoked,
    Cancelled,
    NoLink,
    NoStart,
    NoAddress,
    Soon,
}

/// What happens between looking at the plan and carrying it out.
#[derive(Debug, Clone, Copy)]
enum Meanwhile {
    Cancel(usize),
    Revoke(usize),
    Move(usize),
    TakeBack(usize),
    Remove(usize),
    Deliver,
    Wait(i64),
    Other(usize, Action),
}

#[derive(Debug, Clone)]
struct Scenario {
    before: Vec<Before>,
    action: Action,
    chosen: u8,
    hold: bool,
    meanwhile: Vec<Meanwhile>,
    /// What happens while it is carried out.
    beside: Option<Meanwhile>,
}

fn action() -> impl Strategy<Value = Action> {
    prop::sample::select(vec![
        Action::Resend,
        Action::Resend,
        Action::Repair { send: true },
        Action::Repair { send: false },
        Action::Rotate,
        Action::Rotate,
        Action::Cancel,
        Action::Revoke,
    ])
}

fn scenario() -> impl Strategy<Value = Scenario> {
    use Before as B;
    let before = prop::sample::select(vec![
        B::Untold,
        B::Mailed,
        B::MailedLongAgo,
        B::Waiting,
        B::PutOff,
        B::Failed,
        B::Lost,
        B::Revoked,
        B::Cancelled,
        B::NoLink,
        B::NoStart,
        B::NoAddress,
        B::Soon,
    ]);
    let meanwhile = || {
        prop_oneof![
            (0..7_usize).prop_map(Meanwhile::Cancel),
            (0..7_usize).prop_map(Meanwhile::Revoke),
            (0..7_usize).prop_map(Meanwhile::Move),
            (0..7_usize).prop_map(Meanwhile::TakeBack),
            (0..7_usize).prop_map(Meanwhile::Remove),
            Just(Meanwhile::Deliver),
            (1..40_i64).prop_map(Meanwhile::Wait),
            (0..7_usize, action()).prop_map(|(which, action)| Meanwhile::Other(which, action)),
        ]
    };
    (
        prop::collection::vec(before, 1..7),
        action(),
        0..3_u8,
        any::<bool>(),
        prop_oneof![
            2 => Just(Vec::new()),
            3 => prop::collection::vec(meanwhile(), 1..4),
        ],
        prop::option::weighted(0.3, meanwhile()),
    )
        .prop_map(
            |(before, action, chosen, hold, meanwhile, beside)| Scenario {
                before,
                action,
                chosen,
                hold,
                meanwhile,
                beside,
            },
        )
}

fn candidate(number: usize) -> String {
    format!("C{number} <c{number}@c.example>")
}

async fn prepared(world: &World, scenario: &Scenario) -> Vec<InterviewId> {
    let mut ids = Vec::new();
    for (number, before) in scenario.before.iter().enumerate() {
        let at = if matches!(before, Before::Soon) {
            "2031-05-05 11:20"
        } else {
            "2031-05-06 15:00"
        };
        let candidate = candidate(number);
        let row = world.schedule_with(&candidate, at, MailWish::No).await.row;
        let id = match before {
            Before::NoLink | Before::NoStart | Before::NoAddress => {
                imported(world, row.interview, *before).await
            }
            _ => row.id(),
        };
        ids.push(id);
    }
    for (id, before) in ids.iter().zip(&scenario.before) {
        let answer = match before {
            Before::MailedLongAgo | Before::Soon => Answer::Accept,
            Before::PutOff => Answer::Later,
            Before::Failed => Answer::Never,
            Before::Lost => Answer::Lost,
            _ => continue,
        };
        send(world, *id, answer).await;
    }
    world.wait_minutes(60);
    for (id, before) in ids.iter().zip(&scenario.before) {
        match before {
            Before::Mailed => send(world, *id, Answer::Accept).await,
            Before::Waiting => drop(resend(world, *id).await),
            Before::Revoked => drop(world.app.revoke(*id).await.unwrap()),
            Before::Cancelled => drop(world.app.cancel(*id, "").await.unwrap()),
            _ => {}
        }
    }
    ids
}

/// As an import leaves it: without a link, perhaps without a start or an address.
async fn imported(world: &World, interview: Interview, before: Before) -> InterviewId {
    let id = interview.id;
    world.app.remove(id).await.unwrap();
    let mut bare = interview;
    if matches!(before, Before::NoStart) {
        bare.starts_at = None;
    }
    if matches!(before, Before::NoAddress) {
        bare.candidate_email = None;
    }
    world
        .store
        .write(move |write| write.put_interview(&bare))
        .await
        .unwrap();
    id
}

async fn resend(world: &World, id: InterviewId) -> Result<(), AppError> {
    let plan = world
        .app
        .plan(Action::Resend, &Selection::Ids(vec![id]))
        .await?;
    world.app.carry_out(&plan, None).await.map(|_| ())
}

async fn send(world: &World, id: InterviewId, answer: Answer) {
    resend(world, id).await.unwrap();
    world.post.answers([answer]);
    world.deliver().await;
    world.post.forget();
}

async fn happens(world: &World, ids: &[InterviewId], meanwhile: Meanwhile) {
    let pick = |which: usize| ids[which % ids.len()];
    // Refusals are as good as deeds: what counts is what is kept.
    match meanwhile {
        Meanwhile::Cancel(which) => drop(world.app.cancel(pick(which), "").await),
        Meanwhile::Revoke(which) => drop(world.app.revoke(pick(which)).await),
        Meanwhile::Move(which) => {
            let moved = draft(&candidate(which % ids.len()), "2031-05-06 17:00");
            drop(
                world
                    .app
                    .revise(pick(which), request(moved, MailWish::No))
                    .await,
            );
        }
        Meanwhile::TakeBack(which) => {
            let details = world.app.details(pick(which)).await.unwrap();
            let mail = details.and_then(|all| all.deliveries.first().map(|mail| mail.id));
            if let Some(mail) = mail {
                drop(world.app.take_back(mail).await);
            }
        }
        Meanwhile::Remove(which) => drop(world.app.remove(pick(which)).await),
        Meanwhile::Deliver => world.deliver().await,
        Meanwhile::Wait(minutes) => world.wait_minutes(minutes),
        Meanwhile::Other(which, action) => {
            let selection = Selection::Ids(vec![pick(which)]);
            if let Ok(plan) = world.app.plan(action, &selection).await {
                drop(world.app.carry_out(&plan, None).await);
            }
        }
    }
}

type Picture = HashMap<InterviewId, Dossier>;

async fn picture(world: &World, ids: &[InterviewId]) -> Picture {
    let mut all = HashMap::new();
    for id in ids {
        if let Some(dossier) = world.app.details(*id).await.unwrap() {
            all.insert(*id, dossier);
        }
    }
    all
}

fn same(before: Option<&Dossier>, after: Option<&Dossier>) -> bool {
    match (before, after) {
        (None, None) => true,
        (Some(before), Some(after)) => {
            before.row == after.row
                && before.sessions == after.sessions
                && before.deliveries == after.deliveries
                && before.events == after.events
        }
        _ => false,
    }
}

/// The plan against what happened, row by row.
async fn equals(world: &World, plan: &Plan, before: &Picture, batch: Option<i64>) {
    for row in &plan.rows {
        let old = before.get(&row.id);
        let new = world.app.details(row.id).await.unwrap();
        let said = format!("{row:?}");
        if matches!(row.step, Step::Skip { .. }) {
            assert!(same(old, new.as_ref()), "left alone, and changed: {said}");
            continue;
        }
        let (old, new) = (old.unwrap(), new.unwrap());
        let key = |dossier: &Dossier| {
            dossier
                .row
                .facts
                .key
                .map(greenroom::domain::session::SessionKey::shortened)
        };
        match &row.link {
            LinkStep::Stays(link) => {
                assert_eq!(key(&new).as_ref(), Some(link), "{said}");
                assert_eq!(old.sessions, new.sessions, "{said}");
            }
            LinkStep::Made => {
                assert_eq!((old.sessions.len(), new.sessions.len()), (0, 1), "{said}");
            }
            LinkStep::Replaced(link) => {
                assert_eq!(key(old).as_ref(), Some(link), "{said}");
                assert_ne!(key(&new), key(old), "{said}");
                assert!(new.sessions[0].revoked_at.is_none(), "{said}");
                assert!(new.sessions[1].revoked_at.is_some(), "{said}");
                assert_eq!(
                    new.row.interview.sequence,
                    old.row.interview.sequence + 1,
                    "{said}"
                );
            }
            LinkStep::Ends(_) => match plan.action {
                Action::Cancel => assert_eq!(new.row.interview.status.name(), "cancelled"),
                _ => assert!(new.sessions[0].revoked_at.is_some(), "{said}"),
            },
            LinkStep::None => assert_eq!(plan.action, Action::Cancel, "{said}"),
        }
        let mails = usize::from(matches!(row.step, Step::Send { .. }));
        assert_eq!(new.deliveries.len(), old.deliveries.len() + mails, "{said}");
        let ours: Vec<_> = new
            .deliveries
            .iter()
            .filter(|mail| !old.deliveries.iter().any(|other| other.id == mail.id))
            .collect();
        for mail in ours {
            assert!(matches!(mail.state, State::Held | State::Queued), "{said}");
            assert_eq!(Some(&mail.address), row.address.as_ref(), "{said}");
            assert_eq!(Some(mail.starts_at), row.starts_at, "{said}");
            let id = mail.id;
            let bytes = world.store.read(move |read| read.mime(id)).await.unwrap();
            let bytes = bytes.unwrap();
            let parts = greenroom::mail::parts::read(&bytes).unwrap();
            let link = world.app.join_link(&new.row).unwrap().expose();
            assert!(parts.text.unwrap().contains(&link), "{said}");
        }
        // What waited with what is no longer true was withdrawn.
        let unsent = new.deliveries.iter().filter(|mail| mail.state.is_unsent());
        assert_eq!(unsent.count(), mails, "{said}");
        assert!(new.events.len() > old.events.len(), "{said}");
    }
    let Some(batch) = batch else {
        assert_eq!(plan.acts(), 0);
        return;
    };
    let status = world.app.batch(batch).await.unwrap();
    let count = |count: usize| u64::try_from(count).unwrap();
    assert_eq!(status.batch.sends, count(plan.sends()));
    assert_eq!(status.batch.changes, count(plan.acts() - plan.sends()));
    assert_eq!(status.batch.skips, count(plan.skips()));
    assert_eq!(status.progress.waiting, count(plan.sends()));
}

/// All of a plan was done or nothing of it, whatever happened at the same time; and no mail of it is about to leave with
/// what is no longer true.
async fn is_whole(world: &World, plan: &Plan, done: Result<CarriedOut, AppError>) {
    let id = plan.batch();
    let kept = world.store.read(move |read| read.batch(id)).await.unwrap();
    let done = match done {
        Err(AppError::PlanChanged(_)) => return assert!(kept.is_none(), "refused, and done"),
        done => done.unwrap(),
    };
    assert_eq!(done.batch, kept.map(|batch| batch.number));
    let Some(number) = done.batch else {
        return assert_eq!(plan.acts(), 0);
    };
    let sends = plan.rows.iter().filter(|row| row.step.name() == "send");
    let sends: BTreeSet<InterviewId> = sends.map(|row| row.id).collect();
    assert_eq!(done.deliveries.len(), sends.len());
    for mail in world.app.batch_mails(number).await.unwrap() {
        let id = mail.delivery.id;
        assert!(sends.contains(&mail.delivery.interview_id));
        let dossier = world.details(mail.delivery.interview_id).await;
        let outgoing = world.store.read(move |read| read.outgoing(id)).await;
        let link = outgoing.unwrap().unwrap().link;
        let own = |key: String| link.ends_with(&key);
        assert!(
            dossier
                .sessions
                .iter()
                .any(|session| own(session.key.expose()))
        );
        if mail.delivery.state.is_unsent() {
            let row = &dossier.row;
            assert_eq!(world.app.join_link(row).unwrap().expose(), link);
            assert_eq!(Some(mail.delivery.starts_at), row.interview.starts_at);
            assert_eq!(row.interview.status.name(), "scheduled");
        }
    }
}

async fn run(scenario: &Scenario) {
    let world = World::in_memory().await;
    let ids = prepared(&world, scenario).await;
    let chosen = match scenario.chosen {
        0 => Chosen::Nobody,
        1 => Chosen::These(BTreeSet::from([ids[0]])),
        _ => Chosen::Everybody,
    };
    let selection = Selection::Ids(ids.clone());
    let look = || {
        world
            .app
            .plan_choosing(scenario.action, &selection, &chosen)
    };
    let mut plan = look().await.unwrap();
    for meanwhile in &scenario.meanwhile {
        happens(&world, &ids, *meanwhile).await;
    }
    let hold = scenario.hold.then_some(Duration::from_secs(30));
    if let Some(beside) = scenario.beside {
        let happening = happens(&world, &ids, beside);
        let (done, ()) = tokio::join!(world.app.carry_out(&plan, hold), happening);
        return is_whole(&world, &plan, done).await;
    }
    let before = picture(&world, &ids).await;
    let mut done = world.app.carry_out(&plan, hold).await;
    if let Err(AppError::PlanChanged(changed)) = &done {
        assert!(!changed.is_empty());
        assert!(!scenario.meanwhile.is_empty(), "nobody changed anything");
        let after = picture(&world, &ids).await;
        for id in &ids {
            assert!(same(before.get(id), after.get(id)), "refused, and done");
        }
        // Planned anew, it holds; what is gone by now can't be named any more.
        plan = match look().await {
            Err(AppError::NoInterview(_)) => return,
            plan => plan.unwrap(),
        };
        done = world.app.carry_out(&plan, hold).await;
    }
    let done = done.unwrap();
    if done.repeated {
        // Another did the same meanwhile, to the same in the same state.
        let after = picture(&world, &ids).await;
        assert!(ids.iter().all(|id| same(before.get(id), after.get(id))));
        return;
    }
    assert_eq!(done.deliveries.len(), plan.sends());
    equals(&world, &plan, &before, done.batch).await;
    if done.batch.is_some() {
        let after = picture(&world, &ids).await;
        let again = world.app.carry_out(&plan, hold).await.unwrap();
        assert!(again.repeated && again.deliveries == done.deliveries);
        let still = picture(&world, &ids).await;
        assert!(ids.iter().all(|id| same(after.get(id), still.get(id))));
    }
}

#[test]
fn the_plan_equals_what_happened_row_by_row() {
    let scenarios = std::env::var("GREENROOM_SCENARIOS").map_or(40, |given| given.parse().unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = Config {
        cases: scenarios,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&scenario(), |scenario| {
            runtime.block_on(run(&scenario));
            Ok(())
        })
        .unwrap();
}
