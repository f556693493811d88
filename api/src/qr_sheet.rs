//! The printable page of a branch's QR codes: one card a table, drawn here, so that no secret is told to a picture
//! service.

use crate::page::Page;
use maud::{Markup, PreEscaped, html};
use operations::table::Linked;
use qrcode::{QrCode, render::svg};

/// How the cards look, on the screen and on paper: six on a sheet, none cut in two.
pub(crate) const CARDS: &str = "body{font:1rem system-ui;margin:1rem auto;max-width:60rem;padding:0 1rem}\
.cards{display:grid;grid-template-columns:repeat(3,1fr);gap:1rem}\
.card{border:1px dashed #999;padding:1rem;text-align:center;break-inside:avoid}\
.card svg{width:100%;height:auto}.card h2{margin:0;font-size:1.6rem}.card p{margin:0;color:#555}\
form{display:grid;gap:.9rem}label{display:grid;gap:.2rem}input,textarea{font:inherit;padding:.4rem}\
button{font:inherit;padding:.6rem}ul.wrong{color:#a00}small{color:#555}\
@media print{.screen{display:none}body{margin:0;max-width:none}}";

/// The page as a file, for printing.
#[must_use]
pub fn qr_sheet(branch: &str, tables: &[Linked]) -> String {
    Page::new(branch, CARDS, &cards(branch, tables)).into_html()
}

/// The cards alone.
pub(crate) fn cards(branch: &str, tables: &[Linked]) -> Markup {
    html! {
        div class="cards" {
            @for table in tables {
                div class="card" {
                    (picture(&table.url))
                    h2 { (table.code) }
                    p { (branch) }
                }
            }
        }
    }
}

/// The picture of an address; the address itself where it is too long for one.
fn picture(url: &str) -> Markup {
    let Ok(code) = QrCode::new(url) else { return html! { p { (url) } } };
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(240, 240).build();
    // What stands before the element is for a file of its own.
    let element = drawn.find("<svg").map_or("", |start| &drawn[start..]);
    PreEscaped(element.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_has_a_card_a_table_and_escapes_what_people_typed() {
        let linked = |code: &str| Linked { code: code.into(), url: format!("https://menu.example.com/join/a/{code}") };
        let sheet = qr_sheet("<Centro>", &[linked("INT-01"), linked("INT-02")]);
        assert_eq!(sheet.matches("<svg").count(), 2);
        assert!(sheet.contains("<h2>INT-01</h2>") && sheet.contains("&lt;Centro&gt;"), "{sheet}");
        assert!(!sheet.contains("<?xml") && !sheet.contains("<Centro>"), "{sheet}");
    }
}
