use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn spans(html: &str) -> Vec<StyledSpan> {
    html_lines(html, 60)
        .into_iter()
        .flat_map(|line| line.spans)
        .collect()
}

fn text(html: &str) -> String {
    html_lines(html, 60)
        .iter()
        .map(StyledLine::text)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn words_keep_their_meaning() {
    let found = spans("<h1>Interview</h1><p><strong>When</strong> <em>soon</em></p>");
    assert!(
        found[0].style.heading && found[0].text == "Interview",
        "{found:?}"
    );
    assert!(
        found[1].style.strong && found[1].text == "When",
        "{found:?}"
    );
    assert!(found.last().unwrap().style.emphasis, "{found:?}");
}

#[test]
fn a_filled_link_is_a_button() {
    let found = spans(
        r#"<a href="https://a.example/x" style="background-color:#1a56db;color:#ffffff">Join</a>"#,
    );
    assert!(found[0].style.button, "{found:?}");
    assert_eq!(found[0].style.link.as_deref(), Some("https://a.example/x"));
}

#[rstest]
#[case("javascript:alert(1)")]
#[case("data:text/html,x")]
#[case("file:///etc/passwd")]
#[case("https://a.example/&#x1b;]8;;")]
#[case("/relative")]
fn a_link_that_could_do_more_than_open_a_page_is_none(#[case] target: &str) {
    let found = spans(&format!(r#"<a href="{target}">Join</a>"#));
    assert_eq!(
        (found[0].text.as_str(), &found[0].style.link),
        ("Join", &None)
    );
}

#[rstest]
#[case("a&#x1b;[2Jb")]
#[case("\u{202e}gpj.exe")]
#[case("<p>c1 &#x9b;31m \u{9b}31m</p>")]
fn nothing_in_it_acts_on_the_terminal(#[case] html: &str) {
    let shown = text(html);
    assert!(
        shown
            .chars()
            .all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}')),
        "{shown:?}"
    );
}

#[test]
fn what_the_mail_hides_is_not_seen() {
    let html = r#"<body><!-- https://a.example --><div style="display:none">preheader</div>
        <p>Join <a href="https://b.example/">here</a></p></body>"#;
    let seen = seen(html).unwrap();
    assert_eq!(seen.links, ["https://b.example/"]);
    assert_eq!(seen.text.trim(), "Join here");
    assert_eq!(text(html), "Join here");
}

#[rstest]
#[case(format!("{}deep{}", "<div>".repeat(10_000), "</div>".repeat(10_000)))]
#[case(format!("<p>deep{}</p>", " lots".repeat(100_000)))]
#[case("<table>".repeat(5_000) + "deep")]
fn html_too_large_or_too_deep_is_shown_plain(#[case] html: String) {
    let start = std::time::Instant::now();
    assert!(text(&html).contains("deep"));
    assert!(seen(&html).is_none());
    assert!(start.elapsed().as_secs() < 5);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn any_html_fits_any_width(
        pieces in prop::collection::vec(prop_oneof![
            "<(p|div|table|tr|td|th|ul|ol|ol start=\"-5\"|li|dl|dt|dd|sup|s|h1|a href=\"x\"|b|br|pre|blockquote|img alt=\"i\"|style|/p|/div|/table|/tr|/td|/a)>",
            "<td (colspan|width|style)=\"[a-z0-9:;% -]{0,12}\">",
            "\\PC{0,12}", "[a-z ]{0,20}", "&[a-z#0-9]{1,6};"], 0..40),
        width in 0_usize..80,
    ) {
        for line in html_lines(&pieces.concat(), width) {
            prop_assert!(line.text().width() <= width.max(1), "{:?}", line);
            prop_assert!(!line.text().chars().any(char::is_control));
        }
    }
}
