//! What is not on a branch's menu cannot be ordered there: guests' menu, waiters' menu, carts and rounds agree.

use crate::scene::{list, product, text};
use harness::{App, DinerPhone, StaffClient, Value, both_modes, json};

async fn admin(app: &App) -> StaffClient {
    app.login("admin@demo.com", "admin123").await
}

async fn id(app: &App, table: &str, name: &str) -> i64 {
    app.sql_i64(&format!("select id from {table} where name = '{name}'")).await
}

fn names(menu: &Value) -> Vec<String> {
    let products = list(&menu["categories"]).iter().flat_map(|category| list(&category["products"]));
    products.map(|product| text(&product["name"]).to_owned()).collect()
}

/// The house as guests and waiters meet it.
struct House<'a> {
    app: &'a App,
    phone: DinerPhone,
    waiter: StaffClient,
    branch: i64,
}

impl<'a> House<'a> {
    async fn of(app: &'a App) -> Self {
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let branch = waiter.branch_ids[0];
        Self { app, phone: app.scan("INT-01").await, waiter, branch }
    }

    /// Whether all of them offer the product or all of them do not.
    async fn offers(&self, name: &str) -> bool {
        let id = product(self.app, name).await;
        let guests = names(&self.app.menu().await.0).contains(&name.to_owned());
        let path = format!("/api/waiter/branches/{}/menu", self.branch);
        let waiters = names(&self.waiter.get(&path).await.expect(200)).contains(&name.to_owned());
        let order = json!({"items": [{"product_id": id, "qty": 1}]});
        let round = self.phone.post("/api/diner/rounds/submit", order.clone()).await;
        let taken = self.waiter.post(&format!("/api/waiter/sessions/{}/rounds", self.phone.session_id), order).await;
        let cart = self.phone.post("/api/diner/cart/add", json!({"product_id": id})).await;
        if guests {
            assert!(waiters, "{name} is not on the waiters' menu");
            round.expect(200);
            assert!(matches!(taken.status, 200 | 201), "{}", taken.text());
            cart.expect(200);
        } else {
            assert!(!waiters, "{name} is on the waiters' menu");
            assert_eq!(round.expect(400)["code"], "product_not_offered");
            assert_eq!(taken.expect(400)["code"], "product_not_offered");
            cart.expect(404);
        }
        guests
    }
}

both_modes! {
    async fn what_is_switched_off_or_deleted_is_not_sold(app: App) {
        let (house, admin) = (House::of(&app).await, admin(&app).await);
        let (drinks, juices) = (id(&app, "category", "Bebidas").await, id(&app, "subcategory", "Jugos").await);
        let lemonade = product(&app, "Limonada").await;
        assert!(house.offers("Limonada").await);
        for path in [
            format!("/api/admin/categories/{drinks}"),
            format!("/api/admin/subcategories/{juices}"),
            format!("/api/admin/products/{lemonade}"),
        ] {
            admin.patch(&path, json!({"is_active": false})).await.expect(200);
            assert!(!house.offers("Limonada").await, "{path} is off");
            admin.patch(&path, json!({"is_active": true})).await.expect(200);
            assert!(house.offers("Limonada").await, "{path} is on");
            admin.delete(&path).await.expect(204);
            assert!(!house.offers("Limonada").await, "{path} is gone");
            admin.post_empty(&format!("{path}/restore")).await.expect(200);
            assert!(house.offers("Limonada").await, "{path} is back");
        }
        assert!(house.offers("Provoleta").await);
    }

    async fn what_a_branch_leaves_out_it_does_not_sell(app: App) {
        let (house, admin) = (House::of(&app).await, admin(&app).await);
        let (drinks, juices) = (id(&app, "category", "Bebidas").await, id(&app, "subcategory", "Jugos").await);
        let here = json!({"excluded_branch_ids": [house.branch, house.branch]});
        let nowhere = json!({"excluded_branch_ids": []});

        let path = format!("/api/admin/exclusions/subcategories/{juices}");
        let said = admin.put(&path, here.clone()).await.expect(200);
        assert_eq!(said, json!({"subcategory_id": juices, "subcategory_name": "Jugos", "category_id": drinks,
            "category_name": "Bebidas", "excluded_branch_ids": [house.branch]}));
        assert!(!house.offers("Limonada").await);
        assert!(house.offers("Sprite 500ml").await);
        let menu = app.menu().await.0;
        let parts: Vec<&str> = list(&menu["categories"][0]["subcategories"]).iter().map(|it| text(&it["name"])).collect();
        assert_eq!(parts, ["Gaseosas", "Cervezas", "Vinos"]);
        assert_eq!(admin.get(&path).await.expect(200), said);
        // Saying it again is no change, and taking it back brings all back.
        admin.put(&path, here.clone()).await.expect(200);
        assert_eq!(app.sql_i64("select count(*) from audit_log where entity_type = 'subcategory'").await, 1);
        admin.put(&path, nowhere.clone()).await.expect(200);
        assert!(house.offers("Limonada").await);

        let path = format!("/api/admin/exclusions/categories/{drinks}");
        admin.put(&path, here).await.expect(200);
        assert!(!house.offers("Sprite 500ml").await);
        let all = admin.get("/api/admin/exclusions").await.expect(200);
        assert_eq!(list(&all["category_exclusions"]).len(), 4);
        assert_eq!(list(&all["subcategory_exclusions"]).len(), 11);
        assert_eq!(all["category_exclusions"][0], json!({"category_id": drinks, "category_name": "Bebidas", "excluded_branch_ids": [house.branch]}));
        admin.put(&path, json!({"excluded_branch_ids": [999_999]})).await.expect(400);
        admin.put(&path, json!({"excluded_branch_ids": "all"})).await.expect(422);
        admin.put(&path, json!({})).await.expect(422);
        admin.put("/api/admin/exclusions/categories/999999", nowhere.clone()).await.expect(404);
        admin.get("/api/admin/exclusions/subcategories/999999").await.expect(404);
        assert!(!house.offers("Sprite 500ml").await, "what was refused changed nothing");
        admin.put(&path, nowhere).await.expect(200);
        assert!(house.offers("Sprite 500ml").await);
        app.login("manager@demo.com", "manager123").await.get("/api/admin/exclusions").await.expect(403);
    }
}
