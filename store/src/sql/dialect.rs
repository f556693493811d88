//! The few words in which the two databases differ, and those of every list of columns that several texts share, each
//! said once. In a text they begin with `#`.
//!
//! | word | what it is |
//! |---|---|
//! | `#lock` | the row lock; SQLite has one writer at a time and needs none |
//! | `#list($1)` | the whole numbers of a JSON array, for `in` |
//! | `#texts($1)` | the texts of a JSON array, for `in` |
//! | `#within(column, $1)` | `column` is in that list, or the parameter is null and means everywhere |
//! | `#rows($1)` | the elements of a JSON array as rows `e (value, place)`, `place` counting from 1 |
//! | `#with_each(select id …)` | joins each row so far with what is found for it, as `found (value)` |
//! | `#pg(…)`, `#sqlite(…)` | what only one of them is told |
//! | `#line(i)` | the columns of a round's item that every reader sees, `view/line.rs` |

use super::rule;
use sea_orm::DbBackend;

/// The columns of `#line(i)`.
const LINE: [&str; 6] = ["product_id", "product_name", "qty", "notes", "modifiers", "customizations"];

/// The text as `backend` understands it.
pub(super) fn expand(template: &str, backend: DbBackend) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('#') {
        text.push_str(before);
        let end = after.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(after.len());
        let (word, behind) = after.split_at(end);
        let (inner, behind) = if word == "lock" { ("", behind) } else { in_parentheses(behind) };
        match translated(word, inner, backend) {
            Some(words) => {
                text.push_str(&words);
                rest = behind;
            }
            None => {
                text.push('#');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

fn translated(word: &str, inner: &str, backend: DbBackend) -> Option<String> {
    let is_postgres = backend == DbBackend::Postgres;
    Some(match (word, is_postgres) {
        ("lock", true) => "for update".to_owned(),
        ("lock", false) => String::new(),
        ("pg", true) | ("sqlite", false) => expand(inner, backend),
        ("pg" | "sqlite", _) => String::new(),
        ("list", true) => format!("(select value::bigint from jsonb_array_elements_text({inner}::jsonb))"),
        ("texts", true) => format!("(select value from jsonb_array_elements_text({inner}::jsonb))"),
        ("list" | "texts", false) => format!("(select value from json_each({inner}))"),
        ("rows", true) => format!("jsonb_array_elements({inner}::jsonb) with ordinality as e (value, place)"),
        ("rows", false) => format!("(select value, key + 1 as place from json_each({inner})) as e"),
        ("with_each", true) => format!("cross join lateral ({}) found (value)", expand(inner, backend)),
        ("with_each", false) => {
            format!(", json_each((select json_group_array(id) from ({}))) found", expand(inner, backend))
        }
        ("within", _) => {
            let (column, parameter) = inner.split_once(',')?;
            let (parameter, cast) = (parameter.trim(), if is_postgres { "::jsonb" } else { "" });
            expand(&format!("({parameter}{cast} is null or {column} in #list({parameter}))"), backend)
        }
        ("line", _) => LINE.map(|column| format!("{inner}.{column}")).join(", "),
        _ => return rule::condition(word, inner),
    })
}

/// What the parentheses at the beginning of `text` hold, and what follows them; nothing and all of it when there are
/// none.
fn in_parentheses(text: &str) -> (&str, &str) {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 1 => return (&text[1..at], &text[at + 1..]),
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    ("", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_database_reads_its_own_words() {
        let text = "select '#fff' from a where #within(a.b, $2) and c in #list($1) #pg(and exists (select 1) #lock)#sqlite(and 1) #lock";
        assert_eq!(
            expand(text, DbBackend::Sqlite),
            "select '#fff' from a where ($2 is null or a.b in (select value from json_each($2))) and c in (select value from json_each($1)) and 1 "
        );
        assert_eq!(
            expand(text, DbBackend::Postgres),
            "select '#fff' from a where ($2::jsonb is null or a.b in (select value::bigint from jsonb_array_elements_text($2::jsonb))) and c in (select value::bigint from jsonb_array_elements_text($1::jsonb)) and exists (select 1) for update for update"
        );
    }
}
