//! The texts of mails and pages: Handlebars templates, built in, each replaceable by a file.
//!
//! Strict: a name that does not exist is an error, never an empty place. Files are read once, when loading.

mod strict;

use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use handlebars::{Handlebars, RenderError, RenderErrorReason, Template, no_escape};
use serde::Serialize;
use serde_json::Value;

pub use strict::escape_html;
use strict::{first_unescaped, registry};

/// A template by the name of the file that replaces it.
macro_rules! built_in {
    ($($file:literal),* $(,)?) => {
        [$(($file, include_str!(concat!("../../templates/", $file)))),*]
    };
}

/// Every template by the name of the file that replaces it.
const BUILT_IN: [(&str, &str); 20] = built_in![
    "invitation.subject.hbs",
    "invitation.html.hbs",
    "invitation.txt.hbs",
    "audit.html.hbs",
    "pages/page.hbs",
    "pages/details.hbs",
    "pages/contact.hbs",
    "pages/look.hbs",
    "pages/dead.hbs",
    "pages/old_link.hbs",
    "pages/too_many.hbs",
    "pages/trouble.hbs",
    "pages/cancelled.hbs",
    "pages/expired.hbs",
    "pages/unscheduled.hbs",
    "pages/not_yet_open.hbs",
    "pages/open.hbs",
    "pages/joined.hbs",
    "pages/waiting.hbs",
    "pages/admitted.hbs",
];

/// Where the templates of pages lie.
const PAGES: &str = "pages/";

/// Octets a template file may have; its mail has to stay under 100 KB.
const LONGEST: u64 = 256 * 1024;

/// All templates, parsed. `.html` ones escape what they insert; `.txt` and `.subject` ones do not.
#[derive(Clone)]
pub struct Templates {
    html: Handlebars<'static>,
    plain: Handlebars<'static>,
}

/// A template can't be used; the message names its file and, where there is one, the line.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file is there but can't be read.
    #[error("{} can't be read: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// More than 256 KiB.
    #[error("{file} is larger than 256 KiB; a mail must stay far below that")]
    TooLarge {
        /// Which template.
        file: String,
    },
    /// A file that replaces nothing.
    #[error("{file} replaces no template; did you mean {nearest}?")]
    NoSuchTemplate {
        /// The file's name.
        file: String,
        /// The template with the most similar name.
        nearest: String,
    },
    /// The text is not Handlebars.
    #[error("{file} line {line}: {reason}")]
    Syntax {
        /// Which template.
        file: String,
        /// Counted from one.
        line: usize,
        /// What the parser says.
        reason: String,
    },
    /// `{{{name}}}` in HTML: a candidate's name could become markup.
    #[error("{file} line {line}: {{{{{{…}}}}}} would insert text as markup; write {{{{…}}}}")]
    Unescaped {
        /// Which template.
        file: String,
        /// Counted from one.
        line: usize,
    },
    /// A variable that does not exist.
    #[error("{file} line {line}: there is no variable `{name}`{}", Nearest(nearest.as_deref()))]
    NoSuchVariable {
        /// Which template.
        file: String,
        /// Counted from one.
        line: usize,
        /// As the template writes it.
        name: String,
        /// A variable with a similar name.
        nearest: Option<String>,
    },
    /// Anything else that goes wrong while rendering.
    #[error("{file} line {line}: {reason}")]
    Render {
        /// Which template.
        file: String,
        /// Counted from one.
        line: usize,
        /// What the engine says.
        reason: String,
    },
}

struct Nearest<'a>(Option<&'a str>);

impl fmt::Display for Nearest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .map_or(Ok(()), |name| write!(f, "; did you mean `{name}`?"))
    }
}

impl Templates {
    /// The built-in templates, except those that a file of the same name in `override_dir` replaces.
    ///
    /// A directory that does not exist replaces nothing. Whether a template makes a good mail is not
    /// asked here, but in `mail::check_templates`.
    ///
    /// # Errors
    /// The first file that can't be used.
    pub fn load(override_dir: Option<&Path>) -> Result<Self, TemplateError> {
        let mut templates = Self {
            html: registry(),
            plain: registry(),
        };
        templates.html.register_escape_fn(escape_html);
        templates.plain.register_escape_fn(no_escape);
        for (file, text) in BUILT_IN {
            templates.add(file, text)?;
        }
        if let Some(directory) = override_dir {
            for below in ["", PAGES] {
                for (file, text) in overrides(directory, below)? {
                    templates.add(&file, &text)?;
                }
            }
        }
        Ok(templates)
    }

