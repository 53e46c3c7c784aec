//! Takes mails out of a Maildir again, wherever a mail program has put them since.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Octets of a header that are looked at; ours are a few hundred.
const LONGEST_HEADER: u64 = 1 << 20;

/// Removes every mail whose header holds one of these Message-IDs, from `tmp`, `new` and `cur` of the mailbox and of the
/// folders in it, whatever flags its name bears. Says how many; a mailbox that does not exist holds none.
///
/// # Errors
/// The first file that can't be read or removed; what was removed before it stays removed.
pub fn remove(root: &Path, message_ids: &[String]) -> io::Result<usize> {
    let mut removed = 0;
    if message_ids.is_empty() {
        return Ok(removed);
    }
    // A mail program may move a mail while it is looked for: until none is found.
    loop {
        let found = remove_once(root, message_ids).map_err(|(path, problem)| {
            io::Error::new(problem.kind(), format!("{}: {problem}", path.display()))
        })?;
        if found == 0 {
            return Ok(removed);
        }
        removed += found;
    }
}

fn remove_once(root: &Path, message_ids: &[String]) -> Result<usize, (PathBuf, io::Error)> {
    let mut found = 0;
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        let here =
            if_there(fs::read_dir(&directory).and_then(Iterator::collect::<Result<Vec<_>, _>>))
                .map_err(|problem| (directory.clone(), problem))?;
        let holds_mail = ["tmp", "new", "cur"]
            .iter()
            .any(|name| directory.ends_with(name));
        let before = found;
        for entry in here.unwrap_or_default() {
            let path = entry.path();
            let removed = if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                directories.push(path);
                continue;
            } else if holds_mail && entry.file_type().is_ok_and(|kind| kind.is_file()) {
                remove_if_named(&path, message_ids)
            } else {
                Ok(false)
            };
            found += usize::from(removed.map_err(|problem| (path, problem))?);
        }
        if found > before {
            File::open(&directory)
                .and_then(|directory| directory.sync_all())
                .map_err(|problem| (directory, problem))?;
        }
    }
    Ok(found)
}

fn remove_if_named(path: &Path, message_ids: &[String]) -> io::Result<bool> {
    let Some(file) = if_there(File::open(path))? else {
        return Ok(false);
    };
    let mut bytes = Vec::new();
    file.take(LONGEST_HEADER).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let end = text.find("\r\n\r\n").or_else(|| text.find("\n\n"));
    let header = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
    if !message_ids.iter().any(|id| header.contains(id)) {
        return Ok(false);
    }
    Ok(if_there(fs::remove_file(path))?.is_some())
}

fn if_there<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_mail_is_found_where_a_mail_program_put_it_and_the_others_stay() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        let mine = "From: a\r\nMessage-ID: <1@acme.example>\r\n\r\nHello\r\n";
        let others = "From: a\r\nMessage-ID: <2@acme.example>\r\n\r\nHello <1@acme.example>\r\n";
        for place in ["tmp", "new", "cur", ".Archive/cur", "indexes"] {
            fs::create_dir_all(root.join(place)).unwrap();
            fs::write(root.join(place).join("1.R1.greenroom:2,S"), mine).unwrap();
            fs::write(root.join(place).join("1.R2.greenroom:2,"), others).unwrap();
        }
        assert_eq!(remove(root, &["<1@acme.example>".to_owned()]).unwrap(), 4);
        assert_eq!(remove(root, &["<1@acme.example>".to_owned()]).unwrap(), 0);
        for place in ["tmp", "new", "cur", ".Archive/cur"] {
            assert_eq!(fs::read_dir(root.join(place)).unwrap().count(), 1);
        }
        assert_eq!(
            fs::read_dir(root.join("indexes")).unwrap().count(),
            2,
            "what is no mail"
        );
        assert_eq!(
            remove(&root.join("none"), &["<1@a>".to_owned()]).unwrap(),
            0
        );
    }
}
