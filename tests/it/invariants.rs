//! The invariants of the design that no one subject holds.

use std::fs;

use greenroom::app::{Action, MailWish, Schedule, Selection};
use greenroom::domain::draft::Draft;
use greenroom::mail::parts;
use rstest::rstest;

use crate::support::world::request;
use crate::support::{Answer, World, draft, words};

const ADA: &str = "Ada Lovelace <ada@c.example>";
const TOMORROW: &str = "tomorrow 15:00";

// One transaction.

/// Makes the database refuse one write, as a disk that fills up at that moment would.
fn refuse(world: &World, write: &str) {
    world.tamper(&format!(
        "CREATE TRIGGER no BEFORE {write} BEGIN SELECT RAISE(ABORT, 'not now'); END"
    ));
}

/// Everything in the database that a use-case may change.
fn contents(world: &World) -> Vec<String> {
    let tables = ["interview", "session", "delivery", "event", "idempotency"];
    let sql = world.sql();
    let mut contents = Vec::new();
    for table in tables {
        let mut statement = sql
            .prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2"))
            .unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values = (0..columns).map(|at| format!("{:?}", row.get_ref(at).unwrap()));
            contents.push(values.collect::<Vec<_>>().join(" "));
        }
    }
    contents
}

#[rstest]
#[case("INSERT ON session")]
#[case("INSERT ON delivery")]
#[case("INSERT ON event WHEN new.kind = 'scheduled'")]
#[case("INSERT ON event WHEN new.kind = 'mail_queued'")]
#[case("INSERT ON idempotency")]
#[tokio::test]
async fn invariant_03_an_interview_is_kept_with_link_mail_and_events_or_not_at_all(
    #[case] write: &str,
) {
    let world = World::new().await;
    refuse(&world, write);
    let keyed = || Schedule {
        idempotency_key: Some("k".to_owned()),
        ..request(draft(ADA, TOMORROW), MailWish::Now)
    };
    assert!(words(world.app.schedule(keyed()).await).contains("not now"));
    assert_eq!(contents(&world), [""; 0]);
    // And nothing of it stands in the way of the next attempt.
    world.tamper("DROP TRIGGER no");
    assert!(!world.app.schedule(keyed()).await.unwrap().repeated);
    assert_eq!((world.count("interview"), world.count("event")), (1, 3));
}

#[rstest]
#[case("INSERT ON event")]
#[case("UPDATE ON interview")]
#[tokio::test]
async fn invariant_08_no_change_without_its_event(#[case] write: &str) {
    let world = World::new().await;
    let held = MailWish::HeldFor(std::time::Duration::from_secs(10));
    let made = world.schedule_with(ADA, TOMORROW, held).await;
    let (id, mail) = (made.row.id(), made.delivery.unwrap().id);
    let bob = world
        .schedule_with("Bob <bob@c.example>", TOMORROW, MailWish::No)
        .await
        .row
        .id();
    let plan = world
        .app
        .plan(Action::Resend, &Selection::Ids(vec![bob]))
        .await
        .unwrap();
    let before = contents(&world);
    refuse(&world, write);
    assert!(world.app.take_back(mail).await.is_err());
    assert!(
        world
            .app
            .revise(id, request(draft(ADA, "tomorrow 17:00"), MailWish::Now))
            .await
            .is_err()
    );
    assert!(world.app.remove(id).await.is_err());
    assert!(world.app.carry_out(&plan, None).await.is_err());
    assert_eq!(contents(&world), before);
}

#[tokio::test]
async fn invariant_08_every_end_of_a_mail_stands_in_the_timeline() {
    let world = World::new().await;
    let ends = [
        (Answer::Accept, "mail_accepted"),
        (Answer::Store, "mail_stored"),
        (Answer::Never, "mail_failed"),
        (Answer::Later, "mail_deferred"),
        (Answer::Lost, "mail_unknown"),
    ];
    for (number, (answer, event)) in ends.into_iter().enumerate() {
        let id = world
            .schedule(&format!("C{number} <c{number}@c.example>"), TOMORROW)
            .await;
        world.post.answers([answer]);
        world.deliver().await;
        assert_eq!(world.timeline(id).await.last(), Some(&event));
    }
}

// The mail.

