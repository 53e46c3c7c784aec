//! After `repair` and a successful `resend`, an audit at that moment finds nothing that those two mend.

use greenroom::app::{Action, Selection, Step};
use greenroom::domain::filter::Filter;
use greenroom::domain::finding::Code;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::lists::sample::{fill, sample, template};
use crate::support::World;

/// What a mail with the right link and time mends.
const MENDED: [Code; 11] = [
    Code::MissingLink,
    Code::NeverMailed,
    Code::StaleLink,
    Code::StaleTime,
    Code::RevokedButHeld,
    Code::Failed,
    Code::StoredOnly,
    Code::LocalLink,
    Code::MailedElsewhere,
    Code::ClosesEarly,
    Code::ImportedConflict,
];

#[test]
fn whoever_was_repaired_and_mailed_holds_the_right_link_and_time() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = runtime.block_on(World::new());
    let template = runtime.block_on(template(&world));
    let config = Config {
        cases: 12,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&prop::collection::vec(sample(), 1..25), |samples| {
            runtime.block_on(async {
                // A plan of the same content would be the same batch, and not sent again.
                world.tamper("DELETE FROM delivery; DELETE FROM batch;");
                fill(&world, &template, &samples).await;
                let all = Selection::Matching(Filter::parse("all").unwrap());
                let repair = Action::Repair { send: false };
                let plan = world.app.plan(repair, &all).await.unwrap();
                world.app.carry_out(&plan, None).await.unwrap();
                for made in plan
                    .rows
                    .iter()
                    .filter(|row| matches!(row.step, Step::Change { .. }))
                {
                    let codes = codes(&world, made.id).await;
                    prop_assert!(!codes.contains(&Code::MissingLink), "{:?}", codes);
                }
                let plan = world.app.plan(Action::Resend, &all).await.unwrap();
                world.app.carry_out(&plan, None).await.unwrap();
                world.deliver().await;
                for sent in plan
                    .rows
                    .iter()
                    .filter(|row| matches!(row.step, Step::Send { .. }))
                {
                    prop_assert_eq!(world.mail_of(sent.id).await, ["accepted"]);
                    let mut left = codes(&world, sent.id).await;
                    left.retain(|code| MENDED.contains(code));
                    prop_assert_eq!(left, Vec::new());
                }
                Ok(())
            })
        })
        .unwrap();
}

async fn codes(world: &World, id: greenroom::domain::ids::InterviewId) -> Vec<Code> {
    let findings = world.app.findings(&world.row(id).await);
    findings.iter().map(|finding| finding.code).collect()
}
