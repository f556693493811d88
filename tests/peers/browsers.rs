//! Real browsers (Debian's Chromium, driven by playwright-core) with the shared cart of the shipped diner app.

use harness::{Value, distributed_only, json};
use std::{path::Path, process::Command};

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/browsers");

/// Runs a script of this directory in a folder where its packages are, and reads what it printed.
fn drive(script: &str, arguments: &[&str]) -> Value {
    // `scripts/test --peers` installs the packages there; a module finds them beside itself alone.
    let there = std::env::var("COMANDA_TEST_BROWSERS").expect("scripts/test --peers sets it");
    for file in [script, "phone.html"] {
        std::fs::copy(Path::new(HERE).join(file), Path::new(&there).join(file)).unwrap();
    }
    let out = Command::new("node").current_dir(&there).arg(script).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{script}: {said}");
    serde_json::from_slice(&out.stdout).unwrap_or_else(|error| panic!("{script}: {error}: {said}"))
}

distributed_only! {
    /// What one phone sends takes its lines off every phone, and nobody else's; "send" pressed on both is one order.
    async fn two_browsers_share_a_cart(app: App) {
        let menu = app.menu().await;
        let id = |name: &str| menu.product(name)["id"].to_string();
        let (soup, pasta) = (id("Limonada"), id("Sorrentinos de jamón y queso"));
        let (api, ws) = (app.api_url(), app.ws_url());
        let steps = tokio::task::block_in_place(|| {
            drive("shared_cart.mjs", &["/usr/bin/chromium", &api, &ws, &soup, &pasta])
        });
        let (soup, pasta) = (format!("{soup} x 2"), format!("{pasta} x 3"));
        let on_both = |lines: Value| json!([lines, lines]);
        assert_eq!(steps["both_added"], on_both(json!([soup, pasta])));
        assert_eq!(steps["ana_sent_hers"], on_both(json!([pasta])), "a sent soup leaves the pasta in the cart");
        assert_eq!(steps["ana_added_again"], on_both(json!([soup, pasta])));
        assert_eq!(steps["both_sent_all"], on_both(json!([])));
        assert_eq!(steps["rounds"], json!([2, 2]), "pressed together, it is one order");
        assert_eq!(app.sql_i64("select count(*) from round").await, 2);
        assert_eq!(app.sql_i64("select cast(sum(qty) as bigint) from round_item").await, 2 + 2 + 3);
    }
}
