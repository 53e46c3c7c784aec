//! The dashboard, from the key to the mail server and back to the screen.

use greenroom::app::MailWish;
use greenroom::domain::delivery::State;
use jiff::SignedDuration;
use rstest::rstest;

use crate::support::dashboard::Dashboard;
use crate::support::legacy::{ID, Old};
use crate::support::{Answer, World};

const ADA: &str = "n Ada~Lovelace Tab ada@c.example Tab Engineer Tab tomorrow~15:00";

async fn after_the_hold(world: &World, dashboard: &mut Dashboard) {
    world.clock.advance(SignedDuration::from_secs(11));
    world.deliver().await;
    dashboard.settle().await;
}

#[tokio::test]
async fn incident_04_the_form_saves_the_interview_makes_its_key_and_mails_it() {
    let world = World::new().await;
    let mut dashboard = Dashboard::open(&world, 200, 50).await;
    assert!(dashboard.screen().contains("No interviews yet."));
    dashboard.keys(ADA).await;
    assert!(
        dashboard
            .screen()
            .contains("Tuesday 6 May 2031 15:00 CEST (Europe/Berlin), tomorrow, in 29 h")
    );
    dashboard.keys("Ctrl-s").await;
    assert!(
        dashboard
            .status()
            .starts_with("saved; mail to Ada Lovelace <ada@c.example> leaves in 10 s"),
        "{}",
        dashboard.status()
    );
    let ada = dashboard.model.list.cursor.unwrap();
    assert_eq!(world.mail_of(ada).await, ["held"]);

    after_the_hold(&world, &mut dashboard).await;
    assert!(
        dashboard
            .status()
            .starts_with("✓ the mail server accepted the mail to Ada Lovelace"),
        "{}",
        dashboard.status()
    );
    assert!(
        dashboard.screen().contains("✓ ready, sent 10:00"),
        "{}",
        dashboard.screen()
    );
    let letter = world.letters().remove(0);
    assert!(letter.text.unwrap().contains(&world.link(ada).await));
    assert!(dashboard.screen().contains("as it left"));
}

#[tokio::test]
async fn incident_23_however_often_ctrl_s_is_pressed_there_is_one_interview_and_one_mail() {
    let world = World::new().await;
    let mut dashboard = Dashboard::open(&world, 120, 30).await;
    dashboard
        .keys(ADA)
        .await
        .keys_at_once("Ctrl-s Ctrl-s Ctrl-s")
        .await;
    assert_eq!((world.count("interview"), world.count("delivery")), (1, 1));
}

#[tokio::test]
async fn the_same_address_and_start_again_is_asked_about() {
    let world = World::new().await;
    let mut dashboard = Dashboard::open(&world, 120, 30).await;
    dashboard.keys(ADA).await.keys("Ctrl-s").await;
    dashboard.keys(ADA).await.keys("Ctrl-s").await;
    assert!(
        dashboard
            .screen()
            .contains("Ctrl-S again makes a second one"),
        "{}",
        dashboard.screen()
    );
    assert_eq!(world.count("interview"), 1);
    dashboard.keys("Ctrl-s").await;
    assert_eq!(world.count("interview"), 2);
}

#[tokio::test]
async fn mail_that_was_taken_back_is_changed_in_the_same_interview_and_leaves_once() {
    let world = World::new().await;
    let mut dashboard = Dashboard::open(&world, 120, 30).await;
    dashboard.keys(ADA).await.keys("Ctrl-s u").await;
    assert!(
        dashboard
            .status()
            .contains("taken back: nothing was mailed to Ada Lovelace"),
        "{}",
        dashboard.status()
    );
    dashboard.keys("~Byron Ctrl-s").await;
    after_the_hold(&world, &mut dashboard).await;
    assert_eq!(world.count("interview"), 1);
    let letters = world.letters();
    assert_eq!(letters.len(), 1);
    assert!(
        letters[0]
            .text
            .as_ref()
            .unwrap()
            .contains("Ada Lovelace Byron")
    );
    dashboard.keys("u").await;
    assert!(
        dashboard.status().contains("too late: left"),
        "{}",
        dashboard.status()
    );
}

