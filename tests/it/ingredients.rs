//! What recipes are made of, and the lists of words they choose from.

use crate::scene::{Staff, number, strangers};
use harness::{both_modes, json, race};

both_modes! {
    async fn the_kitchen_keeps_its_ingredients(app: App) {
        let staff = Staff::of(&app).await;
        let admin = app.login("admin@demo.com", "admin123").await;
        let groups = staff.waiter.get("/api/admin/ingredients/groups").await.expect(200);
        let names: Vec<_> = groups.as_array().unwrap().iter().map(|group| group["name"].as_str().unwrap()).collect();
        assert_eq!(names.len(), 6);
        assert!(names.contains(&"carnes"));
        let fish = admin.post("/api/admin/ingredients/groups", json!({"name": "Pescados", "icon": "🐟"})).await.expect(201);
        assert_eq!((&fish["name"], &fish["is_active"]), (&json!("pescados"), &json!(true)));
        admin.post("/api/admin/ingredients/groups", json!({"name": "PESCADOS"})).await.expect(400);
        staff.manager.post("/api/admin/ingredients/groups", json!({"name": "Otros"})).await.expect(403);

        let sauce = json!({"name": "Chimichurri", "group_id": fish["id"], "is_processed": true, "description": ""});
        let sauce = staff.cook.post("/api/admin/ingredients", sauce).await.expect(201);
        assert_eq!((&sauce["group_name"], &sauce["description"], &sauce["sub_ingredients"]), (&json!("pescados"), &json!(null), &json!([])));
        staff.cook.post("/api/admin/ingredients", json!({"name": "Chimichurri"})).await.expect(400);
        staff.cook.post("/api/admin/ingredients", json!({"name": "X", "group_id": 999999})).await.expect(400);
        staff.cook.post("/api/admin/ingredients", json!({"name": " "})).await.expect(422);
        staff.waiter.post("/api/admin/ingredients", json!({"name": "X"})).await.expect(403);

        let path = format!("/api/admin/ingredients/{}", sauce["id"]);
        let part = staff.cook.post(&format!("{path}/sub"), json!({"name": "Orégano seco"})).await.expect(201);
        assert_eq!(part["ingredient_id"], sauce["id"]);
        staff.cook.post(&format!("{path}/sub"), json!({"name": "Orégano seco"})).await.expect(400);
        staff.cook.patch(&path, json!({"is_processed": false})).await.expect(400);
        let patched = staff.cook.patch(&path, json!({"group_id": null, "name": "Chimi"})).await.expect(200);
        assert_eq!((&patched["group_id"], &patched["sub_ingredients"][0]["name"]), (&json!(null), &json!("Orégano seco")));
        let salt = app.sql_i64("select id from ingredient where name = 'Sal'").await;
        staff.cook.post(&format!("/api/admin/ingredients/{salt}/sub"), json!({"name": "Mar"})).await.expect(400);
        staff.cook.delete(&format!("/api/admin/ingredients/{salt}/sub/{}", part["id"])).await.expect(404);

        let preview = admin.get(&format!("{path}/cascade-preview")).await.expect(200);
        assert_eq!(preview["counts"], json!({"sub_ingredient": 1}));
        staff.cook.delete(&path).await.expect(403);
        admin.delete(&path).await.expect(204);
        admin.get(&path).await.expect(404);
        admin.post_empty(&format!("{path}/restore")).await.expect(200);
        assert_eq!(admin.get(&path).await.expect(200), patched);
        staff.cook.delete(&format!("{path}/sub/{}", part["id"])).await.expect(204);
        assert_eq!(admin.get(&path).await.expect(200)["sub_ingredients"], json!([]));
        let shelf = number(&groups[0]["id"]);
        let listed = staff.cook.get(&format!("/api/admin/ingredients?group_id={shelf}&limit=2")).await;
        assert!(listed.header("link").unwrap().contains("offset=2"));
    }

    async fn one_of_several_makes_the_name_and_the_lists_are_the_business_s(app: App) {
        let staff = Staff::of(&app).await;
        let [foreign, _] = strangers(&app).await;
        let replies = race(6, |_| {
            let kitchen = staff.cook.clone();
            async move { kitchen.post("/api/admin/ingredients", json!({"name": "Trufa"})).await.status }
        }).await;
        assert_eq!(replies.iter().filter(|status| **status == 201).count(), 1);
        assert_eq!(replies.iter().filter(|status| **status == 400).count(), 5);

        let methods = staff.waiter.get("/api/admin/catalogs/cooking-methods").await.expect(200);
        assert_eq!((methods.as_array().unwrap().len(), &methods[0]["name"]), (6, &json!("A la parrilla")));
        for (list, words) in [("flavor-profiles", 6), ("texture-profiles", 5), ("cuisine-types", 4)] {
            assert_eq!(staff.waiter.get(&format!("/api/admin/catalogs/{list}")).await.expect(200).as_array().unwrap().len(), words);
        }
        staff.waiter.get("/api/admin/catalogs/wines").await.expect(422);

        staff.cook.get(&format!("/api/admin/ingredients/{}", foreign.ingredient)).await.expect(404);
        staff.cook.patch(&format!("/api/admin/ingredients/{}", foreign.ingredient), json!({"name": "Mío"})).await.expect(404);
        let all = staff.cook.get("/api/admin/ingredients?include_deleted=true").await.expect(200);
        assert!(all.as_array().unwrap().iter().all(|it| it["id"] != json!(foreign.ingredient)));
    }
}
