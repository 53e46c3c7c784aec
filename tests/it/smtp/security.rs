//! TLS and signing in: nothing secret where anybody could listen, and nothing secret shown.

use greenroom::mail::transport::smtp::{
    AuthMechanism, SecretSource, Security, SettingsError, SmtpSettings, SmtpTransport,
};
use greenroom::mail::transport::{Cause, Outcome, Stage};
use rstest::rstest;

use super::{PLAIN, send, settings, signed_in, summary};
use crate::support::smtp_server::{Act, At, Script, SmtpServer, Tls};

const USER: &str = "YWRh";
const PASSWORD: &str = "aHVudGVyMg==";

#[rstest]
#[case::plain(AuthMechanism::Plain, "PLAIN", &[PLAIN])]
#[case::login(AuthMechanism::Login, "LOGIN", &[USER, PASSWORD])]
#[case::xoauth2(AuthMechanism::Xoauth2, "XOAUTH2", &["dXNlcj1hZGEBYXV0aD1CZWFyZXIgaHVudGVyMgEB"])]
#[tokio::test]
async fn each_mechanism_signs_in_over_either_tls(
    #[case] auth: AuthMechanism,
    #[case] name: &'static str,
    #[case] words: &[&str],
    #[values((Tls::Implicit, Security::Tls), (Tls::AfterStart, Security::StartTls))] modes: (
        Tls,
        Security,
    ),
) {
    let (tls, security) = modes;
    let script = Script::new()
        .tls(tls)
        .auth("PLAIN LOGIN XOAUTH2", name, words);
    let server = SmtpServer::start(script).await;
    let settings = signed_in(
        SmtpSettings {
            security,
            ..settings(&server)
        },
        auth,
        "hunter2",
    );
    let mut transport = SmtpTransport::new(settings).unwrap();
    let outcome = send(&mut transport).await;
    assert_eq!(summary(&outcome).0, "accepted", "{outcome:?}");
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn a_token_too_long_for_one_line_is_sent_when_asked_for() {
    let token = "t".repeat(600);
    let word = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD
            .encode(format!("user=ada\x01auth=Bearer {token}\x01\x01"))
    };
    let script = Script::new()
        .tls(Tls::Implicit)
        .auth("XOAUTH2", "XOAUTH2", &[&word]);
    let server = SmtpServer::start(script).await;
    let settings = SmtpSettings {
        security: Security::Tls,
        username: Some("ada".into()),
        secret: Some(SecretSource::Token(format!("printf {token}"))),
        ..settings(&server)
    };
    let outcome = send(&mut SmtpTransport::new(settings).unwrap()).await;
    assert_eq!(summary(&outcome).0, "accepted", "{outcome:?}");
    assert!(server.commands().contains(&"AUTH XOAUTH2".to_owned()));
}

#[rstest]
#[case(AuthMechanism::Plain, "PLAIN", &[PLAIN])]
#[case(AuthMechanism::Login, "LOGIN", &[USER, PASSWORD])]
#[case(AuthMechanism::Xoauth2, "XOAUTH2", &["other"])]
#[tokio::test]
async fn a_wrong_password_defers_every_mail_and_is_never_shown(
    #[case] auth: AuthMechanism,
    #[case] name: &'static str,
    #[case] words: &[&str],
) {
    let server = SmtpServer::start(Script::new().auth(name, name, words)).await;
    let settings = signed_in(settings(&server), auth, "letmein");
    let outcome = send(&mut SmtpTransport::new(settings).unwrap()).await;
    let (kind, stage, text) = summary(&outcome);
    assert_eq!((kind, stage), ("deferred", Some(Stage::Auth)), "{text}");
    assert!(text.contains("535 5.7.8"), "{text}");
    assert!(matches!(&outcome, Outcome::Deferred { reason } if reason.concerns_every_mail()));
    let sent = server.commands().last().unwrap().clone();
    for secret in ["letmein", "bGV0bWVpbg==", "AGFkYQBsZXRtZWlu", &sent] {
        let shown = format!("{outcome:?} {text}");
        assert!(
            secret.is_empty() || !shown.contains(secret),
            "{secret} in {shown}"
        );
    }
}

#[tokio::test]
async fn without_an_offered_starttls_nothing_is_said() {
    let server = SmtpServer::start(Script::new().auth("PLAIN", "PLAIN", &[PLAIN])).await;
    let with_tls = SmtpSettings {
        security: Security::StartTls,
        ..settings(&server)
    };
    let settings = signed_in(with_tls, AuthMechanism::Auto, "hunter2");
    let outcome = send(&mut SmtpTransport::new(settings).unwrap()).await;
    assert!(
        matches!(&outcome, Outcome::Deferred { reason } if reason.cause == Cause::StartTlsNotOffered)
    );
    assert_eq!(server.commands(), ["EHLO [127.0.0.1]"]);
}

#[tokio::test]
async fn text_injected_before_tls_ends_the_connection() {
    let script = Script::new()
        .tls(Tls::AfterStart)
        .auth("PLAIN", "PLAIN", &[PLAIN])
        .on(
            At::StartTls,
            Act::Add("250-mx.acme.example\r\n250 AUTH PLAIN"),
        );
    let server = SmtpServer::start(script).await;
    let with_tls = SmtpSettings {
        security: Security::StartTls,
        ..settings(&server)
    };
    let settings = signed_in(with_tls, AuthMechanism::Auto, "hunter2");
    let outcome = send(&mut SmtpTransport::new(settings).unwrap()).await;
    assert!(
        matches!(&outcome, Outcome::Deferred { reason } if reason.cause == Cause::Injected),
        "{outcome:?}"
    );
    assert_eq!(server.commands(), ["EHLO [127.0.0.1]", "STARTTLS"]);
}

#[tokio::test]
async fn a_certificate_of_nobody_we_know_is_not_accepted() {
    let script = Script::new().tls(Tls::Implicit);
    let server = SmtpServer::start(script).await;
    let unknown = rcgen::generate_simple_self_signed(["elsewhere.example".to_owned()]).unwrap();
    let settings = SmtpSettings {
        security: Security::Tls,
        extra_roots: vec![unknown.cert.der().clone()],
        ..settings(&server)
    };
    let outcome = send(&mut SmtpTransport::new(settings).unwrap()).await;
    assert!(
        matches!(&outcome, Outcome::Deferred { reason } if matches!(reason.cause, Cause::Certificate(_))),
        "{outcome:?}"
    );
    assert_eq!(server.commands(), [""; 0]);
}

#[test]
fn incident_20_there_is_one_security_mode_and_none_stays_on_this_machine() {
    let settings = SmtpSettings {
        security: Security::None,
        ..SmtpSettings::new("mx.acme.example", 25)
    };
    let refused = SmtpTransport::new(settings).err().unwrap();
    assert!(matches!(refused, SettingsError::InTheClear { .. }));
    assert!(refused.to_string().contains("mail.smtp.security"));
}
