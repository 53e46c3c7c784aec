//! `list`, `show`, `preview`, `doctor`: what is read, and that nothing in it acts.

use rstest::rstest;

use crate::support::program::Greenroom;

#[test]
fn a_list_in_json_has_one_interview_a_line_soonest_first() {
    let greenroom = Greenroom::new();
    greenroom.demo();
    let all = greenroom
        .run(&["list", "when:ahead", "--json"])
        .ended(0)
        .json();
    let starts: Vec<&str> = all
        .iter()
        .map(|interview| interview["starts_at"].as_str().unwrap())
        .collect();
    assert!(starts.len() > 20 && starts.is_sorted(), "{starts:?}");
    let missing = greenroom
        .run(&["list", "link:missing", "--json"])
        .ended(0)
        .json();
    assert!(
        !missing.is_empty()
            && missing
                .iter()
                .all(|interview| interview["join_url"].is_null())
    );
    let others = greenroom
        .run(&["list", "-link:missing", "--json"])
        .ended(0)
        .json();
    assert_eq!(
        missing.len() + others.len(),
        greenroom
            .run(&["list", "all", "--limit", "0", "--json"])
            .ended(0)
            .json()
            .len()
    );
}

#[test]
fn incident_29_every_time_in_what_is_shown_of_an_interview_names_its_zone() {
    let greenroom = Greenroom::new();
    greenroom.demo();
    let all = greenroom.run(&["list", "--limit", "40", "--json"]).ended(0);
    let mut times = 0;
    for interview in all.json() {
        let id = interview["id"].as_str().unwrap();
        for shown in [
            greenroom.run(&["show", id]).ended(0).out,
            greenroom.run(&["why", id]).ended(0).out,
        ] {
            let words: Vec<&str> = shown.split_whitespace().collect();
            let is_time = |word: &str| {
                let word = word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
                word.len() == 5 && word.parse::<jiff::civil::Time>().is_ok()
            };
            for (at, _) in words.iter().enumerate().filter(|(_, word)| is_time(word)) {
                // GMT, Sao Paulo, +05:30
                let zone = words.get(at + 1).copied().unwrap_or_default();
                let is_zone = zone
                    .starts_with(|first: char| first.is_ascii_uppercase() || "+-".contains(first));
                assert!(is_zone, "{} {zone}: {shown}", words[at]);
                times += 1;
            }
        }
    }
    assert!(times > 100, "{times}");
}

#[test]
fn a_limited_list_says_what_it_leaves_out() {
    let greenroom = Greenroom::new();
    greenroom.demo();
    let ran = greenroom.run(&["list", "--limit", "3"]).ended(0);
    assert_eq!(
        ran.out.lines().count(),
        4,
        "a head and three rows: {}",
        ran.out
    );
    assert!(
        ran.err.starts_with("3 shown, and there are more"),
        "{}",
        ran.err
    );
    assert!(ran.out.contains("WHEN (Europe/London)"), "{}", ran.out);
}

#[rstest]
#[case(&["list", "lnik:missing"], "did you mean \"link\"")]
#[case(&["list", "link:broken"], "it takes cancelled, missing")]
#[case(&["show", "7"], "id: \"7\" is not the id of an interview")]
#[case(&["show", "01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f"], "id: there is no interview 01936f0e")]
#[case(&["preview", "01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f"], "id: there is no interview 01936f0e")]
#[case(&["list", "--filter"], "unexpected argument")]
#[case(&["lst"], "unrecognized subcommand 'lst'")]
fn a_slip_is_named_and_ends_with_2(#[case] arguments: &[&str], #[case] words: &str) {
    let ran = Greenroom::new().run(arguments).ended(2);
    assert!(
        ran.err.starts_with("greenroom: ") && ran.err.contains(words),
        "{}",
        ran.err
    );
    assert!(ran.out.is_empty());
}

