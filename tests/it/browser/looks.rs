//! How the pages look: to people who can't see them or use no mouse, on narrow screens, on devices of other languages.

use greenroom::app::MailWish;
use jiff::SignedDuration;

use super::{opening_in, page_of};
use crate::support::browser::{Browser, DESK, TELEPHONE};
use crate::support::http::Site;
use crate::support::{World, draft};

/// What leads to a page.
enum Way {
    /// A link.
    Link(String),
    /// The button of a page that was open longer than its link.
    Press(String),
}

impl Way {
    fn take(&self, browser: &Browser) {
        match self {
            Self::Link(url) => browser.goes_to(url),
            Self::Press(url) => {
                browser.goes_to(url);
                browser.runs(
                    "const form = document.querySelector('form[data-look]').cloneNode(true);
                     form.method = 'post';
                     document.body.append(form);
                     form.submit();",
                );
                browser.shows("You can't join yet: the door is not open.");
            }
        }
    }
}

/// A page of each kind, all of one world; then those that another world has to be in.
async fn every_page(world: &World, site: &Site) -> Vec<Way> {
    let now = world.now();
    let mut pages = Vec::new();
    // What was done to each, and what was changed behind Greenroom's back.
    for (name, starts, joins, change) in [
        ("Early", 3 * 3600, false, ""),
        ("Open", 300, false, ""),
        ("Waiting", 301, true, ""),
        ("Admitted", 302, true, ""),
        (
            "Joined",
            303,
            true,
            "meeting_url = 'https://meet.example/a'",
        ),
        (
            "Unscheduled",
            304,
            false,
            "starts_at = NULL, ends_at = NULL",
        ),
        ("Cancelled", 305, false, "status = 'cancelled'"),
        ("Completed", 306, false, "status = 'completed'"),
        (
            "Late",
            307,
            false,
            "starts_at = starts_at - 86400000000, ends_at = ends_at - 86400000000",
        ),
    ] {
        let at = (now + SignedDuration::from_secs(starts)).to_string();
        let draft = draft(&format!("{name} Bird <{name}@c.example>"), &at);
        let made = world.try_schedule(draft, MailWish::No).await.unwrap();
        let id = made.row.id();
        if joins {
            world.app.join(made.row.facts.key.unwrap()).await.unwrap();
        }
        if name == "Admitted" {
            world.app.admit(id).await.unwrap();
        }
        if !change.is_empty() {
            world.tamper(&format!("UPDATE interview SET {change} WHERE id = '{id}'"));
        }
        let page = page_of(world, site, id).await;
        if name == "Early" {
            pages.push(Way::Press(page.clone()));
        }
        pages.push(Way::Link(page));
    }
    for path in [
        nobody(0),
        "/interview_app/?interview_id=1".to_owned(),
        "/nowhere".to_owned(),
    ] {
        pages.push(Way::Link(format!("http://{}{path}", site.address)));
    }
    pages
}

