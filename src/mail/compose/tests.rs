use std::fs;
use std::sync::LazyLock;

use jiff::Timestamp;
use proptest::prelude::*;
use rstest::rstest;
use uuid::Uuid;

use super::*;
use crate::domain::base_url::BaseUrl;
use crate::domain::ids::SessionId;
use crate::domain::interview::Interview;
use crate::domain::invitable::{LinkPolicy, MailReach};
use crate::domain::session::{AccessWindow, Session, SessionKey};
use crate::domain::when::Zone;
use crate::mail::identity::MessageId;
use crate::mail::parts::{self, Parts};
use crate::mail::sample::{check_templates, sample};
use crate::mail::{calendar, gate::Part};
use crate::render::html::{StyledLine, html_lines, seen};

const KEY: &str = "00000000000040008000000000000000";

static BUILT_IN: LazyLock<Templates> = LazyLock::new(|| Templates::load(None).unwrap());

fn replaced(file: &str, change: impl Fn(&str) -> String) -> Templates {
    let directory = tempfile::tempdir().unwrap();
    let original =
        fs::read_to_string(format!("{}/templates/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    fs::write(directory.path().join(file), change(&original)).unwrap();
    Templates::load(Some(directory.path())).unwrap()
}

/// The sample interview, changed.
fn invitable(change: impl FnOnce(&mut Interview)) -> Invitable {
    let window = AccessWindow {
        opens_before: Duration::from_mins(15),
        closes_after: Duration::from_hours(2),
    };
    invitable_within(window, change)
}

fn invitable_within(window: AccessWindow, change: impl FnOnce(&mut Interview)) -> Invitable {
    let (_, sample, _) = sample(true).unwrap();
    let mut interview = sample.interview().clone();
    change(&mut interview);
    let session = Session {
        id: SessionId::new(Uuid::from_u128(2)),
        interview_id: interview.id,
        key: SessionKey::SAMPLE,
        created_at: interview.created_at,
        revoked_at: None,
    };
    let base = BaseUrl::parse("https://interviews.acme.example").unwrap();
    let policy = LinkPolicy {
        base,
        window,
        allow_local: false,
        mail: MailReach::Anywhere,
    };
    Invitable::check(&interview, Some(&session), &policy, interview.created_at).unwrap()
}

fn compose(invitable: &Invitable) -> Result<Composed, ComposeError> {
    let (sender, _, identity) = sample(true).unwrap();
    invitation(&BUILT_IN, &sender, invitable, &identity)
}

fn read(composed: &Composed) -> Parts {
    parts::read(composed.bytes()).unwrap()
}

fn pane(parts: &Parts) -> String {
    let lines = html_lines(parts.html.as_deref().unwrap(), 60);
    lines
        .iter()
        .map(StyledLine::text)
        .collect::<Vec<_>>()
        .join("\n")
}

#[rstest]
#[case::full(true)]
#[case::bare(false)]
fn the_invitation_reads_well(#[case] full: bool) {
    let (sender, invitable, identity) = sample(full).unwrap();
    let composed = invitation(&BUILT_IN, &sender, &invitable, &identity).unwrap();
    let parts = read(&composed);
    let name = |part: &str| format!("{part}_{}", if full { "full" } else { "bare" });
    let headers: Vec<String> = parts
        .headers
        .iter()
        .map(|header| format!("{}: {}", header.name, header.text))
        .collect();
    insta::assert_snapshot!(name("headers"), headers.join("\n"));
    insta::assert_snapshot!(
        name("text"),
        parts.text.as_deref().unwrap().replace("\r\n", "\n")
    );
    insta::assert_snapshot!(name("html"), pane(&parts));
    let html = parts.html.unwrap();
    assert!(html.len() < 20_000);
    let lines = html_lines(&html, 60);
    let styles = |text: &str| {
        let spans = lines.iter().flat_map(|line| &line.spans);
        spans
            .filter(|span| span.text == text)
            .map(|span| span.style.clone())
            .next()
            .unwrap()
    };
    let button = styles("Join the interview");
    assert!(button.button && button.link.is_some_and(|link| link.ends_with(KEY)));
    assert!(styles("Duration").dim && styles("Your interview for Compiler Engineer").heading);
}

#[test]
fn incident_23_composing_twice_gives_the_same_bytes() {
    let one = compose(&invitable(|_| {})).unwrap();
    let other = compose(&invitable(|_| {})).unwrap();
    assert_eq!(one.bytes(), other.bytes());
    assert_eq!(one.sha256().len(), 64);
    assert_eq!(
        one.message_id().to_string(),
        "<01900000-0000-7000-8000-000000000001@acme.example>"
    );
}

#[rstest]
#[case("invitation.txt.hbs")]
#[case("invitation.html.hbs")]
fn incident_01_a_template_that_drops_the_link_is_refused_by_name(#[case] file: &str) {
    let templates = replaced(file, |text| text.replace("{{join.url}}", "sent separately"));
    let error = check_templates(&templates).unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("{file}: the join link does not stand")),
        "{error}"
    );
}

