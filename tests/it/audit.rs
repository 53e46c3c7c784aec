//! Findings: every code by what really happens, and what mends it.

mod acknowledged;
mod mended;
mod remedies;
mod surfaces;
mod why;

use greenroom::app::{Action, MailWish, Selection, Settlement};
use greenroom::domain::filter::Filter;
use greenroom::domain::finding::Severity;
use greenroom::domain::ids::InterviewId;

use crate::support::{Answer, World};

const ADA: &str = "Ada Lovelace <ada@c.example>";
const TOMORROW: &str = "tomorrow 15:00";

/// What an audit finds of what is ahead, the most urgent first.
async fn found(world: &World) -> Vec<&'static str> {
    let audit = world.app.audit(&Filter::default(), Severity::LOW, false);
    let page = world
        .app
        .audit_page(&audit, None, None, 1000)
        .await
        .unwrap();
    page.found
        .iter()
        .map(|found| found.finding.code.name())
        .collect()
}

/// What the audit says of its one finding.
async fn detail(world: &World) -> String {
    let audit = world.app.audit(&Filter::default(), Severity::LOW, false);
    let mut page = world
        .app
        .audit_page(&audit, None, None, 1000)
        .await
        .unwrap();
    assert_eq!(page.found.len(), 1, "{:?}", page.found);
    page.found.remove(0).finding.detail
}

async fn carry_out(world: &World, action: Action, id: InterviewId) {
    let plan = world
        .app
        .plan(action, &Selection::Ids(vec![id]))
        .await
        .unwrap();
    assert_eq!(plan.acts(), 1, "{plan:?}");
    world.app.carry_out(&plan, None).await.unwrap();
}

async fn not_mailed(world: &World) -> InterviewId {
    world
        .schedule_with(ADA, TOMORROW, MailWish::No)
        .await
        .row
        .id()
}

async fn mailed(world: &World) -> InterviewId {
    let id = world.schedule(ADA, TOMORROW).await;
    world.deliver().await;
    assert_eq!(
        found(world).await,
        [""; 0],
        "they hold the right link and time"
    );
    // A resend minutes after the first is left alone.
    world.wait_minutes(30);
    id
}

#[tokio::test]
async fn an_interview_without_a_link_is_missing_it_until_it_is_repaired() {
    let world = World::new().await;
    let id = not_mailed(&world).await;
    world.tamper("DELETE FROM session; UPDATE interview SET session_key = NULL");
    assert_eq!(found(&world).await, ["MISSING-LINK"]);
    carry_out(&world, Action::Repair { send: false }, id).await;
    assert_eq!(found(&world).await, ["NEVER-MAILED"]);
    carry_out(&world, Action::Resend, id).await;
    world.deliver().await;
    assert_eq!(found(&world).await, [""; 0]);
}

#[tokio::test]
async fn what_an_import_lacks_has_its_name() {
    let world = World::new().await;
    not_mailed(&world).await;
    world.tamper("UPDATE interview SET starts_at = NULL, ends_at = NULL");
    assert_eq!(found(&world).await, ["NO-START"]);
    world.tamper("UPDATE interview SET address = NULL, candidate_email = NULL");
    assert_eq!(found(&world).await, ["NO-START", "NO-ADDRESS"]);
    let world = World::new().await;
    not_mailed(&world).await;
    world.tamper("UPDATE interview SET key_imported = 1");
    assert_eq!(found(&world).await, ["MAILED-ELSEWHERE"]);
    world.tamper("DELETE FROM session; UPDATE interview SET session_key = NULL, key_imported = 0, import_conflict = 1");
    assert_eq!(found(&world).await, ["MISSING-LINK", "IMPORTED-CONFLICT"]);
}

#[tokio::test]
async fn an_address_that_was_never_mailed_counts_as_never_mailed() {
    let world = World::new().await;
    mailed(&world).await;
    world.tamper(
        "UPDATE interview SET address = 'ada@new.example', candidate_email = 'ada@new.example'",
    );
    assert_eq!(found(&world).await, ["NEVER-MAILED"]);
    assert!(detail(&world).await.contains("went to ada@c.example"));
}

#[tokio::test]
async fn a_new_link_is_stale_until_it_was_mailed() {
    let world = World::new().await;
    let id = mailed(&world).await;
    carry_out(&world, Action::Rotate, id).await;
    assert_eq!(found(&world).await, ["STALE-LINK"]);
    world.deliver().await;
    assert_eq!(found(&world).await, [""; 0]);
}

