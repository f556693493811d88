//! LibreOffice in a country that writes decimals with a comma opens a report, and what it adds up is what we said.

use chrono::NaiveDate;
use harness::{App, Value, both_modes, json};
use std::{path::Path, process::Command};

/// CSV as LibreOffice writes it: cells as they are shown, between semicolons, in UTF-8.
const AS_SHOWN: &str = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,true";

/// Has LibreOffice convert `file` in `directory` under es_AR, whose locale is made there: no machine needs to have it.
fn converted(directory: &Path, file: &str, to: &str) -> String {
    let locales = directory.join("locales");
    std::fs::create_dir_all(&locales).unwrap();
    let locale = locales.join("es_AR.UTF-8");
    // It warns about what it does not need.
    let _ = Command::new("localedef").args(["-c", "-i", "es_AR", "-f", "UTF-8"]).arg(&locale).output().unwrap();
    assert!(locale.exists(), "no locale es_AR: is the package `locales` there?");
    let profile = format!("-env:UserInstallation=file://{}/profile", directory.display());
    let outcome = Command::new("soffice")
        .args([profile.as_str(), "--headless", "--convert-to", to, "--outdir"])
        .arg(directory)
        .arg(directory.join(file))
        .env("LOCPATH", &locales)
        .env("LC_ALL", "es_AR.UTF-8")
        .env("LANG", "es_AR.UTF-8")
        .env("HOME", directory)
        .output()
        .unwrap();
    assert!(outcome.status.success(), "{}", String::from_utf8_lossy(&outcome.stderr));
    let written = Path::new(file).with_extension("csv");
    String::from_utf8(std::fs::read(directory.join(written)).unwrap()).unwrap()
}

/// `-1.234,50` in cents.
fn cents(shown: &str) -> i64 {
    let (units, hundredths) = shown.rsplit_once(',').unwrap_or_else(|| panic!("{shown:?} is no amount of Argentina"));
    assert_eq!(hundredths.len(), 2, "{shown:?}");
    format!("{}{hundredths}", units.replace('.', "")).parse().unwrap_or_else(|_| panic!("{shown:?}"))
}

/// The column of that name, without its header.
fn column<'a>(table: &'a [Vec<&'a str>], name: &str) -> Vec<&'a str> {
    let at = table[0].iter().position(|head| *head == name).unwrap_or_else(|| panic!("{name} in {:?}", table[0]));
    table[1..].iter().map(|row| row[at]).collect()
}

both_modes! {
    async fn a_workbook_adds_up_in_argentina(app: App) {
        let phone = app.scan("INT-01").await;
        phone.post("/api/diner/rounds/submit", json!({"items": [{"product_id": 118, "qty": 99}, {"product_id": 111, "qty": 3}]})).await.expect(200);
        app.sql_exec("update product set name = '=1+1' where id = 111; update round_item set unit_price_cents = 123457 where product_id = 118").await;
        let manager = app.login("manager@demo.com", "manager123").await;
        let directory = tempfile::tempdir().unwrap();
        let path = "/api/admin/reports/top-products?days=2";
        let rows = manager.get(path).await.expect(200);
        let file = manager.get(&format!("{path}&format=xlsx")).await;
        std::fs::write(directory.path().join("top.xlsx"), &file.bytes).unwrap();
        let shown = converted(directory.path(), "top.xlsx", AS_SHOWN);
        let table: Vec<Vec<&str>> = shown.lines().map(|line| line.split(';').collect()).collect();
        let revenue = column(&table, "total_revenue (ARS)");
        assert!(revenue.iter().any(|amount| amount.contains('.')), "not as Argentina writes it: {revenue:?}");
        let told: i64 = rows.as_array().unwrap().iter().map(|row| row["total_revenue_cents"].as_i64().unwrap()).sum();
        assert_eq!(revenue.into_iter().map(cents).sum::<i64>(), told, "{shown}");
        assert!(column(&table, "product_name").contains(&"=1+1"), "{shown}");

        let orders = manager.get("/api/admin/reports/daily-sales?days=2&format=xlsx").await;
        std::fs::write(directory.path().join("days.xlsx"), &orders.bytes).unwrap();
        let shown = converted(directory.path(), "days.xlsx", AS_SHOWN);
        let table: Vec<Vec<&str>> = shown.lines().map(|line| line.split(';').collect()).collect();
        let days: Vec<NaiveDate> = column(&table, "date").iter().map(|day| day.parse().unwrap()).collect();
        let told = manager.get("/api/admin/reports/daily-sales?days=2").await.expect(200);
        let told: Vec<NaiveDate> = told.as_array().unwrap().iter().map(|row: &Value| row["date"].as_str().unwrap().parse().unwrap()).collect();
        assert_eq!(days, told, "{shown}");
    }
}
