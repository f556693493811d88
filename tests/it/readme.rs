//! The README's walk works as printed: its `sh` blocks are run, in order, by a shell against a fresh server.

use fake_mercadopago::{FakeMercadoPago, Options, Seller};
use harness::{App, AppOptions, distributed_only, embedded_only, free_port, json};
use std::{process::Command, sync::LazyLock};

const README: &str = include_str!("../../README.md");

fn blocks() -> String {
    let blocks = README.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("```"));
    blocks.map(|(block, _)| block).collect::<Vec<_>>().join("\n")
}

/// Where the cluster finds the provider. The single process is the demo, which has one of its own.
static PROVIDER: LazyLock<String> = LazyLock::new(|| format!("127.0.0.1:{}", free_port()));

/// The same for the cluster as the demo has.
async fn bring_a_provider(app: &App) -> FakeMercadoPago {
    let options = Options { address: PROVIDER.parse().expect("an address"), ..Options::default() };
    let (fake, seller) = (FakeMercadoPago::start(options).await.expect("a free port"), Seller::argentina(1));
    fake.add_seller(seller.clone());
    let form = json!({ "access_token": seller.access_token, "webhook_secrets": [seller.webhook_secret] });
    let admin = app.login("admin@demo.com", "admin123").await;
    admin.post("/api/admin/payment-accounts", form).await.expect(201);
    fake
}

async fn walk(app: &App) {
    let script =
        blocks().replace("http://127.0.0.1:8000", &app.api_url()).replace("http://127.0.0.1:8001", &app.gateway_url());
    assert!(script.contains("/ws/catchup"), "the walk has lost its end");
    // In a thread of its own: the servers' logs and the timeout go on while the shell works.
    let output =
        tokio::task::spawn_blocking(move || Command::new("bash").args(["-euxo", "pipefail", "-c", &script]).output());
    let output = output.await.expect("the shell runs").expect("bash is there");
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{errors}");
    assert!(said.contains(r#""status":"SERVED""#), "{said}");
    assert!(said.contains("ROUND_SERVED"), "the catch-up tells of it: {said}");
    assert_eq!(app.sql_i64("select count(*) from round").await, 1);
    let by_phone = "select count(*) from payment where tender = 'MERCADO_PAGO' and status = 'APPROVED'";
    assert_eq!(app.sql_i64(by_phone).await, 1, "half of the bill was paid by phone");
}

embedded_only! {
    async fn the_walk_works_as_printed(app: App) {
        walk(&app).await;
    }
}

distributed_only! {
    async fn the_walk_works_in_a_cluster(app: App = AppOptions::default().env("MERCADOPAGO_BASE_URL", &format!("http://{}", *PROVIDER))) {
        let _provider = bring_a_provider(&app).await;
        walk(&app).await;
    }
}
