//! The keys of the old database: which are kept, which are dropped, and what is said of those.

use greenroom::app::{Action, FoundBy, Join, Selection};
use greenroom::domain::filter::Filter;

use super::legacy::ada;
use super::{import, noticed, request};
use crate::support::World;
use crate::support::legacy::{ID, KEY, Old};

#[tokio::test]
async fn a_row_without_a_key_stays_without_a_link_until_it_is_repaired() {
    let world = World::new().await;
    let old = Old::new(world.home());
    old.run("UPDATE interviews_interview SET session_key = NULL WHERE 0; UPDATE interviews_interview SET session_key = '  '");
    import(&world.app, request(&old.file)).await.unwrap();
    assert_eq!(world.says(ada()).await, "no link");
    assert_eq!(world.count("session"), 0);
}

#[tokio::test]
async fn one_key_on_two_interviews_is_kept_by_neither() {
    let world = World::new().await;
    let old = Old::new(world.home());
    old.interview(2, "Bob", "bob@c.example");
    old.run(&format!(
        "UPDATE interviews_interview SET session_key = '{KEY}'"
    ));
    let report = import(&world.app, request(&old.file)).await.unwrap();
    assert!(noticed(&report).contains(&("shared-key", 2)));
    assert_eq!(world.count("session"), 0);
    assert_eq!(
        world.ask::<i64>("SELECT count(*) FROM interview WHERE import_conflict = 1"),
        2
    );
}

#[tokio::test]
async fn a_key_that_another_candidate_was_mailed_is_kept_by_nobody() {
    let world = World::new().await;
    let old = Old::new(world.home());
    old.interview(2, "Bob", "bob@c.example");
    old.run(&format!(
        "UPDATE interviews_interview SET interview_link = 'https://old.example/?session_key={KEY}' WHERE candidate_id = 2"
    ));
    let report = import(&world.app, request(&old.file)).await.unwrap();
    assert_eq!(
        noticed(&report),
        [("shared-key", 1), ("link-of-another-key", 1)]
    );
    let words = report.details(10).join("\n");
    for part in [
        format!(
            "{ID} · Ada Lovelace · its key is also that of {} · Bob",
            Old::id(2)
        ),
        format!("carries another key than session_key: that of {ID} · Ada Lovelace"),
    ] {
        assert!(words.contains(&part), "{words}");
    }
    assert_eq!(world.row(ada()).await.facts.key, None);
    assert!(world.row(ada()).await.facts.import_conflict);
    let bob = world.row(Old::id(2).parse().unwrap()).await;
    assert_eq!(bob.facts.key.unwrap().expose(), Old::key(2));
}

#[tokio::test]
async fn a_key_that_the_same_candidate_was_mailed_for_another_interview_stays_where_it_is() {
    let world = World::new().await;
    let old = Old::new(world.home());
    old.interview(2, "Ada Lovelace", "ada@c.example");
    old.run(&format!(
        "UPDATE interviews_interview SET interview_link = 'https://old.example/?session_key={KEY}', candidate_id = 1
             WHERE candidate_id = 2"
    ));
    import(&world.app, request(&old.file)).await.unwrap();
    let key = world.row(ada()).await.facts.key.unwrap();
    assert_eq!(key.expose(), KEY);
}

#[tokio::test]
async fn a_key_that_an_interview_here_has_stays_there() {
    let world = World::new().await;
    let here = world
        .schedule("Eve <eve@c.example>", "tomorrow 15:00")
        .await;
    let old = Old::new(world.home());
    let key: String = world.ask("SELECT key FROM session");
    old.run(&format!(
        "UPDATE interviews_interview SET session_key = '{key}'"
    ));
    let report = import(&world.app, request(&old.file)).await.unwrap();
    assert_eq!(report.without_link, 1);
    assert!(world.row(ada()).await.facts.import_conflict);
    assert_eq!(world.row(here).await.facts.key.unwrap().expose(), key);
    // Whoever asks about it is told of both: whose it is, and where the other's old link leads.
    let (answers, _) = world.app.why(&key, 20).await.unwrap();
    let mut said: Vec<_> = answers
        .iter()
        .map(|answer| (answer.found_by.name(), answer.sentence.as_str()))
        .collect();
    said.sort_unstable();
    assert_eq!(said.len(), 2, "{said:?}");
    assert_eq!(said[0].0, "dead_key");
    let leads = "This old link leads to another interview: that of Eve.";
    assert!(said[0].1.starts_with(leads), "{said:?}");
    assert_eq!(said[1].0, "key");
    let (answers, _) = world.app.why("Ada", 20).await.unwrap();
    let holds =
        "They hold a link of the old platform that leads to another interview: that of Eve.";
    assert!(
        answers[0].sentence.ends_with(holds),
        "{}",
        answers[0].sentence
    );
}

