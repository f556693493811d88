//! The configuration as a whole: defaults, production's refusals, one error for everything.

use super::*;
use clap::{CommandFactory, Parser, Subcommand};
use secrecy::ExposeSecret;

/// The program's own words.
#[derive(Parser)]
#[command(name = "comanda")]
struct Cli {
    #[command(flatten)]
    args: Args,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    Serve,
}

const JWT: &str = "--jwt-secret=5f0c2d9be1a84763b2c8e5d71f09a634";
const TABLE: &str = "--table-token-secret=c41e7a05d8f2b96370a1e4c85d2f7b98";
const KEY: &str = "--credentials-key=e07b4c1f93d2486ab5d80e6f1c37a952";
const ORIGINS: &str = "--allowed-origins=https://menu.example.com,https://waiter.example.com";

fn args(flags: &[&str]) -> Args {
    Cli::try_parse_from(std::iter::once("comanda").chain(flags.iter().copied())).unwrap().args
}

fn production(flags: &[&str]) -> Result<Settings, ConfigError> {
    Settings::resolve(args(&[&["--env=production", KEY], flags].concat()), ProviderFacts::default())
}

#[track_caller]
fn refused(flags: &[&str], variable: &str) {
    let error = production(flags).unwrap_err();
    assert_eq!(error.problems.len(), 1, "{error}");
    assert!(error.to_string().contains(variable), "{error}");
}

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
    let about = Cli::command().get_about().unwrap().to_string();
    assert_eq!(about, "The program's own words", "the flattened flags replaced it");
}

#[test]
fn a_fresh_machine_needs_no_configuration() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let settings = Settings::resolve(args(&["--data-dir", data.to_str().unwrap()]), ProviderFacts::default()).unwrap();
    assert_eq!(settings.api_addr.to_string(), "127.0.0.1:8000");
    assert_eq!(settings.ws_addr.to_string(), "127.0.0.1:8001");
    assert!(matches!(&settings.database, DatabaseTarget::Sqlite(path) if *path == data.join("comanda.db")));
    assert!(matches!(settings.bus, BusTarget::InProcess));
    assert!(settings.rate_limits && !settings.debug && !settings.cookie.secure && !settings.is_production());
    assert_eq!(settings.log_format, LogFormat::Text);
    assert_eq!(settings.event_retention, Duration::from_secs(7 * 86_400));
    assert_eq!(settings.sockets, SocketLimits { total: 20_000, per_table: 60, per_user: 20 });
}

#[test]
fn flags_stand_before_or_after_the_subcommand() {
    for flags in [["--api-addr=127.0.0.1:9000", "serve"], ["serve", "--api-addr=127.0.0.1:9000"]] {
        let cli = Cli::try_parse_from(["comanda"].iter().chain(&flags)).unwrap();
        assert!(matches!(cli.command, Some(Command::Serve)));
        assert_eq!(cli.args.api_addr.port(), 9000, "{flags:?}");
    }
    assert!(args(&["--debug", "serve"]).debug);
    assert!(!args(&["--debug=off", "serve"]).debug);
}

#[test]
fn production_with_everything_set_starts() {
    let settings = production(&[JWT, TABLE, ORIGINS]).unwrap();
    assert!(settings.cookie.secure && settings.is_production());
    assert_eq!(settings.log_format, LogFormat::Json);
    assert!(!settings.origins.allows_missing_origin());
}

#[test]
fn production_shows_what_is_for_the_inside_only_where_it_is_told() {
    let shown = |flags: &[&str]| {
        let settings = production(&[&[JWT, TABLE, ORIGINS], flags].concat()).unwrap();
        (settings.metrics, settings.docs)
    };
    assert_eq!(shown(&[]), (false, false));
    assert_eq!(shown(&["--metrics=on"]), (true, false));
    assert_eq!(shown(&["--docs=on", "--metrics=off"]), (false, true));
}