#[tokio::test]
async fn a_moved_interview_is_stale_until_it_was_mailed() {
    let world = World::new().await;
    let id = mailed(&world).await;
    world.tamper("UPDATE interview SET starts_at = starts_at + 3600000000, ends_at = ends_at + 3600000000, sequence = 1");
    assert_eq!(found(&world).await, ["STALE-TIME"]);
    assert_eq!(
        detail(&world).await,
        "They were told Tue 6 May 2031 15:00 CEST, but it starts Tue 6 May 2031 16:00 CEST."
    );
    carry_out(&world, Action::Resend, id).await;
    world.deliver().await;
    assert_eq!(found(&world).await, [""; 0]);
    // Another duration is another entry in their calendar.
    world.tamper("UPDATE interview SET duration_minutes = 30, sequence = 2");
    assert_eq!(found(&world).await, ["STALE-TIME"]);
}

#[tokio::test]
async fn incident_11_a_revoked_or_cancelled_link_that_is_still_held_is_found() {
    let world = World::new().await;
    let id = mailed(&world).await;
    world.app.revoke(id).await.unwrap();
    assert_eq!(found(&world).await, ["REVOKED-BUT-HELD"]);
    world.app.cancel(id, "").await.unwrap();
    assert_eq!(found(&world).await, ["CANCELLED-BUT-INVITED"]);
    let row = world.row(id).await;
    let finding = world.app.findings(&row).remove(0);
    assert_eq!(
        finding.detail,
        "The interview was cancelled, and they still hold the invitation of Mon 5 May 2031 10:00 CEST."
    );
    assert!(
        finding.remedy.words.starts_with("tell them yourself"),
        "{finding:?}"
    );
    // Whoever told them says so.
    let reason = "told by phone".to_owned();
    let ack = world.app.acknowledge(id, finding.code, reason);
    ack.await.unwrap();
    assert_eq!(found(&world).await, [""; 0]);
}

#[tokio::test]
async fn a_cancelled_interview_is_held_only_by_whom_an_invitation_reached() {
    let world = World::new().await;
    let id = not_mailed(&world).await;
    world.app.cancel(id, "").await.unwrap();
    assert_eq!(found(&world).await, [""; 0], "nobody was invited");
    for (answer, code) in [
        (Answer::Never, None),
        (Answer::Store, None),
        (Answer::Lost, Some("UNKNOWN")),
        (Answer::Accept, Some("CANCELLED-BUT-INVITED")),
    ] {
        let world = World::new().await;
        world.post.answers([answer]);
        let id = world.schedule(ADA, TOMORROW).await;
        world.deliver().await;
        world.app.cancel(id, "").await.unwrap();
        assert_eq!(found(&world).await, Vec::from_iter(code));
    }
    // Once it is decided that it never arrived, nobody is left to tell.
    let world = World::new().await;
    world.post.answers([Answer::Lost]);
    let id = world.schedule(ADA, TOMORROW).await;
    world.deliver().await;
    world.app.cancel(id, "").await.unwrap();
    let left = Settlement::Leave("she has nothing".to_owned());
    let mail = world.newest(id).await.id;
    world.app.settle_unknown(mail, left).await.unwrap();
    assert_eq!(found(&world).await, [""; 0]);
}

#[tokio::test]
async fn a_link_that_was_revoked_before_anybody_held_it_is_missing() {
    let world = World::new().await;
    let id = not_mailed(&world).await;
    world.app.revoke(id).await.unwrap();
    assert_eq!(found(&world).await, ["MISSING-LINK"]);
}

#[tokio::test]
async fn a_mail_that_failed_is_found_only_where_they_do_not_hold_the_truth() {
    let world = World::new().await;
    world.post.answers([Answer::Never]);
    let id = world.schedule(ADA, TOMORROW).await;
    world.deliver().await;
    assert_eq!(found(&world).await, ["FAILED"]);
    let said = detail(&world).await;
    assert!(
        said.contains(": RCPT: the server refused: 550 5.1.1 "),
        "{said}"
    );
    carry_out(&world, Action::Resend, id).await;
    world.deliver().await;
    assert_eq!(found(&world).await, [""; 0]);
    world.wait_minutes(30);
    world.post.answers([Answer::Never]);
    carry_out(&world, Action::Resend, id).await;
    world.deliver().await;
    assert_eq!(found(&world).await, [""; 0], "what they hold is right");
}

#[tokio::test]
async fn a_mail_whose_next_try_comes_too_late_is_found() {
    let world = World::new().await;
    world.post.answers([Answer::Later]);
    world.schedule(ADA, TOMORROW).await;
    world.deliver().await;
    assert_eq!(found(&world).await, [""; 0], "there is time");
    world.tamper("UPDATE interview SET mail_due = starts_at - 15 * 60000000");
    assert_eq!(found(&world).await, ["DEFERRED-LATE"]);
    world.tamper("UPDATE interview SET mail_due = starts_at - 15 * 60000000 - 1");
    assert_eq!(found(&world).await, [""; 0]);
    // Nobody sent it, and the link is open.
    world.clock.set("2031-05-06T12:45:00Z".parse().unwrap());
    assert_eq!(found(&world).await, ["DEFERRED-LATE"]);
}

