//! The event log as its readers meet it: who hears what, what is owed after an absence, and what nobody published
//! (I1-I3). Events are put into the log by SQL where the program cannot be made to lose them.

use crate::look::{elsewhere, table};
use harness::{App, AppOptions, Caller, Mode, Socket, Value, both_modes, json};
use std::time::Duration;

/// How long an event may take that was committed and never published.
const BY_LOG: Duration = Duration::from_secs(2);

/// Commits events of the branch, one for each row of `rows`, a query of (type, session, sector, entity); nobody
/// publishes them, as when the API dies between the COMMIT and the publish.
pub(crate) async fn commit_unpublished(app: &App, branch: i64, count: usize, rows: &str) {
    app.sql_exec(&format!(
        "begin;
         update branch_stream set seq = seq + {count} where branch_id = {branch};
         insert into event (tenant_id, branch_id, seq, type, session_id, sector_id, entity, actor_role, ts)
         select s.tenant_id, s.branch_id, s.seq - {count} + n, type, session, sector, entity, 'SYSTEM', '2026-11-01 00:00:00+00:00'
         from branch_stream s, ({rows}) as rows where s.branch_id = {branch};
         commit"
    ))
    .await;
}

/// `count` events of one type.
async fn commit_many(app: &App, branch: i64, count: usize, kind: &str) {
    let rows = format!(
        "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < {count})
         select n, '{kind}' as type, cast(null as bigint) as session, cast(null as bigint) as sector, '{{}}' as entity from numbers"
    );
    commit_unpublished(app, branch, count, &rows).await;
}

fn numbers(events: &[Value]) -> Vec<i64> {
    events.iter().filter_map(|event| event["seq"].as_i64()).collect()
}

fn epoch(event: &Value) -> &str {
    event["epoch"].as_str().unwrap_or_default()
}

/// design.md §3's table: the type, and who hears it.
const AUDIENCES: [(&str, &str); 34] = [
    ("TABLE_SESSION_STARTED", "A W S"),
    ("TABLE_CLEARED", "A Ws S"),
    ("TABLE_STATUS_CHANGED", "A Ws S"),
    ("TABLE_TRANSFERRED", "A Ws K S"),
    ("ROUND_PENDING", "A W S"),
    ("ROUND_CONFIRMED", "A Ws S"),
    ("ROUND_SUBMITTED", "A Ws K S"),
    ("ROUND_IN_KITCHEN", "A Ws K S"),
    ("ROUND_READY", "A Ws K S"),
    ("ROUND_SERVED", "A Ws K S"),
    ("ROUND_CANCELED", "A Ws K S"),
    ("ROUND_ITEM_VOIDED", "A Ws K S"),
    ("ROUND_ITEM_DELETED", "A Ws S"),
    ("TICKET_IN_PROGRESS", "A Ws K"),
    ("TICKET_READY", "A Ws K"),
    ("TICKET_DELIVERED", "A Ws K"),
    ("SERVICE_CALL_CREATED", "A Ws S"),
    ("SERVICE_CALL_ACKED", "A Ws S"),
    ("SERVICE_CALL_CLOSED", "A Ws S"),
    ("CHECK_REQUESTED", "A Ws S"),
    ("PAYMENT_APPROVED", "A Ws S"),
    ("PAYMENT_REJECTED", "A Ws S"),
    ("PAYMENT_FAILED", "A Ws S"),
    ("PAYMENT_REFUNDED", "A Ws S"),
    ("CHECK_PAID", "A Ws S"),
    ("CART_ITEM_ADDED", "S"),
    ("CART_ITEM_UPDATED", "S"),
    ("CART_ITEM_REMOVED", "S"),
    ("CART_CLEARED", "S"),
    ("CART_SYNC", "S"),
    ("PRODUCT_AVAILABILITY_CHANGED", "A W K D"),
    ("ENTITY_CREATED", "A"),
    ("ENTITY_UPDATED", "A"),
    ("ENTITY_DELETED", "A"),
];

/// What of the table a screen hears that is all of `letters`.
fn heard_by(letters: &[&str]) -> Vec<String> {
    let hears = |audience: &str| audience.split(' ').any(|letter| letters.contains(&letter));
    AUDIENCES.iter().filter(|(_, audience)| hears(audience)).map(|(kind, _)| (*kind).to_owned()).collect()
}

/// A phone at a table of another branch; the socket and its token.
async fn phone_elsewhere(app: &App, slug: &str) -> Socket {
    let path = format!("/api/tables/code/NOR-01/session?branch_slug={slug}");
    let session = app.anonymous().post_empty(&path).await.expect(200);
    Socket::connect(&app.ws_url(), &format!("/ws/diner?table_token={}", session["table_token"].as_str().unwrap())).await
}