#[test]
fn production_refuses_each_unsafe_setting() {
    refused(&[TABLE, ORIGINS], "JWT_SECRET is not set");
    refused(&[JWT, ORIGINS], "TABLE_TOKEN_SECRET is not set");
    refused(&["--jwt-secret=short", TABLE, ORIGINS], "JWT_SECRET is shorter");
    refused(&["--jwt-secret=change-me-change-me-change-me-please", TABLE, ORIGINS], "JWT_SECRET looks like a default");
    refused(&["--jwt-secret=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", TABLE, ORIGINS], "JWT_SECRET repeats");
    refused(&[JWT, TABLE], "ALLOWED_ORIGINS is not set");
    refused(&[JWT, TABLE, "--allowed-origins=*"], "wildcard");
    refused(&[JWT, TABLE, ORIGINS, "--debug"], "COMANDA_DEBUG");
    refused(&[JWT, TABLE, ORIGINS, "--rate-limits=off"], "COMANDA_RATE_LIMITS");
    refused(&[JWT, TABLE, ORIGINS, "--public-url=http://api.example.com"], "COMANDA_PUBLIC_URL is not https");
    production(&[JWT, TABLE, ORIGINS, "--public-url=https://api.example.com"]).unwrap();
    refused(&[JWT, TABLE, ORIGINS, "--diner-url=http://menu.example.com"], "COMANDA_DINER_URL is not https");
    refused(&[JWT, TABLE, ORIGINS, "--diner-url=http://127.0.0.1:5176"], "COMANDA_DINER_URL is not https");
    refused(&[JWT, TABLE, "--allowed-origins=http://menu.example.com"], "ALLOWED_ORIGINS contains");
    production(&[JWT, TABLE, ORIGINS, "--diner-url=https://menu.example.com/mesa"]).unwrap();
    for (flag, variable) in [("--public-url", "COMANDA_PUBLIC_URL"), ("--diner-url", "COMANDA_DINER_URL")] {
        for (more, part) in [("ana:secret@", "user name or password"), ("?a=b", "a query"), ("#x", "a fragment")] {
            let (before, after) = if more.ends_with('@') { (more, "") } else { ("", more) };
            let written = format!("{flag}=https://{before}example.com/{after}");
            refused(&[JWT, TABLE, ORIGINS, &written], &format!("{variable} has a"));
            refused(&[JWT, TABLE, ORIGINS, &written], part);
        }
    }
}

#[test]
fn development_listens_on_this_machine_alone() {
    let directory = tempfile::tempdir().unwrap();
    let data = format!("--data-dir={}", directory.path().join("data").display());
    let resolve =
        |flags: &[&str]| Settings::resolve(args(&[&[data.as_str()], flags].concat()), ProviderFacts::default());
    let open =
        ["0.0.0.0", "[::]", "192.168.1.20", "10.0.0.5", "[fd00::1]", "[fe80::1]", "[::ffff:10.0.0.5]", "8.8.8.8"];
    for host in open {
        for (flag, variable) in [("--api-addr", "COMANDA_API_ADDR"), ("--ws-addr", "COMANDA_WS_ADDR")] {
            let wanted = format!("{flag}={host}:8000");
            let error = resolve(&[&wanted]).unwrap_err();
            assert_eq!(error.problems.len(), 1, "{error}");
            let all = [variable, host, "127.0.0.1:8000", "COMANDA_ALLOW_OPEN_DEVELOPMENT"];
            assert!(all.iter().all(|part| error.problems[0].contains(part)), "{error}");
            resolve(&[&wanted, "--allow-open-development=false"]).unwrap_err();
            resolve(&[&wanted, "--allow-open-development"]).unwrap();
            production(&[JWT, TABLE, ORIGINS, &wanted]).unwrap();
        }
    }
    assert_eq!(resolve(&["--api-addr=0.0.0.0:1", "--ws-addr=[::]:2"]).unwrap_err().problems.len(), 2);
    for host in ["127.0.0.1", "127.9.9.9", "[::1]", "[::ffff:127.0.0.1]"] {
        resolve(&[&format!("--api-addr={host}:8000"), &format!("--ws-addr={host}:8001")]).unwrap();
    }
}

