//! What stands on a page: harmless text, one small file, its key in forms only.

use super::{ada, path_of};
use crate::support::World;

#[tokio::test]
async fn markup_in_a_name_stays_text_on_a_page() {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world).await;
    let hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u{202e}\u{1b}[31m\r\nSet-Cookie: a=b {{key}}";
    let connection = world.sql();
    for column in [
        "candidate_name",
        "role",
        "company",
        "round",
        "kind",
        "note",
        "recruiter_name",
    ] {
        connection
            .execute(&format!("UPDATE interview SET {column} = $1"), [hostile])
            .unwrap();
    }
    world.clock.set("2031-05-06T12:50:00Z".parse().unwrap());
    for set in [
        "joined_at = NULL",
        "joined_at = 1",
        "joined_at = 1, admitted_at = 1",
        "status = 'cancelled'",
        "status = 'completed'",
    ] {
        world.tamper(&format!("UPDATE interview SET {set}"));
        let page = site.get(&path_of(&world, id).await).await;
        assert!(!page.body.contains("<script>alert"), "{}", page.body);
        assert!(!page.body.contains("<img"), "{}", page.body);
        assert!(!page.body.contains(['\u{202e}', '\u{1b}', '\r']));
        assert!(
            page.body
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&gt;")
        );
        assert_eq!(page.header("set-cookie"), None);
    }
}

#[tokio::test]
async fn a_page_is_one_small_file_that_shows_its_key_only_in_forms() {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world).await;
    let path = path_of(&world, id).await;
    let key = path.rsplit('=').next().unwrap();
    for (at, set) in [
        ("2031-05-06T12:00:00Z", "joined_at = NULL"),
        ("2031-05-06T12:50:00Z", "joined_at = NULL"),
        ("2031-05-06T12:50:00Z", "joined_at = 1"),
        ("2031-05-06T12:50:00Z", "admitted_at = 1"),
        (
            "2031-05-06T12:50:00Z",
            "meeting_url = 'https://meet.example:8443/x'",
        ),
        ("2031-05-07T12:50:00Z", "status = 'scheduled'"),
    ] {
        world.tamper(&format!("UPDATE interview SET {set}"));
        world.clock.set(at.parse().unwrap());
        let page = site.get(&path).await;
        assert!(page.body.len() < 20_000, "{}", page.body.len());
        let shown = page.body.matches(key).count();
        let fields = page
            .body
            .matches(&format!(
                "<input type=\"hidden\" name=\"session_key\" value=\"{key}\">"
            ))
            .count();
        assert_eq!(shown, fields, "{}", page.body);
        for outside in ["src=", "url(", "@import", "//cdn", "href=\"http"] {
            assert!(!page.body.contains(outside), "{outside}");
        }
        assert!(page.headers.iter().all(|(_, value)| !value.contains(key)));
        let policy = page.header("content-security-policy").unwrap();
        assert!(!policy.contains("unsafe"), "{policy}");
        let origin = if set.contains("meet") {
            " https://meet.example:8443;"
        } else {
            ";"
        };
        if page.status == 200 {
            assert!(
                set == "status = 'scheduled'"
                    || policy.contains(&format!("form-action 'self'{origin}")),
                "{policy}"
            );
        }
    }
}
