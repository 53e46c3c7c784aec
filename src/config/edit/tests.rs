//! What an edit changes, and that it keeps everything else.

use std::os::unix::fs::PermissionsExt as _;

use proptest::prelude::*;
use rstest::rstest;
use tempfile::TempDir;

use super::*;

fn open(text: &str) -> (TempDir, Edit) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("greenroom/config.toml");
    if !text.is_empty() {
        fs::create_dir(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
    }
    let options = Options {
        config: Some(file),
        data_dir: Some(directory.path().join("data")),
    };
    let edit = Edit::open(&options, &Environment::default()).unwrap();
    (directory, edit)
}

#[test]
fn a_file_from_nothing_is_what_a_person_would_write() {
    let (_directory, mut edit) = open("");
    edit.set("company.name", "Acme").unwrap();
    edit.set("mail.transport", "smtp").unwrap();
    edit.set("mail.smtp.host", "mx.acme.example").unwrap();
    edit.set("mail.smtp.port", 587).unwrap();
    assert_eq!(
        edit.text(),
        "[company]\nname = \"Acme\"\n\n[mail]\ntransport = \"smtp\"\n\n[mail.smtp]\nhost = \"mx.acme.example\"\nport = 587\n"
    );
}

#[test]
fn comments_order_and_other_settings_stay() {
    let text = "# ours\n[ui]\ntheme = 'none' # calm\n\n[mail.smtp]\n# the relay\nhost = 'old.example' # since May\n\n[company]\nname = 'Acme'\n";
    let (_directory, mut edit) = open(text);
    edit.set("mail.smtp.host", "mx.acme.example").unwrap();
    edit.set("mail.smtp.username", "jobs").unwrap();
    edit.remove("company.name");
    edit.remove("schedule.zone");
    let expected = text
        .replace("'old.example'", "\"mx.acme.example\"")
        .replace("since May\n", "since May\nusername = \"jobs\"\n")
        .replace("name = 'Acme'\n", "");
    assert_eq!(edit.text(), expected);
}

#[rstest]
#[case("mail.transport = 'mailbox'\nmail.smtp.host = 'a.example'\n")]
#[case("mail = { transport = 'mailbox' }\n")]
#[case("[mail]\nsmtp = { host = 'a.example', port = 25 }\n")]
#[case("[mail]\nsmtp.host = 'a.example'\n")]
#[case("[mail.smtp]\nhost = 'a.example'\n[mail]\ntransport = 'mailbox'\n")]
#[case(include_str!("../../../config.example.toml"))]
fn whatever_way_it_is_written_a_setting_is_found_again(#[case] text: &str) {
    let (_directory, mut edit) = open(text);
    let settings = [
        ("mail.transport", "smtp"),
        ("mail.smtp.host", "mx.acme.example"),
        ("mail.smtp.username", "a \"b\" \\ 'c'"),
        ("company.from", "Acme <jobs@acme.example>"),
        ("links.base_url", "https://acme.example"),
    ];
    for (key, value) in settings {
        edit.set(key, value).unwrap();
    }
    edit.set("mail.smtp.password_env", "X").unwrap();
    for (key, value) in settings {
        assert_eq!(edit.get(key).as_deref(), Some(value), "{}", edit.text());
    }
    let config = edit.config().unwrap();
    assert_eq!(config.links.base_url.as_str(), "https://acme.example");
}

#[test]
fn what_can_not_be_put_in_is_said_and_nothing_changes() {
    let (_directory, mut edit) = open("mail = 'by pigeon'\n");
    let problem = edit.set("mail.smtp.host", "mx.acme.example").unwrap_err();
    assert_eq!(problem.key, "mail.smtp.host");
    assert_eq!(edit.text(), "mail = 'by pigeon'\n");
}

#[test]
fn saving_is_for_the_owner_alone_and_not_over_somebody_elses_change() {
    let (directory, mut edit) = open("");
    edit.set("company.name", "Acme").unwrap();
    edit.save().unwrap();
    let file = directory.path().join("greenroom/config.toml");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
    assert_eq!(fs::read_to_string(&file).unwrap(), edit.text());
    assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);

    fs::write(&file, "# mine").unwrap();
    let error = edit.save().unwrap_err().to_string();
    assert!(error.contains("changed meanwhile"), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "# mine");
}

#[test]
fn a_symbolic_link_stays_one() {
    let directory = tempfile::tempdir().unwrap();
    let kept = directory.path().join("dotfiles.toml");
    let link = directory.path().join("config.toml");
    fs::write(&kept, "").unwrap();
    std::os::unix::fs::symlink(&kept, &link).unwrap();
    let options = Options {
        config: Some(link.clone()),
        data_dir: Some(directory.path().join("data")),
    };
    let mut edit = Edit::open(&options, &Environment::default()).unwrap();
    edit.set("company.name", "Acme").unwrap();
    edit.save().unwrap();
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(kept).unwrap(), edit.text());
}

#[test]
fn a_file_that_can_not_be_written_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("config.toml");
    fs::create_dir(&file).unwrap();
    assert!(write_private(&file, b"x").is_err());
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn the_check_is_that_of_the_configuration() {
    let (_directory, mut edit) = open("[company]\nname = 'Acme'\n");
    edit.set("mail.transport", "pigeon").unwrap();
    let problems = edit.problems();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].key, "mail.transport");
}

proptest! {
    #[test]
    fn the_differences_are_the_two_texts(before in "([abc]\n){0,12}", after in "([abc]\n){0,12}") {
        let lines = differences(&before, &after);
        let text = |wanted: fn(&Difference) -> Option<&str>| -> String {
            lines.iter().filter_map(wanted).flat_map(|line| [line, "\n"]).collect()
        };
        let old = text(|line| match line {
            Difference::Same(line) | Difference::Gone(line) => Some(line),
            Difference::New(_) => None,
        });
        let new = text(|line| match line {
            Difference::Same(line) | Difference::New(line) => Some(line),
            Difference::Gone(_) => None,
        });
        prop_assert_eq!((old, new), (before, after));
    }
}
