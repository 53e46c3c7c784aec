//! What mends a finding is what can be done now: first what stands in the way, and never a plan that does nothing.

use std::time::Duration;

use greenroom::app::{Action, Found, MailWish, Selection, Settlement, Step};
use greenroom::domain::filter::Filter;
use greenroom::domain::finding::{Code, Mending, Severity, evidence, remedy_for_all};
use greenroom::domain::session::AccessWindow;

use super::{ADA, TOMORROW, mailed, not_mailed};
use crate::import::{import, request};
use crate::support::{Answer, World};

async fn all(world: &World, past: bool) -> Vec<Found> {
    let audit = world.app.audit(&Filter::default(), Severity::LOW, past);
    let page = world.app.audit_page(&audit, None, None, 1000).await;
    page.unwrap().found
}

/// The plan and the words for the finding of that code.
async fn remedy(world: &World, code: Code) -> (Option<Mending>, String) {
    let all = all(world, true).await;
    let found = all.iter().find(|found| found.finding.code == code);
    let found = found.unwrap_or_else(|| panic!("{code:?} is not among {all:?}"));
    (
        found.finding.remedy.plan,
        found.finding.remedy.words.clone(),
    )
}

#[tokio::test]
async fn what_is_over_can_only_be_acknowledged() {
    let world = World::new().await;
    let id = not_mailed(&world).await;
    world.clock.set("2031-05-07T12:00:00Z".parse().unwrap());
    let (plan, words) = remedy(&world, Code::NeverMailed).await;
    assert_eq!(plan, None);
    let words_expected =
        format!("it is over: greenroom audit ack {id} NEVER-MAILED --reason 'it is over'");
    assert_eq!(words, words_expected);
}

#[tokio::test]
async fn what_lacks_time_or_address_is_made_anew_before_any_plan() {
    let world = World::new().await;
    let table = world.home().join("table.csv");
    let lines = "candidate_name,candidate_email,role,starts_at,zone,duration_minutes,session_key\n\
                 Zoe,zoe@c.example,Engineer,,Europe/London,45,\n\
                 Yan,,Engineer,2031-05-07 10:00,Europe/London,45,\n";
    std::fs::write(&table, lines).unwrap();
    import(&world.app, request(&table)).await.unwrap();
    let missing: Vec<_> = all(&world, false)
        .await
        .into_iter()
        .filter(|found| found.finding.code == Code::MissingLink)
        .map(|found| found.finding.remedy)
        .collect();
    assert_eq!(missing.len(), 2);
    assert!(
        missing.iter().all(|remedy| remedy.plan.is_none()),
        "{missing:?}"
    );
    assert!(
        missing[0].words.contains("with their address"),
        "{missing:?}"
    );
    assert!(missing[1].words.contains("with its time"), "{missing:?}");
}

#[tokio::test]
async fn an_unknown_outcome_is_settled_before_the_link_is_mailed_again() {
    let world = World::new().await;
    let id = mailed(&world).await;
    world.app.revoke(id).await.unwrap();
    world.post.answers([Answer::Lost]);
    let rotate = Selection::Ids(vec![id]);
    let plan = world.app.plan(Action::Rotate, &rotate).await.unwrap();
    world.app.carry_out(&plan, None).await.unwrap();
    world.deliver().await;
    let (plan, words) = remedy(&world, Code::StaleLink).await;
    assert_eq!(plan, None);
    let expected =
        format!("greenroom outbox settle {id} --reason WHY, then greenroom resend {id} --again");
    assert_eq!(words, expected);
    let delivery = world.newest(id).await.id;
    let settled = Settlement::Leave("it did not come".to_owned());
    world.app.settle_unknown(delivery, settled).await.unwrap();
    assert_eq!(
        remedy(&world, Code::StaleLink).await.0,
        Some(Mending::Resend)
    );
}

#[tokio::test]
async fn who_has_a_mail_that_waits_is_not_mailed_again() {
    let world = World::new().await;
    let id = mailed(&world).await;
    let ids = Selection::Ids(vec![id]);
    let plan = world.app.plan(Action::Rotate, &ids).await.unwrap();
    world.app.carry_out(&plan, None).await.unwrap();
    let (plan, words) = remedy(&world, Code::StaleLink).await;
    assert_eq!(
        (plan, words.as_str()),
        (None, "their mail waits to leave: greenroom deliver")
    );
    // That is what a plan says too.
    let plan = world.app.plan(Action::Resend, &ids).await.unwrap();
    assert!(
        matches!(&plan.rows[0].step, Step::Skip { why, .. } if why.starts_with("already waiting"))
    );
}

#[tokio::test]
async fn a_mail_whose_time_has_come_is_delivered_and_one_put_off_too_long_is_taken_back() {
    let world = World::new().await;
    let id = world.schedule(ADA, TOMORROW).await;
    world.wait_minutes(30);
    let (_, words) = remedy(&world, Code::DeferredLate).await;
    assert_eq!(words, "greenroom deliver");
    world.tamper("UPDATE interview SET mail_due = starts_at");
    let (_, words) = remedy(&world, Code::DeferredLate).await;
    let expected = format!("greenroom outbox withdraw {id} && greenroom resend {id}");
    assert_eq!(words, expected);
}

