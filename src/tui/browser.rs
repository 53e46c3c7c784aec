//! Opens a join link in the browser of this machine, without the key in a process list.
//!
//! An opener takes what it opens as an argument, and everybody on a machine may read the arguments of everybody's
//! processes. So it is given the name of a page that its owner alone may read, which leads on to the link by itself and
//! is removed after a while.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use tokio::process::Command;
use tokio::time::timeout;

use crate::domain::session::JoinLink;
use crate::render::templates::escape_html;

/// What opens a page in the browser that its user chose.
const OPENER: &str = if cfg!(target_os = "macos") {
    "open"
} else {
    "xdg-open"
};
/// How long a page stays: a browser that has to be started takes its time.
pub const STAYS: Duration = Duration::from_mins(1);
// An opener that fails, fails sooner. One that goes on may be the browser itself.
const FAILS_WITHIN: Duration = Duration::from_secs(2);
const PREFIX: &str = "open-";

/// The page that leads to a link; it goes with the value.
#[derive(Debug)]
pub struct Page(PathBuf);

impl Drop for Page {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0) {
            tracing::warn!(%error, "the page that leads to a link could not be removed");
        }
    }
}

/// Opens a link. `directory` is where the page may lie; it is to be kept for as long as it [`STAYS`].
///
/// # Errors
/// In words, why no browser was opened.
pub async fn open(link: &JoinLink, directory: &Path) -> Result<Page, String> {
    sweep(directory);
    let page = write(link, directory).map_err(|error| error.to_string())?;
    let mut opener = Command::new(OPENER);
    opener
        .arg(&page.0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // What the terminal tells the dashboard is not meant for a browser.
        .process_group(0);
    let mut opener = opener.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("there is no {OPENER} on this machine"),
        _ => format!("{OPENER}: {error}"),
    })?;
    match timeout(FAILS_WITHIN, opener.wait()).await {
        Ok(Ok(ended)) if !ended.success() => Err(format!("{OPENER} ended with {ended}")),
        Ok(Err(error)) => Err(format!("{OPENER}: {error}")),
        Ok(Ok(_)) | Err(_) => Ok(page),
    }
}

fn write(link: &JoinLink, directory: &Path) -> io::Result<Page> {
    let name = format!("{PREFIX}{}.html", uuid::Uuid::new_v4().simple());
    let path = directory.join(name);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let mut file = options.open(&path)?;
    let page = Page(path);
    let url = escape_html(&link.expose());
    write!(
        file,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Greenroom</title>\
         <meta name=\"referrer\" content=\"no-referrer\">\
         <meta http-equiv=\"refresh\" content=\"0;url={url}\"></head>\
         <body><p><a href=\"{url}\">Open the interview</a></p></body></html>\n"
    )?;
    Ok(page)
}

// What an earlier run left behind when it was ended from outside.
fn sweep(directory: &Path) {
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    let now = SystemTime::now();
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_page = name
            .to_str()
            .and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(".html"))
            .is_some();
        let written = entry.metadata().and_then(|metadata| metadata.modified());
        let age = written.ok().and_then(|at| now.duration_since(at).ok());
        if is_page && age.is_some_and(|age| age > STAYS * 2) {
            drop(Page(entry.path()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::domain::base_url::BaseUrl;
    use crate::domain::session::SessionKey;

    #[test]
    fn the_page_leads_to_the_link_is_private_and_goes() {
        let directory = tempfile::tempdir().unwrap();
        let base = BaseUrl::parse("https://join.acme.example/a'b").unwrap();
        let key = SessionKey::in_text("9689ddff000040008000000000000002").unwrap();
        let page = write(&JoinLink::new(&base, key), directory.path()).unwrap();
        let name = page.0.clone();
        let mode = fs::metadata(&name).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let text = fs::read_to_string(&name).unwrap();
        let leads = "content=\"0;url=https://join.acme.example/a&#x27;b/interview/?session_key=9689ddff000040008000000000000002\"";
        assert!(text.contains(leads), "{text}");
        assert!(!name.to_str().unwrap().contains("9689ddff"));
        drop(page);
        assert!(!name.exists());
    }

    #[test]
    fn what_was_left_behind_is_swept_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let made = |name: &str, age: u64| {
            let path = directory.path().join(name);
            let file = fs::File::create(&path).unwrap();
            let then = SystemTime::now() - Duration::from_secs(age);
            file.set_modified(then).unwrap();
            path
        };
        let old = made("open-1.html", 600);
        let kept = [
            made("open-2.html", 1),
            made("greenroom.db", 600),
            made("open-3.txt", 600),
        ];
        sweep(directory.path());
        assert!(!old.exists());
        assert!(kept.iter().all(|path| path.exists()));
    }
}
