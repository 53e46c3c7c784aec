//! Signing in (RFC 4954): PLAIN, LOGIN and XOAUTH2.
//!
//! The secret is fetched just before it is sent, is only sent where nobody can listen (the
//! settings allow no TLS only on this machine), and is taken out of any reply that echoes it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use secrecy::{ExposeSecret as _, SecretString};

use super::super::reason::{Cause, Reason, Stage};
use super::reply::Reply;
use super::secret::SecretSource;
use super::session::Session;
use super::settings::AuthMechanism;

/// Octets of a command line without its CRLF (RFC 5321 section 4.5.3.1.4).
const LONGEST_LINE: usize = 510;

/// Signs in; the server's words on success.
pub(super) async fn sign_in(
    session: &mut Session,
    username: &str,
    source: &SecretSource,
    wanted: AuthMechanism,
) -> Result<Reply, Reason> {
    let offered = session.extension("AUTH").unwrap_or_default();
    let mechanism = choose(wanted, source, &offered).ok_or_else(|| {
        let offered = if offered.is_empty() {
            "none".to_owned()
        } else {
            offered.join(" ")
        };
        failed(Cause::NoSignIn { offered })
    })?;
    let secret = source.fetch().await;
    let secret = secret.map_err(|problem| failed(Cause::Secret(problem.to_string())))?;
    let words = match mechanism {
        Mechanism::Plain => [format!("\0{username}\0{}", secret.expose_secret())].to_vec(),
        Mechanism::Login => [username.to_owned(), secret.expose_secret().to_owned()].to_vec(),
        Mechanism::Xoauth2 => {
            let token = secret.expose_secret();
            [format!("user={username}\x01auth=Bearer {token}\x01\x01")].to_vec()
        }
    };
    let encoded = words
        .into_iter()
        .map(|word| SecretString::from(BASE64.encode(word)));
    let answers: Vec<_> = encoded.collect();
    let outcome = converse(session, mechanism, &answers).await;
    let without_secrets = |reply: Reply| {
        let secrets = answers.iter().chain([&secret]);
        secrets.fold(reply, |reply, secret| reply.without(secret.expose_secret()))
    };
    match outcome {
        Ok(reply) => Ok(without_secrets(reply)),
        Err(Reason {
            cause: Cause::Refused(reply),
            ..
        }) => Err(failed(Cause::Refused(without_secrets(reply)))),
        Err(reason) => Err(reason),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mechanism {
    Plain,
    Login,
    Xoauth2,
}

impl Mechanism {
    fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::Xoauth2 => "XOAUTH2",
        }
    }
}

/// The mechanism to use: the wanted one if it is offered, or the best of those offered.
fn choose(wanted: AuthMechanism, source: &SecretSource, offered: &[String]) -> Option<Mechanism> {
    let candidates: &[Mechanism] = match (wanted, source) {
        (AuthMechanism::Plain, _) => &[Mechanism::Plain],
        (AuthMechanism::Login, _) => &[Mechanism::Login],
        (AuthMechanism::Xoauth2, _) | (AuthMechanism::Auto, SecretSource::Token(_)) => {
            &[Mechanism::Xoauth2]
        }
        (AuthMechanism::Auto, _) => &[Mechanism::Plain, Mechanism::Login],
    };
    let is_offered = |mechanism: &&Mechanism| offered.iter().any(|name| name == mechanism.name());
    candidates.iter().find(is_offered).copied()
}

/// Sends each answer when it is asked for, the first one at once where the mechanism begins with
/// the client and the line is short enough.
async fn converse(
    session: &mut Session,
    mechanism: Mechanism,
    answers: &[SecretString],
) -> Result<Reply, Reason> {
    let mut answers = answers.iter();
    let mut line = SecretString::from(format!("AUTH {}", mechanism.name()));
    if mechanism != Mechanism::Login {
        let first = answers
            .clone()
            .next()
            .map_or("", |answer| answer.expose_secret());
        let whole = format!("{} {first}", line.expose_secret());
        if whole.len() <= LONGEST_LINE {
            line = SecretString::from(whole);
            answers.next();
        }
    }
    loop {
        let reply = session.command(Stage::Auth, line.expose_secret()).await?;
        match reply.code() {
            235 => return Ok(reply),
            // Asked for more than there is: XOAUTH2 explains a refusal so, and then waits for an
            // empty line before it refuses.
            334 => line = answers.next().cloned().unwrap_or_default(),
            400..=599 => return Err(failed(Cause::Refused(reply))),
            // RFC 4954 section 6 knows no other success, and a 250 may be the late answer to something else.
            _ => return Err(failed(Cause::NotSignedIn(reply))),
        }
    }
}

fn failed(cause: Cause) -> Reason {
    Reason {
        stage: Stage::Auth,
        cause,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{AuthMechanism, Mechanism, SecretSource, choose};

    #[rstest]
    #[case(AuthMechanism::Auto, false, "PLAIN LOGIN", Some(Mechanism::Plain))]
    #[case(AuthMechanism::Auto, false, "CRAM-MD5 LOGIN", Some(Mechanism::Login))]
    #[case(AuthMechanism::Auto, true, "PLAIN XOAUTH2", Some(Mechanism::Xoauth2))]
    #[case(AuthMechanism::Auto, true, "PLAIN LOGIN", None)]
    #[case(AuthMechanism::Auto, false, "CRAM-MD5", None)]
    #[case(AuthMechanism::Login, false, "PLAIN LOGIN", Some(Mechanism::Login))]
    #[case(AuthMechanism::Plain, false, "LOGIN", None)]
    fn a_mechanism_is_used_only_where_it_is_offered(
        #[case] wanted: AuthMechanism,
        #[case] token: bool,
        #[case] offered: &str,
        #[case] chosen: Option<Mechanism>,
    ) {
        let source = if token {
            SecretSource::Token("t".into())
        } else {
            SecretSource::Command("p".into())
        };
        let offered: Vec<String> = offered.split(' ').map(str::to_owned).collect();
        assert_eq!(choose(wanted, &source, &offered), chosen);
    }
}