fn nobody(number: usize) -> String {
    format!("/interview/?session_key={number:032}")
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_bars_anybody() {
    let Some(browser) = Browser::open() else {
        return;
    };
    let (world, site, _) = opening_in(3600).await;
    let mut pages = every_page(&world, &site).await;
    // Where somebody tried too much, and where the database is broken.
    let (guessed, broken) = (World::new().await, World::new().await);
    let (guessed_site, broken_site) = (guessed.serve().await, broken.serve().await);
    for number in 0..10 {
        guessed_site.get(&nobody(number)).await;
    }
    broken.tamper("ALTER TABLE session RENAME TO lost");
    for (site, status) in [(&guessed_site, 429), (&broken_site, 503)] {
        assert_eq!(site.get(&nobody(10)).await.status, status);
        pages.push(Way::Link(format!("http://{}{}", site.address, nobody(10))));
    }
    let mut headings = std::collections::BTreeSet::new();
    for (scheme, size) in [("light", TELEPHONE), ("dark", DESK)] {
        browser.prefers(scheme);
        browser.size(size);
        for page in &pages {
            page.take(&browser);
            let words = browser.words();
            let Some(barriers) = browser.barriers() else {
                return;
            };
            assert!(barriers.is_empty(), "{scheme}: {words}\n{barriers:#?}");
            let wide = browser.runs("return document.documentElement.scrollWidth - innerWidth");
            assert!(wide.as_i64().unwrap() <= 0, "{words} is too wide");
            let heading = browser.runs("return document.querySelector('h1').innerText");
            headings.insert(heading.to_string());
        }
    }
    // Each template made one.
    assert_eq!(headings.len(), 12, "{headings:#?}");
}

/// Every time on the page, and over how many lines it is spread.
const TIMES: &str = r"
    const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    const times = [];
    while (walk.nextNode()) {
        for (const found of walk.currentNode.data.matchAll(/\d+:\d\d(\s?[AP]M)?(\u2060?–\u2060?\d+:\d\d)?/g)) {
            const range = document.createRange();
            range.setStart(walk.currentNode, found.index);
            range.setEnd(walk.currentNode, found.index + found[0].length);
            const lines = new Set([...range.getClientRects()].map((part) => Math.round(part.top)));
            times.push([found[0], lines.size]);
        }
    }
    return times";

#[tokio::test(flavor = "multi_thread")]
async fn no_time_is_broken_over_two_lines_however_narrow_the_screen() {
    let Some(browser) = Browser::open() else {
        return;
    };
    let (world, site, _) = opening_in(3600).await;
    let draft = greenroom::domain::draft::Draft {
        candidate_zone: "America/Argentina/Buenos_Aires".to_owned(),
        ..draft("Ada Lovelace <ada@c.example>", "tomorrow 16:00")
    };
    let page = page_of(&world, &site, world.schedule_draft(draft).await).await;
    browser.lives_in("en-US", "Asia/Kolkata");
    browser.size(TELEPHONE);
    browser.goes_to(&page);
    browser.shows("On the clock of this device");
    for width in (220..500).step_by(4) {
        browser.runs(&format!(
            "document.querySelector('main').style.width = '{width}px'"
        ));
        let times = browser.runs(TIMES);
        let times = times.as_array().unwrap();
        // The opening, the countdown, both ranges with their offsets, and the device's.
        assert!(times.len() >= 5, "{times:?}");
        for time in times {
            assert_eq!(time[1], 1, "{time} at {width} px");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_of_the_device_is_told_as_the_device_tells_times() {
    let Some(browser) = Browser::open() else {
        return;
    };
    let (world, site, ada) = opening_in(3600).await;
    let page = page_of(&world, &site, ada).await;
    let told = |language, zone| {
        browser.lives_in(language, zone);
        browser.goes_to(&page);
        browser.shows("The door opens");
        let line = browser.runs(
            "const line = document.querySelector('[data-local]');
             const text = line.querySelector('[data-text]');
             return line.hidden ? null : text.lang + ': ' + text.innerText",
        );
        // Browsers differ in the spaces between a time and its half of the day.
        line.as_str()
            .unwrap_or_default()
            .replace(['\u{a0}', '\u{202f}'], " ")
    };
    // The page is in English throughout.
    let german = told("de-DE", "Asia/Tokyo");
    assert!(
        german.starts_with("de-DE: Dienstag, 6. Mai 2031"),
        "{german}"
    );
    assert!(
        german.contains("22:00") && !german.contains("PM"),
        "{german}"
    );
    let american = told("en-US", "Asia/Tokyo");
    assert!(
        american.starts_with("en-US: Tuesday, May 6, 2031"),
        "{american}"
    );
    assert!(american.contains("10:00 PM"), "{american}");
    let british = told("en-GB", "Asia/Tokyo");
    assert!(british.contains("22:00"), "{british}");
    assert_eq!(
        told("de-DE", "Europe/Paris"),
        "",
        "the same time as in Berlin"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printed_page_says_when_and_with_whom_and_shows_no_button() {
    let Some(browser) = Browser::open() else {
        return;
    };
    let (world, site, ada) = opening_in(3600).await;
    browser.prefers("dark");
    browser.prints();
    browser.goes_to(&page_of(&world, &site, ada).await);
    let words = browser.words();
    for printed in [
        "Hello Ada Lovelace",
        "15:00",
        "Europe/Berlin",
        "The door opens",
        "rita@acme.example",
    ] {
        assert!(words.contains(printed), "{words}");
    }
    for shown in ["Look again", "You can leave this page open"] {
        assert!(!words.contains(shown), "{words}");
    }
    let ink = browser.runs("return getComputedStyle(document.body).color");
    assert_eq!(
        ink, "rgb(0, 0, 0)",
        "black on white, whatever the screen prefers"
    );
}
