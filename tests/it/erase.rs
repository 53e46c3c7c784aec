//! `greenroom erase`: afterwards no byte in the data directory says whom an interview was with.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use greenroom::app::{Action, MailWish, Selection};
use rusqlite::Connection;

use crate::support::program::Greenroom;
use crate::support::{World, words};

const NOBODY: &str = "01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f";
const NAME: &str = "Zoë Núñez-Quackenbush";
const ADDRESS: &str = "zoe.quackenbush@candidates.example";

/// Ada's interview, and Zoë's, mailed to the mailbox of this machine and written about wherever people can write.
fn with_zoe() -> (Greenroom, String) {
    with_zoe_in(Greenroom::new())
}

fn with_zoe_in(greenroom: Greenroom) -> (Greenroom, String) {
    greenroom.new_ada(&[]);
    let made = greenroom.run(&[
        "new",
        "--candidate",
        NAME,
        "--email",
        ADDRESS,
        "--role",
        "Xylographer",
        "--at",
        "2031-03-05 16:00",
        "--note",
        "Quackenbush needs a lift",
        "--idempotency-key",
        "quackenbush-1",
        "--json",
    ]);
    let id = made.one()["interview"]["id"].as_str().unwrap().to_owned();
    (greenroom, id)
}

fn sql(greenroom: &Greenroom) -> Connection {
    Connection::open(greenroom.home().join("data/greenroom.db")).unwrap()
}

fn one<T: rusqlite::types::FromSql>(sql: &Connection, question: &str) -> T {
    sql.query_row(question, [], |row| row.get(0)).unwrap()
}

/// What must not be found: the words themselves, and what only this interview's mails hold.
fn needles(greenroom: &Greenroom, id: &str) -> Vec<Vec<u8>> {
    let sql = sql(greenroom);
    let mut texts: Vec<String> = [NAME, ADDRESS, "Quackenbush", "quackenbush", "Xylographer"]
        .map(str::to_owned)
        .to_vec();
    for question in [
        "SELECT key FROM session WHERE interview_id = $1",
        "SELECT message_id FROM delivery WHERE interview_id = $1",
        "SELECT id FROM delivery WHERE interview_id = $1",
        "SELECT sha256 FROM delivery WHERE interview_id = $1",
    ] {
        let mut statement = sql.prepare(question).unwrap();
        let found = statement.query_map([id], |row| row.get(0)).unwrap();
        texts.extend(found.map(Result::unwrap));
    }
    let mut needles: Vec<Vec<u8>> = texts.into_iter().map(String::into_bytes).collect();
    // In a base64 part the name may stand at each of three places of a group.
    for before in 0..3 {
        let text = [&b"   "[..before], NAME.as_bytes()].concat();
        let encoded = STANDARD.encode(text);
        needles.push(encoded.as_bytes()[4..encoded.len() - 4].to_vec());
    }
    needles.push(b"Zo=C3=AB".to_vec());
    needles
}

/// Where the needles stand: file and needle.
fn found(directory: &Path, needles: &[Vec<u8>], places: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found(&path, needles, places);
            continue;
        }
        let Ok(bytes) = fs::read(&path) else { continue };
        for needle in needles {
            let is_there = bytes.windows(needle.len()).any(|window| window == needle);
            let is_name = path
                .to_string_lossy()
                .as_bytes()
                .windows(needle.len())
                .any(|window| window == needle);
            if is_there || is_name {
                places.push(format!(
                    "{}: {}",
                    path.display(),
                    String::from_utf8_lossy(needle)
                ));
            }
        }
    }
}

fn traces(greenroom: &Greenroom, needles: &[Vec<u8>]) -> Vec<String> {
    let mut places = Vec::new();
    found(&greenroom.home().join("data"), needles, &mut places);
    places
}

/// A dashboard in lines, which holds the database open.
struct Follower(Child);

