//! What the schema itself refuses.

use greenroom::app::MailWish;
use rstest::rstest;

use super::ADA;
use crate::support::World;

const DELIVERY: &str =
    "INSERT INTO delivery (id, interview_id, session_id, audience, kind, sender, address, subject,
    message_id, mime, sha256, link, starts_at, state, since, created_at) VALUES ";

#[rstest]
#[case::invariant_01_no_session(
    "'x', $1, NULL, 'candidate', 'invitation', 'a', 'b', 'c', '<x>', x'', $3, 'l', 1, 'queued', 1, 1",
    "CHECK"
)]
#[case::no_such_session(
    "'x', $1, 'none', 'candidate', 'invitation', 'a', $2, 'c', '<x>', x'', $3, 'l', 1, 'queued', 1, 1",
    "FOREIGN KEY"
)]
#[case::an_unknown_state(
    "'x', $1, $2, 'candidate', 'invitation', 'a', 'b', 'c', '<x>', x'', $3, 'l', 1, 'delivered', 1, 1",
    "CHECK"
)]
#[tokio::test]
async fn invariant_02_the_schema_refuses_a_mail_without_a_session_of_its_interview(
    #[case] values: &str,
    #[case] refusal: &str,
) {
    let world = World::new().await;
    let ada = world
        .schedule_with(ADA, "tomorrow 15:00", MailWish::No)
        .await
        .row
        .id();
    let bob = world
        .schedule_with("Bob <bob@c.example>", "tomorrow 15:00", MailWish::No)
        .await
        .row
        .id();
    let bobs = world.details(bob).await.sessions[0].id;
    let sql = format!("{DELIVERY} ({values})");
    let connection = world.sql();
    let mut statement = connection.prepare(&sql).unwrap();
    let all = [ada.to_string(), bobs.to_string(), "0".repeat(64)];
    for (index, value) in all.iter().enumerate() {
        if let Ok(Some(at)) = statement.parameter_index(&format!("${}", index + 1)) {
            statement.raw_bind_parameter(at, value).unwrap();
        }
    }
    let error = statement.raw_execute().unwrap_err().to_string();
    assert!(error.contains(refusal), "{error}");
}

#[tokio::test]
async fn incident_07_the_session_of_another_interview_is_refused_by_the_schema() {
    let world = World::new().await;
    world.schedule(ADA, "tomorrow 15:00").await;
    let bob = world
        .schedule_with("Bob <bob@c.example>", "tomorrow 15:00", MailWish::No)
        .await
        .row
        .id();
    let bobs = world.details(bob).await.sessions[0].id;
    let error = world
        .sql()
        .execute("UPDATE delivery SET session_id = $1", [bobs.to_string()])
        .unwrap_err();
    assert!(error.to_string().contains("FOREIGN KEY"), "{error}");
}

#[tokio::test]
async fn the_schema_refuses_a_second_live_session_and_keeps_sessions_of_mailed_interviews() {
    let world = World::new().await;
    let ada = world.schedule(ADA, "tomorrow 15:00").await;
    let sql = world.sql();
    let second = "INSERT INTO session (id, interview_id, key, created_at) VALUES ('s', $1, $2, 1)";
    assert!(
        sql.execute(second, [ada.to_string(), "0".repeat(32)])
            .is_err()
    );
    assert!(
        sql.execute("DELETE FROM session", []).is_err(),
        "its mail refers to it"
    );
}