both_modes! {
    /// Every row of the table over real sockets, live and as replay, and nobody of another table, branch or business.
    async fn each_event_reaches_its_audience_and_nobody_else(app: App) {
        let elsewhere = elsewhere(&app).await;
        let (phone, other) = (app.scan("INT-01").await, app.scan("BAR-01").await);
        let staff = [
            ("admin@demo.com", "admin123", "/ws/admin", &["A"][..]),
            ("manager@demo.com", "manager123", "/ws/admin", &["A"]),
            // Ana has the inside today, Alberto the bar.
            ("ana@demo.com", "ana123", "/ws/waiter", &["W", "Ws"]),
            ("alberto.cortez@demo.com", "waiter123", "/ws/waiter", &["W"]),
            ("kitchen@demo.com", "kitchen123", "/ws/admin", &["K"]),
        ];
        let mut screens = Vec::new();
        for (email, password, path, letters) in staff {
            let user = app.login(email, password).await;
            let before = app.sql_i64("select seq from branch_stream where branch_id = 1").await;
            let again = format!("{path}?token={}&branch_id=1&after={before}", user.access_token);
            screens.push((email, user.socket(&app, path).await, again, letters));
        }
        let before = app.sql_i64("select seq from branch_stream where branch_id = 1").await;
        let again = |token: &str| format!("/ws/diner?table_token={token}&after={before}");
        screens.push(("the table", phone.socket(&app).await, again(&phone.token), &["S", "D"]));
        screens.push(("another table", other.socket(&app).await, again(&other.token), &["D"]));
        let far = [phone_elsewhere(&app, "norte-9001").await, phone_elsewhere(&app, "norte-9002").await];

        let rows: Vec<_> = AUDIENCES.iter().enumerate().map(|(n, (kind, _))| {
            let sector = format!("(select sector_id from dining_table where id = {})", phone.table_id);
            let (n, session) = (n + 1, phone.session_id);
            format!("select {n} as n, '{kind}' as type, cast({session} as bigint) as session, {sector} as sector, '{{}}' as entity")
        }).collect();
        commit_unpublished(&app, 1, AUDIENCES.len(), &rows.join(" union all ")).await;
        for (name, screen, again, letters) in &screens {
            let wanted = heard_by(letters);
            screen.wait_until_within(|events| events.len() >= wanted.len(), BY_LOG).await;
            screen.quiet(Duration::from_millis(200)).await;
            assert_eq!(screen.types(), wanted, "what {name} heard");
            let replayed = Socket::connect(&app.ws_url(), again).await;
            replayed.wait_for("POSITION").await;
            let mut types = replayed.types();
            // An administrator hears every branch, so is told of each where it stands.
            types.retain(|kind| kind != "POSITION");
            assert_eq!(types, wanted, "what {name} was replayed");
        }
        assert!(far.iter().all(|screen| screen.events().is_empty()));
        // The neighbours have ears too.
        commit_many(&app, elsewhere.branch, 1, "PRODUCT_AVAILABILITY_CHANGED").await;
        far[0].wait_for_within("PRODUCT_AVAILABILITY_CHANGED", BY_LOG).await;
        assert!(far[1].events().is_empty());
        let table = screens.iter().find(|(name, ..)| *name == "the table").unwrap();
        assert_eq!(table.1.types(), heard_by(&["S", "D"]));
    }

    /// A burst longer than a socket's queue closes nobody who reads.
    async fn a_burst_that_nobody_published_arrives_whole(app: App) {
        let phone = app.scan("INT-01").await;
        let kitchen = app.login("kitchen@demo.com", "kitchen123").await.socket(&app, "/ws/kitchen").await;
        commit_many(&app, 1, 1, "ROUND_READY").await;
        kitchen.wait_for_within("ROUND_READY", BY_LOG).await;
        commit_many(&app, 1, 3_000, "ROUND_READY").await;
        kitchen.wait_until(|events| events.len() >= 3_001).await;
        let seen = numbers(&kitchen.quiet(Duration::from_millis(300)).await);
        assert!(seen.windows(2).all(|pair| pair[1] == pair[0] + 1), "each once, in order");
        assert_eq!((seen.len(), kitchen.close_code()), (3_001, None));
        drop(phone);
    }

    /// Older than the ring is read from the log; older than the log is said plainly (I3), in both ways to catch up.
    async fn what_the_log_holds_is_replayed_and_the_rest_is_a_resync(app: App) {
        let (phone, other) = (app.scan("INT-01").await, app.scan("BAR-01").await);
        let kitchen = app.login("kitchen@demo.com", "kitchen123").await;
        commit_many(&app, 1, 1_200, "ROUND_READY").await;
        phone.post("/api/diner/cart/add", json!({"product_id": 111, "quantity": 1})).await.expect(200);
        let head = app.sql_i64("select seq from branch_stream where branch_id = 1").await;
        let first = head - 1_200;

        let at = |path: &str| format!("/ws/kitchen?token={}&{path}", kitchen.access_token);
        let long = Socket::connect(&app.ws_url(), &at(&format!("after={}", first - 1))).await;
        long.wait_for("POSITION").await;
        let seen = long.events();
        assert_eq!(seen.iter().filter(|event| event["type"] == "ROUND_READY").count(), 1_200);
        let epoch = epoch(&seen[0]).to_owned();
        for stale in [format!("after={}", head + 1), "after=1&epoch=other".into(), "after=-1".into(), "after=".into()] {
            let told = Socket::connect(&app.ws_url(), &at(&stale)).await;
            assert_eq!(told.wait_for("RESYNC").await["seq"].as_i64(), Some(head), "{stale}");
            assert_eq!(told.events().len(), 1, "{stale}");
        }

        // The retention takes the oldest, and one in the middle: a transaction may begin early and commit late.
        app.sql_exec(&format!("delete from event where branch_id = 1 and (seq < {first} + 100 or seq = {first} + 150)")).await;
        for lost in [first + 10, first + 120] {
            let told = Socket::connect(&app.ws_url(), &at(&format!("after={lost}&epoch={epoch}"))).await;
            told.wait_for("RESYNC").await;
            let reads = Caller::new(&app.gateway_url());
            let path = format!("/ws/catchup?branch_id=1&after={lost}&token={}", kitchen.access_token);
            assert_eq!(reads.get(&path).await.expect(200)["resync"], json!(true), "after {lost}");
        }
        let reads = Caller::new(&app.gateway_url());
        let caught = |session: i64, token: &str| format!("/ws/catchup/session?session_id={session}&after={}&table_token={token}", first + 200);
        let own = reads.get(&caught(phone.session_id, &phone.token)).await.expect(200);
        assert_eq!((&own["count"], &own["events"][0]["type"], &own["resync"]), (&json!(1), &json!("CART_ITEM_ADDED"), &json!(false)));
        let others = reads.get(&caught(other.session_id, &other.token)).await.expect(200);
        assert_eq!(others["count"], json!(0), "{others}");
        reads.get(&caught(phone.session_id, &other.token)).await.expect(403);
        reads.get(&caught(phone.session_id, "x")).await.expect(401);
        reads.get("/ws/catchup?branch_id=1&since=0").await.expect(401);
        reads.get(&format!("/ws/catchup?branch_id=x&since=0&token={}", kitchen.access_token)).await.expect(422);
        reads.get(&format!("/ws/catchup?branch_id=99&after=0&token={}", kitchen.access_token)).await.expect(403);
    }

    /// Whoever works in several branches must say which one a number is of; a guess would be a silent gap.
    async fn a_number_without_its_branch_is_a_resync(app: App) {
        elsewhere(&app).await;
        let admin = app.login("admin@demo.com", "admin123").await;
        commit_many(&app, 1, 5, "ROUND_READY").await;
        let told = Socket::connect(&app.ws_url(), &format!("/ws/admin?token={}&after=1", admin.access_token)).await;
        told.wait_until(|events| events.len() >= 2).await;
        assert_eq!(told.types(), ["RESYNC", "RESYNC"]);
    }

    /// After a restore to an older state the operator begins a new epoch: everybody reads again, nobody resumes across.
    async fn a_new_epoch_tells_everybody_to_read_again(app: App) {
        let phone = app.scan("INT-01").await;
        let (screen, diner) = (app.login("kitchen@demo.com", "kitchen123").await, phone.socket(&app).await);
        let kitchen = screen.socket(&app, "/ws/kitchen").await;
        let order = json!({"items": [{"product_id": 111, "qty": 1}]});
        phone.post("/api/diner/rounds/submit", order).await.expect(200);
        let before = kitchen.wait_for("ROUND_SUBMITTED").await;
        diner.wait_for("CART_CLEARED").await;

        assert!(app.operate(&["new-epoch"]).contains("1 streams"));
        for socket in [&kitchen, &diner] {
            let told = socket.wait_for_within("RESYNC", BY_LOG).await;
            assert_ne!(epoch(&told), epoch(&before));
        }
        let path = format!("/ws/kitchen?token={}&after={}&epoch={}", screen.access_token, before["seq"], epoch(&before));
        Socket::connect(&app.ws_url(), &path).await.wait_for("RESYNC").await;
        let order = json!({"items": [{"product_id": 111, "qty": 2}]});
        phone.post("/api/diner/rounds/submit", order).await.expect(200);
        kitchen.wait_until(|events| events.len() >= 3).await;
        assert_eq!(kitchen.types(), ["ROUND_SUBMITTED", "RESYNC", "ROUND_SUBMITTED"]);
        assert_ne!(epoch(&kitchen.events()[2]), epoch(&before));
        let health = app.anonymous().get("/api/health/detailed").await.expect(200);
        let streams = health["components"].as_array().unwrap().iter().find(|part| part["name"] == "streams").unwrap();
        assert_eq!(streams["status"], json!("up"), "{health}");
    }

    /// A backup is put back while screens are open, and nobody says so: a screen that was away would take new numbers
    /// for those that it has seen.
    async fn a_stream_that_went_back_gets_a_new_epoch(app: App = AppOptions::default().gateway_processes(2)) {
        let screen = app.login("kitchen@demo.com", "kitchen123").await;
        let gateways = if app.mode() == Mode::Embedded { vec![app.ws_url()] } else { vec![app.ws_url_at(0), app.ws_url_at(1)] };
        let mut kitchens = Vec::new();
        for gateway in &gateways {
            kitchens.push(Socket::connect(gateway, &format!("/ws/kitchen?token={}", screen.access_token)).await);
        }
        let phone = app.scan("INT-01").await;
        for qty in 1..=3 {
            let order = json!({"items": [{"product_id": 111, "qty": qty}]});
            phone.post("/api/diner/rounds/submit", order).await.expect(200);
        }
        let mut before = Value::Null;
        for kitchen in &kitchens {
            kitchen.wait_until(|events| events.len() >= 3).await;
            before = kitchen.events()[2].clone();
        }
        let back = before["seq"].as_i64().unwrap() - 4;
        app.sql_exec(&format!("update branch_stream set seq = {back}; delete from event where seq > {back}")).await;
        let mut told = Vec::new();
        for kitchen in &kitchens {
            told.push(kitchen.wait_for("RESYNC").await);
            assert_ne!(epoch(told.last().unwrap()), epoch(&before));
        }
        assert!(told.iter().all(|heard| epoch(heard) == epoch(&told[0])), "one epoch for all: {told:?}");
        assert_eq!(app.sql_texts("select epoch from branch_stream").await, [epoch(&told[0])]);
        // Away meanwhile, and the numbers have come again.
        for qty in 4..=6 {
            let order = json!({"items": [{"product_id": 111, "qty": qty}]});
            phone.post("/api/diner/rounds/submit", order).await.expect(200);
        }
        let path = format!("/ws/kitchen?token={}&after={}&epoch={}", screen.access_token, back + 1, epoch(&before));
        Socket::connect(&app.ws_url(), &path).await.wait_for("RESYNC").await;
    }

    /// A logout, and a role that is gone, end the user's sockets at once, and nobody else's.
    async fn who_may_no_longer_listen_is_told_at_once(app: App) {
        let (waiter, cook) = (app.login("waiter@demo.com", "waiter123").await, app.login("kitchen@demo.com", "kitchen123").await);
        let sockets = [waiter.socket(&app, "/ws/waiter").await, waiter.socket(&app, "/ws/waiter").await];
        let kitchen = cook.socket(&app, "/ws/kitchen").await;
        waiter.post_empty("/api/auth/logout").await.expect(200);
        for socket in &sockets {
            assert_eq!(socket.wait_closed(BY_LOG).await, 4001);
        }
        kitchen.ping().await;
        app.sql_exec(&format!("delete from user_branch_role where user_id = {}", cook.user_id)).await;
        let entity = format!("'{{\"entity_type\":\"staff\",\"entity_id\":{}}}'", cook.user_id);
        let row = format!("select 1 as n, 'ENTITY_UPDATED' as type, cast(null as bigint) as session, cast(null as bigint) as sector, {entity} as entity");
        commit_unpublished(&app, 1, 1, &row).await;
        assert_eq!(kitchen.wait_closed(BY_LOG).await, 4001);
        assert!(table(&app, "INT-01").await > 0);
    }
}
