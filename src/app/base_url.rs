//! Whether the base URL leads to the join page of this Greenroom: asked when somebody looks, remembered for whoever sends.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use url::Url;

use super::{App, AppError, Check, Health};
use crate::config::here;
use crate::domain::text::visible;
use crate::domain::trouble;
use crate::net::tls::TlsError;
use crate::net::{Answer, FetchError, fetch};

/// How long the two questions may take together.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long whoever has a port of this machine may take to say who they are.
const NEARBY: Duration = Duration::from_secs(1);
/// Redirects that are followed, each within the same time.
const MOST_REDIRECTS: usize = 3;
/// The header by which every answer of the join page and the API names its Greenroom.
pub const INSTANCE_HEADER: &str = "greenroom-instance";
/// A key that no session has.
const NOBODY: &str = "session_key=00000000000000000000000000000000";
/// Where the last result is kept.
const SETTING: &str = "base_url_check";

/// Why candidates would not get to the join page of this Greenroom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Astray {
    /// Nothing answers, for this reason.
    Silent(String),
    /// The certificate is not one that browsers accept.
    Certificate(String),
    /// No TLS where `https` was promised.
    NoTls(String),
    /// `https` is led to `http`.
    ToPlain(String),
    /// `http` is led to `https` everywhere.
    ToTls(String),
    /// A redirect drops the key on the way to this address.
    KeyLost(String),
    /// Redirects lead to another address, with the key.
    Elsewhere(String),
    /// Redirects without end.
    Circle,
    /// A Greenroom on another database.
    AnotherGreenroom,
    /// Another application, which answered a path so.
    AnotherApplication {
        /// The path.
        path: &'static str,
        /// Its status.
        status: u16,
    },
}

impl fmt::Display for Astray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent(why) => write!(f, "nothing answers there: {why}"),
            Self::Certificate(why) => {
                write!(f, "browsers will warn about its certificate: {why}")
            }
            Self::NoTls(why) => {
                write!(f, "it begins with https, but no TLS is spoken there: {why}")
            }
            Self::ToPlain(to) => write!(f, "it leads from https to {to}, in the clear"),
            Self::ToTls(to) => write!(f, "it begins with http and leads on to {to}"),
            Self::KeyLost(to) => write!(f, "a redirect to {to} loses the key of the link"),
            Self::Elsewhere(to) => write!(f, "it leads on to {to}"),
            Self::Circle => f.write_str("it leads from redirect to redirect without end"),
            Self::AnotherGreenroom => {
                f.write_str("another Greenroom answers there, which does not know these links")
            }
            Self::AnotherApplication { path, status } => {
                write!(f, "another application answers at {path} (HTTP {status})")
            }
        }
    }
}

impl Astray {
    fn remedy(&self) -> String {
        match self {
            Self::Silent(_) => "start greenroom serve, or see to the name, the proxy and the firewall in front of it".to_owned(),
            Self::Certificate(_) => "renew the certificate, or have it made out to this name; candidates would have to click a warning away".to_owned(),
            Self::NoTls(_) => "let the proxy speak TLS on that port, or correct links.base_url".to_owned(),
            Self::ToPlain(_) => "let the proxy stay with https".to_owned(),
            Self::ToTls(to) => format!("set links.base_url to where it leads ({to}), so that the key never travels in the clear"),
            Self::KeyLost(_) => "let the redirect keep the query, or set links.base_url to where it leads".to_owned(),
            Self::Elsewhere(to) => format!("set links.base_url to where it leads ({to})"),
            Self::Circle => "look at the redirects of the proxy".to_owned(),
            Self::AnotherGreenroom => "let the proxy lead to the greenroom serve of this database (greenroom doctor says where that lies)".to_owned(),
            Self::AnotherApplication { .. } => "let the proxy pass /interview/, /api/ and /healthz to greenroom serve, or correct links.base_url".to_owned(),
        }
    }
}

/// Who answers at a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answering {
    /// A Greenroom on this database.
    This,
    /// A Greenroom on another one.
    AnotherGreenroom,
    /// Another program, or one that says nothing.
    Another,
}

/// What was wrong with the base URL the last time that somebody looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedAstray {
    base: String,
    /// When somebody looked.
    pub at: Timestamp,
    /// What they found.
    pub problem: String,
}

impl App {
    /// Asks the base URL who answers there, within 2 s, and keeps the result for whoever sends.
    pub async fn check_join_page(&self) -> Check {
        let base = self.policy().base.clone();
        let (health, found) = match self.leads().await {
            Ok(()) => (Health::Fine, format!("{base} leads to this Greenroom")),
            // The dashboard will serve it, and says so when it can't.
            Err(Astray::Silent(_)) if base.is_this_machine() => (
                Health::Limited(
                    "the dashboard and greenroom serve answer there while they run".to_owned(),
                ),
                format!("nothing answers at {base} at the moment"),
            ),
            Err(astray) => (
                Health::Trouble(astray.remedy()),
                format!("{base}: {}", visible(&astray.to_string())),
            ),
        };
        let problem = matches!(health, Health::Trouble(_)).then(|| found.clone());
        if let Err(error) = self.keep_result(problem).await {
            tracing::warn!(%error, "what the base URL leads to could not be written down");
        }
        Check {
            name: "join page",
            health,
            found,
        }
    }

