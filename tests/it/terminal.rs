//! The dashboard in a real terminal, with real keys, a real database and a real SMTP conversation.

use std::time::{Duration, Instant};

use mail_parser::MessageParser;
use rstest::rstest;
use rustix::process::Signal;

use crate::support::World;
use crate::support::program::Greenroom;
use crate::support::smtp_server::{Act, At, Script, SmtpServer};

const FILLED: &str = "Grace Hopper\tgrace@navy.example\tCompiler Engineer\tthu 15:00\t";

#[rstest]
#[case(80, 24)]
#[case(200, 50)]
#[tokio::test(flavor = "multi_thread")]
async fn incident_04_the_form_schedules_and_a_mail_server_accepts_the_right_link(
    #[case] columns: u16,
    #[case] rows: u16,
) {
    let server = SmtpServer::start(Script::new()).await;
    let greenroom = Greenroom::new()
        .with_smtp(server.port())
        .with("GREENROOM_MAIL__HOLD", "0s");
    let mut terminal = greenroom.terminal(&[], columns, rows);
    terminal.shows("sending here");
    terminal.keys("n");
    terminal.shows("Candidate");
    terminal.keys(FILLED);
    terminal.shows("Thursday 6 March 2031 15:00 GMT");
    terminal.keys("\x13");
    terminal.shows("ready, sent 09:12");
    terminal.keys("q");
    assert!(terminal.ends().0.success());

    let interview = greenroom.run(&["list", "--json"]).ended(0).one();
    assert_eq!(interview["mail_state"], "accepted");
    let link = interview["join_url"].as_str().unwrap();
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    let mail = MessageParser::default().parse(&mails[0].bytes).unwrap();
    assert!(mail.body_text(0).unwrap().contains(link));
    assert!(mail.body_html(0).unwrap().contains(link));
}

#[rstest]
#[case::before_a_word(At::Greeting)]
#[case::in_the_middle(At::Rcpt)]
#[case::after_the_mail(At::Dot)]
#[tokio::test(flavor = "multi_thread")]
async fn incident_21_a_server_that_falls_silent_does_not_slow_the_dashboard(#[case] at: At) {
    let server = SmtpServer::start(Script::new().on(at, Act::Stall)).await;
    let greenroom = Greenroom::new()
        .with_smtp(server.port())
        .with("GREENROOM_MAIL__SMTP__CONNECTIONS", "1")
        .with("GREENROOM_MAIL__HOLD", "0s");
    let mut terminal = greenroom.terminal(&[], 120, 32);
    terminal.shows("sending here");
    terminal.keys("n");
    terminal.shows("Candidate");
    terminal.keys(FILLED);
    terminal.shows("Thursday 6 March 2031 15:00 GMT");
    terminal.keys("\x13");
    server.stalled().await;
    // The list, and no longer the form, which names Grace too.
    terminal.shows("n new");
    let begun = std::time::Instant::now();
    for _ in 0..5 {
        terminal.keys("/grace");
        terminal.shows("/ grace");
        // Once: a second would be taken together with what is typed next.
        terminal.keys("\x1b");
        terminal.no_longer_shows("/ grace");
    }
    // Ten pictures; the server is allowed its minutes.
    let took = begun.elapsed();
    assert!(took.as_secs() < 5, "{took:?}");
    terminal.signal(Signal::KILL);
}

#[test]
fn a_held_mail_is_taken_back_and_the_same_interview_is_changed() {
    let greenroom = Greenroom::new().with("GREENROOM_MAIL__HOLD", "1h");
    let mut terminal = greenroom.terminal(&[], 120, 32);
    terminal.shows("n new");
    terminal.keys("n");
    terminal.shows("Candidate");
    terminal.keys(FILLED);
    terminal.keys("\x13");
    terminal.shows("u take back");
    terminal.keys("u");
    terminal.shows("taken back");
    terminal.keys("\t\t Lead\x13");
    terminal.no_longer_shows("change the interview");
    terminal.shows("u take back");
    terminal.shows("Compiler Engineer Lead");
    terminal.keys("q");
    terminal.shows("not left yet");
    terminal.keys("y");
    assert!(terminal.ends().0.success());
    let interviews = greenroom.run(&["list", "--json"]).ended(0).json();
    assert_eq!(interviews.len(), 1, "never a second interview");
    assert_eq!(interviews[0]["role"], "Compiler Engineer Lead");
    assert_eq!(interviews[0]["mail_state"], "held");
}

#[test]
fn what_another_process_does_appears_without_a_key() {
    let greenroom = Greenroom::new();
    let mut terminal = greenroom.terminal(&[], 120, 32);
    terminal.shows("n new");
    greenroom.new_ada(&["--no-send"]).ended(0);
    terminal.shows("Ada Lovelace");
    terminal.keys("q");
    assert!(terminal.ends().0.success());
}

#[rstest]
#[case::told(Signal::TERM)]
#[case::interrupted(Signal::INT)]
#[case::hung_up(Signal::HUP)]
fn a_signal_leaves_the_terminal_as_it_was(#[case] signal: Signal) {
    let greenroom = Greenroom::new();
    let terminal = greenroom.terminal(&[], 80, 24);
    terminal.shows("n new");
    terminal.signal(signal);
    let (_, written) = terminal.ends();
    let (entered, left) = ("\x1b[?1049h", "\x1b[?1049l");
    assert!(
        written.rfind(left) > written.rfind(entered),
        "the alternate screen is left"
    );
    assert!(
        written.rfind("\x1b[?2004l") > written.rfind("\x1b[?2004h"),
        "bracketed paste is off"
    );
    assert!(
        written.rfind("\x1b[?25h") > written.rfind("\x1b[?25l"),
        "the cursor is shown"
    );
}

