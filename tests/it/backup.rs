//! The way back: without it a broken disk is the end of the house, and a backup that nobody has restored is a hope.
//!
//! The invariants that may break here: I1 (state and events together), I3 (clients read again, or miss what they cannot
//! know of), I10 (what was acknowledged before the backup's instant is in it).

use harness::{
    App, AppOptions, Caller, Database, DinerPhone, Mode, Process, SmallDisk, Socket, both_modes, embedded_only,
    free_port, json,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};
use tokio::task::block_in_place;

/// What a round is, whole: its lines, and the ticket that each is on.
const LINES: &str = "select r.id || '/' || r.status || '/' || i.line || '/' || i.product_name || '/' || i.qty || '/'
    || coalesce(i.notes, '') || '/' || k.station || '/' || k.status
    from round r join round_item i on i.round_id = r.id
    left join kitchen_ticket_item t on t.round_item_id = i.id left join kitchen_ticket k on k.id = t.ticket_id
    order by r.id, i.line";

/// The instant from when on something was acknowledged.
type Acknowledged = (i64, SystemTime);

/// Sends rounds until told to stop, and notes when each was acknowledged.
async fn guest(phone: DinerPhone, name: usize, stop: Arc<AtomicBool>, sent: Arc<AtomicUsize>) -> Vec<Acknowledged> {
    let mut rounds = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let keyed = phone.with_header("X-Idempotency-Key", &format!("guest-{name}-{}", rounds.len()));
        let note = |line: usize| format!("{name}-{}-{line}", rounds.len());
        let order = json!({"items": [
            {"product_id": 111, "qty": 2, "notes": note(1)}, {"product_id": 118, "qty": 1, "notes": note(2)}]});
        let answer = keyed.post("/api/diner/rounds/submit", order).await.expect(200);
        rounds.push((answer["round_id"].as_i64().unwrap(), SystemTime::now()));
        sent.fetch_add(1, Ordering::Relaxed);
    }
    rounds
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The files of a directory that look like backups.
fn backups(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().to_str().is_some_and(|name| name.starts_with("comanda-")));
    let mut found: Vec<PathBuf> = named.map(|entry| entry.path()).collect();
    found.sort();
    found
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// `comanda backup`: the file, and what was said.
fn back_up(app: &App, more: &[&str]) -> (PathBuf, String) {
    let directory = app.data_directory().join("backups");
    let before = backups(&directory);
    let said = block_in_place(|| app.operate(&[&["backup", "--to", text(&directory)], more].concat()));
    let made = backups(&directory).into_iter().find(|file| !before.contains(file)).unwrap();
    (made, said)
}

/// A place where there is no house yet, with the secrets of the first.
struct Elsewhere {
    data: PathBuf,
    database: Database,
    ports: [String; 2],
}

impl Elsewhere {
    async fn of(app: &App, name: &str) -> Self {
        let data = app.data_directory().join(name);
        fs::create_dir_all(&data).unwrap();
        for secret in ["secrets.json", "credentials.key"] {
            if app.data_directory().join(secret).exists() {
                fs::copy(app.data_directory().join(secret), data.join(secret)).unwrap();
            }
        }
        let database = Database::empty(app.mode(), data.clone()).await;
        Self { data, database, ports: [0; 2].map(|_| format!("127.0.0.1:{}", free_port())) }
    }

    fn variables(&self) -> Vec<(&'static str, String)> {
        let url = self.database.url().map(|url| ("DATABASE_URL", url.to_string()));
        let places = [
            ("COMANDA_DATA_DIR", self.data.display().to_string()),
            ("COMANDA_API_ADDR", self.ports[0].clone()),
            ("COMANDA_WS_ADDR", self.ports[1].clone()),
        ];
        places.into_iter().chain(url).collect()
    }

    fn operate(&self, app: &App, arguments: &[&str]) -> (bool, String) {
        let variables = self.variables();
        let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        block_in_place(|| app.try_operate_with(&variables, arguments))
    }

    fn restore(&self, app: &App, file: &Path, more: &[&str]) -> (bool, String) {
        self.operate(app, &[&["restore", text(file)], more].concat())
    }

