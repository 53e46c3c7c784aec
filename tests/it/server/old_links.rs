//! The links of the system before lead to the canonical one, or say that they lead nowhere.

use greenroom::store::StoreError;

use super::{ada, path_of};
use crate::support::World;

#[tokio::test]
async fn incident_13_old_links_with_a_known_key_lead_to_the_canonical_one() {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world).await;
    let link = world.link(id).await;
    let query = link.split_once('?').unwrap().1;
    for old in ["/", "/interview_app/", "/interview_app"] {
        let answer = site.get(&format!("{old}?{query}")).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (302, Some(link.as_str())),
            "{old}"
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(site.head(&format!("{old}?{query}")).await.status, 302);
        let nobody = format!("{old}?session_key={}", "0".repeat(32));
        assert_eq!(site.get(&nobody).await.status, 404);
    }
    assert_eq!(site.get(&path_of(&world, id).await).await.status, 200);
    world.app.revoke(id).await.unwrap();
    assert_eq!(site.get(&format!("/?{query}")).await.status, 404);
}

#[tokio::test]
async fn an_id_alone_never_leads_to_a_key() {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world).await;
    let key = world.row(id).await.facts.key.unwrap().expose();
    for old in [
        format!("/interview_app/?interview_id={id}"),
        format!(
            "/interview_app?interview_id={}",
            id.to_string().replace('-', "")
        ),
        format!("/interview/{id}"),
        format!("/interview/{key}/"),
        "/interview/short".to_owned(),
        format!("/interview/{}", "a".repeat(40)),
    ] {
        let answer = site.get(&old).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (410, None),
            "{old}"
        );
        assert!(
            answer.body.contains("an old kind of link"),
            "{}",
            answer.body
        );
        assert!(answer.body.contains("ask for a new one"));
        assert!(!answer.body.contains("Ada"));
    }
}

#[tokio::test]
async fn a_signed_token_leads_on_only_letter_for_letter() {
    let world = World::new().await;
    let site = world.serve().await;
    let id = ada(&world).await;
    let token = format!("{}:1tYxyz:{}", "eyJpZCI6MX0", "Zm9vYmFy".repeat(5));
    let kept = token.clone();
    let keep = world.store.write(move |write| {
        write.add_imported_token(&kept, id)?;
        Ok::<_, StoreError>(())
    });
    keep.await.unwrap();
    let link = world.link(id).await;
    for path in [
        format!("/interview/{token}"),
        format!("/interview/{token}/"),
    ] {
        let answer = site.get(&path).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (302, Some(link.as_str()))
        );
    }
    for wrong in [
        token.to_lowercase(),
        format!("{token}x"),
        token[..token.len() - 1].to_owned(),
        format!("%20{token}"),
    ] {
        assert_eq!(
            site.get(&format!("/interview/{wrong}")).await.status,
            404,
            "{wrong}"
        );
    }
    let ours = world
        .app
        .link_secret()
        .await
        .unwrap()
        .token(id, world.row(id).await.facts.key.unwrap());
    assert_eq!(
        site.get(&format!("/interview/{}", ours.expose()))
            .await
            .status,
        404
    );
}
