//! `greenroom token`: made once, shown once, kept as a digest.

use serde_json::json;

use crate::support::program::Greenroom;

fn made(greenroom: &Greenroom, name: &str, scopes: &[&str]) -> serde_json::Value {
    let mut arguments = vec!["token", "create", "--name", name, "--json"];
    for scope in scopes {
        arguments.extend(["--scope", scope]);
    }
    greenroom.run(&arguments).ended(0).one()
}

#[test]
fn a_token_is_shown_once_and_only_its_digest_is_kept() {
    let greenroom = Greenroom::new();
    let ran = greenroom.run(&["token", "create", "Tracking"]).ended(0);
    let token = ran.out.trim();
    assert!(
        token.len() == 74 && token.starts_with("greenroom_"),
        "{token}"
    );
    assert!(ran.err.contains("can't be shown again"), "{}", ran.err);
    let listed = greenroom.run(&["token", "list"]).ended(0);
    assert!(
        listed.out.contains("Tracking  read  ") && listed.out.contains("by rita"),
        "{}",
        listed.out
    );
    let secret = &token["greenroom_".len()..];
    assert!(!listed.out.contains(secret));
    // Neither in the database nor in the log.
    let mut directories = vec![greenroom.home().to_owned()];
    let mut files = 0;
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            files += 1;
            let bytes = std::fs::read(&path).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains(&secret[22..]), "{}", path.display());
        }
    }
    assert!(files > 0);
}

#[test]
fn a_token_is_revoked_by_its_id_and_its_name_is_free_then() {
    let greenroom = Greenroom::new();
    let first = made(&greenroom, "Tracking", &["write", "read", "write"]);
    assert_eq!(first["scopes"], json!(["read", "write"]));
    let taken = greenroom
        .run(&["token", "create", "--name", "Tracking"])
        .ended(2);
    assert!(
        taken.err.contains("name: there is a token called"),
        "{}",
        taken.err
    );
    let id = first["id"].as_str().unwrap();
    let revoked = greenroom.run(&["token", "revoke", id]).ended(0);
    assert!(
        revoked.out.starts_with("Tracking: revoked "),
        "{}",
        revoked.out
    );
    // Again: it stays as it is.
    let again = greenroom
        .run(&["token", "revoke", id, "--json"])
        .ended(0)
        .one();
    assert!(again["revoked_at"].is_string() && again.get("token").is_none());
    let second = made(&greenroom, "Tracking", &[]);
    assert_eq!(second["scopes"], json!(["read"]));
    let listed = greenroom.run(&["token", "list", "--json"]).ended(0).json();
    let ids: Vec<_> = listed.iter().map(|token| &token["id"]).collect();
    assert_eq!(ids, [&first["id"], &second["id"]]);
}

#[test]
fn what_can_not_be_a_token_is_named() {
    let greenroom = Greenroom::new();
    for (arguments, said) in [
        (&["create", "--name", " "][..], "name: is missing"),
        (&["create", "--name", "a\nb"], "name: must be one line"),
        (&["create", "--name", "a", "--scope", "all"], "--scope"),
        (&["revoke", "x"], "id: \"x\" is not the id of a token"),
        (
            &["revoke", "01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f"],
            "id: there is no token",
        ),
    ] {
        let ran = greenroom.run(&[&["token"], arguments].concat()).ended(2);
        assert!(ran.err.contains(said), "{said}: {}", ran.err);
    }
}
