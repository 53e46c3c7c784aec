//! Imports go downwards only: reads every path in `src/` and says which one goes up or sideways.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::fs;
use std::path::{Path, PathBuf};

/// What each layer may import of ours. `main.rs` and `lib.rs` wire everything and are not listed.
const LAYERS: [(&str, &[&str]); 10] = [
    ("domain", &[]),
    ("net", &["domain"]),
    ("store", &["domain"]),
    ("render", &["domain"]),
    ("mail", &["domain", "render", "net"]),
    ("config", &["domain", "mail"]),
    (
        "app",
        &["domain", "store", "render", "mail", "net", "config"],
    ),
    ("tui", &["app", "render", "domain", "config"]),
    ("cli", &["app", "render", "domain", "config"]),
    ("server", &["app", "render", "domain"]),
];

/// Crates that belong to one layer, or to two: the two ends of HTTP.
const HOMES: [(&str, &[&str]); 16] = [
    ("rusqlite", &["store"]),
    ("rusqlite_migration", &["store"]),
    ("lettre", &["mail"]),
    ("mail_parser", &["mail"]),
    ("tokio_rustls", &["net"]),
    ("toml", &["config"]),
    ("toml_edit", &["config"]),
    ("ratatui", &["tui"]),
    ("crossterm", &["tui"]),
    ("clap", &["cli"]),
    ("axum", &["server"]),
    ("hyper", &["server", "net"]),
    ("hyper_util", &["server", "net"]),
    ("http_body_util", &["server", "net"]),
    ("tower", &["server"]),
    ("tower_http", &["server"]),
];

#[test]
fn imports_go_downwards_only() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    assert!(files.len() > 20, "the tree was not found");
    let complaints: Vec<String> = files
        .iter()
        .flat_map(|file| {
            complaints(
                file.strip_prefix(&source).unwrap(),
                &fs::read_to_string(file).unwrap(),
            )
        })
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn an_import_that_goes_up_or_sideways_is_found() {
    let found = |file: &str, text: &str| complaints(Path::new(file), text).len();
    assert_eq!(found("domain/draft.rs", "use crate::store::Store;"), 1);
    assert_eq!(found("domain/draft.rs", "use super::super::app::App;"), 1);
    assert_eq!(
        found("domain/draft.rs", "fn f() { crate::mail::send() }"),
        1
    );
    assert_eq!(found("mail/mod.rs", "use super::store;"), 1);
    assert_eq!(
        found(
            "cli/new.rs",
            "use crate::{app::App, domain::{draft::Draft, ids}, tui};"
        ),
        1
    );
    assert_eq!(
        found(
            "app/mod.rs",
            "use rusqlite::Connection; let x = lettre::Address::new();"
        ),
        2
    );
    assert_eq!(
        found("weather/mod.rs", "use std::fmt;"),
        1,
        "a layer that nobody has placed"
    );
    // And nothing else is.
    assert_eq!(
        found(
            "app/mod.rs",
            "use crate::{domain::ids, store::Store}; use super::config;"
        ),
        0
    );
    assert_eq!(
        found(
            "domain/draft.rs",
            "// crate::store\n//! [`crate::app`]\nlet x = \"crate::store\"; use super::text;"
        ),
        0
    );
    assert_eq!(found("main.rs", "use greenroom::{tui, cli};"), 0);
    assert_eq!(found("store/engine.rs", "use rusqlite::Connection;"), 0);
}

fn rust_files(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn complaints(file: &Path, text: &str) -> Vec<String> {
    let layer = file
        .iter()
        .next()
        .unwrap()
        .to_str()
        .unwrap()
        .trim_end_matches(".rs");
    if ["main", "lib"].contains(&layer) {
        return Vec::new();
    }
    let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
        return vec![format!(
            "src/{}: tests/it/layers.rs does not know this layer",
            file.display()
        )];
    };
    let words = words(text);
    let own = roots(&words, depth(file))
        .into_iter()
        .filter(|name| {
            *name != layer
                && !allowed.contains(name)
                && LAYERS.iter().any(|(known, _)| known == name)
        })
        .map(|name| format!("src/{}: {layer} may not import {name}", file.display()));
    let foreign = HOMES
        .iter()
        .filter(|(name, homes)| !homes.contains(&layer) && is_used(&words, name))
        .map(|(name, homes)| {
            let homes = homes.join(" and ");
            format!("src/{}: {name} belongs to {homes}", file.display())
        });
    own.chain(foreign).collect()
}

// How many `super::` lead from a file's module to the root of the crate.
fn depth(file: &Path) -> usize {
    let modules = file.iter().count();
    if file.ends_with("mod.rs") {
        modules - 1
    } else {
        modules
    }
}

// Identifiers and the punctuation of paths, without comments and string literals.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for line in text.lines() {
        let code = line.split("//").next().unwrap_or_default();
        for piece in code.split('"').step_by(2) {
            let mut rest = piece;
            while let Some(first) = rest.chars().next() {
                let is_word = |character: char| character.is_alphanumeric() || character == '_';
                let length = if is_word(first) {
                    rest.find(|character| !is_word(character))
                        .unwrap_or(rest.len())
                } else if rest.starts_with("::") {
                    2
                } else {
                    first.len_utf8()
                };
                let (word, after) = rest.split_at(length);
                if !word.trim().is_empty() {
                    words.push(word);
                }
                rest = after;
            }
        }
    }
    words
}

// The first name of every path that begins at the root of the crate, those in `{…}` included.
fn roots<'a>(words: &[&'a str], depth: usize) -> Vec<&'a str> {
    let mut roots = Vec::new();
    for at in 0..words.len() {
        let mut next = at;
        if words[at] == "crate" && words.get(at + 1) == Some(&"::") {
            next = at + 2;
        } else if words[at] == "super" && (at == 0 || words[at - 1] != "::") {
            let mut climbed = 0;
            while words.get(next) == Some(&"super") && words.get(next + 1) == Some(&"::") {
                climbed += 1;
                next += 2;
            }
            if climbed != depth {
                continue;
            }
        }
        match words.get(next) {
            Some(_) if next == at => {}
            Some(&"{") => {
                let (mut open, mut first) = (0, true);
                for &word in &words[next..] {
                    match word {
                        "{" => open += 1,
                        "}" => open -= 1,
                        "," => first = open == 1,
                        name if open == 1 && first => {
                            roots.push(name);
                            first = false;
                        }
                        _ => {}
                    }
                    if open == 0 {
                        break;
                    }
                }
            }
            Some(name) => roots.push(name),
            None => {}
        }
    }
    roots
}

// `use name;`, `use name::…` or `name::…`, and not the end of another path.
fn is_used(words: &[&str], name: &str) -> bool {
    (0..words.len()).any(|at| {
        let before = at.checked_sub(1).map(|before| words[before]);
        let begins = words[at] == name && before != Some("::");
        begins && (words.get(at + 1) == Some(&"::") || before == Some("use"))
    })
}
