//! The OpenAPI document in the hands of the programs that integrators use: a validator, a maker of types, and one that
//! tries every operation against a running server. `scripts/openapi-tools` installs them.

use harness::{App, embedded_only};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tokio::process::Command;

/// Where the programs are.
fn tools() -> PathBuf {
    let folder = std::env::var_os("COMANDA_TEST_OPENAPI");
    folder.map(PathBuf::from).expect("COMANDA_TEST_OPENAPI names the folder that scripts/openapi-tools prints")
}

/// A file of the repository.
fn ours(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// What a program says that ends well.
async fn said(command: &mut Command) -> String {
    let output = command.output().await.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

#[tokio::test]
async fn a_validator_finds_nothing() {
    let validator = tools().join("python/bin/openapi-spec-validator");
    assert!(said(Command::new(validator).arg(ours("api/openapi.json"))).await.contains("OK"));
}

/// Whoever writes a client in TypeScript gets types that compile, with a name for each schema.
#[tokio::test]
async fn types_are_made_of_it_and_compile() {
    let bin = tools().join("node/node_modules/.bin");
    let folder = tempfile::tempdir().unwrap();
    let types = folder.path().join("api.ts");
    said(Command::new(bin.join("openapi-typescript")).arg(ours("api/openapi.json")).arg("--output").arg(&types)).await;
    let use_them = folder.path().join("use.ts");
    fs::write(
        &use_them,
        "import type { components, paths } from './api';\n\
         type Schemas = components['schemas'];\n\
         type Join = paths['/api/tables/code/{code}/session']['post']['responses'][200]['content']['application/json'];\n\
         type Busy = paths['/api/admin/products']['get']['responses'][503]['content']['application/problem+json'];\n\
         const table: Schemas['OfficeTable']['active_round_statuses'] = { '7': 'SUBMITTED' };\n\
         const line: Schemas['LineBody'] = { product_id: 1, qty: 2 };\n\
         const token = (join: Join): string => join.table_token;\n\
         const code = (busy: Busy): Schemas['ProblemCode'] => busy.code;\n\
         export { code, line, table, token };\n",
    )
    .unwrap();
    let tsc = bin.join("tsc");
    said(
        Command::new(tsc)
            .args(["--noEmit", "--strict", "--skipLibCheck", "false", "--module", "esnext"])
            .args(["--moduleResolution", "bundler", "--target", "es2022"])
            .arg(&use_them),
    )
    .await;
}

/// Tries every operation as one caller, thousands of requests, the same each time.
async fn probe(app: &App, header: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mut python = Command::new(tools().join("python/bin/python"));
    python.arg(ours("tests/openapi/probe.py")).arg(tools().join("python/bin/schemathesis"));
    python.arg(ours("api/openapi.json")).arg(app.api_url()).arg(folder.path()).arg(header);
    said(&mut python).await;
}

embedded_only! {
    /// What the document says and what the server does are one, whatever an administrator sends.
    async fn the_server_keeps_the_document_for_an_administrator(app: App) {
        let admin = app.login("admin@demo.com", "admin123").await;
        probe(&app, &format!("Authorization: Bearer {}", admin.access_token)).await;
        admin.get("/api/auth/me").await.expect(200);
    }

    /// The same for a waiter, who may do less.
    async fn the_server_keeps_the_document_for_a_waiter(app: App) {
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        probe(&app, &format!("Authorization: Bearer {}", waiter.access_token)).await;
        waiter.get("/api/auth/me").await.expect(200);
    }

    /// The same for a phone at a table.
    async fn the_server_keeps_the_document_for_a_table(app: App) {
        let phone = app.scan("INT-01").await;
        probe(&app, &format!("X-Table-Token: {}", phone.token)).await;
        phone.get("/api/diner/cart").await.expect(200);
    }
}