#[rstest]
#[case("<!-- {{join.url}} -->")]
#[case("<div style=\"display:none\"><a href=\"{{join.url}}\">{{join.url}}</a></div>")]
#[case("<a href=\"{{join.url}}\">join</a>")]
#[case("{{join.url}}")]
fn incident_01_a_link_that_nobody_sees_or_can_click_is_none(#[case] instead: &str) {
    let templates = replaced("invitation.html.hbs", |_| {
        format!("<p>Hello {{{{candidate.name}}}}, {{{{when.text}}}}</p>{instead}")
    });
    let error = check_templates(&templates).unwrap_err();
    assert!(
        matches!(
            error,
            ComposeError::Gate(GateError::NoLink(Part::Html) | GateError::NoHref(Part::Html))
        ),
        "{error}"
    );
}

#[test]
fn the_built_in_templates_pass_their_own_check() {
    assert!(sample(true).is_some() && sample(false).is_some());
    check_templates(&BUILT_IN).unwrap();
}

#[rstest]
#[case(
    "invitation.txt.hbs",
    "{{candidate.name}}",
    "",
    "it does not call the candidate by name"
)]
#[case("invitation.txt.hbs", "{{when.text}}", "soon", "it does not show when")]
#[case(
    "invitation.html.hbs",
    "Hello {{candidate.name}}",
    "Hello",
    "it does not call the candidate by name"
)]
#[case(
    "invitation.subject.hbs",
    "{{role}}",
    "\\{{role}}",
    "it still contains {{"
)]
#[case(
    "invitation.txt.hbs",
    "{{join.url}}",
    "{{join.url}} or /?session_key=11111111111141118111111111111111",
    "it holds the key of another session"
)]
fn a_template_that_makes_a_wrong_mail_is_refused_by_name(
    #[case] file: &str,
    #[case] find: &str,
    #[case] put: &str,
    #[case] message: &str,
) {
    let error = check_templates(&replaced(file, |text| text.replace(find, put)))
        .unwrap_err()
        .to_string();
    assert!(error.starts_with(&format!("{file}: {message}")), "{error}");
}

#[test]
fn incident_22_headers_that_switch_tracking_off_are_there_by_default() {
    let parts = read(&compose(&invitable(|_| {})).unwrap());
    assert_eq!(parts.header("X-Mailgun-Track-Clicks"), Some("no"));
    assert_eq!(parts.header("X-PM-TrackLinks"), Some("None"));
    let sendgrid: serde_json::Value =
        serde_json::from_str(parts.header("X-SMTPAPI").unwrap()).unwrap();
    assert_eq!(sendgrid["filters"]["clicktrack"]["settings"]["enable"], 0);
    assert_eq!(parts.header("Auto-Submitted"), Some("auto-generated"));
}

#[test]
fn incident_26_markup_in_a_name_stays_text_and_nothing_unknown_is_made_up() {
    let parts = read(
        &compose(&invitable(|interview| {
            interview.candidate_name = "<script>alert(1)</script> O'Neil & \"Co\"".to_owned();
            interview.company = Some("  ".to_owned());
            interview.round = None;
            interview.note = Some(String::new());
            interview.interviewers.clear();
            interview.recruiter = crate::domain::interview::Recruiter::default();
        }))
        .unwrap(),
    );
    let (text, html) = (parts.text.unwrap(), parts.html.unwrap());
    assert!(!html.contains("<script>"));
    assert!(
        seen(&html)
            .unwrap()
            .text
            .contains("Hello <script>alert(1)</script> O'Neil & \"Co\",")
    );
    for shown in [&text, &seen(&html).unwrap().text] {
        for hole in [
            "N/A", "TBD", "None", "null", "  ", " ,", " .", ": \r\n", " at :", "prepare", "Round",
        ] {
            assert!(!shown.contains(hole), "{hole:?} in {shown}");
        }
    }
}