#[rstest]
#[case("Esc k", 1)]
#[case("Esc x", 0)]
#[tokio::test]
async fn an_interview_whose_mail_was_taken_back_is_kept_or_removed(
    #[case] keys: &str,
    #[case] left: i64,
) {
    let world = World::new().await;
    let mut dashboard = Dashboard::open(&world, 120, 30).await;
    dashboard
        .keys(ADA)
        .await
        .keys("Ctrl-s u")
        .await
        .keys(keys)
        .await;
    after_the_hold(&world, &mut dashboard).await;
    assert_eq!(world.count("interview"), left);
    assert!(world.letters().is_empty());
    assert_eq!(
        dashboard.model.list.rows.len(),
        usize::try_from(left).unwrap()
    );
}

#[rstest]
#[case("F y", 1)]
#[case("F Tab y", 0)]
#[tokio::test]
async fn a_missing_link_is_made_with_or_without_an_invitation(
    #[case] keys: &str,
    #[case] letters: usize,
) {
    let world = World::new().await;
    world
        .schedule_with(
            "Ada Lovelace <ada@c.example>",
            "tomorrow 15:00",
            greenroom::app::MailWish::No,
        )
        .await;
    world.tamper("DELETE FROM session; UPDATE interview SET session_key = NULL");
    let mut dashboard = Dashboard::open(&world, 120, 30).await;
    assert!(
        dashboard.screen().contains("! no link"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys(keys).await;
    after_the_hold(&world, &mut dashboard).await;
    assert!(
        !dashboard.screen().contains("! no link"),
        "{}",
        dashboard.screen()
    );
    assert_eq!(world.letters().len(), letters);
}

#[tokio::test]
async fn incident_06_a_resent_invitation_carries_the_same_link() {
    let world = World::new().await;
    let ada = world
        .schedule("Ada Lovelace <ada@c.example>", "tomorrow 15:00")
        .await;
    world.deliver().await;
    // Whoever was mailed a moment ago is skipped.
    world.wait_minutes(11);
    let mut dashboard = Dashboard::open(&world, 120, 30).await;
    dashboard.keys("R").await;
    assert!(
        dashboard
            .screen()
            .contains("the link and time of the mail of 10:00"),
        "{}",
        dashboard.screen()
    );
    assert_eq!(world.letters().len(), 1, "a plan alone sends nothing");
    dashboard.keys("y").await;
    after_the_hold(&world, &mut dashboard).await;
    let link = world.link(ada).await;
    let letters = world.letters();
    assert_eq!(letters.len(), 2);
    assert!(
        letters
            .iter()
            .all(|letter| letter.text.as_ref().unwrap().contains(&link))
    );
}

#[tokio::test]
async fn keys_that_hurry_ahead_of_the_plan_send_nothing() {
    let world = World::new().await;
    world
        .schedule("Ada Lovelace <ada@c.example>", "tomorrow 15:00")
        .await;
    world.deliver().await;
    let mut dashboard = Dashboard::open(&world, 120, 30).await;
    dashboard.keys_at_once("R y y y").await;
    after_the_hold(&world, &mut dashboard).await;
    assert_eq!(world.letters().len(), 1);
}

#[tokio::test]
async fn incident_27_a_failed_mail_is_seen_without_looking_for_it() {
    let world = World::new().await;
    world
        .schedule("Grace Hopper <grace@c.example>", "tomorrow 09:00")
        .await;
    world.deliver().await;
    world.post.answers([Answer::Never]);
    let mut dashboard = Dashboard::open(&world, 120, 30).await;
    dashboard.keys(ADA).await.keys("Ctrl-s").await;
    after_the_hold(&world, &mut dashboard).await;
    assert!(
        dashboard
            .status()
            .starts_with("! not sent: mail to Ada Lovelace <ada@c.example>"),
        "{}",
        dashboard.status()
    );
    dashboard.keys("g").await;
    assert!(
        dashboard
            .screen()
            .contains("! 1 invitation could not be mailed"),
        "{}",
        dashboard.screen()
    );
    let ada = dashboard.model.list.rows[1].facts.newest.unwrap();
    assert_eq!(ada.state, State::Failed);
}

#[tokio::test]
async fn incident_17_a_link_that_only_this_machine_can_follow_is_refused_by_name_and_nothing_is_saved()
 {
    let world = World::with("links.base_url = 'http://127.0.0.1:8000'").await;
    let mut dashboard = Dashboard::open(&world, 120, 30).await;
    dashboard.keys(ADA).await.keys("Ctrl-s").await;
    assert!(
        dashboard.screen().contains("not saved: links.base_url"),
        "{}",
        dashboard.screen()
    );
    assert_eq!((world.count("interview"), world.count("delivery")), (0, 0));
}

#[tokio::test]
async fn incident_24_a_likely_typo_is_pointed_out_before_anything_is_sent() {
    let world = World::new().await;
    let mut dashboard = Dashboard::open(&world, 120, 30).await;
    dashboard.keys("n Ada Tab ada@gmial.com").await;
    assert!(dashboard.screen().contains("did you mean ada@gmail.com?"));
}

#[tokio::test]
async fn the_preview_is_the_mail_with_a_key_that_is_visibly_a_sample() {
    let world = World::new().await;
    let mut dashboard = Dashboard::open(&world, 200, 50).await;
    dashboard.keys(ADA).await;
    let screen = dashboard.screen();
    assert!(
        screen.contains("the key is a sample") && screen.contains("Hello Ada Lovelace,"),
        "{screen}"
    );
    // Incident 17: where the link leads is seen before anything leaves.
    let leads_to = "https://interviews.acme.example/interview/?session_key=";
    assert!(screen.contains(leads_to), "{screen}");
    assert_eq!(world.count("interview"), 0);
}

#[tokio::test]
async fn what_another_greenroom_does_appears_without_a_key() {
    let world = World::new().await;
    let mut dashboard = Dashboard::open(&world, 120, 30).await;
    let other = world.another("user.name = 'Otto'").await;
    other
        .schedule("Ada Lovelace <ada@c.example>", "tomorrow 15:00")
        .await;
    // The other's commit is noticed by a look at the file, a few milliseconds later.
    let mut changes = world.app.changes();
    changes.mark_changed();
    let seen = tokio::time::timeout(std::time::Duration::from_secs(5), async {
        while !dashboard.screen().contains("Ada Lovelace") {
            let _ = changes.changed().await;
            dashboard.settle().await;
        }
    });
    seen.await.unwrap();
}

#[rstest]
#[case("nanez")]
#[case("jose@c.example")]
#[case("LINK")]
#[case("KEY")]
#[case("MESSAGE-ID")]
#[tokio::test]
async fn anything_that_names_an_interview_finds_it_also_when_it_is_pasted(#[case] what: &str) {
    let world = World::new().await;
    let jose = world
        .schedule("José Ñáñez <jose@c.example>", "tomorrow 15:00")
        .await;
    world
        .schedule("Grace Hopper <grace@c.example>", "tomorrow 09:00")
        .await;
    world.deliver().await;
    let link = world.link(jose).await;
    let text = match what {
        "LINK" => link,
        "KEY" => link.rsplit('=').next().unwrap().to_owned(),
        "MESSAGE-ID" => world.newest(jose).await.message_id,
        text => text.to_owned(),
    };
    let mut dashboard = Dashboard::open(&world, 120, 30).await;
    assert_eq!(dashboard.model.list.rows.len(), 2);
    dashboard.paste(&text).await;
    assert_eq!(dashboard.model.list.rows.len(), 1, "{}", dashboard.screen());
    assert_eq!(dashboard.model.list.cursor, Some(jose));
    dashboard.keys("Esc / ").await.keys(&text).await;
    assert_eq!(dashboard.model.list.cursor, Some(jose));
    dashboard.keys("Enter c").await;
    assert_eq!(dashboard.copied, [world.link(jose).await]);
}

#[tokio::test]
async fn quitting_with_held_mail_and_nobody_else_to_send_it_asks() {
    let world = World::new().await;
    let mut dashboard = Dashboard::open(&world, 120, 30).await;
    dashboard.keys(ADA).await.keys("Ctrl-s q").await;
    assert!(
        dashboard.screen().contains("1 mail has not left yet"),
        "{}",
        dashboard.screen()
    );
    assert!(!dashboard.ended);
    dashboard.keys("Esc").await;
    after_the_hold(&world, &mut dashboard).await;
    dashboard.keys("q").await;
    assert!(dashboard.ended);
}

#[tokio::test]
async fn a_pause_of_another_greenroom_is_seen_and_what_waits_leaves_after_y_and_not_before() {
    let world = World::new().await;
    let ada = world
        .schedule("Ada Lovelace <ada@c.example>", "tomorrow 15:00")
        .await;
    let mut dashboard = Dashboard::open(&world, 120, 30).await;
    assert!(!dashboard.screen().contains("paused"));
    let pause = r#"{"why": "signing in: the server refused: 535 5.7.8 no", "since": "2031-05-05T08:00:00Z", "probes": true}"#;
    world.tamper(&format!(
        "INSERT INTO setting (name, value) VALUES ('outbox_paused', '{pause}')"
    ));
    // The other's commit is noticed by a look at the file, a few milliseconds later.
    let mut changes = world.app.changes();
    changes.mark_changed();
    let seen = tokio::time::timeout(std::time::Duration::from_secs(5), async {
        let banner = "▲ mail paused: the user name or the password was refused · 1 waiting, first starts Tue 15:00 · B";
        while !dashboard.screen().contains(banner) {
            let _ = changes.changed().await;
            dashboard.settle().await;
        }
    });
    seen.await.unwrap();
    dashboard.keys("B").await;
    assert!(
        dashboard.screen().contains("▲ queued, paused"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("r").await;
    let question =
        "Resume the outbox? 1 mail may leave, to Ada Lovelace; the first starts Tue 15:00.";
    assert!(
        dashboard.screen().contains(question),
        "{}",
        dashboard.screen()
    );
    world.deliver().await;
    assert_eq!(world.letters().len(), 0);
    dashboard.keys("y").await;
    world.deliver().await;
    dashboard.settle().await;
    assert_eq!(world.mail_of(ada).await, ["accepted"]);
    let screen = dashboard.screen();
    assert!(
        screen.contains("Nothing is on its way") && !screen.contains("mail paused"),
        "{screen}"
    );
}

#[tokio::test]
async fn a_mail_of_unknown_outcome_is_sent_again_as_it_was_or_settled() {
    let world = World::new().await;
    let ada = world
        .schedule("Ada Lovelace <ada@c.example>", "tomorrow 15:00")
        .await;
    world.post.answers([Answer::Lost, Answer::Lost]);
    world.deliver().await;
    let mut dashboard = Dashboard::open(&world, 120, 30).await;
    dashboard.keys("B").await;
    assert!(
        dashboard.screen().contains("! outcome unknown"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys_at_once("a y y").await;
    world.deliver().await;
    assert_eq!(world.letters().len(), 1, "y hurried ahead of the question");
    dashboard.keys("y").await;
    world.deliver().await;
    dashboard.settle().await;
    let handed = world.post.handed();
    assert_eq!(handed.len(), 2);
    assert!(handed[0].bytes == handed[1].bytes);
    assert!(
        dashboard
            .status()
            .starts_with("! nobody knows whether the mail to Ada Lovelace"),
        "{}",
        dashboard.status()
    );
    dashboard.keys("s she~phoned Enter").await;
    assert!(
        dashboard
            .status()
            .contains("settled by Rita Levi: she phoned"),
        "{}",
        dashboard.status()
    );
    assert!(
        dashboard.screen().contains("Nothing is on its way"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("Esc Enter").await;
    assert!(
        dashboard
            .screen()
            .contains("outcome unknown, settled by Rita Levi: she phoned"),
        "{}",
        dashboard.screen()
    );
    assert_eq!(world.mail_of(ada).await, ["unknown"]);
}

#[tokio::test]
async fn a_mail_is_withdrawn_in_the_outbox_and_enter_there_goes_to_its_interview() {
    let world = World::new().await;
    world
        .schedule("Ada Lovelace <ada@c.example>", "tomorrow 15:00")
        .await;
    let grace = world
        .schedule("Grace Hopper <grace@c.example>", "tomorrow 16:00")
        .await;
    let mut dashboard = Dashboard::open(&world, 80, 24).await;
    dashboard.keys("B j Enter").await;
    assert_eq!(dashboard.model.list.cursor, Some(grace));
    dashboard.keys("B j w y").await;
    assert!(
        dashboard
            .status()
            .contains("nothing was mailed to Grace Hopper"),
        "{}",
        dashboard.status()
    );
    world.deliver().await;
    assert_eq!(world.mail_of(grace).await, ["withdrawn"]);
    assert_eq!(world.letters().len(), 1);
}

#[tokio::test]
async fn a_candidate_who_waits_is_seen_and_let_in_by_one_key() {
    let world = World::new().await;
    let id = world.schedule("Ada <ada@c.example>", "today 10:05").await;
    world.deliver().await;
    let mut dashboard = Dashboard::open(&world, 80, 24).await;
    let key = world.details(id).await.sessions[0].key;
    world.app.join(key).await.unwrap();
    dashboard.settle().await;
    let screen = dashboard.screen();
    assert!(
        screen.contains("1 waiting: Ada since 10:00 · W lets in"),
        "{screen}"
    );
    assert!(screen.contains("▲ waiting since 10:00"), "{screen}");
    dashboard.keys("W").await;
    let screen = dashboard.screen();
    assert!(
        dashboard.status().starts_with("✓ Ada is let in"),
        "{screen}"
    );
    assert!(
        screen.contains("✓ let in 10:00") && !screen.contains("1 waiting"),
        "{screen}"
    );
    assert_eq!(world.timeline(id).await[4..], ["joined", "admitted"]);
    // Let in and done: the palette notes it, and the link has closed.
    dashboard.keys(": complete Enter").await;
    assert_eq!(
        world.row(id).await.interview.status.name(),
        "scheduled",
        "y does it"
    );
    dashboard.keys("y").await;
    assert!(
        dashboard
            .status()
            .starts_with("Ada: the interview has taken place, and its link has closed."),
        "{}",
        dashboard.status()
    );
    assert_eq!(world.row(id).await.interview.status.name(), "completed");
    assert_eq!(world.letters().len(), 1, "the invitation and nothing else");
}

#[tokio::test]
async fn a_link_is_opened_now_kept_open_and_revoked_from_the_palette() {
    let world = World::new().await;
    let id = world.schedule("Ada <ada@c.example>", "today 15:00").await;
    let mut dashboard = Dashboard::open(&world, 120, 30).await;
    dashboard.keys(": open~now Enter y").await;
    assert!(
        dashboard
            .status()
            .starts_with("Ada can get in now and until 17:45 CEST."),
        "{}",
        dashboard.status()
    );
    dashboard.keys(": hour Enter y").await;
    assert!(
        dashboard
            .status()
            .starts_with("Ada can get in now and until 18:45 CEST."),
        "{}",
        dashboard.status()
    );
    dashboard.keys(": revoke Enter y").await;
    assert!(
        dashboard.screen().contains("! link revoked"),
        "{}",
        dashboard.screen()
    );
    assert_eq!(world.mail_of(id).await, ["withdrawn"]);
}

#[tokio::test]
async fn a_table_is_imported_from_the_palette_after_its_report_was_seen() {
    let world = World::new().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("t.csv");
    let header = "candidate_name,candidate_email,role,starts_at,zone,duration_minutes";
    let other = "Ada Lovelace,ada@c.example,Engineer,2031-05-07 15:00,Europe/Berlin,45";
    let grace = "Grace Hopper,grace@c.example,Engineer,2031-05-07 16:00,Europe/Berlin,45";
    let bad = "Alan,alan@c.example,Engineer,whenever,Europe/Berlin,45";
    std::fs::write(&file, format!("{header}\n{grace}\n{bad}\n")).unwrap();
    let mut dashboard = Dashboard::open(&world, 80, 24).await;
    dashboard.keys(": import Enter").await;
    dashboard.paste("/nowhere/at/all.csv").await;
    dashboard.keys("Enter").await;
    assert!(
        dashboard.screen().contains("can't be read"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("Ctrl-u").await;
    dashboard.paste(file.to_str().unwrap()).await;
    dashboard.keys("Enter").await;
    let screen = dashboard.screen();
    assert!(
        screen.contains("2 interviews read; 1 to import"),
        "{screen}"
    );
    assert!(screen.contains("line 3: "), "{screen}");
    assert!(
        screen.contains("Nobody is mailed and no link is made."),
        "{screen}"
    );
    dashboard.keys("y").await;
    assert!(
        dashboard.screen().contains("Space leaves them out"),
        "{}",
        dashboard.screen()
    );

    dashboard.keys("Space Esc").await;
    dashboard.keys_at_once("Enter y").await;
    assert!(
        dashboard.screen().contains("to import"),
        "y came before the report"
    );
    // What was shown comes in, whatever becomes of the file.
    std::fs::write(&file, format!("{header}\n{other}\n")).unwrap();
    dashboard.keys("y").await;
    assert!(
        dashboard.screen().contains("1 imported"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("Esc").await;
    let screen = dashboard.screen();
    assert!(screen.contains("Grace Hopper"), "{screen}");
    assert!(world.letters().is_empty(), "nobody is mailed");
}

/// Nothing of what a change led to may be cut off: its end says what the candidate holds.
#[rstest]
#[case(": complete Enter y", "has taken place, and its link has closed.")]
#[case(": no-show Enter y", "did not come; the link has closed.")]
#[case(": hour Enter y", "can get in now and until")]
#[case("x y", "1 interview cancelled;")]
#[case(": revoke Enter y", "1 link ended;")]
#[tokio::test]
async fn what_became_of_a_change_stands_whole_on_a_narrow_screen(
    #[case] keys: &str,
    #[case] done: &str,
    #[values(
        "Ada Lovelace",
        "Maximiliana Featherstonehaugh-Cholmondeley of Wolfeschlegelsteinhausen"
    )]
    name: &str,
    #[values(true, false)] mailed: bool,
) {
    let world = World::new().await;
    world
        .schedule(&format!("{name} <ada@c.example>"), "today 15:00")
        .await;
    if mailed {
        world.deliver().await;
    }
    world.clock.set("2031-05-05T13:20:00Z".parse().unwrap());
    let mut dashboard = Dashboard::open(&world, 80, 24).await;
    dashboard.keys(keys).await;
    let said = dashboard.status();
    let sentence = &dashboard.model.message.as_ref().unwrap().text;
    assert!(said.contains(sentence), "{sentence}\n{said}");
    assert!(sentence.contains(done), "{sentence}");
    let holds = match (mailed, keys.starts_with(": ") && !keys.contains("revoke")) {
        (true, true) => "Nobody was mailed; they hold the invitation accepted 10:00 CEST.",
        (false, true) => "Nobody was mailed; they hold no invitation.",
        (true, false) => "nobody was mailed, and they hold an invitation",
        (false, false) => "nobody was mailed",
    };
    assert!(sentence.contains(holds), "{sentence}");
}

#[tokio::test]
async fn incident_31_a_skew_in_the_old_database_is_asked_about_before_it_comes_in() {
    for (tabs, answer, start) in [
        ("Tab", "the slots'", "2031-05-06T07:20:00Z"),
        ("Tab Tab", "the recorded one", "2031-05-06T12:50:00Z"),
    ] {
        let world = World::new().await;
        let old = Old::new(world.home());
        old.run(
            "UPDATE interviews_interview SET scheduled_time = '2031-05-06 12:50:00', started_at = NULL;
             UPDATE interview_app_interviewsession SET scheduled_at = NULL",
        );
        let octets = old.octets();
        let mut dashboard = Dashboard::open(&world, 80, 24).await;
        dashboard.keys(": import Enter").await;
        dashboard.paste(old.file.to_str().unwrap()).await;
        dashboard.keys("Enter").await;
        let screen = dashboard.screen();
        assert!(
            screen.contains("which of two times is right: not said"),
            "{screen}"
        );
        dashboard.keys("y").await;
        assert!(
            dashboard.screen().contains("Tab says which is right"),
            "{}",
            dashboard.screen()
        );
        assert_eq!(world.count("interview"), 0, "nobody has answered");
        dashboard.keys(tabs).await;
        let screen = dashboard.screen();
        assert!(screen.contains(answer), "{screen}");
        assert_eq!(world.count("interview"), 0, "and nobody has said y");
        dashboard.keys("y").await;
        let row = world.row(ID.parse().unwrap()).await;
        assert_eq!(row.interview.starts_at.unwrap().to_string(), start);
        assert_eq!(world.count("delivery"), 0, "an import never mails");
        assert_eq!(old.octets(), octets);
    }
}

#[tokio::test]
async fn all_of_a_group_of_findings_are_mended_by_one_plan() {
    let world = World::new().await;
    for name in ["Ada <ada@c.example>", "Bob <bob@c.example>"] {
        world
            .schedule_with(name, "tomorrow 15:00", MailWish::No)
            .await;
    }
    let over = world.schedule_with("Cy <cy@c.example>", "today 10:30", MailWish::No);
    over.await;
    world.clock.advance(SignedDuration::from_hours(5));
    let mut dashboard = Dashboard::open(&world, 120, 30).await;
    dashboard.keys("A k").await;
    assert!(
        dashboard
            .screen()
            .contains("f mends all of them: greenroom resend finding:never-mailed -when:past"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("f").await;
    let screen = dashboard.screen();
    assert!(screen.contains("2 send · 0 skip"), "{screen}");
    assert_eq!(world.count("delivery"), 0, "nothing before y");
    dashboard.keys("y").await;
    assert_eq!(world.count("delivery"), 2);
}

#[tokio::test]
async fn whoever_looks_for_the_token_of_a_replaced_link_is_told_by_what_it_was_replaced() {
    let world = World::new().await;
    let id = world
        .schedule("Ada <ada@c.example>", "tomorrow 15:00")
        .await;
    world.deliver().await;
    let secret = world.app.link_secret().await.unwrap();
    let old = secret.token(id, world.details(id).await.sessions[0].key);
    let mut dashboard = Dashboard::open(&world, 80, 24).await;
    dashboard.keys("N y").await;
    let today = world.details(id).await.sessions[0].key.shortened();
    let path = "https://acme.example/api/interviews/public";
    for text in [format!("{path}/{}/", old.expose()), old.expose().to_owned()] {
        dashboard.paste(&text).await;
        let screen = dashboard.screen();
        let words = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            words.contains(&format!(
                "This link lets nobody in: it was replaced Mon 5 May 2031 10:00 CEST. Today's key is {today}"
            )),
            "{screen}"
        );
        dashboard.keys("Esc").await;
        assert!(!dashboard.screen().contains("lets nobody in"));
    }
    let new = secret.token(id, world.details(id).await.sessions[0].key);
    dashboard.paste(new.expose()).await;
    let screen = dashboard.screen();
    assert!(
        screen.contains("Ada") && !screen.contains("lets nobody in"),
        "{screen}"
    );
}

#[tokio::test]
async fn incident_09_whoever_looks_for_a_key_that_was_replaced_is_told_so() {
    let world = World::new().await;
    let id = world
        .schedule("Ada <ada@c.example>", "tomorrow 15:00")
        .await;
    world.deliver().await;
    let old = world.link(id).await;
    world.app.revoke(id).await.unwrap();
    world.wait_minutes(5);
    let mut dashboard = Dashboard::open(&world, 200, 50).await;
    dashboard.paste(&old).await;
    assert!(
        dashboard
            .screen()
            .contains("This key lets nobody in: it was revoked Mon 5 May 2031 10:00 CEST."),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("Esc").await;
    assert!(!dashboard.screen().contains("This key lets nobody in"));
}
