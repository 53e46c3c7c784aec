//! The join page in a real browser: a link is clicked in a mail that really was sent, and what follows is seen.

mod looks;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::thread;

use greenroom::domain::ids::InterviewId;
use jiff::SignedDuration;
use mail_parser::MessageParser;

use crate::support::World;
use crate::support::browser::{Browser, DESK, TELEPHONE};
use crate::support::http::Site;
use crate::support::program::Greenroom;
use crate::support::smtp_server::{Script, SmtpServer};

const TAB: &str = "\u{E004}";
const ENTER: &str = "\u{E007}";

/// Shows the HTML part of a mail, as a mail program would, and clicks the link in it.
fn clicks_the_link_of(mail: &[u8], browser: &Browser, directory: &Path) {
    let mail = MessageParser::default().parse(mail).unwrap();
    let page = directory.join("mail.html");
    std::fs::write(&page, mail.body_html(0).unwrap().as_bytes()).unwrap();
    browser.goes_to(&format!("file://{}", page.display()));
    browser.clicks("a[href*='session_key=']");
}

/// A port of this machine that is free just now.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// The meeting's own website, under an origin of its own, until the tests end.
fn meeting() -> SocketAddr {
    const PAGE: &str = "<!DOCTYPE html><html lang=en><title>Room</title><h1>The meeting room</h1>";
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            let length = PAGE.len();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{PAGE}"
            );
        }
    });
    address
}

/// The whole way: the form, the mail, the click, joining, waiting, being let in.
#[test]
fn incident_10_from_the_form_to_the_candidate_who_is_let_in() {
    let Some(browser) = Browser::open() else {
        return;
    };
    browser.size(TELEPHONE);
    let base = format!("http://127.0.0.1:{}", free_port());
    let greenroom = Greenroom::new()
        .with("GREENROOM_LINKS__BASE_URL", &base)
        .with("GREENROOM_SERVER__ENABLED", "true")
        .with("GREENROOM_MAIL__HOLD", "0s");
    let mut dashboard = greenroom.terminal(&[], 120, 32);
    dashboard.shows("n new");
    dashboard.keys("n");
    dashboard.shows("Candidate");
    dashboard.keys("Grace Hopper\tgrace@navy.example\tCompiler Engineer\ttoday 9:20\t\x13");
    dashboard.shows("stored on this machine");

    let mail = greenroom.mailbox().remove(0);
    clicks_the_link_of(mail.as_bytes(), &browser, greenroom.home());
    browser.shows("The door is open");
    browser.shows("Compiler Engineer");
    browser.clicks("form[data-join] button");
    browser.shows("You are checked in");

    dashboard.shows("waiting since 09:12");
    dashboard.keys("W");
    browser.shows("You have been let in");
    dashboard.keys("q");
    assert!(dashboard.ends().0.success());
    let interview = greenroom.run(&["list", "--json"]).ended(0).one();
    assert_eq!(interview["joined_at"], "2031-03-04T09:12:00Z");
}

/// A mail server took the mail; the page is served alone; the meeting is somewhere else.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_from_a_mail_that_was_sent_leads_through_the_door_into_the_meeting() {
    let Some(browser) = Browser::open() else {
        return;
    };
    browser.size(DESK);
    let server = SmtpServer::start(Script::new()).await;
    let base = format!("http://127.0.0.1:{}", free_port());
    let room = format!("http://{}/room", meeting());
    let greenroom = Greenroom::new()
        .with_smtp(server.port())
        .with("GREENROOM_LINKS__BASE_URL", &base);
    let ada = ["--meeting-url", &room, "--at", "today 09:20", "--again"];
    let more: Vec<&str> = ada.to_vec();
    let new = [
        "new",
        "--candidate",
        "Ada Lovelace",
        "--email",
        "ada@example.org",
        "--role",
        "Engineer",
    ];
    greenroom.run(&[&new[..], &more[..]].concat()).ended(0);
    let _serving = greenroom.serve();
    for scripts in [true, false] {
        browser.scripts(true);
        clicks_the_link_of(&server.mails()[0].bytes, &browser, greenroom.home());
        browser.arrives_at(&base);
        browser.shows("Join");
        browser.scripts(scripts);
        browser.clicks("form[data-join] button");
        browser.arrives_at(&room);
        browser.shows("The meeting room");
    }
}

