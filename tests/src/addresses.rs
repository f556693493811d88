//! Where the processes of an app keep their files and answer, and the environment that tells them so.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::options::AppOptions;

pub(crate) fn data_directory(directory: &TempDir) -> PathBuf {
    let data = directory.path().join("data");
    std::fs::create_dir(&data).expect("a writable temporary directory");
    data
}

pub(crate) fn common_environment(options: &AppOptions, data: &Path) -> BTreeMap<String, String> {
    let limits = if options.rate_limits { "on" } else { "off" };
    BTreeMap::from([
        ("COMANDA_ENV".to_owned(), "development".to_owned()),
        ("COMANDA_DATA_DIR".to_owned(), data.display().to_string()),
        ("COMANDA_RATE_LIMITS".to_owned(), limits.to_owned()),
    ])
}

pub(crate) fn address(environment: &mut BTreeMap<String, String>, variable: &str, port: u16) {
    environment.insert(variable.to_owned(), format!("127.0.0.1:{port}"));
}

/// Where the provider reaches the process.
pub(crate) fn public(environment: &mut BTreeMap<String, String>, options: &AppOptions, port: u16) {
    if options.public_url {
        environment.insert("COMANDA_PUBLIC_URL".to_owned(), base(port));
    }
}

pub(crate) fn base(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

pub(crate) fn api_health(port: u16) -> String {
    base(port) + "/api/health"
}
pub(crate) fn gateway_health(port: u16) -> String {
    base(port) + "/ws/health"
}
