//! The command: a table, JSON, CSV, a page, and evidence in files; nothing that stands in them acts.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use greenroom::domain::ids::InterviewId;

use crate::support::program::Greenroom;

/// Two interviews that nobody was mailed about, one of a person with a hostile name.
fn greenroom() -> Greenroom {
    let greenroom = Greenroom::new();
    let new = |name: &str, at: &str| {
        let arguments = [
            "new",
            "--candidate",
            name,
            "--email",
            "ada@example.org",
            "--role",
            "Engineer",
        ];
        greenroom
            .run(&[&arguments[..], &["--at", at, "--no-send"]].concat())
            .ended(0);
    };
    new(
        "=HYPERLINK(\"http://evil.example\";\"Ada\")",
        "2031-03-05 15:00",
    );
    new("<script>alert(1)</script>", "2031-03-20 15:00");
    greenroom
}

#[test]
fn an_audit_ends_with_1_when_it_finds_anything_and_counts_by_code() {
    let greenroom = greenroom();
    let ran = greenroom.run(&["audit"]).ended(1);
    assert!(
        ran.out
            .starts_with("2 findings, the most urgent first (times in Europe/London)"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("NEVER-MAILED  2  "), "{}", ran.out);
    assert!(
        ran.out.contains("greenroom resend finding:never-mailed"),
        "{}",
        ran.out
    );
    greenroom
        .run(&["audit", "--min-severity", "critical"])
        .ended(0);
    greenroom.run(&["audit", "--min-severity", "dire"]).ended(2);
    greenroom.run(&["audit", "finding:stale-link"]).ended(0);
    greenroom
        .run(&["audit", "finding:never-mailed", "-hyperlink", "--json"])
        .ended(1)
        .one();
    let plain = greenroom.run(&["--plain", "audit"]).ended(1);
    assert!(
        plain
            .out
            .contains("Nobody was mailed. Mended by: greenroom resend "),
        "{}",
        plain.out
    );
}

#[test]
fn what_no_command_mends_for_all_is_said_of_each() {
    let greenroom = Greenroom::new();
    let table = greenroom.home().join("table.csv");
    let lines = "candidate_name,candidate_email,role,starts_at,zone,duration_minutes\n\
                 Zoe,zoe@example.org,Engineer,,Europe/London,45\n";
    fs::write(&table, lines).unwrap();
    greenroom.run(&["import", table.to_str().unwrap()]).ended(0);
    let ran = greenroom.run(&["audit", "finding:no-start"]).ended(1);
    assert!(
        ran.out.contains("so nobody can be told when. To mend it: "),
        "{}",
        ran.out
    );
}

#[test]
fn an_audit_in_json_has_one_finding_a_line_the_most_urgent_first() {
    let findings = greenroom().run(&["audit", "--json"]).ended(1).json();
    assert_eq!(findings.len(), 2);
    assert_eq!(findings[0]["code"], "NEVER-MAILED");
    assert!(findings[0]["severity"].as_u64() > findings[1]["severity"].as_u64());
    assert_eq!(findings[0]["starts_at"], "2031-03-05T15:00:00Z");
    assert_eq!(findings[0]["detail"], "Nobody was mailed.");
    assert!(findings[0]["interview_id"].is_string());
}

#[test]
fn an_audit_in_csv_names_candidate_and_action_and_is_no_formula() {
    let ran = greenroom().run(&["audit", "--csv"]).ended(1);
    let mut reader = csv::Reader::from_reader(ran.out.as_bytes());
    let head = reader.headers().unwrap().clone();
    assert_eq!(
        head.iter().collect::<Vec<_>>().join(","),
        "code,severity,interview_id,detail,starts_at,candidate,address,recruiter,action"
    );
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(&rows[0][5], "'=HYPERLINK(\"http://evil.example\";\"Ada\")");
    assert_eq!(&rows[0][6], "ada@example.org");
    assert!(rows[0][8].starts_with("greenroom resend "));
}

#[test]
fn a_page_stands_alone_and_takes_no_markup_from_a_name() {
    let greenroom = greenroom();
    let file = greenroom.home().join("audit.html");
    greenroom
        .run(&["audit", "--html", file.to_str().unwrap()])
        .ended(1);
    let page = fs::read_to_string(&file).unwrap();
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;"));
    assert!(
        !page.contains("src=")
            && !page.contains("@import")
            && !page.contains("http-equiv=\"refresh")
    );
    assert!(page.contains("NEVER-MAILED") && page.contains("@media print"));
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let piped = greenroom.run(&["audit", "--html", "-"]).ended(1);
    assert_eq!(piped.out, page);
    assert!(!std::path::Path::new("-").exists());
}

#[test]
fn a_finding_is_acknowledged_for_a_reason() {
    let greenroom = greenroom();
    let first = greenroom.run(&["audit", "--json"]).json().remove(0);
    let id = first["interview_id"].as_str().unwrap();
    greenroom
        .run(&["audit", "ack", id, "NEVER-MAILED"])
        .ended(2);
    greenroom
        .run(&["audit", "ack", id, "NEVER-MAILED", "--reason", " "])
        .ended(2);
    greenroom
        .run(&["audit", "ack", id, "SOMETHING", "--reason", "x"])
        .ended(2);
    greenroom
        .run(&["audit", "ack", id, "STALE-LINK", "--reason", "x"])
        .ended(2);
    greenroom
        .run(&[
            "audit",
            "ack",
            id,
            "never-mailed",
            "--reason",
            "told by phone",
        ])
        .ended(0);
    assert_eq!(greenroom.run(&["audit", "--json"]).ended(1).json().len(), 1);
    let acknowledged = greenroom
        .run(&["audit", "--acked", "--json"])
        .ended(0)
        .one();
    assert_eq!(acknowledged["reason"], "told by phone");
    assert_eq!(acknowledged["acknowledged_by"], "rita");
    let table = greenroom.run(&["audit", "--acked", "--csv"]).ended(0).out;
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let head = reader.headers().unwrap().clone();
    let row = reader.records().next().unwrap().unwrap();
    let cell = |name: &str| {
        let at = head.iter().position(|column| column == name).unwrap();
        row[at].to_owned()
    };
    assert_eq!(cell("code"), "NEVER-MAILED");
    assert_eq!(cell("acknowledged_by"), "rita");
    assert_eq!(cell("reason"), "told by phone");
}

#[test]
fn incident_25_the_evidence_of_an_interview_is_written_once_and_for_its_owner_only() {
    let greenroom = Greenroom::new();
    let id = greenroom.new_ada(&["--json"]).ended(0).one()["interview"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let directory = greenroom.home().join("evidence");
    let arguments = ["show", &id, "--evidence", directory.to_str().unwrap()];
    greenroom.run(&arguments).ended(0);
    let mut names: Vec<_> = fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "mail-01-invitation-stored.eml",
            "mail-01-invitation-stored.txt",
            "timeline.json",
            "timeline.txt"
        ]
    );
    for name in &names {
        let mode = fs::metadata(directory.join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert_eq!(
        fs::read_to_string(directory.join(&names[0])).unwrap(),
        greenroom.mailbox()[0],
        "the exact bytes"
    );
    let text = fs::read_to_string(directory.join("timeline.txt")).unwrap();
    assert!(
        text.contains("STORED-ONLY") && text.contains("interview scheduled"),
        "{text}"
    );
    let again = greenroom.run(&arguments).ended(2);
    assert!(
        again.err.contains("nothing is overwritten"),
        "{}",
        again.err
    );
}

#[test]
fn on_a_narrow_terminal_the_sentence_stands_below_its_interview_and_no_word_is_cut() {
    let greenroom = Greenroom::new();
    let table = greenroom.home().join("t.csv");
    let lines = "candidate_name,candidate_email,role,zone,starts_at,duration_minutes\n\
                 Ada Lovelace,ada@gmial.com,Engineer,UTC,,45\n";
    fs::write(&table, lines).unwrap();
    greenroom.run(&["import", table.to_str().unwrap(), "--yes"]);
    let (_, written) = greenroom
        .terminal(&["--color", "never", "audit"], 80, 24)
        .ends();
    let lines: Vec<&str> = written.lines().map(str::trim_end).collect();
    assert!(
        lines.iter().all(|line| line.chars().count() <= 80),
        "{written}"
    );
    let below = lines.iter().position(|line| line.ends_with("Ada Lovelace"));
    // The id can be copied in one piece; what is wrong follows it.
    let (id, sentence) = lines[below.unwrap() + 1].split_once(" · ").unwrap();
    assert!(id.trim().parse::<InterviewId>().is_ok(), "{written}");
    assert!(sentence.starts_with("The interview has no"), "{written}");
}

#[test]
fn ids_are_audited_and_listed_as_they_are_named() {
    let greenroom = greenroom();
    let all = greenroom.run(&["audit", "--json"]).ended(1).json();
    let ids: Vec<&str> = all
        .iter()
        .map(|finding| finding["interview_id"].as_str().unwrap())
        .collect();
    let both = ["audit", ids[0], ids[1]];
    let found = greenroom.run(&[&both[..], &["--json"]].concat()).ended(1);
    assert_eq!(found.json().len(), 2);
    assert_eq!(
        greenroom
            .run(&["list", ids[0], ids[1], "--json"])
            .ended(0)
            .json()
            .len(),
        2
    );
    // No command mends just these together, so each names its own, and it can be carried out.
    let table = greenroom.run(&both).ended(1).out;
    assert!(!table.contains("-when:past"), "{table}");
    for id in ids {
        assert!(
            table.contains(&format!("To mend it: greenroom resend {id}")),
            "{table}"
        );
        greenroom.run(&["resend", id, "--dry-run"]).ended(0);
    }
    let unknown = "0197fb3f-0000-7000-8000-000000000000";
    for command in ["audit", "list", "export"] {
        let refused = greenroom.run(&[command, unknown]).ended(2);
        assert!(
            refused.err.contains("there is no interview"),
            "{}",
            refused.err
        );
    }
}
