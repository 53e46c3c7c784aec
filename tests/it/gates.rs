//! Some things have one place in the source, and nobody may go round it.

use std::fs;
use std::path::{Path, PathBuf};

/// Where code (not a comment, not a test) of `src` says `text`, by file.
fn said_in(text: &str) -> Vec<String> {
    let mut files = Vec::new();
    rust_files(&source(), &mut files);
    let mut found = Vec::new();
    for file in files {
        let whole = fs::read_to_string(&file).unwrap();
        let code = whole.split("#[cfg(test)]").next().unwrap();
        let lines = code.lines().filter_map(|line| line.split("//").next());
        let times = lines.filter(|line| line.contains(text)).count();
        let name = file.strip_prefix(source()).unwrap().display().to_string();
        found.extend(std::iter::repeat_n(name, times));
    }
    found.sort();
    found
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
            files.push(path);
        }
    }
}

#[test]
fn invariant_01_an_invitable_is_made_in_one_place_and_an_invitation_only_of_it() {
    // The fields are private; inside its own file it is built once.
    let file = fs::read_to_string(source().join("domain/invitable.rs")).unwrap();
    let code = file.split("#[cfg(test)]").next().unwrap();
    assert_eq!(code.matches("Ok(Self {").count(), 1);
    let fields = code
        .split("pub struct Invitable {")
        .nth(1)
        .unwrap()
        .split('}')
        .next()
        .unwrap();
    assert!(!fields.contains("pub "), "{fields}");
    assert_eq!(
        said_in("gate::admit("),
        ["mail/compose.rs"],
        "one way from an Invitable to bytes"
    );
    assert_eq!(
        said_in("mail::invitation("),
        ["app/outbox.rs"],
        "what is shown is composed as what is stored"
    );
}

#[test]
fn invariant_05_only_the_dispatcher_hands_mail_to_a_transport() {
    let dispatcher = ["app/dispatch.rs", "app/dispatch/lane.rs"];
    assert_eq!(said_in("transport.content("), dispatcher);
    assert_eq!(said_in("transport.offer("), dispatcher);
    assert_eq!(
        said_in("add_delivery("),
        ["app/outbox.rs", "store/deliveries.rs"]
    );
}

#[test]
fn invariant_08_the_state_of_a_mail_is_written_in_one_place() {
    assert_eq!(
        said_in("UPDATE delivery SET state"),
        ["store/deliveries.rs"]
    );
    // Erasing a candidate empties what their timeline says, and leaves that something happened.
    assert_eq!(said_in("UPDATE event"), ["store/erase.rs"]);
    assert_eq!(said_in("DELETE FROM event"), [""; 0]);
}

#[test]
fn incident_04_every_surface_schedules_through_the_one_use_case() {
    let keeps = [
        "app/change.rs",
        "app/demo.rs",
        "app/door.rs",
        "app/plan/carry_out.rs",
        "app/revise.rs",
        "app/schedule.rs",
        "store/interviews.rs",
    ];
    let keeping = said_in("put_interview(");
    assert!(
        keeping.iter().all(|file| keeps.contains(&file.as_str())),
        "{keeping:?}"
    );
    // What arrives from elsewhere has the other way in, and nobody else takes that.
    assert_eq!(
        said_in("put_incoming("),
        ["app/import/take.rs", "store/incoming.rs"]
    );
    let asking = said_in(".schedule(");
    assert!(asking.contains(&"cli/new.rs".to_owned()), "{asking:?}");
}

#[test]
fn incident_13_one_function_builds_the_join_link() {
    // Whole, and cut for a screen; both are methods of JoinLink.
    assert_eq!(
        said_in("/interview/?session_key={}"),
        ["domain/session.rs"; 2]
    );
    let elsewhere = said_in("session_key=");
    let reading = [
        // Asks with a key that nobody has.
        "app/base_url.rs",
        "domain/filter/sought.rs",
        "domain/import/legacy/link.rs",
        "mail/gate.rs",
        "mail/gate/expected.rs",
        "domain/session.rs",
    ];
    assert!(
        elsewhere
            .iter()
            .all(|file| reading.contains(&file.as_str())),
        "{elsewhere:?}"
    );
}

#[test]
fn incident_08_nothing_is_looked_up_by_address_but_a_repeated_booking() {
    // One asks whether a booking was meant twice, one which other interviews an erased candidate has: neither finds a
    // session.
    assert_eq!(
        said_in("WHERE address"),
        ["store/erase.rs", "store/interviews.rs"]
    );
}
