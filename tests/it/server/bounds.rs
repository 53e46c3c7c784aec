//! What a client may cost: tries, octets, time, connections. And how the server ends.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use super::{PATIENCE, ada, form_of, keeps_to_itself, path_of, until_closed};
use crate::support::World;
use crate::support::http::{Answer, request};

fn nobody(number: usize) -> String {
    format!("/interview/?session_key={number:032}")
}

#[tokio::test]
async fn the_eleventh_unknown_key_of_a_minute_has_to_wait_and_a_known_one_never_does() {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world).await;
    let path = path_of(&world, id).await;
    for number in 0..10 {
        assert_eq!(site.get(&nobody(number)).await.status, 404);
    }
    let limited = site.get(&nobody(10)).await;
    assert_eq!(limited.status, 429);
    let wait: u64 = limited.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(
        site.post("/interview/", &nobody(11)[12..]).await.status,
        429
    );
    assert_eq!(
        site.get(&format!("/?{}", &nobody(12)[12..])).await.status,
        429
    );
    assert_eq!(
        site.get(&path).await.status,
        200,
        "a candidate at the same address gets in"
    );
    // Nobody is believed about being somebody else.
    let claims = ["X-Forwarded-For: 203.0.113.9", "Forwarded: for=203.0.113.9"];
    assert_eq!(site.ask("GET", &nobody(13), &claims, "").await.status, 429);
}

#[tokio::test]
async fn a_trusted_proxy_tells_clients_apart() {
    let world = World::with("server.trusted_proxies = ['127.0.0.0/8']").await;
    let site = world.serve().await;
    let ask = async |number: usize, forwarded: &str| {
        let header = format!("X-Forwarded-For: {forwarded}");
        site.ask("GET", &nobody(number), &[&header], "")
            .await
            .status
    };
    for number in 0..10 {
        // One subscriber may take any address of a /64.
        assert_eq!(ask(number, &format!("2001:db8:1:2::{number}")).await, 404);
    }
    assert_eq!(ask(10, "2001:db8:1:2:ffff::1").await, 429);
    assert_eq!(ask(11, "2001:db8:1:3::1").await, 404);
    assert_eq!(
        ask(12, "2001:db8:1:3::1, 2001:db8:1:2::1").await,
        429,
        "the last proxy's word counts"
    );
    assert_eq!(ask(13, "203.0.113.9").await, 404);
}

#[tokio::test]
async fn what_is_too_large_is_refused_and_says_so_in_the_form_of_whoever_asks() {
    let world = World::new().await;
    let site = world.serve().await;
    let form = format!("session_key={}", "a".repeat(100_000));
    let large = "a".repeat(100_000);
    let long = format!("X-Long: {}", "a".repeat(20_000));
    let many: Vec<String> = (0..100).map(|number| format!("X-{number}: a")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for (method, path, headers, body, status, says) in [
        ("POST", "/interview/", &[][..], form.as_str(), 413, None),
        (
            "POST",
            "/api/interviews/public/x/",
            &[],
            &large,
            413,
            Some("larger than 64 KiB"),
        ),
        ("GET", "/interview/", &[long.as_str()], "", 431, None),
        ("GET", "/interview/", &many, "", 431, None),
        (
            "GET",
            "/api/interviews/",
            &[&long],
            "",
            431,
            Some("larger than 16 KiB"),
        ),
        (
            "GET",
            "/api/interviews/",
            &many,
            "",
            431,
            Some("more than 64 lines"),
        ),
    ] {
        let answer = site.ask(method, path, headers, body).await;
        assert_eq!(answer.status, status, "{method} {path}");
        keeps_to_itself(&answer, &world);
        if let Some(says) = says {
            let problem = answer.json();
            assert_eq!(
                answer.header("content-type"),
                Some("application/problem+json")
            );
            assert_eq!(problem["status"], status);
            assert!(
                problem["detail"].as_str().unwrap().contains(says),
                "{problem}"
            );
        }
    }
    assert_eq!(site.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn a_head_that_can_not_be_read_is_refused_with_the_headers_of_every_answer() {
    let world = World::new().await;
    let site = world.serve().await;
    let huge = format!(
        "GET /healthz HTTP/1.1\r\nConnection: close\r\nX-Long: {}\r\n\r\n",
        "a".repeat(100_000)
    );
    let endless = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(70_000));
    let lines = (0..300).fold("GET / HTTP/1.1\r\n".to_owned(), |head, number| {
        format!("{head}X-{number}: a\r\n")
    });
    let after = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nNONSENSE\r\n\r\n";
    for (head, status) in [
        ("GET\r\n\r\n", 400),
        ("GET / HTTP/9.9\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        ("\u{0}\u{1}\r\n\r\n", 400),
        (&huge, 431),
        (&endless, 414),
        (&format!("{lines}\r\n"), 431),
        (after, 400),
    ] {
        let (said, _) = until_closed(&site, head).await;
        let refusal = said.rfind("HTTP/1.1 4").map(|at| &said[at..]);
        let answer = Answer::read(refusal.unwrap_or_else(|| panic!("{head:.40}: {said}")));
        assert_eq!(answer.status, status, "{head:.40}: {answer:?}");
        keeps_to_itself(&answer, &world);
    }
    assert_eq!(site.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn a_server_that_ends_answers_what_it_was_asked_and_waits_for_nobody_else() {
    let world = World::new().await;
    let site = world.serve().await;
    let address: SocketAddr = site.address;
    let id = world
        .schedule("Ada Lovelace <ada@c.example>", "2031-05-05 10:10")
        .await;
    let form = form_of(&world, id).await;
    let idle = site.connect().await;
    // Half a request: its head is there, its body is on its way.
    let headers = ["Content-Type: application/x-www-form-urlencoded"];
    let whole = request(address, "POST", "/interview/", &headers, &form);
    let (first, last) = whole.split_at(whole.len() - 5);
    let mut asking = site.connect().await;
    asking.write_all(first.as_bytes()).await.unwrap();
    // The server has it once it has answered somebody who asked later.
    assert_eq!(site.get("/healthz").await.status, 200);
    let ending = tokio::spawn(site.ended());
    tokio::task::yield_now().await;
    asking.write_all(last.as_bytes()).await.unwrap();
    let answer = timeout(PATIENCE, crate::support::http::read_answer(&mut asking))
        .await
        .unwrap();
    assert_eq!(answer.status, 303);
    timeout(Duration::from_secs(10), ending)
        .await
        .unwrap()
        .unwrap();
    assert!(
        tokio::net::TcpStream::connect(address).await.is_err(),
        "nobody answers any more"
    );
    assert_eq!(world.count("access"), 1, "what was noted is written");
    drop(idle);
}
