//! Where the payer's browser comes back to when no diner app is configured: a page that says what happened, and no
//! more. The address proves nothing; the bill changes by the provider's word alone.

use crate::{extract::Segment, page::Page};
use maud::html;
use runtime::Problem;

const STYLE: &str = "body{font:1.1rem system-ui;max-width:28rem;margin:4rem auto;padding:0 1rem}";

/// A page for people.
pub(crate) async fn returned(Segment(outcome): Segment<String>) -> Result<Page, Problem> {
    let (title, text) = match outcome.as_str() {
        "success" => {
            ("¡Gracias!", "Mercado Pago nos avisa del pago; en unos segundos aparece en la cuenta de la mesa.")
        }
        "pending" => ("Pago pendiente", "Cuando Mercado Pago lo confirme, aparece en la cuenta de la mesa."),
        "failure" => {
            ("El pago no se hizo", "Podés intentarlo otra vez desde la mesa, o pagar en efectivo o con tarjeta.")
        }
        _ => return Err(Problem::not_found("No such path")),
    };
    let body = html! {
        h1 { (title) }
        p { (text) }
    };
    Ok(Page::new(title, STYLE, &body))
}
