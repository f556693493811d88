//! A newcomer's first minute: the demo's pages look as a restaurant's will, and whoever pays in it comes back to the
//! application that they came from.

use crate::scene::{list, number, text};
use harness::{AppOptions, Caller, embedded_only, free_port, json};
use std::process::Command;

embedded_only! {
    async fn the_demos_pages_look_finished(app: App) {
        let directory = app.data_directory().join("newcomer");
        let (api, gateway) = (format!("127.0.0.1:{}", free_port()), format!("127.0.0.1:{}", free_port()));
        let variables = [("COMANDA_DATA_DIR", directory.to_str().unwrap()), ("COMANDA_API_ADDR", &api), ("COMANDA_WS_ADDR", &gateway)];
        let (process, said) = app.start_another("newcomer", &variables).await;
        assert!(process.exited().is_none(), "{said}");
        let anybody = app.anonymous().at(&format!("http://{api}"));
        let menu = anybody.get("/api/public/menu/centro").await.expect(200);
        let mut seen = Vec::new();
        for category in list(&menu["categories"]) {
            assert!(category["image"].is_string(), "{category}");
            for part in list(&category["subcategories"]) {
                assert_eq!(anybody.get(text(&part["image"])).await.status, 200, "{part}");
            }
            for product in list(&category["products"]) {
                assert!(text(&product["description"]).len() > 10, "{product}");
                let picture = anybody.get(text(&product["image"])).await;
                assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/jpeg")), "{product}");
                assert!((1_000..60_000).contains(&picture.bytes.len()), "{} bytes: {product}", picture.bytes.len());
                seen.push(text(&product["image"]).to_owned());
            }
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 37, "each dish has a picture of its own");
        let login = json!({"email": "admin@demo.com", "password": "admin123"});
        let token = anybody.post("/api/auth/login", login).await.expect(200)["access_token"].clone();
        let admin: Caller = anybody.with_header("Authorization", &format!("Bearer {}", text(&token)));
        for member in list(&admin.get("/api/admin/staff").await.expect(200)) {
            for field in ["first_name", "last_name", "phone", "dni", "hire_date"] {
                assert!(member[field].is_string(), "{field}: {member}");
            }
            // The office's own form takes what the demo says.
            let same = json!({"phone": member["phone"], "dni": member["dni"], "hire_date": member["hire_date"]});
            admin.patch(&format!("/api/admin/staff/{}", member["id"]), same).await.expect(200);
        }
    }

    async fn the_sandbox_sends_the_phone_back_to_the_diner_app(app: App = AppOptions::default().env("COMANDA_DINER_URL", "https://menu.example.com")) {
        let phone = app.scan("INT-01").await;
        phone.post("/api/diner/register", json!({"name": "Ana", "color": "#E11D48"})).await.expect(200);
        phone.post("/api/diner/rounds/submit", json!({"items": [{"product_id": 118, "qty": 1}]})).await.expect(200);
        let check = phone.post_empty("/api/billing/check/request").await.expect(200);
        let amount = json!({"check_id": check["check_id"], "amount_cents": number(&check["total_cents"]) / 3});
        for (outcome, page) in [("reject", "failure"), ("cancel", "failure"), ("approve", "success")] {
            let preference = phone.post("/api/billing/mercadopago/preference", amount.clone()).await.expect(200);
            let (at, form) = text(&preference["init_point"]).split_once('?').unwrap();
            let pressed = format!("{form}&outcome={outcome}");
            let back = Command::new("curl").args(["-s", "-o", "/dev/null", "-w", "%{redirect_url}", "-d", &pressed, at]).output().unwrap();
            let back = String::from_utf8(back.stdout).unwrap();
            let wanted = format!("https://menu.example.com/payment/{page}?check_id={}&", check["check_id"]);
            assert!(back.starts_with(&wanted), "{outcome}: {back}");
        }
    }
}
