//! Trying the conversation without sending mail.

use std::time::Duration;

use greenroom::mail::transport::Stage;
use greenroom::mail::transport::smtp::{
    AuthMechanism, Deadlines, Probe, Security, SmtpSettings, probe,
};
use rstest::rstest;

use super::{PLAIN, settings, signed_in};
use crate::support::smtp_server::{Act, At, Script, SmtpServer, Tls};

fn stages(probe: &Probe) -> Vec<Stage> {
    probe.steps.iter().map(|step| step.stage).collect()
}

#[tokio::test]
async fn a_probe_of_a_good_server_tells_each_step_and_sends_no_mail() {
    let script = Script::new()
        .tls(Tls::AfterStart)
        .auth("PLAIN", "PLAIN", &[PLAIN]);
    let server = SmtpServer::start(script).await;
    let with_tls = SmtpSettings {
        security: Security::StartTls,
        ..settings(&server)
    };
    let probed = probe(signed_in(with_tls, AuthMechanism::Auto, "hunter2"))
        .await
        .unwrap();
    assert_eq!(probed.problem, None);
    assert_eq!(
        stages(&probed),
        [
            Stage::Connect,
            Stage::Greeting,
            Stage::Hello,
            Stage::StartTls,
            Stage::Tls,
            Stage::Hello,
            Stage::Auth,
            Stage::Quit,
        ]
    );
    assert!(
        !server
            .commands()
            .iter()
            .any(|line| line.starts_with("MAIL"))
    );
}

#[tokio::test]
async fn incident_20_a_probe_explains_535() {
    let server = SmtpServer::start(Script::new().auth("PLAIN", "PLAIN", &[PLAIN])).await;
    let settings = signed_in(settings(&server), AuthMechanism::Auto, "letmein");
    let probed = probe(settings).await.unwrap();
    assert_eq!(
        stages(&probed),
        [Stage::Connect, Stage::Greeting, Stage::Hello]
    );
    let problem = probed.problem.unwrap();
    assert!(
        problem.reason.to_string().contains("535"),
        "{}",
        problem.reason
    );
    assert!(
        problem.remedy.contains("mail.smtp.username"),
        "{}",
        problem.remedy
    );
}

#[rstest]
#[case::starttls_not_offered(Security::StartTls, Tls::None, "mail.smtp.security = \"tls\"")]
#[case::tls_to_a_plain_port(Security::Tls, Tls::None, "mail.smtp.security = \"starttls\"")]
#[case::plain_to_a_tls_port(Security::StartTls, Tls::Implicit, "mail.smtp.security = \"tls\"")]
#[tokio::test]
async fn a_probe_names_the_setting_to_change(
    #[case] security: Security,
    #[case] tls: Tls,
    #[case] named: &str,
) {
    let server = SmtpServer::start(Script::new().tls(tls)).await;
    let settings = SmtpSettings {
        security,
        deadlines: Deadlines::all(Duration::from_millis(500)),
        ..settings(&server)
    };
    let problem = probe(settings).await.unwrap().problem.unwrap();
    assert!(problem.remedy.contains(named), "{problem:?}");
}

#[tokio::test]
async fn a_probe_of_a_port_that_nobody_answers_names_host_and_port() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let settings = SmtpSettings {
        security: Security::None,
        ..SmtpSettings::new("127.0.0.1", port)
    };
    let problem = probe(settings).await.unwrap().problem.unwrap();
    assert_eq!(problem.reason.stage, Stage::Connect);
    assert!(
        problem.remedy.contains("mail.smtp.port"),
        "{}",
        problem.remedy
    );
}

#[tokio::test]
async fn a_sign_in_that_is_answered_250_is_not_taken_for_one_and_is_explained() {
    // Postfix's smtp-sink does so.
    let script = Script::new()
        .auth("PLAIN", "PLAIN", &[PLAIN])
        .on(At::Auth, Act::Say("250 2.0.0 Ok"));
    let server = SmtpServer::start(script).await;
    let settings = signed_in(settings(&server), AuthMechanism::Auto, "hunter2");
    let problem = probe(settings).await.unwrap().problem.unwrap();
    assert_eq!(problem.reason.stage, Stage::Auth);
    let words = problem.reason.to_string();
    assert!(
        words.contains("250 2.0.0 Ok") && words.contains("235"),
        "{words}"
    );
    assert!(
        problem.remedy.contains("mail.smtp.username"),
        "{}",
        problem.remedy
    );
    assert!(
        !server
            .commands()
            .iter()
            .any(|line| line.starts_with("MAIL"))
    );
}