#[test]
fn one_error_names_everything() {
    let flags =
        ["--debug", "--rate-limits=off", "--database-url=mysql://x", "--redis-url=nonsense", "--diner-url=menu"];
    let error = production(&flags).unwrap_err();
    let text = error.to_string();
    let variables = [
        "JWT_SECRET",
        "TABLE_TOKEN_SECRET",
        "ALLOWED_ORIGINS",
        "COMANDA_DEBUG",
        "COMANDA_RATE_LIMITS",
        "DATABASE_URL",
        "REDIS_URL",
        "COMANDA_DINER_URL",
    ];
    for variable in variables {
        assert!(text.contains(variable), "{variable} is missing in: {text}");
    }
    assert_eq!(error.problems.len(), variables.len(), "{text}");
}

#[test]
fn a_refused_start_writes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let flags = ["--data-dir", data.to_str().unwrap(), "--redis-url=nonsense"];
    Settings::resolve(args(&flags), ProviderFacts::default()).unwrap_err();
    assert!(!data.exists());
}

#[test]
fn a_cookie_for_other_sites_must_be_secure() {
    let error =
        Settings::resolve(args(&[JWT, TABLE, KEY, "--cookie-samesite=none"]), ProviderFacts::default()).unwrap_err();
    assert!(error.to_string().contains("COOKIE_SECURE"), "{error}");
    let settings = Settings::resolve(
        args(&[JWT, TABLE, KEY, "--cookie-samesite=None", "--cookie-secure=true"]),
        ProviderFacts::default(),
    )
    .unwrap();
    assert_eq!(settings.cookie.same_site, SameSite::None);
}

#[test]
fn separate_processes_need_servers_to_meet_at() {
    let alone = Settings::resolve(args(&[JWT, TABLE, KEY]), ProviderFacts::default()).unwrap();
    assert_eq!(alone.require_distributed().unwrap_err().problems.len(), 2);
    let flags = [JWT, TABLE, KEY, "--database-url=postgres://h/n", "--redis-url=redis://h"];
    Settings::resolve(args(&flags), ProviderFacts::default()).unwrap().require_distributed().unwrap();
}

#[test]
fn secrets_do_not_print() {
    let printed = format!("{:?}", Settings::resolve(args(&[JWT, TABLE, KEY]), ProviderFacts::default()).unwrap());
    assert!(!printed.contains("5f0c2d9b"), "{printed}");
}

#[test]
fn payments_have_defaults_that_work_here() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let flags = ["--data-dir", data.to_str().unwrap()];
    let payment = Settings::resolve(args(&flags), ProviderFacts::default()).unwrap().payment;
    assert_eq!(payment.public_url.as_str(), "http://127.0.0.1:8000/");
    let seconds = [payment.retry_base, payment.sweep_every, payment.lease, payment.timeout, payment.breaker_cooldown];
    assert_eq!(seconds.map(|duration| duration.as_secs()), [10, 60, 30, 8, 30]);
    let again = Settings::resolve(args(&flags), ProviderFacts::default()).unwrap().payment;
    assert_eq!(payment.credentials_key.expose_secret(), again.credentials_key.expose_secret());
    assert_eq!(payment.credentials_key.expose_secret().len(), 64);
}

#[test]
fn payments_can_be_tuned() {
    let flags = [
        JWT,
        TABLE,
        KEY,
        "--payment-retry-base=250ms",
        "--payment-sweep-every=5m",
        "--payment-lease=2",
        "--payment-timeout=1s",
    ];
    let settings = Settings::resolve(args(&flags), ProviderFacts::default()).unwrap();
    let payment = &settings.payment;
    assert_eq!(payment.retry_base, Duration::from_millis(250));
    assert_eq!((payment.sweep_every.as_secs(), payment.lease.as_secs()), (300, 2));
    let printed = format!("{settings:?}");
    assert!(!printed.contains("e07b4c1f"), "{printed}");
}