/// Serves a world in which Ada's interview opens in that many seconds.
async fn opening_in(seconds: i64) -> (World, Site, InterviewId) {
    let world = World::new().await;
    let ada = world
        .schedule("Ada Lovelace <ada@c.example>", "tomorrow 15:00")
        .await;
    let start = world.row(ada).await.interview.starts_at.unwrap();
    let window = world.app.access_window();
    world
        .clock
        .set(start - window.opens_before - SignedDuration::from_secs(seconds));
    let site = world.serve().await;
    (world, site, ada)
}

async fn page_of(world: &World, site: &Site, id: InterviewId) -> String {
    let link = world.link(id).await;
    let base = world.app.config().links.base_url.as_str().to_owned();
    format!(
        "http://{}{}",
        site.address,
        link.strip_prefix(&base).unwrap()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn incident_14_the_page_opens_the_door_by_itself() {
    let Some(browser) = Browser::open() else {
        return;
    };
    let (world, site, ada) = opening_in(4).await;
    browser.goes_to(&page_of(&world, &site, ada).await);
    browser.shows("You are early");
    // However slow the machine was, some seconds are left of four.
    browser.shows("in ");
    world.clock.advance(SignedDuration::from_secs(4));
    browser.shows("The door is open");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_comes_back_into_view_looks_again() {
    let Some(browser) = Browser::open() else {
        return;
    };
    let (world, site, ada) = opening_in(86_400).await;
    browser.goes_to(&page_of(&world, &site, ada).await);
    browser.shows("You are early");
    world.clock.advance(SignedDuration::from_secs(86_400));
    browser.runs("document.dispatchEvent(new Event('visibilitychange'))");
    browser.shows("The door is open");
}

/// Whoever waits, or was let in already, goes to the meeting as soon as there is an address for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_waits_goes_to_the_meeting_by_itself() {
    let Some(browser) = Browser::open() else {
        return;
    };
    let room = format!("http://{}/room", meeting());
    for admitted in [false, true] {
        let (world, site, ada) = opening_in(0).await;
        browser.goes_to(&page_of(&world, &site, ada).await);
        browser.clicks("form[data-join] button");
        browser.shows("You are checked in");
        if admitted {
            world.app.admit(ada).await.unwrap();
            browser.shows("You have been let in");
        }
        world.tamper(&format!("UPDATE interview SET meeting_url = '{room}'"));
        browser.arrives_at(&room);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_is_enough() {
    let Some(browser) = Browser::open() else {
        return;
    };
    let (world, site, ada) = opening_in(0).await;
    browser.goes_to(&page_of(&world, &site, ada).await);
    browser.shows("The door is open");
    browser.types(TAB);
    let focused = browser.runs("return document.activeElement.innerText");
    assert_eq!(focused, "Join the interview");
    browser.types(ENTER);
    browser.shows("You are checked in");
    assert_eq!(
        world.row(ada).await.interview.joined_at,
        Some(world.now()),
        "by the server's clock"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_a_refresh_opens_the_door_and_the_button_joins() {
    let Some(browser) = Browser::open() else {
        return;
    };
    let (world, site, ada) = opening_in(3600).await;
    let page = page_of(&world, &site, ada).await;
    browser.scripts(false);
    browser.goes_to(&page);
    browser.shows("You are early");
    world.clock.advance(SignedDuration::from_secs(3600));
    browser.goes_to(&page);
    browser.shows("The door is open");
    browser.clicks("form[data-join] button");
    browser.shows("You are checked in");
    world.app.admit(ada).await.unwrap();
    browser.clicks("form[data-look] button");
    browser.shows("You have been let in");
}
