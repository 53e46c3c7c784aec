//! The questions of `setup`, their defaults, and what an answer means. Reads and writes nothing but the sheet.

use secrecy::SecretString;

use crate::config::Edit;
use crate::domain::base_url::{BaseUrl, Reach};

/// One thing that real mail needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    Transport,
    Company,
    From,
    BaseUrl,
    Host,
    Security,
    Port,
    Username,
    SecretKind,
    Secret,
    Password,
    Program,
}

/// How a question is put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// The question itself.
    pub words: String,
    /// What Enter means.
    pub default: Option<String>,
    /// Whether the answer may be nothing (`-`).
    pub optional: bool,
    /// Whether the answer must not be seen.
    pub hidden: bool,
}

/// What has been answered so far.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    /// The configuration file with the answers in it.
    pub edit: Edit,
    kind: Kind,
    /// A password that was typed, to be written into its file.
    pub password: Option<SecretString>,
}

/// Where the password comes from: how it is called here, its setting, and what to ask.
type Kind = (&'static str, &'static str, &'static str);

const KINDS: [Kind; 4] = [
    (
        "file",
        "mail.smtp.password_file",
        "The file with the password, which only you can read",
    ),
    (
        "command",
        "mail.smtp.password_command",
        "The command that prints the password, such as `pass show mail/acme`",
    ),
    (
        "variable",
        "mail.smtp.password_env",
        "The name of the environment variable that holds the password",
    ),
    (
        "token",
        "mail.smtp.token_command",
        "The command that prints an OAuth access token",
    ),
];

const PORTS: [(&str, &str); 3] = [("tls", "465"), ("starttls", "587"), ("none", "25")];

impl Question {
    /// The first one.
    pub(super) const FIRST: Self = Self::Transport;

    // The setting that it is about; several for some.
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Transport => &["mail.transport"],
            Self::Company => &["company.name"],
            Self::From => &["company.from"],
            Self::BaseUrl => &["links.base_url"],
            Self::Host => &["mail.smtp.host"],
            Self::Security => &["mail.smtp.security"],
            Self::Port => &["mail.smtp.port"],
            Self::Username => &["mail.smtp.username"],
            Self::SecretKind | Self::Password => &[],
            Self::Secret => &[
                "mail.smtp.username",
                "mail.smtp.password_file",
                "mail.smtp.password_command",
                "mail.smtp.password_env",
                "mail.smtp.token_command",
            ],
            Self::Program => &["mail.sendmail.command"],
        }
    }

    /// The question that a problem with a setting goes back to.
    pub(super) fn about(key: &str) -> Option<Self> {
        let all = [
            Self::Transport,
            Self::Company,
            Self::From,
            Self::BaseUrl,
            Self::Host,
            Self::Security,
            Self::Port,
            Self::Username,
            Self::Secret,
            Self::Program,
        ];
        all.into_iter()
            .find(|question| question.keys().contains(&key))
    }
}

impl Sheet {
    pub(super) fn new(edit: Edit) -> Self {
        let [usual, ..] = KINDS;
        let kind = KINDS
            .into_iter()
            .find(|(_, key, _)| edit.get(key).is_some());
        Self {
            edit,
            kind: kind.unwrap_or(usual),
            password: None,
        }
    }

    fn is(&self, key: &str, value: &str) -> bool {
        self.edit.get(key).as_deref() == Some(value)
    }

    /// The question after this one, given the answers so far; `None` after the last.
    pub(super) fn after(&self, question: Question) -> Option<Question> {
        Some(match question {
            Question::Transport => Question::Company,
            Question::Company => Question::From,
            Question::From if self.is("mail.transport", "mailbox") => return None,
            Question::From => Question::BaseUrl,
            Question::BaseUrl if self.is("mail.transport", "sendmail") => Question::Program,
            Question::BaseUrl => Question::Host,
            Question::Host => Question::Security,
            Question::Security => Question::Port,
            Question::Port => Question::Username,
            Question::Username if self.edit.get("mail.smtp.username").is_none() => return None,
            Question::Username => Question::SecretKind,
            Question::SecretKind => Question::Secret,
            Question::Secret if self.kind.0 == "file" => Question::Password,
            Question::Secret | Question::Password | Question::Program => return None,
        })
    }

    /// How a question is put.
    pub(super) fn ask(&self, question: Question) -> Asked {
        let real = !self.is("mail.transport", "mailbox");
        let (words, usual, optional) = match question {
            Question::Transport => (
                "How does mail leave? smtp: to a mail server; sendmail: through this machine's mail program; mailbox: \
                 it stays on this machine, and nobody is mailed"
                    .to_owned(),
                Some("smtp"),
                false,
            ),
            Question::Company => ("Your company's name, as candidates read it".to_owned(), None, true),
            Question::From => (
                "Whom mail is from, such as Acme Interviews <interviews@acme.example>".to_owned(),
                None,
                !real,
            ),
            Question::BaseUrl => (
                "The address under which candidates reach the join page, such as https://interviews.acme.example"
                    .to_owned(),
                None,
                false,
            ),
            Question::Host => ("The mail server, such as smtp.acme.example".to_owned(), None, false),
            Question::Security => (
                "How the connection is protected. tls: from the first byte; starttls: after a greeting; none: only for \
                 a server on this machine"
                    .to_owned(),
                Some("tls"),
                false,
            ),
            Question::Port => ("Its port".to_owned(), Some(self.usual_port()), false),
            Question::Username => (
                "Who signs in, often the whole address; - for a server that asks for nothing".to_owned(),
                None,
                true,
            ),
            Question::SecretKind => (
                "Where the password comes from: file, command, variable or token. It never stands in the configuration"
                    .to_owned(),
                Some(self.kind.0),
                false,
            ),
            Question::Secret => (
                self.kind.2.to_owned(),
                (self.kind.0 == "file").then_some("password"),
                false,
            ),
            Question::Password => (self.password_words(), None, true),
            Question::Program => (
                "The mail program with its arguments, such as `msmtp -a acme`; sender and recipient are added"
                    .to_owned(),
                Some("sendmail"),
                false,
            ),
        };
        let key = match question {
            Question::Secret => Some(self.kind.1),
            Question::Port if self.has_port_of_other_security() => None,
            _ => question.keys().first().copied(),
        };
        let default = key.and_then(|key| self.edit.get(key));
        Asked {
            words,
            default: default.or_else(|| usual.map(str::to_owned)),
            optional,
            hidden: question == Question::Password,
        }
    }

