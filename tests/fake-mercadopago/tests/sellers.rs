//! Tokens: who is who, and that a refresh replaces both.

use serde_json::json;

use crate::scene::Scene;

#[tokio::test]
async fn a_refresh_rotates_both_tokens() {
    let mut scene = Scene::new().await;
    let (status, me) = scene.get("/users/me").await;
    assert_eq!((status, &me["id"], &me["site_id"]), (200, &json!(900_100_201), &json!("MLA")));
    let asked = json!({
        "grant_type": "refresh_token",
        "client_id": scene.seller.client_id,
        "client_secret": scene.seller.client_secret,
        "refresh_token": scene.seller.refresh_token,
    });
    let (status, pair) = scene.call("POST", "/oauth/token", Some(asked.clone())).await;
    assert_eq!((status, &pair["expires_in"], &pair["user_id"]), (200, &json!(15_552_000), &json!(900_100_201)));
    let (status, body) = scene.call("POST", "/oauth/token", Some(asked)).await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_grant")), "used up");
    assert_eq!(scene.get("/users/me").await.0, 401);
    scene.seller = scene.fake.seller(900_100_201).unwrap();
    assert_eq!(json!(scene.seller.access_token), pair["access_token"]);
    assert_eq!(scene.get("/users/me").await.0, 200);
}

#[tokio::test]
async fn a_code_is_exchanged_once_as_a_form_and_rights_can_be_withdrawn() {
    let scene = Scene::new().await;
    let code = scene.fake.authorize(scene.seller.collector_id).unwrap();
    let form = format!(
        "grant_type=authorization_code&client_id={}&client_secret={}&code={code}",
        scene.seller.client_id, scene.seller.client_secret
    );
    let send = || scene.request("POST", "/oauth/token").body(form.clone()).send();
    assert_eq!(send().await.unwrap().status(), 200);
    assert_eq!(send().await.unwrap().status(), 400);
    scene.fake.revoke(scene.seller.collector_id).unwrap();
    assert_eq!(scene.get("/users/me").await.0, 401);
    assert!(scene.fake.revoke(1).is_err());
}
