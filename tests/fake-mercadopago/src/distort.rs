//! Bends an answer on its way out: fields missing, amounts respelled, bodies cut.

use crate::amount::AmountFormat;
use crate::call::{Content, Reply};
use crate::faults::Fault;
use crate::json::Json;

/// An answer as bytes.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

/// Renders `reply` as the faults want it.
pub(crate) fn render(reply: Reply, faults: &[Fault]) -> Rendered {
    let Reply { status, content, mut headers } = reply;
    let (mut kind, mut body) = match content {
        Content::Empty => (None, String::new()),
        Content::Text(kind, text) => (Some(kind), text),
        Content::Json(mut json) => {
            // Errors keep their shape: the faults of fields are about resources.
            if status < 300 {
                bend(&mut json, faults);
            }
            (Some("application/json; charset=utf-8"), json.render(spelling(faults)))
        }
    };
    for fault in faults {
        match fault {
            Fault::TruncatedJson => {
                let half = (0..=body.len() / 2).rev().find(|at| body.is_char_boundary(*at)).unwrap_or(0);
                body.truncate(half);
            }
            Fault::InvalidJson => body = "<html>upstream connect error {]</html>".to_owned(),
            Fault::EmptyBody => body.clear(),
            Fault::WrongContentType => kind = Some("text/html"),
            _ => {}
        }
    }
    headers.extend(kind.map(|kind| ("content-type", kind.to_owned())));
    Rendered { status, headers, body }
}

fn spelling(faults: &[Fault]) -> AmountFormat {
    let asked = faults.iter().rev().find_map(|fault| match fault {
        Fault::Amounts(format) => Some(*format),
        _ => None,
    });
    asked.unwrap_or_default()
}

/// Bends a resource, or each one in a list of them.
fn bend(json: &mut Json, faults: &[Fault]) {
    for list in ["results", "elements"] {
        if let Some(Json::List(items)) = json.get_mut(list) {
            items.iter_mut().for_each(|item| bend_one(item, faults));
            return;
        }
    }
    match json {
        Json::List(items) => items.iter_mut().for_each(|item| bend_one(item, faults)),
        other => bend_one(other, faults),
    }
}

fn bend_one(json: &mut Json, faults: &[Fault]) {
    for fault in faults {
        match fault {
            Fault::MissingField(path) => json.remove(path),
            Fault::NullField(path) => json.replace(path, Json::Null),
            Fault::ExtraField => json.push("field_of_the_future", "surprise"),
            Fault::UnknownStatus { status, detail } => {
                json.replace("status", status.as_str());
                json.replace("status_detail", detail.as_str());
            }
            Fault::IdAsText => {
                if let Some(Json::Raw(number)) = json.get_mut("id").cloned() {
                    json.replace("id", number);
                }
            }
            Fault::Collector(id) => {
                json.replace("collector_id", *id);
                json.replace("collector.id", *id);
            }
            Fault::Currency(currency) => json.replace("currency_id", currency.as_str()),
            Fault::Reference(reference) => json.replace("external_reference", reference.clone()),
            _ => {}
        }
    }
}