#[test]
fn show_tells_the_mails_and_the_timeline() {
    let greenroom = Greenroom::new();
    let id = greenroom
        .new_ada(&["--json", "--note", "-bring a laptop\n-and a pen"])
        .ended(0)
        .one()["interview"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let shown = greenroom.run(&["show", &id]).ended(0).out;
    for words in [
        "Ada Lovelace <ada@example.org>",
        "session_key=",
        "Note          -bring a laptop\n              -and a pen\n",
        "stored on this machine; nobody was mailed",
        "interview scheduled (rita)",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let json = greenroom.run(&["show", &id, "--json"]).ended(0).one();
    assert_eq!(
        (&json["id"], json["deliveries"].as_array().unwrap().len()),
        (&id.as_str().into(), 1)
    );
    assert_eq!(json["timeline"][0]["event"], "scheduled");
}

#[rstest]
#[case("rendered", "Subject: Interview for Engineer")]
#[case("text", "Hello Ada Lovelace,")]
#[case("html", "<!DOCTYPE html>")]
#[case("headers", "Auto-Submitted: auto-generated")]
#[case("calendar", "METHOD:REQUEST")]
#[case("source", "Content-Type: multipart/mixed")]
fn each_part_of_the_mail_can_be_looked_at(#[case] part: &str, #[case] words: &str) {
    let greenroom = Greenroom::new();
    let id = greenroom.new_ada(&["--json"]).ended(0).one()["interview"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let ran = greenroom.run(&["preview", &id, "--part", part]).ended(0);
    assert!(ran.out.contains(words), "{}", ran.out);
    assert!(ran.err.contains("As stored"), "{}", ran.err);
}

#[test]
fn foreign_text_never_acts() {
    let greenroom = Greenroom::new();
    let name = "Ada \u{200f}\u{200c}Lovelace";
    greenroom
        .run(&[
            "new",
            "--candidate",
            name,
            "--email",
            "ada@example.org",
            "--role",
            "Engineer",
            "--at",
            "tomorrow at 3pm",
            "--no-send",
        ])
        .ended(0);
    let id = greenroom.run(&["list", "--json"]).ended(0).one();
    assert_eq!(id["candidate_name"], name, "JSON keeps what it is");
    let id = id["id"].as_str().unwrap();
    for arguments in [
        vec!["list"],
        vec!["list", "--plain"],
        vec!["list", "--json"],
        vec!["show", id],
        vec!["preview", id],
        vec!["resend", id, "--dry-run"],
        vec!["\u{1b}[2J\u{202e}"],
    ] {
        let ran = greenroom.run(&arguments);
        let acts = |text: &str| {
            text.chars().any(|one| {
                (one.is_control() && one != '\n') || "\u{200b}\u{200f}\u{202e}".contains(one)
            })
        };
        assert!(
            !acts(&ran.out) && !acts(&ran.err),
            "{arguments:?}: {:?} {:?}",
            ran.out,
            ran.err
        );
    }
    assert!(greenroom.run(&["list"]).out.contains("<U+200F>"));
}

#[test]
fn colours_are_used_only_where_they_are_wanted() {
    let greenroom = Greenroom::new();
    greenroom.new_ada(&[]).ended(0);
    assert!(!greenroom.run(&["list"]).out.contains('\x1b'));
    let colored = greenroom.run(&["list", "--color", "always"]).out;
    assert!(
        colored.contains("\x1b[33m▲ stored on this machine\x1b[0m"),
        "{colored:?}"
    );
    let plain = greenroom.run(&["list", "--plain"]).out;
    assert!(
        plain.is_ascii()
            && plain.contains("in 29 h: Ada Lovelace, Engineer: stored on this machine."),
        "{plain}"
    );
}

#[test]
fn incident_20_doctor_names_each_problem_and_its_remedy() {
    let fine = Greenroom::new()
        .with_a_free_port()
        .run(&["doctor"])
        .ended(0);
    assert!(fine.out.contains("nobody is mailed"), "{}", fine.out);
    assert!(fine.out.contains("can follow such links"), "{}", fine.out);
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let greenroom = Greenroom::new()
        .with_a_free_port()
        .with_smtp(port)
        .with("GREENROOM_LINKS__ALLOW_LOCAL", "false");
    let checks = greenroom.run(&["doctor", "--json"]).ended(1).json();
    let in_trouble: Vec<&str> = checks
        .iter()
        .filter(|check| check["health"] == "trouble")
        .map(|check| check["check"].as_str().unwrap())
        .collect();
    assert_eq!(in_trouble, ["links.base_url", "mail"]);
    assert!(
        checks
            .iter()
            .all(|check| check["health"] == "ok" || check["remedy"].is_string())
    );
}