#[test]
fn incident_26_the_company_comes_from_the_interview_alone() {
    let composed = compose(&invitable(|interview| {
        interview.company = Some("Umbra".to_owned());
    }))
    .unwrap();
    let parts = read(&composed);
    assert!(composed.subject().contains("at Umbra"));
    let words = [
        parts.text.unwrap(),
        seen(&parts.html.unwrap()).unwrap().text,
    ];
    for shown in words {
        assert!(shown.contains("at Umbra"));
        assert!(
            !shown
                .replace("rita@acme.example", "")
                .replace("interviews.acme.example", "")
                .contains("Acme"),
            "{shown}"
        );
    }
}

#[rstest]
#[case("Asia/Kolkata", None, &["18:10", "IST, UTC+05:30"])]
#[case("America/New_York", Some("Asia/Tokyo"), &["08:40", "21:40", "UTC+09:00"])]
#[case("Europe/Berlin", Some("Europe/Berlin"), &["14:40", "CEST, UTC+02:00"])]
fn incident_30_text_html_and_calendar_show_the_same_instants(
    #[case] zone: &str,
    #[case] theirs: Option<&str>,
    #[case] clocks: &[&str],
) {
    let start: Timestamp = "2031-05-06T12:40:00Z".parse().unwrap();
    let invitable = invitable(|interview| {
        interview.starts_at = Some(start);
        interview.zone = Zone::parse(zone).unwrap();
        interview.candidate_zone = theirs.map(|name| Zone::parse(name).unwrap());
    });
    let parts = read(&compose(&invitable).unwrap());
    let (text, html) = (
        parts.text.clone().unwrap(),
        seen(parts.html.as_deref().unwrap()).unwrap().text,
    );
    for clock in clocks {
        assert!(
            text.contains(clock) && html.contains(clock),
            "{clock} in\n{text}\n{html}"
        );
    }
    assert_eq!(
        text.contains("Your time"),
        theirs.is_some_and(|theirs| theirs != zone)
    );
    let attached = String::from_utf8(parts.attachments[0].content.clone()).unwrap();
    for ics in [parts.calendar.unwrap(), attached] {
        let event = calendar::read(&ics).unwrap();
        assert_eq!((event.start, event.end), (start, invitable.ends_at()));
        assert!(
            event.location.contains(KEY)
                && event.url.contains(KEY)
                && event.description.contains(KEY)
        );
    }
}

#[rstest]
#[case(0, 0, "opens at the start", "closes at the end")]
#[case(
    5,
    600,
    "opens 5 minutes before the start",
    "closes 10 hours after the end"
)]
#[case(
    1440,
    30,
    "opens 1 day before the start (Sun 27 Apr 2031",
    "closes 30 minutes after the end"
)]
fn incident_34_the_window_in_the_text_is_the_configured_one(
    #[case] before: u64,
    #[case] after: u64,
    #[case] opens: &str,
    #[case] closes: &str,
) {
    let window = AccessWindow {
        opens_before: Duration::from_mins(before),
        closes_after: Duration::from_mins(after),
    };
    let parts = read(
        &compose(&invitable_within(window, |interview| {
            interview.starts_at = Some("2031-04-28T14:40:00Z".parse().unwrap());
        }))
        .unwrap(),
    );
    for shown in [
        parts.text.unwrap(),
        seen(&parts.html.unwrap()).unwrap().text,
    ] {
        assert!(shown.contains(opens) && shown.contains(closes), "{shown}");
    }
}

#[test]
fn a_name_in_any_script_arrives_whole() {
    let name = "Zoë Łukasiewicz-Nowak, 李小龍 🙂 مرحبا with a name that needs more than one line";
    let composed = compose(&invitable(|interview| {
        interview.candidate_name = name.to_owned();
    }))
    .unwrap();
    assert_eq!(
        read(&composed).header("To"),
        Some(format!("{name} <ada@example.org>").as_str())
    );
}

