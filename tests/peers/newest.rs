//! The newest PostgreSQL (18): the schema, the locks and an evening's commands on it.

use crate::peer::operate;
use harness::{distributed_only, free_port, json, race};

distributed_only! {
    /// From the empty database to a bill that is paid, and twenty orders at once.
    async fn a_restaurant_works_on_postgresql_18(app: App) {
        let database = std::env::var("COMANDA_TEST_NEWEST_POSTGRES").expect("scripts/test --peers sets it");
        let address = format!("127.0.0.1:{}", free_port());
        let variables = [("DATABASE_URL", database.as_str()), ("COMANDA_API_ADDR", address.as_str())];
        for command in ["migrate", "migrate", "seed"] {
            let (done, said) = operate(&app, &variables, command);
            assert!(done, "{command}: {said}");
        }
        let (process, said) = app.start_another("newest", &variables).await;
        assert!(process.exited().is_none(), "{said}");
        let base = format!("http://{address}");
        let there = app.anonymous().at(&base);
        let login = json!({"email": "admin@demo.com", "password": "admin123"});
        let token = there.post("/api/auth/login", login).await.expect(200)["access_token"].clone();
        let admin = there.with_header("Authorization", &format!("Bearer {}", token.as_str().unwrap()));
        let session = there.post_empty("/api/tables/code/INT-01/session?branch_slug=centro").await.expect(200);
        let phone = there.with_header("X-Table-Token", session["table_token"].as_str().unwrap());
        phone.post("/api/diner/register", json!({"name": "Ana", "color": "#F97316"})).await;

        let sent = race(20, |number| {
            let phone = phone.with_header("X-Idempotency-Key", &format!("order {}", number / 2));
            let order = json!({"items": [{"product_id": 111, "qty": 1, "notes": format!("{}", number / 2)}]});
            async move { phone.post("/api/diner/rounds/submit", order).await.expect(200) }
        })
        .await;
        let mut rounds: Vec<i64> = sent.iter().map(|round| round["round_id"].as_i64().unwrap()).collect();
        rounds.sort_unstable();
        rounds.dedup();
        assert_eq!(rounds.len(), 10, "each key is one round");
        for round in rounds {
            for status in ["IN_KITCHEN", "READY", "SERVED"] {
                admin.post(&format!("/api/kitchen/rounds/{round}/status"), json!({"status": status})).await.expect(200);
            }
        }
        let check = phone.post("/api/billing/check/request", json!({})).await.expect(200);
        let owed = check["total_cents"].as_i64().unwrap();
        assert!(owed > 0, "{check}");
        let cash = json!({"check_id": check["check_id"], "amount_cents": owed, "manual_method": "CASH"});
        let paid = admin.post("/api/waiter/payments/manual", cash).await.expect(200);
        assert_eq!((&paid["check_status"], paid["check_remaining_cents"].as_i64()), (&json!("PAID"), Some(0)));
    }
}