    /// What was wrong with today's base URL when somebody last looked: shown where mail is sent. Fetches nothing.
    ///
    /// # Errors
    /// The store's.
    pub async fn base_url_trouble(&self) -> Result<Option<LedAstray>, AppError> {
        let kept = self.store().read(|read| read.setting(SETTING)).await?;
        let kept: Option<LedAstray> = kept.and_then(|text| serde_json::from_str(&text).ok());
        Ok(kept.filter(|kept| kept.base == self.policy().base.as_str()))
    }

    /// Asks who answers at a port of this machine.
    pub async fn who_answers(&self, listen: SocketAddr) -> Answering {
        let Ok(url) = Url::parse(&format!("http://{}/healthz", here(listen))) else {
            return Answering::Another;
        };
        match timeout(NEARBY, fetch(&url)).await {
            Ok(Ok(health)) => match is_this_one(&health, self.instance()) {
                Ok(()) => Answering::This,
                Err(Astray::AnotherGreenroom) => Answering::AnotherGreenroom,
                Err(_) => Answering::Another,
            },
            Ok(Err(_)) | Err(_) => Answering::Another,
        }
    }

    async fn keep_result(&self, problem: Option<String>) -> Result<(), AppError> {
        if self.read_only().is_some() {
            return Ok(());
        }
        let result = problem.map(|problem| LedAstray {
            base: self.policy().base.as_str().to_owned(),
            at: self.now(),
            problem,
        });
        let text = result.and_then(|result| serde_json::to_string(&result).ok());
        let kept = self.store().write(move |write| match text {
            Some(text) => write.set_setting(SETTING, &text),
            None => write.remove_setting(SETTING),
        });
        Ok(kept.await?)
    }

    async fn leads(&self) -> Result<(), Astray> {
        let silent = |_| Err(Astray::Silent("no answer within 2 s".to_owned()));
        timeout(PATIENCE, self.ask()).await.unwrap_or_else(silent)
    }

    async fn ask(&self) -> Result<(), Astray> {
        let base = self.policy().base.as_str();
        let (health, _) = follow(&format!("{base}/healthz")).await?;
        is_this_one(&health, self.instance())?;
        let (page, led_to) = follow(&format!("{base}/interview/?{NOBODY}")).await?;
        is_our_404(&page, self.instance())?;
        led_to.map_or(Ok(()), |to| Err(Astray::Elsewhere(to)))
    }
}

/// The answer at the end of the redirects, and where that is if there were any.
async fn follow(url: &str) -> Result<(Answer, Option<String>), Astray> {
    let silent = |error: &dyn fmt::Display| Astray::Silent(error.to_string());
    let mut url = Url::parse(url).map_err(|error| silent(&error))?;
    let carries_key = url.as_str().ends_with(NOBODY);
    let mut led_to = None;
    for _ in 0..=MOST_REDIRECTS {
        let answer = fetch(&url).await.map_err(no_answer)?;
        let Some(next) = redirect(&answer, &url) else {
            return Ok((answer, led_to));
        };
        let to = origin_and_path(&next);
        match (url.scheme(), next.scheme()) {
            ("https", "https") | ("http", "http") => {}
            ("http", "https") => return Err(Astray::ToTls(to)),
            _ => return Err(Astray::ToPlain(to)),
        }
        if carries_key && next.query() != Some(NOBODY) {
            return Err(Astray::KeyLost(to));
        }
        led_to = Some(to);
        url = next;
    }
    Err(Astray::Circle)
}

fn redirect(answer: &Answer, from: &Url) -> Option<Url> {
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    from.join(answer.header("location")?).ok()
}

// As it would stand in the configuration: without the query, and without the path that links add.
fn origin_and_path(url: &Url) -> String {
    let whole = &url[..url::Position::AfterPath];
    let known = ["/healthz", "/interview/", "/interview"];
    let base = known.iter().find_map(|path| whole.strip_suffix(path));
    base.unwrap_or(whole).to_owned()
}

fn no_answer(error: FetchError) -> Astray {
    match error {
        FetchError::Tls(TlsError::Certificate(why)) => Astray::Certificate(why),
        FetchError::Tls(TlsError::Tls(why)) => Astray::NoTls(why),
        FetchError::Tls(TlsError::Io(error)) => Astray::NoTls(trouble::in_words(&error)),
        other => Astray::Silent(other.to_string()),
    }
}

fn is_this_one(health: &Answer, instance: &str) -> Result<(), Astray> {
    #[derive(Deserialize)]
    struct Healthy {
        instance: String,
    }
    match serde_json::from_slice::<Healthy>(&health.body) {
        Ok(healthy) if health.status == 200 && healthy.instance == instance => Ok(()),
        Ok(_) if health.status == 200 => Err(Astray::AnotherGreenroom),
        _ => Err(Astray::AnotherApplication {
            path: "/healthz",
            status: health.status,
        }),
    }
}

fn is_our_404(page: &Answer, instance: &str) -> Result<(), Astray> {
    if page.status == 404 && page.header(INSTANCE_HEADER) == Some(instance) {
        return Ok(());
    }
    Err(Astray::AnotherApplication {
        path: "/interview/",
        status: page.status,
    })
}
