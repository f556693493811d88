//! The page a guest pays on: one button per outcome, then back to the restaurant with the provider's parameters.

use crate::amount::{self, AmountFormat};
use crate::call::{Call, Reply};
use crate::error::FakeError;
use crate::payment;
use crate::preference::Preference;
use crate::state::State;
use crate::status::{Outcome, Status};

const STYLE: &str = "body{margin:0;background:#ededed;font:16px/1.4 system-ui,sans-serif;color:#333}\
header{background:#ffe600;padding:16px;text-align:center;font-weight:700;color:#2d3277}\
main{max-width:420px;margin:24px auto;background:#fff;border-radius:8px;padding:24px;box-shadow:0 1px 4px #0003}\
h1{font-size:20px;margin:0 0 4px}ul{list-style:none;padding:0;margin:16px 0;border-top:1px solid #eee}\
li{display:flex;justify-content:space-between;padding:8px 0;border-bottom:1px solid #eee}\
.total{font-size:28px;font-weight:700;margin:8px 0 20px}.note{color:#777;font-size:14px}\
button{width:100%;padding:14px;margin:6px 0;border:0;border-radius:6px;font:inherit;font-weight:600;cursor:pointer;\
background:#e3edfb;color:#2968c8}button.main{background:#3483fa;color:#fff}a{color:#3483fa}";

/// `GET /checkout/v1/redirect?pref_id=`
pub(crate) fn show(state: &mut State, call: &Call) -> Reply {
    let id = call.query("pref_id").or_else(|| call.query("pref-id")).unwrap_or_default();
    let Some(preference) = state.preferences.get(id).cloned() else {
        return Reply::html(404, document("Pago no encontrado", "<p>Este enlace de pago no existe.</p>"));
    };
    if !preference.open(state.clock.now()) {
        return Reply::html(200, document("Enlace vencido", "<p>Este enlace de pago ya no está disponible.</p>"));
    }
    let visit = state.wire_uuid().to_string();
    Reply::html(200, document(&state.sellers[&preference.seller].nickname, &form(state, &preference, &visit)))
}

fn form(state: &State, preference: &Preference, visit: &str) -> String {
    let currency = &state.sellers[&preference.seller].currency;
    let money = |cents| format!("{} {}", escape(currency), readable(cents));
    let lines: String = preference
        .terms
        .items
        .iter()
        .map(|item| {
            let title = escape(&item.title);
            let sum = money(item.unit_price * i64::from(item.quantity));
            format!("<li><span>{} × {title}</span><span>{sum}</span></li>", item.quantity)
        })
        .collect();
    let paid = state
        .payments
        .values()
        .any(|payment| payment.preference == preference.id && payment.status == Status::Approved);
    let warning =
        if paid { "<p class=\"note\">Este enlace ya recibió un pago. Otro pago se cobra aparte.</p>" } else { "" };
    let button = |outcome: &str, label: &str, class: &str| {
        format!("<button class=\"{class}\" name=\"outcome\" value=\"{outcome}\">{label}</button>")
    };
    let mut buttons = button("approve", "Pagar", "main") + &button("reject", "Pago rechazado", "");
    if !preference.terms.binary && !preference.terms.no_cash {
        buttons += &button("pending", "Pago pendiente", "");
    }
    buttons += &button("cancel", "Cancelar", "");
    format!(
        "<ul>{lines}</ul><div class=\"total\">{}</div>{warning}\
         <form method=\"post\" action=\"/checkout/v1/redirect\">\
         <input type=\"hidden\" name=\"pref_id\" value=\"{}\"><input type=\"hidden\" name=\"visit\" value=\"{visit}\">\
         {buttons}</form><p class=\"note\">Simulador de Mercado Pago: no se mueve dinero real.</p>",
        money(preference.terms.total),
        escape(&preference.id),
    )
}