#[test]
fn a_duration_is_a_number_and_a_unit() {
    for (text, milliseconds) in [("1", 1_000), ("10s", 10_000), ("250ms", 250), (" 5m ", 300_000), ("2h", 7_200_000)] {
        assert_eq!(payment::duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
    }
    for text in ["", "0", "0s", "-1s", "1.5s", "s", "10x", "10 days", "169h", "99999999999999999999h"] {
        assert!(payment::duration(text).is_err(), "{text}");
    }
}

#[test]
fn production_refuses_payments_that_are_not_safe() {
    let safe = [JWT, TABLE, ORIGINS, "--public-url=https://api.example.com"];
    let with = |more: &[&'static str]| [&safe[..], more].concat();
    refused(&with(&["--payment-timeout=21s"]), "COMANDA_PAYMENT_TIMEOUT");
    refused(&with(&["--payment-lease=7s"]), "COMANDA_PAYMENT_LEASE");
    let facts = |has_account| ProviderFacts { has_account, is_set: has_account, ..ProviderFacts::default() };
    let resolve =
        |flags: &[&'static str], facts| Settings::resolve(args(&[&["--env=production", KEY], flags].concat()), facts);
    resolve(&safe, facts(true)).unwrap();
    resolve(&safe[..3], facts(false)).unwrap();
    let error = resolve(&safe[..3], facts(true)).unwrap_err();
    assert!(error.to_string().contains("COMANDA_PUBLIC_URL is not https"), "{error}");
    // What a provider finds wrong with its own is told with the rest, in one go.
    let facts = ProviderFacts { problems: vec!["PAYU_KEY is short".into()], ..ProviderFacts::default() };
    let error = resolve(&[&safe[..], &["--payment-lease=7s"]].concat(), facts).unwrap_err();
    assert!(error.problems.len() == 2 && error.to_string().contains("PAYU_KEY is short"), "{error}");
}

#[test]
fn the_sandbox_stands_in_where_nothing_is_set() {
    let resolve = |is_set| {
        let facts = ProviderFacts { is_set, ..ProviderFacts::default() };
        Settings::resolve(args(&[JWT, TABLE, KEY]), facts).unwrap().sandbox
    };
    assert_eq!((resolve(false), resolve(true)), (true, false));
    assert!(!production(&[JWT, TABLE, ORIGINS]).unwrap().sandbox);
}

#[test]
fn the_key_of_the_credentials_is_strong_and_shared() {
    let resolve = |more: &[&str]| {
        Settings::resolve(args(&[&[JWT, TABLE, ORIGINS, "--env=production"], more].concat()), ProviderFacts::default())
    };
    let problem = |more: &[&str]| resolve(more).unwrap_err().to_string();
    let postgres = "--database-url=postgres://h/n";
    assert!(problem(&[postgres]).contains("COMANDA_CREDENTIALS_KEY is not set"));
    assert!(problem(&["--credentials-key=short"]).contains("COMANDA_CREDENTIALS_KEY is shorter"));
    let repeated = problem(&["--credentials-key=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]);
    assert!(repeated.contains("COMANDA_CREDENTIALS_KEY repeats"), "{repeated}");
    resolve(&[postgres, KEY]).unwrap();
    let weak = Settings::resolve(args(&[JWT, TABLE, "--credentials-key=short"]), ProviderFacts::default()).unwrap_err();
    assert!(weak.to_string().contains("COMANDA_CREDENTIALS_KEY is shorter"), "{weak}");
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    resolve(&["--data-dir", data.to_str().unwrap()]).unwrap();
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 1, "beside the SQLite database it is generated");
    std::fs::write(data.join("credentials.key"), "cut").unwrap();
    assert!(problem(&["--data-dir", data.to_str().unwrap()]).contains("not whole"));
}

#[test]
fn pictures_are_files_unless_a_bucket_is_named() {
    let resolve = |more: &[&str]| {
        Settings::resolve(args(&[&[JWT, TABLE, KEY, "--data-dir=d"], more].concat()), ProviderFacts::default())
    };
    let directory = |more: &[&str]| match resolve(more).unwrap().pictures {
        PictureTarget::Directory(path) => path,
        PictureTarget::Bucket(bucket) => panic!("{bucket:?}"),
    };
    assert_eq!(directory(&[]), std::path::Path::new("d/images"));
    assert_eq!(directory(&["--image-dir=/pictures", "--s3-bucket="]), std::path::Path::new("/pictures"));
    let bucket = |more: &[&str]| {
        let key = ["--s3-access-key=k", "--s3-secret-key= hush "];
        match resolve(&[&key[..], more].concat()).unwrap().pictures {
            PictureTarget::Bucket(bucket) => bucket,
            PictureTarget::Directory(path) => panic!("{path:?}"),
        }
    };
    let aws = bucket(&["--s3-bucket=menu", "--s3-region=sa-east-1"]);
    assert_eq!((aws.endpoint.as_str(), aws.path_style), ("https://s3.sa-east-1.amazonaws.com/", false));
    assert_eq!(aws.secret_key.expose_secret(), "hush");
    assert!(!format!("{aws:?}").contains("hush"));
    assert!(bucket(&["--s3-bucket=menu", "--s3-endpoint=http://127.0.0.1:9000"]).path_style);
    assert!(bucket(&["--s3-bucket=a.b"]).path_style);
    let wrong = resolve(&["--s3-bucket=a/b", "--s3-endpoint=minio"]).unwrap_err();
    for variable in ["COMANDA_S3_BUCKET", "COMANDA_S3_ENDPOINT", "COMANDA_S3_ACCESS_KEY", "COMANDA_S3_SECRET_KEY"] {
        assert!(wrong.problems.iter().any(|problem| problem.starts_with(variable)), "{wrong}");
    }
}

#[test]
fn proxies_are_named_or_all() {
    use crate::serve::Proxies;
    let directory = tempfile::tempdir().unwrap();
    let data = format!("--data-dir={}", directory.path().display());
    let resolve =
        |flags: &[&str]| Settings::resolve(args(&[&[data.as_str()], flags].concat()), ProviderFacts::default());
    let settings = resolve(&[]).unwrap().connections;
    assert_eq!((settings.total, settings.per_address, settings.proxies), (None, 512, Proxies::Some(Vec::new())));
    assert_eq!(resolve(&["--trust-proxy=true"]).unwrap().connections.proxies, Proxies::All);
    let some =
        resolve(&["--trusted-proxies=10.0.0.5, 172.18.0.0/16,::ffff:10.0.0.6,fd00::/8"]).unwrap().connections.proxies;
    for (address, trusted) in [
        ("10.0.0.5", true),
        ("10.0.0.6", true),
        ("10.0.0.7", false),
        ("172.18.3.4", true),
        ("172.19.0.1", false),
        ("fd00::1", true),
        ("fe00::1", false),
        ("::ffff:172.18.0.1", true),
    ] {
        assert_eq!(some.trusts(address.parse().unwrap()), trusted, "{address}");
    }
    for wrong in [
        &["--trusted-proxies=caddy"][..],
        &["--trusted-proxies=10.0.0.0/33"],
        &["--trusted-proxies=10.0.0.5", "--trust-proxy=true"],
    ] {
        let error = resolve(wrong).unwrap_err();
        assert!(error.problems.len() == 1 && error.to_string().contains("COMANDA_TRUSTED_PROXIES"), "{error}");
    }
}
