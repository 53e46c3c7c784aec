//! `greenroom doctor` where something is broken: each problem with its remedy, and then the rest.

use serde_json::Value;

use crate::support::program::Greenroom;

/// `check health` of each line.
fn checks(lines: &[Value]) -> Vec<String> {
    let word = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
    lines
        .iter()
        .map(|line| format!("{} {}", word(line, "check"), word(line, "health")))
        .collect()
}

fn doctor(greenroom: &Greenroom) -> Vec<Value> {
    let lines = greenroom.run(&["doctor", "--json"]).ended(1).json();
    let silent = lines
        .iter()
        .find(|line| line["health"] != "ok" && !line["remedy"].is_string());
    assert_eq!(silent, None, "a problem without its remedy");
    lines
}

#[test]
fn half_an_smtp_configuration_is_named_and_the_rest_is_examined() {
    let greenroom = Greenroom::new();
    greenroom.configure(
        "links.base_url = 'https://interviews.acme.example'\nmail.transport = 'smtp'\nmail.smtp.prot = 25\n",
    );
    let lines = doctor(&greenroom);
    let found: Vec<&str> = lines
        .iter()
        .filter(|line| line["health"] == "trouble")
        .map(|line| line["found"].as_str().unwrap())
        .collect();
    assert!(
        found.iter().any(|found| found.contains("mail.smtp.host")),
        "{found:?}"
    );
    assert!(
        found
            .iter()
            .any(|found| found.contains("config.toml:3") && found.contains("mail.smtp.port")),
        "{found:?}"
    );
    assert_eq!(
        checks(&lines)[found.len()..],
        [
            "templates ok",
            "database ok",
            "links.base_url ok",
            "join page note",
            "mail note"
        ]
    );
    // Every other command still refuses to work with half a configuration.
    assert!(
        greenroom
            .run(&["list"])
            .ended(3)
            .err
            .contains("mail.smtp.host")
    );
}

#[test]
fn a_file_that_is_no_toml_and_a_broken_template_are_both_named() {
    let greenroom = Greenroom::new();
    greenroom.configure("mail.transport = \n");
    let templates = greenroom.home().join(".config/greenroom/templates");
    std::fs::create_dir(&templates).unwrap();
    std::fs::write(
        templates.join("invitation.txt.hbs"),
        "Hello {{candidat.name}}\n",
    )
    .unwrap();
    let lines = doctor(&greenroom);
    assert_eq!(
        checks(&lines),
        [
            "configuration trouble",
            "templates trouble",
            "database ok",
            "links.base_url note",
            "join page note",
            "mail note"
        ]
    );
    let found = |at: usize| lines[at]["found"].as_str().unwrap();
    assert!(found(0).contains("config.toml:1"), "{}", found(0));
    assert!(found(1).contains("invitation.txt.hbs"), "{}", found(1));
}

#[test]
fn what_is_no_database_is_named_and_the_test_mail_is_not_sent() {
    let greenroom = Greenroom::new();
    let data = greenroom.home().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("greenroom.db"), "Dear diary, ".repeat(500)).unwrap();
    let ran = greenroom
        .run(&["doctor", "--send-test", "rita@acme.example"])
        .ended(1);
    assert!(
        ran.out
            .contains("database: data-dir: the database can't be opened"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("mail: stored on this machine"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("test mail: nothing was sent"),
        "{}",
        ran.out
    );
    assert!(greenroom.mailbox().is_empty());
}

#[test]
fn on_a_narrow_terminal_no_word_is_broken() {
    let greenroom = Greenroom::new();
    let wide = greenroom.run(&["doctor"]).out;
    let (_, narrow) = greenroom
        .terminal(&["--color", "never", "doctor"], 80, 50)
        .ends();
    let lines = || narrow.lines().map(str::trim_end);
    assert!(lines().all(|line| line.chars().count() <= 80), "{narrow}");
    assert!(lines().count() > wide.lines().count(), "{narrow}");
    let words = |text: &str| {
        let words = text.split_whitespace();
        words.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(words(&narrow), words(&wide));
}
