//! A finding that may stay as it is, until it changes.

use greenroom::domain::filter::Filter;
use greenroom::domain::finding::{Code, Severity};

use super::{ADA, TOMORROW, found, not_mailed};
use crate::support::World;
use crate::support::world::words;

async fn acknowledge(world: &World, id: greenroom::domain::ids::InterviewId, code: Code) {
    let reason = "told by phone".to_owned();
    world.app.acknowledge(id, code, reason).await.unwrap();
}

#[tokio::test]
async fn an_acknowledged_finding_is_silent_everywhere_and_stays_in_the_timeline() {
    let world = World::new().await;
    let id = not_mailed(&world).await;
    acknowledge(&world, id, Code::NeverMailed).await;
    assert_eq!(found(&world).await, [""; 0]);
    let filter = Filter::parse("finding:never-mailed").unwrap();
    assert_eq!(world.app.count(&filter).await.unwrap(), 0);
    assert_eq!(
        world.timeline(id).await.last(),
        Some(&"finding_acknowledged")
    );
    let audit = world.app.audit(&Filter::default(), Severity::LOW, false);
    let acknowledged = world.app.acknowledged(&audit).await.unwrap();
    assert_eq!(acknowledged[0].acknowledgement.reason, "told by phone");
    assert_eq!(
        acknowledged[0].acknowledgement.actor,
        "Rita Levi <rita@acme.example>"
    );
    let again = world
        .app
        .acknowledge(id, Code::NeverMailed, "x".to_owned())
        .await;
    assert!(words(again).contains("no finding NEVER-MAILED"));
    let other = world
        .app
        .acknowledge(id, Code::StaleLink, "x".to_owned())
        .await;
    assert!(words(other).contains("no finding STALE-LINK"));
}

#[tokio::test]
async fn it_comes_back_when_what_it_is_about_changes_and_not_before() {
    let world = World::new().await;
    let id = not_mailed(&world).await;
    acknowledge(&world, id, Code::NeverMailed).await;
    world.tamper("UPDATE interview SET note = 'bring a laptop', updated_at = updated_at + 1");
    assert_eq!(found(&world).await, [""; 0]);
    world.tamper(
        "UPDATE interview SET starts_at = starts_at + 60000000, ends_at = ends_at + 60000000",
    );
    assert_eq!(found(&world).await, ["NEVER-MAILED"]);
}

#[tokio::test]
async fn a_mail_ends_what_was_said_of_mail_and_leaves_the_address_alone() {
    let world = World::new().await;
    let id = world.schedule("Ada <ada@gmial.com>", TOMORROW).await;
    acknowledge(&world, id, Code::SuspectAddress).await;
    world.deliver().await;
    assert_eq!(found(&world).await, [""; 0], "the address is the same");
    world.tamper(
        "UPDATE interview SET address = 'ada@gmail.con', candidate_email = 'ada@gmail.con'",
    );
    assert!(found(&world).await.contains(&"SUSPECT-ADDRESS"));
    let world = World::new().await;
    let id = world.schedule(ADA, TOMORROW).await;
    world.deliver().await;
    world.tamper("UPDATE interview SET told_address = 'old@c.example'");
    acknowledge(&world, id, Code::NeverMailed).await;
    assert_eq!(found(&world).await, [""; 0]);
    world.tamper("UPDATE interview SET told_at = told_at + 1");
    assert_eq!(found(&world).await, ["NEVER-MAILED"]);
}