/// Every way of getting another mail than the composed one past the gate.
#[rstest]
#[case(
    "Auto-Submitted: auto-generated",
    "Auto-Submitted: auto-generated\r\nBcc: eve@evil.example",
    "the headers of the mail are not"
)]
#[case(
    "<ada@example.org>",
    "<eve@evil.example>",
    "the mail is not addressed to the candidate alone"
)]
#[case(
    "<ada@example.org>",
    "<ada@example.org>, <eve@evil.example>",
    "the mail is not addressed to the candidate alone"
)]
#[case(
    "DTSTART;TZID=Europe/London:2031",
    "DTSTART;TZID=Europe/London:2032",
    "the calendar part: it shows other times"
)]
#[case(
    "TZOFFSETTO:+0100",
    "TZOFFSETTO:+0200",
    "the calendar part: it shows other times"
)]
#[case(
    "UID:0000",
    "UID:0001",
    "the calendar part: this part of the mail is missing"
)]
#[case(
    "method=REQUEST",
    "method=PUBLISH",
    "the calendar part: this part of the mail is missing"
)]
#[case(
    "attachment; filename",
    "inline; filename",
    "the composed mail can't be read back"
)]
#[case(
    "text/html; charset",
    "text/plain; charset",
    "the composed mail can't be read back: it has two text/plain parts"
)]
#[case(
    "Hello Ada",
    "Hello\u{e9} Ada",
    "the mail has a line that is not 7-bit"
)]
#[case("Hello Ada", "Hello\n Ada", "the mail has a line that is not 7-bit")]
fn the_gate_refuses_what_was_changed_after_composing(
    #[case] find: &str,
    #[case] put: &str,
    #[case] message: &str,
) {
    let invitable = invitable(|_| {});
    let composed = compose(&invitable).unwrap();
    let source = String::from_utf8(composed.bytes().to_vec()).unwrap();
    let names: Vec<String> = read(&composed)
        .headers
        .into_iter()
        .map(|header| header.name)
        .collect();
    let changed = source.replace(find, put);
    assert!(changed != source, "{find:?} is not in it");
    let error = gate::admit(changed.into_bytes(), &invitable, &names)
        .unwrap_err()
        .to_string();
    assert!(error.starts_with(message), "{error}");
    assert!(gate::admit(source.into_bytes(), &invitable, &names).is_ok());
}

#[test]
fn a_mail_sent_again_follows_the_first() {
    let (sender, invitable, mut identity) = sample(true).unwrap();
    identity.in_reply_to = Some(MessageId::new(Uuid::from_u128(9), &sender));
    let parts = read(&invitation(&BUILT_IN, &sender, &invitable, &identity).unwrap());
    let first = "<00000000-0000-0000-0000-000000000009@acme.example>";
    assert_eq!(
        (parts.header("In-Reply-To"), parts.header("References")),
        (Some(first), Some(first))
    );
}

#[rstest]
#[case(true, Some("Rita Levi <rita@acme.example>"))]
#[case(false, None)]
fn answers_go_to_the_recruiter_where_one_is_known(
    #[case] full: bool,
    #[case] reply_to: Option<&str>,
) {
    let (sender, invitable, identity) = sample(full).unwrap();
    let parts = read(&invitation(&BUILT_IN, &sender, &invitable, &identity).unwrap());
    let read = parts.header("Reply-To").map(|text| text.replace('"', ""));
    assert_eq!(read.as_deref(), reply_to);
}

#[test]
fn no_debug_output_shows_a_key() {
    let composed = compose(&invitable(|_| {})).unwrap();
    let event = calendar::read(read(&composed).calendar.as_deref().unwrap()).unwrap();
    let shown = format!(
        "{composed:?} {:?} {event:?} {:?} {:?}",
        read(&composed),
        invitable(|_| {}),
        read(&composed).attachments
    );
    assert!(!shown.contains(KEY), "{shown}");
}

/// Text as an attacker, a clipboard or a spreadsheet would have it.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "\\PC{1,200}",
        "[a-zé漢🙂\u{202e}\u{200f}\u{200d}\"'<>&;:,=?@()\\\\ \t\r\n]{1,60}",
        Just("Ada\r\nBcc: eve@evil.example\r\n\r\n<script>".to_owned()),
        Just("=?utf-8?q?Ada?=".to_owned()),
        Just("\u{202e}Ada\u{202c} \u{1F469}\u{200D}\u{1F4BB} مرحبا".to_owned()),
        Just("\"; DROP\" <eve@evil.example>, x".to_owned()),
        Just("x".repeat(5000)),
        Just("🙂".repeat(2000)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn hostile_text_is_refused_or_harmless(
        name in hostile(), role in hostile(), company in hostile(), note in hostile(), recruiter in hostile(),
    ) {
        let plain = read(&compose(&invitable(|_| {})).unwrap()).headers.len();
        let invitable = invitable(|interview| {
            interview.candidate_name.clone_from(&name);
            interview.role = role;
            interview.company = Some(company);
            interview.note = Some(note);
            interview.recruiter.name = Some(recruiter);
            interview.interviewers[0].name = Some(name.clone());
        });
        if let Ok(composed) = compose(&invitable) {
            let parts = read(&composed);
            prop_assert_eq!(parts.headers.len(), plain);
            prop_assert_eq!(parts.to, vec!["ada@example.org".to_owned()]);
            prop_assert!(composed.bytes().is_ascii());
            prop_assert!(composed.bytes().split(|byte| *byte == b'\n').all(|line| line.len() <= 999));
            prop_assert_eq!(composed.subject().lines().count(), 1);
        }
    }
}