    /// Everything that is there: files, and tables of a server.
    async fn content(&self) -> BTreeSet<String> {
        let mut found: BTreeSet<String> = fs::read_dir(&self.data)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !["secrets.json", "credentials.key"].contains(&name.as_str()))
            .collect();
        if self.database.url().is_some() {
            found.extend(
                self.database.sql_texts("select tablename::text from pg_tables where schemaname = 'public'").await,
            );
        }
        found
    }

    /// Starts the house of this place.
    async fn start(&self, app: &App) -> Vec<Process> {
        let variables = self.variables();
        let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (api, said) = app.start_another("elsewhere", &variables).await;
        assert!(api.exited().is_none(), "{said}");
        let mut processes = vec![api];
        if app.mode() == Mode::Distributed {
            let (gateway, said) = app.start_another_gateway("elsewhere-gateway", &variables).await;
            assert!(gateway.exited().is_none(), "{said}");
            processes.push(gateway);
        }
        processes
    }

    fn api(&self) -> String {
        format!("http://{}", self.ports[0])
    }

    fn sockets(&self) -> String {
        format!("ws://{}", self.ports[1])
    }
}

fn lines_by_round(lines: &[String]) -> BTreeMap<i64, Vec<&str>> {
    let mut rounds = BTreeMap::<i64, Vec<&str>>::new();
    for line in lines {
        let round = line.split('/').next().unwrap().parse().unwrap();
        rounds.entry(round).or_default().push(line);
    }
    rounds
}

/// The instant that a backup names.
fn instant(said: &str) -> SystemTime {
    let written = said.split("has everything up to ").nth(1).unwrap().split_whitespace().next().unwrap();
    let parsed: chrono::DateTime<chrono::Utc> = written.trim_end_matches('.').parse().unwrap();
    parsed.into()
}

