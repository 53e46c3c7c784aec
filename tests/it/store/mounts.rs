//! A disk that really is read-only or full: a small file system of the test's own, in a mount namespace of its own.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::browser::{found, left_out};
use crate::support::program::Greenroom;

const SCRIPT: &str = r#"
say() { echo "@@"; "$@" 2>&1; echo "=> $?"; }
new() { say "$program" new --candidate Ada --email ada@example.org --role Engineer --at "tomorrow 15:00"; }
mkdir -p "$GREENROOM_DATA_DIR"
mount -t tmpfs -o size=8m none "$GREENROOM_DATA_DIR" || exit 77
say "$program" list
spoil
new
say "$program" deliver
mend
new
say "$program" list --json
"#;

/// What each command said and how it ended, in order; `None` where nothing can be mounted.
fn on_a_disk_of_its_own(greenroom: &Greenroom, spoil: &str, mend: &str) -> Option<Vec<String>> {
    if found("unshare").is_none() {
        return left_out("unshare (package util-linux) is not installed");
    }
    let program = greenroom.command(&[]);
    let script = format!("spoil() {{ {spoil}; }}\nmend() {{ {mend}; }}\n{SCRIPT}");
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", &script])
        .env_clear()
        .envs(
            program
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("program", Path::new(program.get_program()))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    if said.is_empty() {
        let why = String::from_utf8_lossy(&output.stderr);
        return left_out(&format!("no file system can be mounted here: {why}"));
    }
    Some(said.split("@@\n").skip(1).map(str::to_owned).collect())
}

#[rstest::rstest]
#[case::read_only(
    r#"mount -o remount,ro "$GREENROOM_DATA_DIR""#,
    r#"mount -o remount,rw "$GREENROOM_DATA_DIR""#,
    "Read-only file system"
)]
#[case::full(
    r#"head -c 9m /dev/zero > "$GREENROOM_DATA_DIR/filler" 2>&-"#,
    r#"rm "$GREENROOM_DATA_DIR/filler""#,
    "is full; nothing was saved. Make room and try again"
)]
fn on_a_disk_that_takes_nothing_nothing_is_half_done_and_it_goes_on(
    #[case] spoil: &str,
    #[case] mend: &str,
    #[case] words: &str,
) {
    let greenroom = Greenroom::new();
    let Some(said) = on_a_disk_of_its_own(&greenroom, spoil, mend) else {
        return;
    };
    let [made, new, deliver, again, list] = &said[..] else {
        panic!("{said:?}");
    };
    assert!(made.ends_with("=> 0\n"), "{made}");
    assert!(new.ends_with("=> 3\n"), "{new}");
    assert!(new.contains(words), "{new}");
    // With nothing to send it needs to write only where the database is opened, which may still find room.
    let fine = deliver.ends_with("=> 0\n");
    let refused = deliver.ends_with("=> 3\n") && deliver.contains(words);
    assert!(fine || refused, "{deliver}");
    assert!(again.ends_with("=> 0\n"), "{again}");
    assert_eq!(list.lines().count(), 2, "one interview: {list}");
}