impl Follower {
    fn of(greenroom: &Greenroom) -> Self {
        let mut command = greenroom.command(&["--plain"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut first).unwrap();
        std::thread::spawn(move || output.lines().for_each(drop));
        Self(child)
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Its timeline can still be read, and names nobody.
fn assert_gone(greenroom: &Greenroom, id: &str) {
    let shown = greenroom.run(&["show", id]).ended(0).out;
    assert!(
        shown.contains("is gone") && shown.contains("candidate erased (rita)"),
        "{shown}"
    );
    for word in ["Zo", "uackenbush", "Xylographer", "Engineer"] {
        assert!(!shown.contains(word), "{shown}");
    }
    let json = greenroom.run(&["show", id, "--json"]).ended(0).one();
    assert_eq!(json["erased"], true);
    assert_eq!(json["timeline"][0]["event"], "scheduled");
    let evidence = greenroom.home().join("nothing");
    let refused = ["show", id, "--evidence", evidence.to_str().unwrap()];
    greenroom.run(&refused).ended(2);
    assert!(!evidence.exists());
}

fn assert_the_others_are_whole(greenroom: &Greenroom) {
    let sql = sql(greenroom);
    assert_eq!(one::<String>(&sql, "PRAGMA integrity_check"), "ok");
    assert_eq!(one::<i64>(&sql, "SELECT count(*) FROM interview"), 1);
    assert_eq!(one::<i64>(&sql, "SELECT count(*) FROM delivery"), 1);
    sql.execute_batch(
        "INSERT INTO interview_search (interview_search, rank) VALUES ('integrity-check', 1)",
    )
    .unwrap();
    let listed = greenroom
        .run(&["list", "lovelace", "--json"])
        .ended(0)
        .json();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["candidate_name"], "Ada Lovelace");
    assert_eq!(greenroom.mailbox().len(), 1, "Ada's mail stays");
}

#[test]
fn no_byte_says_whom_it_was_with_while_a_dashboard_is_open() {
    let (greenroom, id) = with_zoe();
    // What a person can write about her, and what a mail program does with her mail.
    greenroom
        .run(&[
            "audit",
            "ack",
            &id,
            "STORED-ONLY",
            "--reason",
            "Quackenbush called",
        ])
        .ended(0);
    greenroom
        .run(&["cancel", &id, "--reason", "Quackenbush found other work"])
        .ended(0);
    sql(&greenroom)
        .execute(
            "INSERT INTO access (interview_id, at, kind, door) VALUES ($1, 1, 'view', 'open')",
            [&id],
        )
        .unwrap();
    let mailbox = greenroom.home().join("data/mailbox");
    for entry in fs::read_dir(mailbox.join("new")).unwrap() {
        let entry = entry.unwrap();
        if fs::read_to_string(entry.path()).unwrap().contains(ADDRESS) {
            let name = format!("{}:2,S", entry.file_name().to_str().unwrap());
            fs::rename(entry.path(), mailbox.join("cur").join(name)).unwrap();
        }
    }
    let follower = Follower::of(&greenroom);
    let needles = needles(&greenroom, &id);
    let before = traces(&greenroom, &needles).join("\n");
    for kept in [
        "greenroom.db",
        "mailbox/cur",
        "Zoë",
        "Zo=C3=AB",
        "quackenbush",
    ] {
        assert!(before.contains(kept), "{kept} in\n{before}");
    }

    let done = greenroom
        .run(&["erase", &id, "--yes", "--json"])
        .ended(0)
        .one();
    assert_eq!(done["mailbox_files"], 1);
    assert_eq!(done["timeline_kept"], 7);
    assert_eq!(done["already"], false);
    assert!(done["traces"].is_null());
    assert_eq!(traces(&greenroom, &needles), Vec::<String>::new());

    // Its timeline keeps that something happened, and who did it.
    let sql = sql(&greenroom);
    let kinds: String = one(
        &sql,
        &format!(
            "SELECT group_concat(kind, ' ') FROM (SELECT kind FROM event WHERE interview_id = '{id}' ORDER BY row)"
        ),
    );
    assert_eq!(
        kinds,
        "scheduled link_made mail_queued mail_stored finding_acknowledged cancelled erased"
    );
    let details: String = one(
        &sql,
        &format!("SELECT group_concat(detail, '') FROM event WHERE interview_id = '{id}'"),
    );
    assert_eq!(details, "");
    let actor: String = one(&sql, "SELECT actor FROM event WHERE kind = 'erased'");
    assert_eq!(actor, "rita");
    assert_the_others_are_whole(&greenroom);
    drop(follower);

    // Every other command has forgotten it, and it can be erased again.
    let listed = greenroom.run(&["list", "quackenbush", "--json"]).json();
    assert!(listed.is_empty(), "{listed:?}");
    assert_gone(&greenroom, &id);
    assert!(!greenroom.run(&["audit", "--all"]).out.contains("Zo"));
    assert!(!greenroom.run(&["why", ADDRESS]).out.contains("Zo"));
    let again = greenroom.run(&["erase", &id, "--yes"]).ended(0);
    assert!(again.out.contains("was erased before"), "{}", again.out);
    assert_eq!(traces(&greenroom, &needles), Vec::<String>::new());
    assert_the_others_are_whole(&greenroom);
}

#[test]
fn while_an_older_state_is_read_traces_are_told_of_and_erasing_again_finishes() {
    let (greenroom, id) = with_zoe();
    let needles = needles(&greenroom, &id);
    let reader = sql(&greenroom);
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM interview")
        .unwrap();
    let _: i64 = one(&reader, "SELECT count(*) FROM interview");
    let ran = greenroom.run(&["erase", &id, "--yes"]).ended(1);
    assert!(
        ran.err.contains("traces of it may remain")
            && ran.err.contains(&format!("greenroom erase {id} again")),
        "{}",
        ran.err
    );
    assert_gone(&greenroom, &id);
    assert!(
        !traces(&greenroom, &needles).is_empty(),
        "it said the truth"
    );
    drop(reader);
    greenroom.run(&["erase", &id, "--yes"]).ended(0);
    assert_eq!(traces(&greenroom, &needles), Vec::<String>::new());
    assert_the_others_are_whole(&greenroom);
}

#[test]
fn killed_between_the_commit_and_the_cleaning_it_is_finished_by_erasing_again() {
    let (greenroom, id) = with_zoe();
    let needles = needles(&greenroom, &id);
    // Keeps the cleaning from ending.
    let reader = sql(&greenroom);
    reader.execute_batch("BEGIN").unwrap();
    let _: i64 = one(&reader, "SELECT count(*) FROM interview");
    let mut doomed = greenroom.command(&["erase", &id, "--yes"]).spawn().unwrap();
    let looker = sql(&greenroom);
    let deadline = Instant::now() + Duration::from_secs(30);
    while one::<i64>(&looker, "SELECT count(*) FROM interview") == 2 {
        assert!(Instant::now() < deadline, "nothing was committed");
        std::thread::sleep(Duration::from_millis(1));
    }
    doomed.kill().unwrap();
    assert_eq!(doomed.wait().unwrap().code(), None, "it had not ended");
    drop(looker);
    assert!(
        !traces(&greenroom, &needles).is_empty(),
        "there is something left to clean"
    );
    drop(reader);
    let again = greenroom.run(&["erase", &id, "--yes"]).ended(0);
    assert!(again.out.contains("was erased before"), "{}", again.out);
    assert_eq!(traces(&greenroom, &needles), Vec::<String>::new());
    assert_the_others_are_whole(&greenroom);
}

#[test]
fn mail_that_has_not_left_is_taken_back_and_what_is_being_sent_is_waited_for() {
    // Nobody listens there: both mails are put off.
    let (greenroom, id) = with_zoe_in(Greenroom::new().with_smtp(9));
    let needles = needles(&greenroom, &id);
    let set = |state: &str| {
        let words = format!("UPDATE delivery SET {state} WHERE interview_id = $1");
        sql(&greenroom).execute(&words, [&id]).unwrap();
    };
    set("state = 'handing_over', owner = '00000000000000000000000000000001'");
    let ran = greenroom.run(&["erase", &id, "--yes"]).ended(2);
    assert!(
        ran.err
            .contains("being sent at this moment; nothing was erased"),
        "{}",
        ran.err
    );
    greenroom.run(&["show", &id]).ended(0);
    set("state = 'deferred', owner = NULL");
    let done = greenroom
        .run(&["erase", &id, "--yes", "--json"])
        .ended(0)
        .one();
    assert_eq!(done["withdrawn"], 1);
    assert_eq!(traces(&greenroom, &needles), Vec::<String>::new());
}

#[test]
fn one_id_is_not_consent_and_a_person_is_asked() {
    let (greenroom, id) = with_zoe();
    let ran = greenroom.run(&["erase", &id]).ended(2);
    assert!(ran.err.contains("say --yes"), "{}", ran.err);
    for (id, words) in [
        (NOBODY, "id: there is no interview 01936f0e"),
        ("7", "id: \"7\" is not the id of an interview"),
    ] {
        let ran = greenroom.run(&["erase", id, "--yes"]).ended(2);
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    let mut declined = greenroom.terminal(&["erase", &id], 120, 20);
    declined.shows("Type y to erase");
    declined.keys("n\n");
    let (status, written) = declined.ends();
    assert!(
        status.success() && written.contains("Nothing was erased."),
        "{written}"
    );
    greenroom.run(&["show", &id]).ended(0);
    let mut agreed = greenroom.terminal(&["erase", &id], 120, 20);
    let asked = agreed.shows("Type y to erase");
    assert!(asked.contains(NAME) && asked.contains("1 mail"), "{asked}");
    agreed.keys("y\n");
    assert!(agreed.ends().0.success());
    assert_gone(&greenroom, &id);
}

#[test]
fn the_other_interviews_of_the_same_address_are_named() {
    let (greenroom, id) = with_zoe();
    let other = greenroom
        .run(&[
            "new",
            "--candidate",
            NAME,
            "--email",
            ADDRESS,
            "--role",
            "Engineer",
            "--at",
            "2031-03-06 16:00",
            "--json",
        ])
        .one();
    let other = other["interview"]["id"].as_str().unwrap();
    let done = greenroom.run(&["erase", &id, "--yes"]).ended(0);
    assert!(
        done.out.contains(&format!("greenroom erase {other}")),
        "{}",
        done.out
    );
    greenroom.run(&["show", other]).ended(0);
}

#[tokio::test]
async fn the_link_of_an_erased_interview_is_dead() {
    let world = World::new().await;
    let ada = world
        .schedule("Ada Lovelace <ada@c.example>", "tomorrow 15:00")
        .await;
    world.deliver().await;
    let link = world.link(ada).await;
    let path = link.trim_start_matches("https://interviews.acme.example");
    let site = world.serve().await;
    assert_eq!(site.get(path).await.status, 200);
    let erased = world.app.erase(ada).await.unwrap();
    assert!(!erased.already && erased.traces.is_none());
    assert_eq!(site.get(path).await.status, 404);
    let again = world.app.erase(ada).await.unwrap();
    assert!(again.already);
    let nobody = NOBODY.parse().unwrap();
    assert!(words(world.app.erase(nobody).await.map(|_| ())).contains("there is no interview"));
}

#[tokio::test]
async fn the_totals_of_a_batch_are_right_when_one_of_it_was_erased() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for name in [
        "Ada <ada@c.example>",
        "Bob <bob@c.example>",
        "Cy <cy@c.example>",
    ] {
        let made = world.schedule_with(name, "tomorrow 15:00", MailWish::No);
        ids.push(made.await.row.id());
    }
    let selection = Selection::Ids(ids.clone());
    let plan = world.app.plan(Action::Resend, &selection).await.unwrap();
    let hold = Some(Duration::from_secs(30));
    let done = world.app.carry_out(&plan, hold).await.unwrap();
    let number = done.batch.unwrap();
    // One before its mail has left, one after.
    assert_eq!(world.app.erase(ids[0]).await.unwrap().withdrawn, 1);
    let status = world.app.batch(number).await.unwrap();
    assert_eq!((status.batch.sends, status.progress.left()), (3, 2));
    world.wait_minutes(1);
    world.deliver().await;
    world.app.erase(ids[1]).await.unwrap();
    let status = world.app.batch(number).await.unwrap();
    assert!(status.is_over());
    assert_eq!(status.words(), "1 of 3 sent, 2 removed since");
    assert_eq!(world.app.batch_mails(number).await.unwrap().len(), 1);
    let retry = world.app.plan_retry(number).await.unwrap();
    assert!(retry.plan.is_none(), "{retry:?}");
    assert_eq!(world.post.handed().len(), 2);
}

#[test]
fn who_came_in_with_a_table_is_gone_and_does_not_come_back_with_it() {
    let greenroom = Greenroom::new();
    greenroom.new_ada(&[]);
    let table = greenroom.home().join("table.csv");
    let header = "candidate_name,candidate_email,role,starts_at,zone,duration_minutes,note,external_id,source\n";
    let lines = [
        format!("{NAME},{ADDRESS},Xylographer,2031-03-05 16:00,UTC,45,Quackenbush is late,,\n"),
        format!("{NAME},{ADDRESS},Xylographer,2031-03-06 16:00,UTC,45,,{ADDRESS},quackenbush\n"),
    ];
    fs::write(&table, format!("{header}{}", lines.concat())).unwrap();
    let import = ["import", table.to_str().unwrap(), "--yes", "--json"];
    assert_eq!(greenroom.run(&import).one()["new"], 2);
    let ids: Vec<String> = greenroom
        .run(&["list", "quackenbush", "--json"])
        .json()
        .iter()
        .map(|interview| interview["id"].as_str().unwrap().to_owned())
        .collect();
    greenroom.run(&["repair", "quackenbush", "--yes"]).ended(0);
    greenroom
        .run(&[
            "audit",
            "ack",
            &ids[0],
            "NEVER-MAILED",
            "--reason",
            "Quackenbush",
        ])
        .ended(0);
    let saved = greenroom.home().join("plan.json");
    let resend = [
        "resend",
        "quackenbush",
        "--yes",
        "--save-plan",
        saved.to_str().unwrap(),
    ];
    greenroom.run(&resend);
    greenroom.run(&["resend", "quackenbush", "--yes"]);
    let mut needles: Vec<Vec<u8>> = ids.iter().flat_map(|id| needles(&greenroom, id)).collect();
    needles.push(b"quackenbush".to_vec());
    assert!(!traces(&greenroom, &needles).is_empty());
    for id in &ids {
        greenroom.run(&["erase", id, "--yes"]).ended(0);
    }
    assert_eq!(traces(&greenroom, &needles), [""; 0]);
    // The names that stay are of no use to whoever guesses.
    let again = greenroom.run(&import).one();
    assert_eq!((&again["new"], &again["erased"]), (&0.into(), &2.into()));
    assert_eq!(traces(&greenroom, &needles), [""; 0]);
    let elsewhere = Greenroom::new();
    assert_eq!(elsewhere.run(&import).one()["new"], 2);
    for interview in elsewhere.run(&["list", "--json"]).json() {
        assert!(
            !ids.iter().any(|id| interview["id"] == **id),
            "an id follows from the content"
        );
    }
}
