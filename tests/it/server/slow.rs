//! Clients that take their time, or many places: they harm nobody, and are let go in the end.

use std::time::{Duration, Instant};

use greenroom::domain::token::Scope;
use greenroom::server::Patience;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use super::{PATIENCE, ada, keeps_to_itself, path_of, until_closed};
use crate::support::World;
use crate::support::http::Answer;

/// Short enough to be waited for.
const SHORT: Duration = Duration::from_millis(200);

#[tokio::test]
async fn a_client_that_sends_no_whole_head_is_let_go() {
    let world = World::new().await;
    let patience = Patience {
        head: SHORT,
        ..Patience::default()
    };
    let site = world.serve_with(patience).await;
    for (octets, answer) in [
        ("", ""),
        ("GET /interview/?sess", ""),
        ("GET / HTTP/1.1\r\nHost: x\r\n", ""),
        // Kept open after an answer, and then silent.
        (
            "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
            "HTTP/1.1 200 OK",
        ),
    ] {
        let (said, took) = until_closed(&site, octets).await;
        assert_eq!(said.lines().next().unwrap_or_default(), answer);
        assert!(took >= SHORT, "{took:?}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_is_answered_in_time() {
    let world = World::new().await;
    let patience = Patience {
        request: SHORT,
        ..Patience::default()
    };
    let site = world.serve_with(patience).await;
    let token = world.app.create_token("Eve", &Scope::ALL).await.unwrap();
    let token = token.token.expose();
    for path in ["/interview/", "/api/interviews/"] {
        let half = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: 44\r\nConnection: close\r\n\r\nsession"
        );
        let (said, took) = until_closed(&site, &half).await;
        let answer = Answer::read(&said);
        assert_eq!(answer.status, 408, "{path}");
        keeps_to_itself(&answer, &world);
        let kind = answer.header("content-type").unwrap();
        if path == "/interview/" {
            assert_eq!(kind, "text/html; charset=utf-8");
            assert!(answer.body.contains("<h1>Something went wrong here</h1>"));
        } else {
            assert_eq!(kind, "application/problem+json");
            assert_eq!(
                answer.json()["detail"],
                "the request took too long to arrive"
            );
        }
        assert!(took >= SHORT, "{took:?}");
    }
}

#[tokio::test]
async fn a_client_that_never_reads_is_let_go_however_much_it_asks() {
    let world = World::new().await;
    let patience = Patience {
        connection: SHORT,
        ..Patience::default()
    };
    let site = world.serve_with(patience).await;
    let begun = Instant::now();
    let mut stream = site.connect().await;
    let ended = timeout(PATIENCE, async {
        let ask = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n";
        while stream.write_all(ask).await.is_ok() {}
    });
    ended.await.unwrap();
    assert!(begun.elapsed() >= SHORT, "{:?}", begun.elapsed());
    assert_eq!(site.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn two_hundred_idle_and_slow_connections_harm_nobody() {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world).await;
    let path = path_of(&world, id).await;
    let mut held = Vec::new();
    for number in 0..200 {
        let mut stream = site.connect().await;
        match number % 4 {
            0 => {}
            1 => stream.write_all(b"GET /interview/?sess").await.unwrap(),
            2 => {
                let slow =
                    b"POST /interview/ HTTP/1.1\r\nHost: x\r\nContent-Length: 44\r\n\r\nsession";
                stream.write_all(slow).await.unwrap();
            }
            _ => {
                // Kept open after an answer.
                stream
                    .write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                    .await
                    .unwrap();
            }
        }
        held.push(stream);
    }
    let begun = Instant::now();
    for _ in 0..20 {
        assert_eq!(site.get(&path).await.status, 200);
    }
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    drop(held);
}

#[tokio::test]
async fn one_client_does_not_take_the_places_of_the_others() {
    let world = World::new().await;
    let site = world.serve().await;
    let mut held = Vec::new();
    for _ in 0..256 {
        held.push(site.connect().await);
    }
    let mut one_more = site.connect().await;
    let mut rest = Vec::new();
    let closed = timeout(PATIENCE, one_more.read_to_end(&mut rest)).await;
    assert!(closed.is_ok() && rest.is_empty(), "closed at once");
    held.pop();
    let begun = Instant::now();
    loop {
        // The place is free once the server has seen that the client is gone.
        let mut stream = site.connect().await;
        let asked = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        let mut answer = Vec::new();
        if stream.write_all(asked).await.is_ok()
            && stream.read_to_end(&mut answer).await.is_ok()
            && answer.starts_with(b"HTTP/1.1 200")
        {
            break;
        }
        assert!(begun.elapsed() < PATIENCE);
    }
    drop(held);
}
