//! Where the base URL leads, asked from outside, and what is said of it where mail is sent.

use std::net::SocketAddr;
use std::sync::Arc;

use greenroom::app::{Check, Health};
use rstest::rstest;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;

use crate::support::World;
use crate::support::program::Greenroom;

/// Another application: answers each request with what `answer` makes of its path.
async fn application(answer: impl Fn(&str) -> String + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut octets = [0; 4096];
            let read = stream.read(&mut octets).await.unwrap_or_default();
            let request = String::from_utf8_lossy(&octets[..read]).into_owned();
            let path = request.split(' ').nth(1).unwrap_or_default();
            let text = answer(path);
            let _ = stream.write_all(text.as_bytes()).await;
        }
    });
    address
}

async fn checked(world: &World, base: &str) -> (World, Check) {
    let world = world
        .another(&format!(
            "links.base_url = '{base}'\nlinks.allow_local = true"
        ))
        .await;
    let check = world.app.check_join_page().await;
    (world, check)
}

fn trouble(check: &Check) -> &str {
    match &check.health {
        Health::Trouble(remedy) => remedy,
        other => panic!("{other:?}: {}", check.found),
    }
}

#[tokio::test]
async fn a_base_url_that_leads_here_is_fine_and_ends_an_older_complaint() {
    let world = World::new().await;
    let site = world.serve().await;
    let base = format!("http://{}", site.address);
    let (here, check) = checked(&world, &base).await;
    assert_eq!(check.health, Health::Fine, "{}", check.found);
    assert!(here.app.base_url_trouble().await.unwrap().is_none());

    let home = tempfile::tempdir().unwrap();
    let other = World::at(home.path(), 2).await;
    let (other, check) = checked(&other, &base).await;
    assert!(check.found.contains("another Greenroom answers"));
    assert!(trouble(&check).contains("the greenroom serve of this database"));
    let kept = other.app.base_url_trouble().await.unwrap().unwrap();
    assert_eq!(kept.problem, check.found);
    // It is about that base URL alone.
    let elsewhere = other.another("").await;
    assert!(elsewhere.app.base_url_trouble().await.unwrap().is_none());
    let site = other.serve().await;
    let (mended, _) = checked(&other, &format!("http://{}", site.address)).await;
    assert!(mended.app.base_url_trouble().await.unwrap().is_none());
}

fn redirect(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")
}

#[rstest]
#[case::another_application(
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
    "another application answers at /healthz (HTTP 200)"
)]
#[case::a_proxy_in_trouble(
    "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
    "another application answers at /healthz (HTTP 502)"
)]
#[case::escape_sequences(
    "HTTP/1.1 302 Found\r\nLocation: /\u{1b}[2J\r\nContent-Length: 0\r\n\r\n",
    ""
)]
#[case::a_circle(
    "HTTP/1.1 301 Moved\r\nLocation: /healthz\r\nContent-Length: 0\r\n\r\n",
    "from redirect to redirect without end"
)]
#[tokio::test]
async fn whatever_else_answers_is_named(#[case] answer: &'static str, #[case] said: &str) {
    let world = World::new().await;
    let address = application(move |_| answer.to_owned()).await;
    let (world, check) = checked(&world, &format!("http://{address}")).await;
    if !said.is_empty() {
        assert!(check.found.contains(said), "{}", check.found);
        assert!(!trouble(&check).is_empty());
        let kept = world.app.base_url_trouble().await.unwrap().unwrap();
        assert_eq!(kept.problem, check.found);
    }
    assert!(!check.found.contains('\u{1b}'));
}

#[tokio::test]
async fn a_redirect_that_loses_the_key_is_told_from_one_that_keeps_it() {
    let world = World::new().await;
    let site = world.serve().await;
    let target = format!("http://{}", site.address);
    let to = target.clone();
    let losing =
        application(move |path| redirect(&format!("{to}{}", path.split('?').next().unwrap())));
    let (_, check) = checked(&world, &format!("http://{}", losing.await)).await;
    assert!(
        check.found.contains("loses the key of the link"),
        "{}",
        check.found
    );
    let to = target.clone();
    let keeping = application(move |path| redirect(&format!("{to}{path}")));
    let (_, check) = checked(&world, &format!("http://{}", keeping.await)).await;
    assert!(
        check.found.contains(&format!("it leads on to {target}")),
        "{}",
        check.found
    );
    assert!(trouble(&check).contains("set links.base_url"));
    let secure = application(|path| redirect(&format!("https://127.0.0.1:1{path}")));
    let (_, check) = checked(&world, &format!("http://{}", secure.await)).await;
    assert!(
        check
            .found
            .contains("it begins with http and leads on to https://"),
        "{}",
        check.found
    );
}

#[tokio::test]
async fn the_right_health_with_another_applications_page_is_not_enough() {
    let world = World::new().await;
    let instance = world.app.instance().to_owned();
    let half = application(move |path| {
        let (status, body) = if path == "/healthz" {
            ("200 OK", format!("{{\"instance\":\"{instance}\"}}"))
        } else {
            ("404 Not Found", "theirs".to_owned())
        };
        format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    });
    let (_, check) = checked(&world, &format!("http://{}", half.await)).await;
    let said = "another application answers at /interview/ (HTTP 404)";
    assert!(check.found.contains(said), "{}", check.found);
}

#[tokio::test]
async fn http_where_https_was_promised_is_named() {
    let world = World::new().await;
    let site = world.serve().await;
    let (_, check) = checked(&world, &format!("https://{}", site.address)).await;
    assert!(
        check.found.contains("no TLS is spoken there"),
        "{}",
        check.found
    );
}

#[tokio::test]
async fn nothing_at_this_machines_own_address_is_no_trouble_yet() {
    let world = World::new().await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let (world, check) = checked(&world, &base).await;
    assert!(matches!(&check.health, Health::Limited(words) if words.contains("greenroom serve")));
    assert!(world.app.base_url_trouble().await.unwrap().is_none());
}

#[tokio::test]
async fn a_certificate_that_browsers_refuse_is_named() {
    let signed = |name: &str| rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let (theirs, known) = (signed("127.0.0.1"), signed("127.0.0.1"));
    let key = tokio_rustls::rustls::pki_types::PrivateKeyDer::try_from(
        theirs.signing_key.serialize_der(),
    )
    .unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![theirs.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = acceptor.accept(stream).await;
        }
    });
    let home = tempfile::tempdir().unwrap();
    let roots = home.path().join("roots.pem");
    std::fs::write(&roots, known.cert.pem()).unwrap();
    let greenroom = Greenroom::new()
        .with("GREENROOM_LINKS__BASE_URL", &base)
        .with("SSL_CERT_FILE", roots.to_str().unwrap());
    let doctor = tokio::task::spawn_blocking(move || {
        let doctor = greenroom.run(&["doctor"]);
        (doctor, greenroom.new_ada(&[]))
    });
    let (doctor, new) = doctor.await.unwrap();
    let doctor = doctor.ended(1);
    assert!(
        doctor.out.contains("join page: ") && doctor.out.contains("browsers will warn"),
        "{}",
        doctor.out
    );
    // Whoever sends hears of it, and nothing is fetched for that.
    assert!(
        new.err.contains("Links may lead astray") && new.err.contains("browsers will warn"),
        "{}",
        new.err
    );
}