/// `POST /checkout/v1/redirect`: a button was pressed.
pub(crate) fn pay(state: &mut State, call: &Call) -> Reply {
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&call.body).into_owned().collect();
    let value = |name: &str| form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let Some(preference) = state.preferences.get(value("pref_id")).cloned() else {
        return Reply::html(404, document("Pago no encontrado", "<p>Este enlace de pago no existe.</p>"));
    };
    let outcome = match value("outcome") {
        "approve" => Outcome::Approve,
        "reject" => Outcome::Reject("cc_rejected_other_reason".to_owned()),
        "pending" => Outcome::PendingThenNothing,
        "cancel" => return leave(state, &preference, None),
        _ => return Reply::html(400, document("Error", "<p>Falta elegir una opción.</p>")),
    };
    let visit = value("visit").to_owned();
    // A double click is one visit; a second look at the page is another, and may pay again.
    if let Some(payment) = state.page_visits.get(&visit).copied() {
        return leave(state, &preference, Some(payment));
    }
    match payment::pay(state, &preference.id, &outcome, None) {
        Ok(payment) => {
            if !visit.is_empty() {
                state.page_visits.insert(visit, payment);
            }
            leave(state, &preference, Some(payment))
        }
        Err(FakeError::PreferenceClosed(_)) => {
            Reply::html(409, document("Enlace vencido", "<p>Este enlace de pago ya no está disponible.</p>"))
        }
        Err(_) => Reply::html(409, document("Error", "<p>Este medio de pago no está disponible.</p>")),
    }
}

/// Back to the restaurant, or to a page that says how it went.
fn leave(state: &State, preference: &Preference, payment: Option<u64>) -> Reply {
    let payment = payment.and_then(|id| state.payments.get(&id));
    let (target, title) = match payment.map(|payment| payment.status) {
        Some(Status::Approved) => (&preference.terms.success, "¡Listo! Se acreditó tu pago"),
        Some(Status::Pending | Status::InProcess) => (&preference.terms.pending, "Tu pago está pendiente"),
        Some(_) => (&preference.terms.failure, "El pago fue rechazado"),
        None => (&preference.terms.failure, "Cancelaste el pago"),
    };
    let Some(mut url) = target.as_deref().and_then(|target| url::Url::parse(target).ok()) else {
        let again = format!("<p><a href=\"/checkout/v1/redirect?pref_id={}\">Volver</a></p>", escape(&preference.id));
        return Reply::html(200, document(title, &again));
    };
    // Absent values are the text `null`, as in the real redirects.
    let null = || "null".to_owned();
    let id = payment.map_or_else(null, |payment| payment.id.to_string());
    let status = payment.map_or_else(null, |payment| payment.status.as_str().to_owned());
    let parameters = [
        ("collection_id", id.clone()),
        ("collection_status", status.clone()),
        ("payment_id", id),
        ("status", status),
        ("external_reference", preference.terms.external_reference.clone().unwrap_or_else(null)),
        ("payment_type", payment.map_or_else(null, |payment| payment.method.1.to_owned())),
        ("merchant_order_id", payment.map_or_else(null, |payment| payment.order.to_string())),
        ("preference_id", preference.id.clone()),
        ("site_id", state.sellers[&preference.seller].site.clone()),
        ("processing_mode", "aggregator".to_owned()),
        ("merchant_account_id", null()),
    ];
    url.query_pairs_mut().extend_pairs(parameters);
    Reply::see_other(url.into())
}

/// `1.250,50`, as the page's readers write it.
fn readable(cents: i64) -> String {
    let text = amount::write(cents, AmountFormat::TwoDecimals);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, "00"));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    if fraction == "00" { grouped } else { format!("{grouped},{fraction}") }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"es\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>Mercado Pago (simulado)</title>\
         <style>{STYLE}</style></head><body><header>mercado pago · simulado</header>\
         <main><h1>{}</h1>{body}</main></body></html>",
        escape(title)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_in_the_south() {
        assert_eq!(readable(125_050), "1.250,50");
        assert_eq!(readable(99_900), "999");
        assert_eq!(readable(123_456_700), "1.234.567");
        assert_eq!(escape("<b>\"&"), "&lt;b&gt;&quot;&amp;");
    }
}