both_modes! {
    /// The drill: an evening goes on while it is backed up; the machine is lost; another one goes on with the house.
    async fn a_house_goes_on_elsewhere(app: App) {
        let picture = app.data_directory().join("images");
        fs::create_dir_all(&picture).unwrap();
        fs::write(picture.join("a-picture-of-ours.webp"), "its bytes").unwrap();
        let (stop, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let mut phones = Vec::new();
        for code in ["INT-01", "INT-02", "INT-03", "INT-04"] {
            phones.push(app.scan(code).await);
        }
        let screen = app.login("kitchen@demo.com", "kitchen123").await;
        let kitchen = screen.socket(&app, "/ws/kitchen").await;
        let guests: Vec<_> = phones
            .iter()
            .enumerate()
            .map(|(name, phone)| tokio::spawn(guest(phone.clone(), name, stop.clone(), sent.clone())))
            .collect();
        until("rounds before the backup", || sent.load(Ordering::Relaxed) >= 12).await;
        let (file, said) = back_up(&app, &[]);
        let during = sent.load(Ordering::Relaxed);
        until("rounds after the backup", || sent.load(Ordering::Relaxed) >= during + 8).await;
        stop.store(true, Ordering::Relaxed);
        let mut acknowledged = Vec::new();
        for guest in guests {
            acknowledged.extend(guest.await.unwrap());
        }
        let before = kitchen.wait_for("ROUND_SUBMITTED").await;
        let original = app.sql_texts(LINES).await;
        app.kill9_api();
        app.kill9_gateway();

        let there = Elsewhere::of(&app, "elsewhere").await;
        let (restored, told) = there.restore(&app, &file, &[]);
        assert!(restored, "{told}");
        assert!(told.contains("told to read again"), "{told}");

        // Every round of before the instant is there; whatever is there is whole, with its tickets.
        let copied = there.database.sql_texts(LINES).await;
        let (original, copied) = (lines_by_round(&original), lines_by_round(&copied));
        let at = instant(&said);
        let earlier: Vec<i64> = acknowledged.iter().filter(|(_, when)| *when < at).map(|(round, _)| *round).collect();
        assert!(earlier.len() >= 12, "{} of {}", earlier.len(), acknowledged.len());
        for round in &earlier {
            assert!(copied.contains_key(round), "round {round} was acknowledged before {said} and is gone");
        }
        for (round, lines) in &copied {
            assert_eq!(Some(lines), original.get(round), "round {round}");
            assert!(lines.len() >= 2 && lines.iter().all(|line| line.ends_with("/PENDING")), "{lines:?}");
        }
        assert!(copied.len() < original.len(), "the backup is of the middle of the evening");
        assert_eq!(fs::read_to_string(there.data.join("images/a-picture-of-ours.webp")).unwrap(), "its bytes");
        let (intact, audit) = there.operate(&app, &["audit", "verify"]);
        assert!(intact, "{audit}");

        // It opens, tells whoever comes with an old number to read again, and takes orders.
        let _processes = there.start(&app).await;
        let (seq, epoch) = (&before["seq"], before["epoch"].as_str().unwrap());
        let path = format!("/ws/kitchen?token={}&after={seq}&epoch={epoch}", screen.access_token);
        let told = Socket::connect(&there.sockets(), &path).await.wait_for("RESYNC").await;
        assert_ne!(told["epoch"], before["epoch"], "{told}");
        let phone = phones[0].at(&there.api());
        let live = Socket::connect(&there.sockets(), &format!("/ws/diner?table_token={}", phones[0].token)).await;
        let order = json!({"items": [{"product_id": 111, "qty": 3}]});
        let round = phone.post("/api/diner/rounds/submit", order).await.expect(200)["round_id"].as_i64().unwrap();
        assert!(!copied.contains_key(&round));
        live.wait_for("ROUND_SUBMITTED").await;

        // A repeat of what the backup knows is answered by it, and a sign-in of before is over.
        let repeat = json!({"items": [
            {"product_id": 111, "qty": 2, "notes": "0-0-1"}, {"product_id": 118, "qty": 1, "notes": "0-0-2"}]});
        let again = phone.with_header("X-Idempotency-Key", "guest-0-0").post("/api/diner/rounds/submit", repeat).await.expect(200);
        assert!(copied.contains_key(&again["round_id"].as_i64().unwrap()), "{again}");
        let refresh = json!({"refresh_token": screen.refresh_token});
        Caller::new(&there.api()).post("/api/auth/refresh", refresh).await.expect(401);
        let login = json!({"email": "kitchen@demo.com", "password": "kitchen123"});
        Caller::new(&there.api()).post("/api/auth/login", login).await.expect(200);
    }

    /// A sealed backup opens with its key alone; a cut or foreign file, and a place that is taken, change nothing.
    async fn nothing_is_overwritten_and_nothing_half_restored(app: App) {
        let (right, wrong) = (app.data_directory().join("right"), app.data_directory().join("wrong"));
        fs::write(&right, "a key of our own\n").unwrap();
        fs::write(&wrong, "a key of somebody else\n").unwrap();
        // Bytes that do not shrink, so that the archive has several sealed pieces.
        let mut noise = 1_u64;
        let picture: Vec<u8> = std::iter::repeat_with(|| {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            noise.to_be_bytes()[0]
        })
        .take(200_000)
        .collect();
        fs::create_dir_all(app.data_directory().join("images")).unwrap();
        fs::write(app.data_directory().join("images/noise.webp"), picture).unwrap();
        let (file, _) = back_up(&app, &["--key-file", text(&right)]);
        assert!(text(&file).ends_with(".tar.gz.sealed"));
        let whole = fs::read(&file).unwrap();
        let (cut, letter) = (app.data_directory().join("cut"), app.data_directory().join("letter"));
        fs::write(&cut, &whole[..whole.len() - 40_000]).unwrap();
        fs::write(&letter, "Dear aunt, the house is well and so are we.").unwrap();

        let there = Elsewhere::of(&app, "elsewhere").await;
        let empty = there.content().await;
        let key = |file: &'static str| ["--key-file".to_owned(), text(&app.data_directory().join(file)).to_owned()];
        let gone = app.data_directory().join("gone");
        let attempts = [
            (&file, Some(key("wrong")), "the key does not open this backup"),
            (&file, None, "the backup is sealed"),
            (&cut, Some(key("right")), "the backup was changed or cut"),
            (&letter, None, "not a whole backup"),
            (&gone, None, "No such file"),
        ];
        for (from, key, sentence) in attempts {
            let more: Vec<&str> = key.iter().flatten().map(String::as_str).collect();
            let (restored, said) = there.restore(&app, from, &more);
            assert!(!restored && said.contains(sentence), "{}: {said}", from.display());
            assert_eq!(said.trim().lines().count(), 1, "one sentence: {said}");
            assert_eq!(there.content().await, empty, "{sentence}");
        }
        let (restored, said) = there.restore(&app, &file, &["--key-file", text(&right)]);
        assert!(restored, "{said}");
        let rows = there.database.sql_i64("select count(*) from product").await;
        assert!(rows > 0);
        let (restored, said) = there.restore(&app, &file, &["--key-file", text(&right)]);
        assert!(!restored && said.contains("overwrites nothing"), "{said}");
        assert_eq!(there.database.sql_i64("select count(*) from product").await, rows);
        let (restored, said) = block_in_place(|| app.try_operate(&["restore", text(&file), "--key-file", text(&right)]));
        assert!(!restored && said.contains("overwrites nothing"), "the running house: {said}");
    }

    /// The alert on backups rests on this number: a house without a backup is as old as itself.
    async fn the_age_of_the_last_backup_is_measured(app: App) {
        let age = async || {
            let text = app.anonymous().get("/metrics").await.text();
            let line = text.lines().find_map(|line| line.strip_prefix("backup_age_seconds "));
            line.map(|seconds| seconds.parse::<f64>().unwrap())
        };
        app.sql_exec("update tenant set created_at = '2026-01-01 00:00:00+00:00'").await;
        let deadline = Instant::now() + Duration::from_secs(60);
        while !age().await.is_some_and(|age| age > 100_000.0) {
            assert!(Instant::now() < deadline, "no age: {:?}", age().await);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        back_up(&app, &[]);
        while !age().await.is_some_and(|age| age < 120.0) {
            assert!(Instant::now() < deadline, "still {:?}", age().await);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// A backup is stopped at any moment, as by a power cut: whatever looks like a backup is one.
    async fn a_killed_backup_leaves_none(app: App) {
        let directory = app.data_directory().join("backups");
        let kept = back_up(&app, &[]).0;
        let arguments = ["backup", "--to", text(&directory)];
        for pause in [5, 40, 80, 120, 160, 200, 260, 330, 420, 600] {
            let process = app.start_operator("killed-backup", &arguments);
            tokio::time::sleep(Duration::from_millis(pause)).await;
            process.kill9();
        }
        for (nth, file) in backups(&directory).iter().enumerate() {
            let there = Elsewhere::of(&app, &format!("elsewhere-{nth}")).await;
            let (restored, said) = there.restore(&app, file, &[]);
            assert!(restored, "{}: {said}", file.display());
        }
        assert!(kept.exists());
    }

    /// Backups every so often, the newest kept; a stop ends them in peace.
    async fn backups_go_on_until_they_are_stopped(app: App) {
        let directory = app.data_directory().join("backups");
        let first = back_up(&app, &[]).0;
        // A name has the second in it.
        tokio::time::sleep(Duration::from_millis(1100)).await;
        let arguments = ["backup", "--to", text(&directory), "--every", "60", "--keep", "1"];
        let process = app.start_operator("backups", &arguments);
        until("the second backup in place of the first", || {
            !first.exists() && backups(&directory).len() == 1
        })
        .await;
        let status = block_in_place(|| process.terminate(Duration::from_secs(20)));
        assert!(status.success(), "{status}: {}", process.log_tail());
    }
}

embedded_only! {
    /// The disk of the backups is full: the last backup stays, and nothing new looks like one.
    async fn a_full_disk_leaves_the_last_backup(app: App = AppOptions::default().small_disk(24)) {
        let directory = app.data_directory().join("backups");
        let kept = back_up(&app, &[]).0;
        app.disk().fill(&app.pids().0);
        // Where nothing can be mounted, a limit on the size of files plays the full disk.
        let limit = if matches!(app.disk(), SmallDisk::Limited(_)) { "ulimit -f 64; " } else { "" };
        let mut full = Command::new("sh");
        full.args(["-c", &format!(r#"{limit}exec "$0" backup --to "$1""#), env!("CARGO_BIN_EXE_comanda"), text(&directory)]);
        full.env("COMANDA_DATA_DIR", app.data_directory()).env_remove("DATABASE_URL");
        let output = block_in_place(|| full.output()).unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{said}");
        assert!(["full", "No space", "too large"].iter().any(|word| said.contains(word)), "{said}");
        assert_eq!(backups(&directory), [kept]);
        app.disk().free(&app.pids().0);
        tokio::time::sleep(Duration::from_millis(1100)).await;
        back_up(&app, &[]);
    }
}
