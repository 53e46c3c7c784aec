use std::collections::BTreeSet;

use super::*;
use crate::app::demo::tests::demo;
use crate::app::{Chosen, Selection, parts};
use crate::domain::filter::Filter;

#[test]
fn a_batch_is_named_after_what_its_plan_does() {
    let plan = |action| Plan {
        action,
        reason: String::new(),
        retries: None,
        mailing: None,
        made_at: jiff::Timestamp::UNIX_EPOCH,
        rows: Vec::new(),
    };
    let resend = plan(Action::Resend);
    let later = Plan {
        made_at: jiff::Timestamp::MAX,
        ..resend.clone()
    };
    assert_eq!(resend.batch(), later.batch());
    assert_ne!(resend.batch(), plan(Action::Rotate).batch());
    assert_ne!(resend.batch().uuid(), uuid::Uuid::nil());
}

/// Carries out a plan of new links for the sample week with what `change` leaves of the mails that were made ready. Gives
/// back the mails that were made ready, and those that were kept.
async fn carried_out(
    change: impl FnOnce(&mut Ready),
) -> (BTreeSet<DeliveryId>, BTreeSet<DeliveryId>) {
    let app = demo(40).await;
    let all = Selection::Matching(Filter::parse("all").unwrap());
    let plan = app.plan_choosing(Action::Rotate, &all, &Chosen::Everybody);
    let plan = Arc::new(plan.await.unwrap());
    let mut ready = app.prepare(&plan).await.unwrap();
    let made: BTreeSet<_> = ready.values().map(|prepared| prepared.mail.id).collect();
    assert!(made.len() > 10);
    change(&mut ready);
    let (other, sends) = (app.clone(), plan.sends());
    let done = app
        .store()
        .write(move |write| other.carry_out_in(write, &plan, ready, None))
        .await
        .unwrap();
    assert_eq!(done.deliveries.len(), sends);
    for id in &done.deliveries {
        let id = *id;
        let mail = app.store().read(move |read| read.outgoing(id)).await;
        let mail = mail.unwrap().unwrap();
        let dossier = app.details(mail.interview_id).await.unwrap().unwrap();
        let link = app.join_link(&dossier.row).unwrap().expose();
        assert_eq!(mail.link, link, "today's link");
        let calendar = parts::read(&mail.mime).unwrap().calendar.unwrap();
        let sequence = format!("SEQUENCE:{}\r\n", dossier.row.interview.sequence);
        assert!(calendar.contains(&sequence), "{calendar}");
    }
    (made, done.deliveries.into_iter().collect())
}

#[tokio::test]
async fn what_was_made_ready_is_what_is_kept() {
    let (made, kept) = carried_out(|_| {}).await;
    assert_eq!(made, kept);
}

#[tokio::test]
async fn what_was_not_made_ready_or_of_something_else_is_composed_while_it_is_written() {
    let (made, kept) = carried_out(Ready::clear).await;
    assert!(made.is_disjoint(&kept));
    let (made, kept) = carried_out(|ready| {
        for prepared in ready.values_mut() {
            prepared.from.interview.role.push('!');
        }
    })
    .await;
    assert!(made.is_disjoint(&kept));
}