#[tokio::test]
async fn a_key_in_an_old_link_of_somebody_here_is_given_to_nobody_else() {
    let world = World::new().await;
    let old = Old::new(world.home());
    let mailed = "e".repeat(32);
    old.run(&format!(
        "UPDATE interviews_interview SET interview_link = 'https://old.example/?session_key={mailed}'"
    ));
    import(&world.app, request(&old.file)).await.unwrap();
    let table = world.home().join("table.csv");
    let line = "candidate_name,candidate_email,role,starts_at,zone,duration_minutes,session_key\n\
                Bob,bob@c.example,Engineer,2031-05-07 10:00,UTC,30,";
    std::fs::write(&table, format!("{line}{mailed}\n")).unwrap();
    let report = import(&world.app, request(&table)).await.unwrap();
    assert_eq!((report.new, report.without_link), (1, 1));
    assert_eq!(noticed(&report), [("shared-key", 1)]);
    assert_eq!(world.count("session"), 1);
}

#[tokio::test]
async fn a_signed_token_is_kept_and_an_unsigned_one_is_not() {
    let world = World::new().await;
    let old = Old::new(world.home());
    let token = "Zm9v".repeat(11);
    old.run(&format!(
        "UPDATE interviews_interview SET interview_link = 'https://old.example/interview/{token}'"
    ));
    old.interview(2, "Bob", "bob@c.example");
    old.run("UPDATE interviews_interview SET interview_link = 'https://old.example/interview/0123456789' WHERE candidate_id = 2");
    import(&world.app, request(&old.file)).await.unwrap();
    assert_eq!(
        world.ask::<String>("SELECT group_concat(token) FROM imported_token"),
        token
    );
}

#[tokio::test]
async fn a_key_that_was_dropped_finds_everyone_whose_links_carry_it_and_lets_nobody_in() {
    let world = World::new().await;
    let old = Old::new(world.home());
    for (n, name) in [(2, "Bob"), (3, "Cleo"), (4, "Dan")] {
        old.interview(n, name, &format!("{name}@c.example"));
    }
    // Bob shares Ada's key; Cleo's stands in her link alone; Dan's link carries another than was kept.
    let (cleo, dan) = ("c".repeat(32), "d".repeat(32));
    let link = |key: &str| format!("https://old.example/interview/?session_key={key}");
    old.run(&format!(
        "UPDATE interviews_interview SET session_key = '{KEY}', interview_link = '{}' WHERE candidate_id = 2;
         UPDATE interviews_interview SET session_key = '', interview_link = '{}' WHERE candidate_id = 3;
         UPDATE interviews_interview SET interview_link = '{}' WHERE candidate_id = 4",
        link(KEY),
        link(&cleo),
        link(&dan)
    ));
    import(&world.app, request(&old.file)).await.unwrap();
    let (answers, _) = world.app.why("Cleo", 20).await.unwrap();
    assert!(
        answers[0]
            .sentence
            .ends_with("They hold a dead link of the old platform."),
        "{}",
        answers[0].sentence
    );
    // A new link does not reach them until it is mailed.
    let plan = world
        .app
        .plan(
            Action::Repair { send: false },
            &Selection::Matching(Filter::parse("all").unwrap()),
        )
        .await
        .unwrap();
    world.app.carry_out(&plan, None).await.unwrap();
    let (answers, _) = world.app.why("Cleo", 20).await.unwrap();
    assert!(
        answers[0]
            .sentence
            .ends_with("They hold a dead link of the old platform."),
        "{}",
        answers[0].sentence
    );
    let site = world.serve().await;
    let only_mailed = "its key is known only from what the old system mailed.";
    for (key, names, by, said) in [
        (
            KEY,
            &["Ada Lovelace", "Bob"][..],
            FoundBy::DeadKey,
            "two interviews had its key, so that it was dropped at the import.",
        ),
        (&cleo, &["Cleo"], FoundBy::MailedKey, only_mailed),
        (&dan, &["Dan"], FoundBy::MailedKey, only_mailed),
    ] {
        for text in [key.to_owned(), link(key), link(&key.to_uppercase())] {
            let (answers, _) = world.app.why(&text, 20).await.unwrap();
            let found: Vec<_> = answers
                .iter()
                .map(|answer| answer.dossier.row.interview.candidate_name.as_str())
                .collect();
            assert_eq!(found, names, "{text}");
            for answer in &answers {
                assert_eq!(answer.found_by, by);
                let said = format!("This old link leads nowhere: {said}");
                assert!(answer.sentence.starts_with(&said), "{}", answer.sentence);
            }
            let filter = Filter::parse(&text).unwrap();
            assert_eq!(world.app.count(&filter).await.unwrap(), names.len() as u64);
        }
        for path in ["/interview/", "/", "/interview_app/"] {
            let answer = site.get(&format!("{path}?session_key={key}")).await;
            assert_eq!(answer.status, 404, "{path}");
        }
        let key = key.parse().unwrap();
        assert!(matches!(world.app.join(key).await.unwrap(), Join::Unknown));
    }
    assert_eq!(world.count("dead_key"), 4);
    world.app.erase(ada()).await.unwrap();
    assert_eq!(world.count("dead_key"), 3);
    assert_eq!(world.app.why(KEY, 20).await.unwrap().0.len(), 1);
}
