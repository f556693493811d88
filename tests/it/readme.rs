//! The README's walk works as printed: its `sh` blocks are run, in order, by a shell against a fresh server.

use harness::both_modes;
use std::process::Command;

const README: &str = include_str!("../../README.md");

fn blocks() -> String {
    let blocks = README.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("```"));
    blocks.map(|(block, _)| block).collect::<Vec<_>>().join("\n")
}

both_modes! {
    async fn the_walk_works_as_printed(app: App) {
        let script = blocks()
            .replace("http://127.0.0.1:8000", &app.api_url())
            .replace("http://127.0.0.1:8001", &app.gateway_url());
        assert!(script.contains("/ws/catchup"), "the walk has lost its end");
        // In a thread of its own: the servers' logs and the timeout go on while the shell works.
        let output = tokio::task::spawn_blocking(move || Command::new("bash").args(["-euxo", "pipefail", "-c", &script]).output());
        let output = output.await.expect("the shell runs").expect("bash is there");
        let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{said}\n{errors}");
        assert!(said.contains(r#""status":"SERVED""#), "{said}");
        assert!(said.contains("ROUND_SERVED"), "the catch-up tells of it: {said}");
        assert_eq!(app.sql_i64("select count(*) from round").await, 1);
    }
}