#[tokio::test]
async fn a_mail_that_nobody_carries_is_found_ten_minutes_after_it_could_have_left() {
    let world = World::new().await;
    world.schedule(ADA, TOMORROW).await;
    world.wait_minutes(9);
    assert_eq!(found(&world).await, [""; 0]);
    world.wait_minutes(2);
    assert_eq!(found(&world).await, ["DEFERRED-LATE"]);
    assert_eq!(
        detail(&world).await,
        "The mail has waited to leave since Mon 5 May 2031 10:00 CEST."
    );
    world.deliver().await;
    assert_eq!(found(&world).await, [""; 0]);
}

#[tokio::test]
async fn a_link_that_ended_does_not_close_early() {
    let world = World::new().await;
    let id = mailed(&world).await;
    world.app.revoke(id).await.unwrap();
    let strict = world.another("links.closes_after = '1h'").await;
    assert_eq!(found(&strict).await, ["REVOKED-BUT-HELD"]);
}

#[tokio::test]
async fn an_unknown_outcome_is_found_until_it_is_settled() {
    let world = World::new().await;
    world.post.answers([Answer::Lost]);
    let id = world.schedule(ADA, TOMORROW).await;
    world.deliver().await;
    assert_eq!(found(&world).await, ["UNKNOWN"]);
    let settled = Settlement::Leave("she has it, by phone".to_owned());
    let delivery = world.newest(id).await.id;
    world.app.settle_unknown(delivery, settled).await.unwrap();
    assert_eq!(found(&world).await, [""; 0]);
}

#[tokio::test]
async fn incident_19_a_mail_that_never_left_this_machine_is_found() {
    let world = World::new().await;
    world.post.answers([Answer::Store]);
    world.schedule(ADA, TOMORROW).await;
    world.deliver().await;
    assert_eq!(found(&world).await, ["STORED-ONLY"]);
}

#[tokio::test]
async fn incident_17_a_local_link_that_somebody_holds_is_found() {
    let world =
        World::with("links.base_url = 'http://127.0.0.1:8000'\nlinks.allow_local = true").await;
    world.schedule(ADA, TOMORROW).await;
    world.deliver().await;
    assert_eq!(found(&world).await, ["LOCAL-LINK"]);
}

#[tokio::test]
async fn incident_34_a_link_that_closes_earlier_than_their_mail_says_is_found() {
    let world = World::new().await;
    mailed(&world).await;
    let strict = world.another("links.closes_after = '1h'").await;
    assert_eq!(found(&strict).await, ["CLOSES-EARLY"]);
    assert_eq!(found(&world).await, [""; 0]);
}

#[tokio::test]
async fn incident_24_a_mistyped_address_is_found() {
    let world = World::new().await;
    world.schedule("Ada <ada@gmial.com>", TOMORROW).await;
    world.deliver().await;
    assert_eq!(found(&world).await, ["SUSPECT-ADDRESS"]);
    assert_eq!(
        detail(&world).await,
        "ada@gmial.com looks mistyped; did somebody mean ada@gmail.com?"
    );
}

#[tokio::test]
async fn what_is_over_is_found_only_when_asked_for() {
    let world = World::new().await;
    not_mailed(&world).await;
    world.clock.set("2031-05-07T12:00:00Z".parse().unwrap());
    assert_eq!(found(&world).await, [""; 0]);
    let audit = world.app.audit(&Filter::default(), Severity::LOW, true);
    let groups = world.app.audit_groups(&audit).await.unwrap();
    assert_eq!((groups.len(), groups[0].count), (1, 1));
    assert_eq!(groups[0].severity.word(), "low");
}

#[tokio::test]
async fn a_finding_grows_as_the_start_comes_nearer() {
    let world = World::new().await;
    world
        .schedule_with(ADA, "2031-05-20 15:00", MailWish::No)
        .await;
    let mut severities = Vec::new();
    for now in [
        "2031-05-05T08:00:00Z",
        "2031-05-15T08:00:00Z",
        "2031-05-20T08:00:00Z",
        "2031-05-20T12:30:00Z",
    ] {
        world.clock.set(now.parse().unwrap());
        let audit = world.app.audit(&Filter::default(), Severity::LOW, false);
        severities.push(
            world.app.audit_groups(&audit).await.unwrap()[0]
                .severity
                .to_string(),
        );
    }
    assert_eq!(
        severities,
        ["medium 20", "medium 40", "high 60", "critical 80"]
    );
}