    fn password_words(&self) -> String {
        let Some(file) = self.edit.password_file() else {
            return "The password".to_owned();
        };
        let enter = if file.exists() {
            "Enter leaves what is in it"
        } else {
            "Enter leaves it to you to write it"
        };
        format!(
            "The password, to be written into {} for you alone; it is not shown. {enter}",
            file.display()
        )
    }

    fn usual_port(&self) -> &'static str {
        let security = self.edit.get("mail.smtp.security");
        let security = security.as_deref().unwrap_or("tls");
        PORTS
            .iter()
            .find(|(name, _)| *name == security)
            .map_or("465", |(_, port)| port)
    }

    // 465 stays behind when tls becomes starttls; a port of one's own is kept.
    fn has_port_of_other_security(&self) -> bool {
        self.edit.get("mail.smtp.port").is_some_and(|port| {
            port != self.usual_port() && PORTS.iter().any(|(_, usual)| *usual == port)
        })
    }

    /// Takes an answer, checked as the configuration is; empty where nothing is meant.
    ///
    /// # Errors
    /// What is wrong with it; the sheet is then as it was.
    pub(super) fn answer(&mut self, question: Question, text: &str) -> Result<(), String> {
        let mut next = self.clone();
        next.put(question, text)?;
        let mut checked = next.edit.clone();
        let has_secret = KINDS.iter().any(|(_, key, _)| checked.get(key).is_some());
        if question == Question::Username && !text.is_empty() && !has_secret {
            // Its password is asked for next; that it is missing is no fault of this answer.
            let [_, _, (_, variable, _), _] = KINDS;
            checked
                .set(variable, "PASSWORD")
                .map_err(|problem| problem.message)?;
        }
        let wrong = checked
            .problems()
            .into_iter()
            .find(|problem| question.keys().contains(&problem.key.as_str()));
        if let Some(problem) = wrong {
            return Err(problem.message);
        }
        *self = next;
        Ok(())
    }

    fn put(&mut self, question: Question, text: &str) -> Result<(), String> {
        match question {
            Question::SecretKind => {
                let known = KINDS.into_iter().find(|(name, ..)| *name == text);
                self.kind = known.ok_or_else(|| {
                    format!("{text:?} is not one of file, command, variable, token")
                })?;
                return Ok(());
            }
            Question::Password => {
                if text.contains(|typed: char| {
                    typed.is_control() || typed == char::REPLACEMENT_CHARACTER
                }) {
                    return Err(
                        "That holds a key that no password can hold; type it again.".to_owned()
                    );
                }
                self.password = Some(text)
                    .filter(|text| !text.is_empty())
                    .map(SecretString::from);
                return Ok(());
            }
            Question::Secret => {
                for (_, key, _) in KINDS {
                    self.edit.remove(key);
                }
                return self.set(self.kind.1, text);
            }
            Question::Username if text.is_empty() => {
                for (_, key, _) in KINDS {
                    self.edit.remove(key);
                }
            }
            Question::BaseUrl => may_leave(text, self.is("links.allow_local", "true"))?,
            Question::Port => {
                let port: u16 = text
                    .parse()
                    .map_err(|_| "must be a number from 1 to 65535".to_owned())?;
                let set = self.edit.set("mail.smtp.port", i64::from(port));
                return set.map_err(|problem| problem.message);
            }
            // What is written as a list stays one.
            Question::Program if self.is("mail.sendmail.command", text) => return Ok(()),
            _ => {}
        }
        match question.keys().first() {
            Some(key) if text.is_empty() => {
                self.edit.remove(key);
                Ok(())
            }
            Some(key) => self.set(key, text),
            None => Ok(()),
        }
    }

    // An answer that is there already changes nothing, not even its quotation marks.
    fn set(&mut self, key: &str, text: &str) -> Result<(), String> {
        if self.is(key, text) {
            return Ok(());
        }
        self.edit.set(key, text).map_err(|problem| problem.message)
    }
}

// Invariant 6, told before the first invitation is refused.
fn may_leave(text: &str, allow_local: bool) -> Result<(), String> {
    match BaseUrl::parse(text).map(|base| base.reach()) {
        Ok(Reach::Local(why)) if !allow_local => Err(format!(
            "{text} {why}; it has to be an https address that candidates can open"
        )),
        // A slip is told by the check of the configuration.
        _ => Ok(()),
    }
}
