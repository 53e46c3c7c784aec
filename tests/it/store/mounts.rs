//! A disk that really is read-only or full: a small file system of the test's own, in a mount namespace of its own.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::browser::{found, left_out};
use crate::support::program::Greenroom;

const BEGIN: &str = r#"
say() { echo "@@"; "$@" 2>&1; echo "=> $?"; }
new() { say "$program" new --candidate Ada --email ada@example.org --role Engineer --at "tomorrow 15:00"; }
spoil() { mount -o remount,ro "$GREENROOM_DATA_DIR"; }
mkdir -p "$GREENROOM_DATA_DIR"
mount -t tmpfs -o size=8m none "$GREENROOM_DATA_DIR" || exit 77
"#;

/// What each command of a script said and how it ended, in order; `None` where nothing can be mounted.
fn on_a_disk_of_its_own(greenroom: &Greenroom, script: &str) -> Option<Vec<String>> {
    if found("unshare").is_none() {
        return left_out("unshare (package util-linux) is not installed");
    }
    let program = greenroom.command(&[]);
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c"])
        .arg(format!("{BEGIN}{script}"))
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
    let why = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(77) || why.starts_with("unshare: ") {
        return left_out(&format!("no file system can be mounted here: {why}"));
    }
    assert!(output.status.success(), "{said}{why}");
    Some(said.split("@@\n").skip(1).map(str::to_owned).collect())
}

#[rstest::rstest]
#[case::read_only(
    "spoil",
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
    let script = format!(
        r#"
say "$program" list
{spoil}
new
say "$program" deliver
{mend}
new
say "$program" list --json
"#
    );
    let Some(said) = on_a_disk_of_its_own(&greenroom, &script) else {
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

// Another process has the database open and dies: what was written meanwhile stands in the log alone.
const LOG: &str = r#"
"$program" deliver --watch > /dev/null 2>&1 &
until [ -e "$GREENROOM_DATA_DIR/greenroom.db-shm" ]; do sleep 0.05; done
new
kill -9 $!
wait
test -s "$GREENROOM_DATA_DIR/greenroom.db-wal" || exit 1
"#;

#[rstest::rstest]
#[case::without_a_log("new")]
#[case::with_a_log_and_its_index(LOG)]
#[case::with_a_log_alone(&format!("{LOG}rm \"$GREENROOM_DATA_DIR/greenroom.db-shm\""))]
fn what_only_reads_works_on_a_disk_that_is_read_only_and_the_rest_is_refused(#[case] left: &str) {
    let greenroom = Greenroom::new();
    let script = format!(
        r#"
export TMPDIR="$HOME/tmp"
mkdir "$TMPDIR"
"$program" list
{left}
spoil
list=$("$program" list --json 2> /dev/null)
id=${{list#*'"id":"'}}
id=${{id%%'"'*}}
before=$(cd "$GREENROOM_DATA_DIR"; sha256sum greenroom.db*)
say echo "$list"
for words in "list" "show $id" "preview $id" "why Ada" "audit" "outbox" "batch" "export" "token list" "list ada"; do
    say "$program" $words
done
say "$program" backup "$HOME/copy.db"
say "$program" doctor
new
say "$program" resend all --yes
say "$program" deliver
say "$program" serve
say test "$before" = "$(cd "$GREENROOM_DATA_DIR"; sha256sum greenroom.db*)"
say ls "$TMPDIR"
"#
    );
    let Some(said) = on_a_disk_of_its_own(&greenroom, &script) else {
        return;
    };
    let [
        made,
        list,
        reading @ ..,
        backup,
        doctor,
        new,
        resend,
        deliver,
        serve,
        same,
        temporary,
    ] = &said[..]
    else {
        panic!("{said:?}");
    };
    assert!(made.ends_with("=> 0\n"), "{made}");
    assert!(list.contains("\"candidate_name\":\"Ada\""), "{list}");
    let words = "can't be written (Read-only file system)";
    assert_eq!(reading.len(), 10, "{said:?}");
    for said in reading {
        let ended = said.ends_with("=> 0\n") || said.ends_with("=> 1\n");
        assert!(ended && said.contains(words), "{said}");
    }
    assert!(backup.ends_with("=> 0\n"), "{backup}");
    assert!(
        doctor.ends_with("=> 1\n") && doctor.contains(words),
        "{doctor}"
    );
    for refused in [new, resend, deliver, serve] {
        let ended = refused.ends_with("=> 3\n") && refused.contains(words);
        assert!(ended, "{refused}");
    }
    assert!(same.ends_with("=> 0\n"), "the disk was written");
    assert_eq!(temporary, "=> 0\n", "a copy was left behind");
}
