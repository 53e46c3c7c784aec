//! Renders pages, and says in their policy what may run in them: the style and the script that were there when the
//! templates were checked, by their digests, and nothing else.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY};
use axum::http::{HeaderValue, Response, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::view::View;
use crate::domain::door::Door;
use crate::render::templates::{TemplateError, Templates};

/// A page, by the file of its template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    /// What stands behind a link.
    Of(Door),
    /// A link of the system before that leads nowhere.
    OldLink,
    /// Too many links that don't work.
    TooMany,
    /// Something failed here.
    Trouble,
}

impl Page {
    const fn file(self) -> &'static str {
        match self {
            Self::Of(Door::Dead) => "pages/dead.hbs",
            Self::Of(Door::Cancelled) => "pages/cancelled.hbs",
            Self::Of(Door::Expired) => "pages/expired.hbs",
            Self::Of(Door::Unscheduled) => "pages/unscheduled.hbs",
            Self::Of(Door::NotYetOpen) => "pages/not_yet_open.hbs",
            Self::Of(Door::Open) => "pages/open.hbs",
            Self::Of(Door::Joined) => "pages/joined.hbs",
            Self::Of(Door::Waiting) => "pages/waiting.hbs",
            Self::Of(Door::Admitted) => "pages/admitted.hbs",
            Self::OldLink => "pages/old_link.hbs",
            Self::TooMany => "pages/too_many.hbs",
            Self::Trouble => "pages/trouble.hbs",
        }
    }

    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::Of(Door::Dead) => StatusCode::NOT_FOUND,
            Self::Of(Door::Cancelled | Door::Expired) | Self::OldLink => StatusCode::GONE,
            Self::Of(_) => StatusCode::OK,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Trouble => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Whether it has a button that joins.
    const fn joins(self) -> bool {
        matches!(self, Self::Of(Door::Open | Door::Joined))
    }

    fn all() -> impl Iterator<Item = Self> {
        let doors = Door::ALL.into_iter().map(Self::Of);
        doors.chain([Self::OldLink, Self::TooMany, Self::Trouble])
    }
}

/// Why a template can't make a page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The template itself.
    #[error("{0}")]
    Template(#[from] TemplateError),
    /// Its style or its script is not always the same, so no policy could tell it from a foreign one.
    #[error("{0}: <style> and <script> can't contain variables; put values into attributes")]
    VariableInline(&'static str),
    /// Nobody could join.
    #[error(
        "{0}: there is no form that joins; it needs method=\"post\", action=\"{{{{action}}}}\" and a hidden field session_key with the value {{{{key}}}}"
    )]
    NoForm(&'static str),
}

/// Renders pages.
pub(super) struct Paper {
    inline: String,
}

impl Paper {
    /// Tries every template on samples, one with everything that is optional and one with nothing of it.
    pub(super) fn check(templates: &Templates) -> Result<Self, PageError> {
        let (mut styles, mut scripts) = (BTreeSet::new(), BTreeSet::new());
        for page in Page::all() {
            let file = page.file();
            let full = templates.render(file, &View::sample(true))?;
            let bare = templates.render(file, &View::sample(false))?;
            for (element, digests) in [("style", &mut styles), ("script", &mut scripts)] {
                let found = digests_of(&full, element);
                if found != digests_of(&bare, element) {
                    return Err(PageError::VariableInline(file));
                }
                digests.extend(found);
            }
            if page.joins() && !joins(&full) {
                return Err(PageError::NoForm(file));
            }
        }
        let list = |digests: BTreeSet<String>| {
            let digests: Vec<String> = digests.into_iter().collect();
            if digests.is_empty() {
                "'none'".to_owned()
            } else {
                digests.join(" ")
            }
        };
        Ok(Self {
            inline: format!("style-src {}; script-src {}", list(styles), list(scripts)),
        })
    }

    /// The page with the headers of its own; browsers apply `form-action` to where a form is sent on to as well, so the
    /// origin of the meeting is admitted.
    pub(super) fn print(
        &self,
        templates: &Templates,
        page: Page,
        view: &View,
        meeting: Option<&str>,
    ) -> Response<Body> {
        let mut response = match templates.render(page.file(), view) {
            Ok(html) => Response::new(Body::from(html)),
            Err(error) => {
                tracing::error!(%error, "a page could not be made");
                let mut response = Response::new(Body::from("This page can't be shown just now."));
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                return response;
            }
        };
        *response.status_mut() = page.status();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
        headers.insert(VARY, HeaderValue::from_static("Accept"));
        let policy = format!(
            "default-src 'none'; {}; connect-src 'self'; img-src data:; base-uri 'none'; \
             form-action 'self'{}{}; frame-ancestors 'none'",
            self.inline,
            if meeting.is_some() { " " } else { "" },
            meeting.unwrap_or_default(),
        );
        if let Ok(policy) = HeaderValue::try_from(policy) {
            headers.insert(CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}

fn joins(html: &str) -> bool {
    let forms = html.split("<form").skip(1);
    let mut forms = forms.filter_map(|form| form.split("</form>").next());
    forms.any(|form| {
        form.contains("method=\"post\"")
            && form.contains("name=\"session_key\"")
            && form.contains(&format!("value=\"{}\"", View::SAMPLE_KEY))
    })
}

/// The digests of what stands between `<element>` and `</element>`, as a policy names them (CSP level 3 section 2.3.1).
fn digests_of(html: &str, element: &str) -> BTreeSet<String> {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    let inner = html.split(open.as_str()).skip(1);
    let inner = inner.filter_map(|rest| rest.split(close.as_str()).next());
    let digest = |text| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    inner.map(digest).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn with(page: &str, text: &str) -> Result<Paper, String> {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(page);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        let templates = Templates::load(Some(directory.path())).unwrap();
        Paper::check(&templates).map_err(|error| error.to_string())
    }

    #[test]
    fn the_built_in_templates_make_pages_of_one_style_and_one_script() {
        let paper = Paper::check(&Templates::load(None).unwrap()).unwrap();
        assert_eq!(
            paper.inline.matches("'sha256-").count(),
            2,
            "{}",
            paper.inline
        );
    }

    #[test]
    fn a_template_that_can_not_make_its_page_is_refused_by_name() {
        let refused = |page, text| with(page, text).err().unwrap();
        let error = refused("pages/open.hbs", "<p>{{nam}}</p>");
        assert!(
            error.starts_with("pages/open.hbs line 1: there is no variable `nam`"),
            "{error}"
        );
        let error = refused("pages/open.hbs", "<form method=\"post\"></form>");
        assert!(
            error.starts_with("pages/open.hbs: there is no form that joins"),
            "{error}"
        );
        let error = refused(
            "pages/waiting.hbs",
            "<script>let name = '{{company}}'</script>",
        );
        assert!(
            error.starts_with("pages/waiting.hbs: <style> and <script>"),
            "{error}"
        );
        assert!(with("pages/dead.hbs", "<p>Nein.</p>").is_ok());
    }
}
