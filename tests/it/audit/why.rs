//! Who somebody asks about, and why they can or can't get in.

use greenroom::app::{Action, FoundBy};
use greenroom::domain::access::{Access, AccessKind};
use greenroom::domain::door::Door;
use greenroom::domain::filter::Filter;
use greenroom::domain::session::LinkSecret;

use super::{ADA, TOMORROW, carry_out, mailed};
use crate::support::World;
use crate::support::program::Greenroom;

async fn asked(world: &World, text: &str) -> (FoundBy, String) {
    let (mut answers, more) = world.app.why(text, 20).await.unwrap();
    assert_eq!((answers.len(), more), (1, false), "{text}");
    let answer = answers.remove(0);
    (answer.found_by, answer.sentence)
}

#[tokio::test]
async fn incident_05_everything_that_names_an_interview_finds_it_and_says_why() {
    let world = World::new().await;
    let id = mailed(&world).await;
    let link = world.link(id).await;
    let message_id = world.newest(id).await.message_id;
    let held = "They hold the right link and time, accepted 10:00 CEST.";
    for (text, by) in [
        ("ada lovelace", FoundBy::Text),
        ("ADA@C.EXAMPLE", FoundBy::Text),
        (message_id.as_str(), FoundBy::Text),
        (link.as_str(), FoundBy::Key),
        (&link[link.len() - 32..], FoundBy::Key),
        (&id.to_string(), FoundBy::Id),
    ] {
        assert_eq!(asked(&world, text).await, (by, held.to_owned()), "{text}");
    }
    let secret = world.app.link_secret().await.unwrap();
    let session = world.details(id).await.sessions[0].clone();
    let token = secret.token(id, session.key);
    let address = format!(
        "https://old.example/api/interviews/public/{}/",
        token.expose()
    );
    assert_eq!(asked(&world, &address).await.0, FoundBy::Token);
    assert_eq!(asked(&world, token.expose()).await.0, FoundBy::Token);
    for old in ["/?session_key=", "/interview_app/?session_key="] {
        let key = session.key.expose().to_uppercase();
        let link = format!("https://old.example{old}{key}&lang=en");
        assert_eq!(asked(&world, &link).await.0, FoundBy::Key, "{link}");
    }
    let by_id = format!(
        "https://old.example/interview_app/?interview_id={}",
        id.uuid().simple()
    );
    assert_eq!(asked(&world, &by_id).await.0, FoundBy::Id);
    assert!(world.app.why("nobody", 20).await.unwrap().0.is_empty());
    assert!(world.app.why("  ", 20).await.unwrap().0.is_empty());
}

#[tokio::test]
async fn incident_09_a_key_that_was_replaced_says_so() {
    let world = World::new().await;
    let id = mailed(&world).await;
    let old = world.link(id).await;
    carry_out(&world, Action::Rotate, id).await;
    let (by, sentence) = asked(&world, &old).await;
    assert!(matches!(by, FoundBy::FormerKey(_)));
    assert!(
        sentence.starts_with("This key lets nobody in: it was replaced Mon 5 May 2031 10:30 CEST."),
        "{sentence}"
    );
    world.app.revoke(id).await.unwrap();
    let now = world.details(id).await.sessions[0].key.expose();
    assert!(
        asked(&world, &now)
            .await
            .1
            .starts_with("This key lets nobody in: it was revoked")
    );
}

#[tokio::test]
async fn what_came_from_another_system_is_found_by_its_name_and_its_link_there() {
    let world = World::new().await;
    let id = mailed(&world).await;
    let token = "Zm9v".repeat(11);
    world.tamper(&format!(
        "UPDATE interview SET source = 'csv', external_id = 'ATS-7';
         INSERT INTO imported_token (token, interview_id) VALUES ('{token}', '{id}')"
    ));
    let link = format!("https://old.example/interview/{token}");
    for (text, by) in [
        ("ATS-7", FoundBy::ExternalId),
        (link.as_str(), FoundBy::Token),
        (token.as_str(), FoundBy::Token),
    ] {
        assert_eq!(asked(&world, text).await.0, by, "{text}");
        // In the dashboard by the same words, typed and pasted.
        for filter in [Filter::parse(text).unwrap(), Filter::literal(text)] {
            assert_eq!(world.app.count(&filter).await.unwrap(), 1, "{text}");
        }
    }
    for text in [
        "ATS-8",
        "ats",
        &token[1..],
        "https://old.example/interview/x",
    ] {
        let filter = Filter::literal(text);
        assert_eq!(world.app.count(&filter).await.unwrap(), 0, "{text}");
        assert!(world.app.why(text, 20).await.unwrap().0.is_empty());
    }
}