#[tokio::test]
async fn a_group_is_mended_by_the_words_of_its_audit_and_says_what_else_that_mends() {
    let world = World::new().await;
    not_mailed(&world).await;
    world
        .schedule_with("Zoe <zoe@c.example>", "2031-06-20 15:00", MailWish::No)
        .await;
    let words = r#"role:"Staff Engineer's" ada"#;
    let filter = Filter::parse(words).unwrap();
    assert_eq!(filter.words(), [r#""role:Staff Engineer's""#, "ada"]);
    assert_eq!(Filter::parse(&filter.words().join(" ")).unwrap(), filter);
    let command = remedy_for_all(Code::NeverMailed, filter.words());
    assert_eq!(
        command.unwrap(),
        r#"greenroom resend finding:never-mailed -when:past '"role:Staff Engineer'\''s"' ada"#
    );
    let once = ["finding:never-mailed".to_owned()];
    assert_eq!(
        remedy_for_all(Code::NeverMailed, &once).unwrap(),
        "greenroom resend finding:never-mailed -when:past"
    );
    let severe = Severity::parse("30").unwrap();
    let audit = world
        .app
        .audit(&Filter::parse("c.example").unwrap(), severe, false);
    let groups = world.app.audit_groups(&audit).await.unwrap();
    assert_eq!(groups.len(), 1);
    assert_eq!((groups[0].count, groups[0].milder), (1, 1));
    assert_eq!(
        groups[0].command.as_deref(),
        Some("greenroom resend finding:never-mailed -when:past c.example")
    );
}

#[tokio::test]
async fn nothing_is_only_said_of_what_was_compared() {
    let world = World::new().await;
    let words = async |filter: &str, least: &str| {
        let filter = Filter::parse(filter).unwrap();
        let least = Severity::parse(least).unwrap();
        let audit = world.app.audit(&filter, least, false);
        world.app.audit_compared(&audit).await.unwrap().in_words()
    };
    assert_eq!(
        words("", "low").await,
        "Nothing to compare: there are no interviews that are ahead or have no time."
    );
    world.schedule(ADA, TOMORROW).await;
    assert_eq!(
        words("", "low").await,
        "Nothing was found in 1 interview that is ahead or has no time. 1 mail is still on the way."
    );
    world.deliver().await;
    assert_eq!(
        words("ada", "high").await,
        "Nothing of severity 45 or more was found in 1 interview that matches and is ahead or has no time."
    );
    world.clock.set("2031-05-07T12:00:00Z".parse().unwrap());
    assert_eq!(
        words("", "low").await,
        "Nothing to compare: there are no interviews that are ahead or have no time."
    );
}

#[tokio::test]
async fn evidence_of_an_imported_key_shows_it_and_says_what_is_not_known() {
    let world = World::new().await;
    let table = world.home().join("table.csv");
    let lines = format!(
        "candidate_name,candidate_email,role,starts_at,zone,duration_minutes,session_key\n\
         Zoe,zoe@c.example,Engineer,2031-05-07 10:00,Europe/London,45,{}\n",
        "7".repeat(32)
    );
    std::fs::write(&table, lines).unwrap();
    import(&world.app, request(&table)).await.unwrap();
    let found = all(&world, false).await.remove(0);
    assert_eq!(found.finding.code, Code::MailedElsewhere);
    let window = AccessWindow {
        opens_before: Duration::from_mins(15),
        closes_after: Duration::from_hours(2),
    };
    let evidence = evidence(&found.row.interview, &found.row.facts, &window);
    let held = |what: &str| {
        let line = evidence.iter().find(|line| line.what == what).unwrap();
        (line.theirs.clone(), line.differs())
    };
    assert!(
        held("key").0.starts_with("7777") && !held("key").1,
        "{evidence:?}"
    );
    assert_eq!(held("start"), ("not known".to_owned(), true));
    assert_eq!(held("address").0, "not known");
}

#[tokio::test]
async fn what_was_refused_for_good_is_not_sent_to_the_same_address_without_a_word() {
    let world = World::new().await;
    world.post.answers([Answer::Never]);
    let id = world.schedule(ADA, TOMORROW).await;
    world.deliver().await;
    let (plan, words) = remedy(&world, Code::Failed).await;
    assert_eq!(plan, None);
    assert!(
        words.starts_with("it was refused for good: if the address is wrong, greenroom cancel"),
        "{words}"
    );
    assert!(
        words.ends_with(&format!("greenroom resend {id}")),
        "{words}"
    );
    let ids = Selection::Ids(vec![id]);
    let plan = world.app.plan(Action::Resend, &ids).await.unwrap();
    let Step::Send { why } = &plan.rows[0].step else {
        panic!("{plan:?}")
    };
    assert_eq!(
        why,
        "the last mail was refused for good; is the address right?"
    );
}

#[tokio::test]
async fn a_link_that_was_revoked_can_be_replaced_at_once_although_it_is_new() {
    let world = World::new().await;
    let id = mailed(&world).await;
    let ids = Selection::Ids(vec![id]);
    let rotate = async || world.app.plan(Action::Rotate, &ids).await.unwrap();
    world.app.carry_out(&rotate().await, None).await.unwrap();
    world.deliver().await;
    assert!(
        rotate().await.rows[0].step.is_optional(),
        "a double is left alone"
    );
    world.app.revoke(id).await.unwrap();
    assert_eq!(
        remedy(&world, Code::RevokedButHeld).await.0,
        Some(Mending::Rotate)
    );
    assert_eq!(rotate().await.sends(), 1);
}
