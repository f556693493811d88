//! A machine with nothing prepared: the program comes up, answers on both ports and lets the demo staff in.

use harness::{both_modes, json};

both_modes! {
    /// What the README promises first.
    async fn the_program_comes_up_and_the_demo_waiter_signs_in(app: App) {
        app.anonymous().get("/api/health").await.expect(200);
        app.anonymous().at(&app.gateway_url()).get("/ws/health").await.expect(200);

        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let me = waiter.get("/api/auth/me").await.expect(200);
        assert_eq!((&me["email"], &me["roles"]), (&json!("waiter@demo.com"), &json!(["WAITER"])));
    }

    /// A kill -9 loses nothing that was answered, and the start after it is a plain start.
    async fn the_program_comes_up_again_after_a_kill(app: App) {
        let phone = app.scan("INT-01").await;
        app.kill9_api();
        app.restart_api().await;
        assert_eq!(app.scan("INT-01").await.session_id, phone.session_id);
    }
}
