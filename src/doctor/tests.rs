//! What the page of the doctor says is what the program does.

use std::{fs, path::Path};

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/doctor.md")).expect("docs/doctor.md")
}

#[test]
fn every_invariant_is_on_the_page_once_with_its_rule() {
    let page = page();
    let mut count = 0;
    for (name, rule) in store::invariants() {
        let row = format!("| `{name}` | {rule} |");
        assert_eq!(page.matches(&row).count(), 1, "docs/doctor.md has no row {row}");
        count += 1;
    }
    let rows =
        page.lines().filter(|line| line.starts_with("| `") && line.split('|').nth(2).is_some_and(is_rule)).count();
    assert_eq!(rows, count, "docs/doctor.md has rows of invariants that are none");
}

fn is_rule(cell: &str) -> bool {
    let cell = cell.trim();
    cell.starts_with("design.md") || cell.strip_prefix('I').is_some_and(|number| number.parse::<u8>().is_ok())
}

/// A check is a text in the source: each stands on the page, and the page names no other.
#[test]
fn every_check_is_on_the_page() {
    let page = page();
    let sources = ["configuration", "data", "database", "machine", "others"];
    let mut count = 0;
    for source in sources {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/doctor/{source}.rs"));
        let text = fs::read_to_string(path).expect("a source of the doctor");
        for word in text.split('"').skip(1).step_by(2) {
            let is_check = word.split_once('.').is_some_and(|(subject, part)| {
                let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase());
                plain(subject) && plain(part) && !["json", "rs"].contains(&part)
            });
            if is_check {
                assert!(page.contains(&format!("| `{word}` |")), "docs/doctor.md has no row for {word}");
                count += 1;
            }
        }
    }
    assert!(count > 15, "only {count} checks");
}