    /// Renders the template of that file name.
    ///
    /// # Errors
    /// Names the file, the line and the variable that does not exist.
    pub fn render(&self, file: &str, data: &impl Serialize) -> Result<String, TemplateError> {
        let fault = |error: &RenderError, data: &Value| fault(file, error, data);
        let data = serde_json::to_value(data).map_err(|error| TemplateError::Render {
            file: file.to_owned(),
            line: 1,
            reason: error.to_string(),
        })?;
        let rendered = self
            .registry(file)
            .render(file, &data)
            .map_err(|error| fault(&error, &data))?;
        Ok(if file.ends_with(".subject.hbs") {
            one_line(&rendered)
        } else {
            rendered
        })
    }

    fn registry(&self, file: &str) -> &Handlebars<'static> {
        if escapes(file) {
            &self.html
        } else {
            &self.plain
        }
    }

    fn add(&mut self, file: &str, text: &str) -> Result<(), TemplateError> {
        let template = Template::compile_with_name(text, file.to_owned()).map_err(|error| {
            TemplateError::Syntax {
                file: file.to_owned(),
                line: error.pos().map_or(1, |(line, _)| line),
                reason: error
                    .reason()
                    .to_string()
                    .lines()
                    .map(str::trim)
                    .collect::<Vec<_>>()
                    .join(" "),
            }
        })?;
        if escapes(file)
            && let Some(line) = first_unescaped(&template)
        {
            return Err(TemplateError::Unescaped {
                file: file.to_owned(),
                line,
            });
        }
        let registry = if escapes(file) {
            &mut self.html
        } else {
            &mut self.plain
        };
        registry.register_template(file, template);
        Ok(())
    }
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Templates")
    }
}

/// Everything escapes that is not known to be plain text.
fn escapes(file: &str) -> bool {
    !file.ends_with(".txt.hbs") && !file.ends_with(".subject.hbs")
}

fn overrides(directory: &Path, below: &str) -> Result<Vec<(String, String)>, TemplateError> {
    let read = |path: PathBuf| move |source| TemplateError::Read { path, source };
    let directory = directory.join(below);
    let entries = match fs::read_dir(&directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(read(directory)(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(read(directory.clone()))?.path();
        let Some(file) = path
            .file_name()
            .and_then(|name| name.to_str())
            .filter(|name| is_template(name))
        else {
            continue;
        };
        let file = format!("{below}{file}");
        let names = BUILT_IN.iter().map(|(name, _)| *name);
        if !names.clone().any(|name| name == file) {
            return Err(TemplateError::NoSuchTemplate {
                nearest: nearest(&file, names).unwrap_or_default(),
                file,
            });
        }
        if fs::metadata(&path).map_err(read(path.clone()))?.len() > LONGEST {
            return Err(TemplateError::TooLarge { file });
        }
        let text = fs::read_to_string(&path).map_err(read(path))?;
        found.push((file, text));
    }
    Ok(found)
}

/// Editors leave hidden files and backups beside what they edit.
fn is_template(name: &str) -> bool {
    !name.starts_with('.')
        && Path::new(name)
            .extension()
            .is_some_and(|extension| extension == "hbs")
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let distance = |known: &&str| strsim::damerau_levenshtein(name, known);
    known.min_by_key(distance).map(str::to_owned)
}

fn fault(file: &str, error: &RenderError, data: &Value) -> TemplateError {
    let (file, line) = (file.to_owned(), error.line_no.unwrap_or(1));
    match error.reason() {
        RenderErrorReason::MissingVariable(Some(name)) => {
            let mut known = Vec::new();
            variables(data, "", &mut known);
            let similar = nearest(name, known.iter().map(String::as_str))
                .filter(|known| strsim::damerau_levenshtein(name, known) <= 1 + name.len() / 3);
            TemplateError::NoSuchVariable {
                file,
                line,
                name: name.clone(),
                nearest: similar,
            }
        }
        reason => TemplateError::Render {
            file,
            line,
            reason: reason.to_string(),
        },
    }
}

/// The names that a template may use, as it writes them.
fn variables(data: &Value, prefix: &str, names: &mut Vec<String>) {
    let Value::Object(fields) = data else { return };
    for (name, value) in fields {
        let name = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        variables(value, &name, names);
        if let Value::Array(items) = value {
            // Inside `each` a name stands alone.
            items
                .first()
                .into_iter()
                .for_each(|item| variables(item, "", names));
        }
        names.push(name);
    }
}

fn one_line(text: &str) -> String {
    let spaced = text.replace(char::is_control, " ");
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
