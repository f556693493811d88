//! The configuration as a whole: defaults, production's refusals, one error for everything.

use super::*;
use clap::{CommandFactory, Parser, Subcommand};

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
const ORIGINS: &str = "--allowed-origins=https://menu.example.com,https://waiter.example.com";

fn args(flags: &[&str]) -> Args {
    Cli::try_parse_from(std::iter::once("comanda").chain(flags.iter().copied())).unwrap().args
}

fn production(flags: &[&str]) -> Result<Settings, ConfigError> {
    Settings::resolve(args(&[&["--env=production"], flags].concat()))
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
    let settings = Settings::resolve(args(&["--data-dir", data.to_str().unwrap()])).unwrap();
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
    Settings::resolve(args(&flags)).unwrap_err();
    assert!(!data.exists());
}

#[test]
fn a_cookie_for_other_sites_must_be_secure() {
    let error = Settings::resolve(args(&[JWT, TABLE, "--cookie-samesite=none"])).unwrap_err();
    assert!(error.to_string().contains("COOKIE_SECURE"), "{error}");
    let settings = Settings::resolve(args(&[JWT, TABLE, "--cookie-samesite=None", "--cookie-secure=true"])).unwrap();
    assert_eq!(settings.cookie.same_site, SameSite::None);
}

#[test]
fn separate_processes_need_servers_to_meet_at() {
    let alone = Settings::resolve(args(&[JWT, TABLE])).unwrap();
    assert_eq!(alone.require_distributed().unwrap_err().problems.len(), 2);
    let flags = [JWT, TABLE, "--database-url=postgres://h/n", "--redis-url=redis://h"];
    Settings::resolve(args(&flags)).unwrap().require_distributed().unwrap();
}

#[test]
fn secrets_do_not_print() {
    let printed = format!("{:?}", Settings::resolve(args(&[JWT, TABLE])).unwrap());
    assert!(!printed.contains("5f0c2d9b"), "{printed}");
}