#[test]
fn a_window_of_any_size_is_drawn_and_followed() {
    let greenroom = Greenroom::new();
    greenroom.demo();
    let mut terminal = greenroom.terminal(&[], 80, 24);
    terminal.shows("no link");
    for (columns, rows) in [(40, 10), (1, 1), (200, 50), (3, 40), (80, 24)] {
        terminal.resize(columns, rows);
        terminal.keys("jk");
    }
    terminal.shows("no link");
    terminal.keys("q");
    terminal.shows("have not left yet");
    terminal.keys("y");
    assert!(terminal.ends().0.success());
}

#[test]
fn a_paste_whose_end_never_comes_does_not_swallow_what_is_typed_later() {
    let greenroom = Greenroom::new();
    greenroom.demo();
    let mut terminal = greenroom.terminal(&[], 100, 30);
    terminal.shows("no link");
    terminal.keys("\x1b[200~lovelace");
    terminal.shows("lovelace");
    terminal.keys("\x1b");
    terminal.no_longer_shows("/ lovelace");
    terminal.keys("q");
    terminal.shows("have not left yet");
    terminal.keys("y");
    assert!(terminal.ends().0.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_joins_in_another_process_is_seen_within_a_second_and_heard_and_let_in() {
    let greenroom = Greenroom::new().with("GREENROOM_UI__BELL", "true");
    let names = ["Ada Lovelace", "Grace Hopper", "Alan Turing"];
    let mut keys = Vec::new();
    for name in names {
        let address = format!("{}@c.example", &name[..3]);
        let at = "2031-03-04 09:20";
        let new = [
            "new",
            "--candidate",
            name,
            "--email",
            &address,
            "--role",
            "Engineer",
        ];
        let made = greenroom.run(&[&new[..], &["--at", at, "--no-send", "--json"]].concat());
        let made = made.ended(0).one();
        let key = made["interview"]["session_key"]
            .as_str()
            .unwrap()
            .to_owned();
        keys.push(key);
    }
    let server = World::at(greenroom.home(), 7).await;
    let mut terminal = greenroom.terminal(&[], 80, 24);
    terminal.shows("3 not invited");
    let mut quickest = Duration::MAX;
    for (second, (name, key)) in names.iter().zip(&keys).enumerate() {
        let now = format!("2031-03-04T09:12:{second:02}Z");
        server.clock.set(now.parse().unwrap());
        server.app.join(key.parse().unwrap()).await.unwrap();
        let joined = Instant::now();
        terminal.becomes(|screen| {
            let line = |line: String| line.contains(&name[..3]) && line.contains("waiting since");
            screen.rows(0, 80).any(line)
        });
        quickest = quickest.min(joined.elapsed());
        terminal.shows(&format!("{} waiting: ", second + 1));
    }
    assert!(quickest < Duration::from_secs(1), "{quickest:?}");
    terminal.shows("3 waiting: Ada Lovelace since 09:12");
    // The cursor stands on the first of them; the others still wait.
    terminal.keys("W");
    terminal.shows("is let in");
    terminal.shows("2 waiting: ");
    terminal.keys("q");
    let (ended, written) = terminal.ends();
    assert!(ended.success());
    assert_eq!(written.matches('\u{7}').count(), 3, "once for each");
}

/// The link is opened through what the platform has for it, and the key in it stands in no process list.
#[test]
fn o_opens_the_link_without_its_key_among_the_arguments() {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let greenroom = Greenroom::new().with("DISPLAY", ":77");
    let tools = greenroom.home().join("tools");
    std::fs::create_dir(&tools).unwrap();
    let program = tools.join(opener);
    // It goes on, as a browser does that was not running yet.
    let script = "#!/bin/sh\necho \"$@\" > \"$HOME/arguments\"\ncat \"$1\" > \"$HOME/page\"\nmv \"$HOME/page\" \"$HOME/opened\"\nexec sleep 5\n";
    std::fs::write(&program, script).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&program, mode).unwrap();
    let path = format!("{}:/usr/bin:/bin", tools.display());
    let greenroom = greenroom.with("PATH", &path);
    let made = greenroom.new_ada(&["--json"]).ended(0).one();
    let link = made["interview"]["join_url"].as_str().unwrap().to_owned();
    let key = made["interview"]["session_key"].as_str().unwrap();
    let mut terminal = greenroom.terminal(&[], 80, 24);
    terminal.shows("Ada Lovelace");
    terminal.keys("o");
    terminal.shows("opening Ada Lovelace's link");
    // The dashboard does not wait for it.
    terminal.keys("?");
    terminal.shows("new interview");
    terminal.keys("q");
    let opened = greenroom.home().join("opened");
    let deadline = Instant::now() + Duration::from_secs(30);
    while !opened.exists() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    let page = std::fs::read_to_string(&opened).unwrap();
    assert!(
        page.contains(&format!("content=\"0;url={link}\"")),
        "{page}"
    );
    let arguments = std::fs::read_to_string(greenroom.home().join("arguments")).unwrap();
    let name = std::path::Path::new(arguments.trim());
    assert!(
        name.starts_with(greenroom.home().join("data")),
        "{arguments}"
    );
    assert!(!arguments.contains(key), "{arguments}");
    assert!(name.exists(), "a browser that is slow still finds it");
    terminal.shows("Ada Lovelace");
    terminal.keys("q");
    assert!(terminal.ends().0.success());
    assert!(!name.exists(), "it goes with the dashboard");
}