#[tokio::test]
async fn the_token_of_a_link_that_was_replaced_says_so_and_a_forged_one_is_an_id() {
    let world = World::new().await;
    let id = mailed(&world).await;
    let secret = world.app.link_secret().await.unwrap();
    let key = world.details(id).await.sessions[0].key;
    let token = secret.token(id, key);
    carry_out(&world, Action::Rotate, id).await;
    let link = format!(
        "https://x.example/api/interviews/public/{}/",
        token.expose()
    );
    let (by, sentence) = asked(&world, &link).await;
    assert!(matches!(by, FoundBy::FormerToken(_)), "{by:?}");
    assert!(
        sentence
            .starts_with("This link lets nobody in: it was replaced Mon 5 May 2031 10:30 CEST."),
        "{sentence}"
    );
    let today = world.details(id).await.sessions[0].key.shortened();
    assert!(
        sentence.contains(&format!("Today's key is {today}")),
        "{sentence}"
    );
    let filter = Filter::literal(&link);
    assert_eq!(world.app.count(&filter).await.unwrap(), 1);
    let dashed = uuid::Uuid::parse_str(&key.expose())
        .unwrap()
        .hyphenated()
        .to_string();
    assert_eq!(asked(&world, &dashed).await.0.name(), "former_key");
    let (nobody, _) = world.app.why("\u{200b} <>", 20).await.unwrap();
    assert!(nobody.is_empty(), "what names nothing names nobody");
    let forged = LinkSecret::new([7; 32]).token(id, key);
    assert_eq!(asked(&world, forged.expose()).await.0, FoundBy::Id);
}

#[tokio::test]
async fn incident_28_what_the_candidate_last_saw_is_said() {
    let world = World::new().await;
    let id = world.schedule(ADA, TOMORROW).await;
    let seen = |kind, at: &str| Access {
        at: at.parse().unwrap(),
        kind,
        door: Door::NotYetOpen,
        opens_at: Some("2031-05-06T12:45:00Z".parse().unwrap()),
    };
    let lines = vec![
        (id, seen(AccessKind::View, "2031-05-05T07:41:00Z")),
        (id, seen(AccessKind::Prefetch, "2031-05-05T07:50:00Z")),
    ];
    world
        .store
        .write(move |write| write.append_accesses(&lines))
        .await
        .unwrap();
    let (answers, _) = world.app.why("ada", 20).await.unwrap();
    let last = answers[0].last_seen.as_deref().unwrap();
    assert!(
        last == "opened 09:41 CEST: page said it opens Tue 6 May 2031 14:45 CEST",
        "{last}"
    );
}

#[test]
fn the_command_answers_in_words_and_in_json() {
    let greenroom = Greenroom::new();
    greenroom.new_ada(&["--no-send"]).ended(0);
    let ran = greenroom.run(&["why", "Ada", "Lovelace"]).ended(0);
    assert!(
        ran.out.contains("They were not invited yet."),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("The candidate has not opened the link."),
        "{}",
        ran.out
    );
    let json = greenroom
        .run(&["why", "ada@example.org", "--json"])
        .ended(0)
        .one();
    assert_eq!(json["found_by"], "text");
    assert_eq!(json["findings"][0], "NEVER-MAILED");
    greenroom.run(&["why", "nobody"]).ended(1);
    greenroom.run(&["why"]).ended(2);
}

#[test]
fn an_acknowledged_finding_says_by_whom_and_why_and_names_no_remedy() {
    let greenroom = Greenroom::new();
    greenroom.new_ada(&["--no-send"]).ended(0);
    let listed = greenroom.run(&["list", "--json"]).ended(0).one();
    let id = listed["id"].as_str().unwrap().to_owned();
    greenroom
        .run(&[
            "audit",
            "ack",
            &id,
            "NEVER-MAILED",
            "--reason",
            "told by phone",
        ])
        .ended(0);
    let said = greenroom.run(&["why", "Ada"]).ended(0).out;
    assert!(
        said.contains("Acknowledged by") && said.contains(": told by phone"),
        "{said}"
    );
    assert!(!said.contains("Mended by"), "{said}");
    let json = greenroom.run(&["why", "Ada", "--json"]).ended(0).one();
    assert_eq!(json["acknowledged"][0]["code"], "NEVER-MAILED");
    assert_eq!(json["acknowledged"][0]["reason"], "told by phone");
    let acked = greenroom.run(&["audit", "--acked"]).ended(0).out;
    assert!(
        acked.contains("09:12 GMT"),
        "its time names its zone: {acked}"
    );
    // A link that was revoked works at no time.
    assert!(greenroom.run(&["show", &id]).out.contains("Link works"));
    greenroom.run(&["revoke", &id, "--yes"]).ended(0);
    let shown = greenroom.run(&["show", &id]).out;
    assert!(
        !shown.contains("Link works") && shown.contains("no link"),
        "{shown}"
    );
}

#[tokio::test]
async fn what_stands_on_a_screen_or_in_raw_mail_is_understood() {
    let world = World::new().await;
    let id = mailed(&world).await;
    let key = world.details(id).await.sessions[0].key;
    let whole = key.expose();
    let message_id = world.newest(id).await.message_id;
    for (text, by) in [
        (key.shortened(), FoundBy::Key),
        (format!("session_key=3D{whole}"), FoundBy::Key),
        (
            format!(
                "https://t.example/?u=https%3A%2F%2Fx.example%2Finterview%2F%3Fsession_key%3D{whole}%26x"
            ),
            FoundBy::Key,
        ),
        (format!("Message-ID: {message_id}"), FoundBy::Text),
        (format!("message-id:{message_id}"), FoundBy::Text),
    ] {
        assert_eq!(asked(&world, &text).await.0, by, "{text}");
        let typed = Filter::parse(&text).unwrap();
        assert_eq!(world.app.count(&typed).await.unwrap(), 1, "{text}");
    }
    carry_out(&world, Action::Rotate, id).await;
    let (by, sentence) = asked(&world, &key.shortened()).await;
    assert!(matches!(by, FoundBy::FormerKey(_)), "{by:?} {sentence}");
}
