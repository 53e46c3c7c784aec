//! How the program ends: configuration, a missing terminal, a reader that goes away.

use std::process::Stdio;

use rstest::rstest;

use crate::support::program::Greenroom;

#[test]
fn every_slip_of_the_configuration_is_one_line_with_its_place() {
    let greenroom = Greenroom::new();
    greenroom.configure("[links]\nbase_ulr = 'https://acme.example'\n[mail]\nhold = 10\n");
    let ran = greenroom.run(&["list"]).ended(3);
    let lines: Vec<&str> = ran.err.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ran.err);
    assert!(
        lines.iter().any(|line| line.contains(
            "config.toml:2: links.base_ulr: there is no such setting; did you mean links.base_url?"
        )),
        "{}",
        ran.err
    );
    assert!(
        lines
            .iter()
            .any(|line| line.contains("config.toml:4: mail.hold: must be text")),
        "{}",
        ran.err
    );
}

#[rstest]
#[case(
    "GREENROOM_MAIL__SMTP__HSOT",
    "x",
    "GREENROOM_MAIL__SMTP__HSOT: mail.smtp.hsot: there is no such setting"
)]
#[case("GREENROOM_NOW", "noon", "GREENROOM_NOW: is not an instant")]
#[case(
    "GREENROOM_MAIL__SMTP__HOST",
    "mx.acme.example",
    "GREENROOM_NOW: the clock is fixed"
)]
#[case(
    "GREENROOM_CONFIG",
    "/nowhere/config.toml",
    "config: /nowhere/config.toml can't be read"
)]
#[case("GREENROOM_DATA_DIR", "/proc/nowhere", "data-dir: ")]
fn a_variable_that_can_not_stand_ends_with_3(
    #[case] name: &str,
    #[case] value: &str,
    #[case] words: &str,
) {
    let ran = Greenroom::new()
        .with_smtp(25)
        .with(name, value)
        .run(&["list"])
        .ended(3);
    assert!(
        ran.err.starts_with("greenroom: ") && ran.err.contains(words),
        "{}",
        ran.err
    );
}

#[test]
fn from_a_database_of_a_newer_version_no_mail_is_said_to_be_delivered() {
    let greenroom = Greenroom::new();
    greenroom.new_ada(&[]).ended(0);
    rusqlite::Connection::open(greenroom.home().join("data/greenroom.db"))
        .unwrap()
        .pragma_update(None, "user_version", 999)
        .unwrap();
    for arguments in [&["deliver"][..], &["deliver", "--watch"]] {
        let ran = greenroom.run(arguments).ended(3);
        assert_eq!(ran.out, "");
        assert!(ran.err.contains("newer Greenroom"), "{}", ran.err);
    }
    greenroom.run(&["list"]).ended(0);
}

#[test]
fn what_is_kept_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let greenroom = Greenroom::new();
    greenroom.new_ada(&[]).ended(0);
    let mut seen = 0;
    let mut open = vec![greenroom.home().join("data")];
    while let Some(path) = open.pop() {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} {mode:o}", path.display());
        seen += 1;
        if path.is_dir() {
            open.extend(
                std::fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        }
    }
    assert!(seen > 5, "database, mailbox and log");
}

#[rstest]
#[case(&[])]
#[case(&["demo"])]
fn the_dashboard_without_a_terminal_is_a_clear_error(#[case] arguments: &[&str]) {
    let ran = Greenroom::new().run(arguments).ended(2);
    assert!(ran.err.contains("needs a terminal"), "{}", ran.err);
}

#[test]
fn a_reader_that_goes_away_ends_the_output_quietly() {
    let greenroom = Greenroom::new();
    greenroom.demo();
    let mut child = greenroom
        .command(&["list", "--limit", "0", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).as_ref()
        ),
        (Some(0), "")
    );
}

#[test]
fn a_demonstration_never_mixes_with_real_interviews() {
    let greenroom = Greenroom::new();
    greenroom.new_ada(&[]).ended(0);
    let data = greenroom.home().join("data");
    let ran = greenroom
        .run(&["demo", "--no-tui", "--data-dir", data.to_str().unwrap()])
        .ended(2);
    assert!(ran.err.contains("no demonstration"), "{}", ran.err);
    // The variable is not taken for a place to keep one.
    let place = greenroom.run(&["demo", "--no-tui"]).ended(0).out;
    assert!(!place.contains(data.to_str().unwrap()), "{place}");
    assert_eq!(greenroom.run(&["list", "--json"]).ended(0).json().len(), 1);
}

#[rstest]
#[case(&["--help"])]
#[case(&["new", "--help"])]
#[case(&["resend", "-h"])]
#[case(&["--version"])]
fn help_goes_to_standard_output(#[case] arguments: &[&str]) {
    let ran = Greenroom::new().run(arguments).ended(0);
    assert!(ran.out.contains("greenroom") && ran.err.is_empty());
    assert!(
        ran.out.lines().all(|line| line.chars().count() <= 100),
        "{}",
        ran.out
    );
}