#[rstest]
#[case(
    "invitation.txt.hbs",
    "Dear {{candidate.name}}, see you {{when.text}}."
)]
#[case(
    "invitation.html.hbs",
    "<p>Dear {{candidate.name}}, see you {{when.text}}.</p>"
)]
#[tokio::test]
async fn invariant_04_a_template_that_drops_the_link_saves_nothing(
    #[case] file: &str,
    #[case] text: &str,
) {
    let world = World::new().await;
    fs::create_dir(world.home().join("templates")).unwrap();
    fs::write(world.home().join("templates").join(file), text).unwrap();
    let careless = world.another("").await;
    let refused = words(
        careless
            .try_schedule(draft(ADA, TOMORROW), MailWish::Now)
            .await,
    );
    assert!(
        refused.contains(file) && refused.contains("join link"),
        "{refused}"
    );
    assert_eq!(contents(&world), [""; 0]);
    let ada = careless
        .schedule_with(ADA, TOMORROW, MailWish::No)
        .await
        .row
        .id();
    let plan = careless
        .app
        .plan(Action::Resend, &Selection::Ids(vec![ada]))
        .await
        .unwrap();
    let before = contents(&world);
    assert!(words(careless.app.carry_out(&plan, None).await).contains(file));
    assert_eq!(contents(&world), before);
}

#[tokio::test]
async fn incident_01_what_is_previewed_is_what_is_stored_is_what_leaves() {
    use greenroom::app::Preview;
    let world = World::new().await;
    let Preview::Mail { bytes: sample, .. } = world.app.preview(&draft(ADA, TOMORROW)) else {
        panic!("a good draft has a mail")
    };
    let made = world.schedule_with(ADA, TOMORROW, MailWish::Now).await;
    let stored = world.bytes(made.row.id()).await;
    world.deliver().await;
    assert!(world.post.handed()[0].bytes == stored);
    // The form shows the same letter, but for a key that is visibly a sample.
    let (sample, stored) = (parts::read(&sample).unwrap(), parts::read(&stored).unwrap());
    let link = world.link(made.row.id()).await;
    let key = link.rsplit('=').next().unwrap();
    let shown = sample.text.unwrap();
    assert!(!shown.contains(key) && shown.contains("00000000"));
    let zeros = greenroom::domain::session::SessionKey::SAMPLE.expose();
    assert_eq!(shown.replace(&zeros, key), stored.text.unwrap());
}

#[tokio::test]
async fn a_hostile_draft_forges_nothing() {
    let world = World::new().await;
    let hostile = Draft {
        role: "<script>alert(1)</script> \u{202e}evil".to_owned(),
        company: "Acme\r\nBcc: eve@evil.example".to_owned(),
        note: "BEGIN:VEVENT\r\nEND:VCALENDAR\r\n.\r\n\r\nhttps://evil.example/interview/?session_key=1".to_owned(),
        interviewers: "\"Eve\r\nX-Evil: 1\" <eve@acme.example>".to_owned(),
        ..draft("Ada\r\nBcc: eve@evil.example <ada@c.example>", TOMORROW)
    };
    // Whatever of it is refused is refused by name; what passes is harmless.
    match world.try_schedule(hostile.clone(), MailWish::Now).await {
        Ok(_) => {}
        Err(error) => {
            let said = error.to_string();
            assert!(
                said.contains(": ") && !said.chars().any(|c| c.is_control() && c != '\n'),
                "{said:?}"
            );
            assert_eq!(contents(&world), [""; 0]);
        }
    }
    let milder = Draft {
        company: "Acme & <b>Söhne</b>".to_owned(),
        interviewers: String::new(),
        ..hostile
    };
    let milder = Draft {
        candidate: "Ada <i>\"Countess\"</i>".to_owned(),
        note: "one {% two".to_owned(),
        ..milder
    };
    if world.try_schedule(milder, MailWish::Now).await.is_ok() {
        world.deliver().await;
    }
    for letter in world.letters() {
        assert_eq!(letter.to, ["ada@c.example"]);
        assert!(
            letter
                .headers
                .iter()
                .all(|header| header.name != "Bcc" && header.name != "X-Evil")
        );
        let html = letter.html.unwrap();
        assert!(!html.contains("<script") && !html.contains("<i>"), "{html}");
        assert_eq!(letter.calendar.unwrap().matches("BEGIN:VEVENT").count(), 1);
    }
}

#[tokio::test]
async fn secrets_stay_out_of_every_debug_and_error_text() {
    let world = World::new().await;
    let made = world.schedule_with(ADA, TOMORROW, MailWish::Now).await;
    let key = made.row.facts.key.unwrap().expose();
    let details = world.details(made.row.id()).await;
    let plan = world
        .app
        .plan(Action::Resend, &Selection::Ids(vec![made.row.id()]))
        .await
        .unwrap();
    let link = world.app.join_link(&made.row).unwrap();
    for text in [
        format!("{made:?}"),
        format!("{details:?}"),
        format!("{plan:?}"),
        format!("{link:?}"),
    ] {
        assert!(!text.contains(&key), "{text}");
    }
    assert!(
        !serde_json::to_string(&plan).unwrap().contains(&key),
        "a saved plan holds no key"
    );
}
