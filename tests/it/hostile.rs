//! Nothing that a caller can send is a failure of ours: every operation of the document gets wild ids, queries and
//! bodies, made from its own schema, from somebody who may call it. Whatever it answers is below 500 and says why.

use crate::scene::assert_gap_free;
use harness::{Caller, Reply, Value, both_modes, json, reqwest::Method};

/// Path segments and query values, percent-encoded.
const SEGMENTS: [&str; 14] = [
    "0",
    "-1",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "1.0",
    "1e3",
    "%00",
    "%FF",
    "%F0%9F%8D%95",
    "1%27%3B--",
    "%2B262142-12-31",
    "-262143-01-01",
    "%3Cb%3E",
];

/// JSON texts, since some of them no JSON library would write.
const VALUES: [&str; 20] = [
    "null",
    "true",
    "0",
    "-1",
    "1.0",
    "1e3",
    "1e400",
    "2147483648",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "\"\"",
    "\"a\\u0000b\"",
    "\"\\ud800\"",
    "\"<script>'; drop table round;--\"",
    "\"🍕\u{202e}\"",
    "[]",
    "{}",
    "[null]",
    "{\"a\":1,\"a\":2}",
];

struct Operation {
    method: Method,
    path: String,
    /// Query parameters.
    queries: Vec<String>,
    /// A body that fits the schema, if there is one.
    body: Option<Value>,
    /// `staff`, `diner` or nothing.
    scheme: Option<String>,
}

fn operations(document: &Value) -> Vec<Operation> {
    let paths = document["paths"].as_object().unwrap().iter();
    let all = paths.flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |operation| (path, operation)));
    // A logout ends the caller's own token.
    let all = all.filter(|(path, _)| !path.ends_with("/logout"));
    all.map(|(path, (method, operation))| Operation {
        method: method.to_uppercase().parse().unwrap(),
        path: path.clone(),
        queries: operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "query")
            .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
            .collect(),
        body: operation
            .pointer("/requestBody/content/application~1json/schema")
            .map(|schema| example(document, schema)),
        scheme: operation["security"].as_array().and_then(|all| all.first()?.as_object()?.keys().next().cloned()),
    })
    .collect()
}

/// Something that fits the schema.
fn example(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return example(document, document.pointer(name.trim_start_matches('#')).unwrap());
    }
    if let Some(choice) = schema["oneOf"].as_array().and_then(|all| all.iter().find(|one| one["type"] != "null")) {
        return example(document, choice);
    }
    if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
        return first.clone();
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or_default();
    match kind {
        "object" => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            properties.map(|(name, schema)| (name.clone(), example(document, schema))).collect()
        }
        "array" => json!([example(document, &schema["items"])]),
        "integer" => json!(1),
        "boolean" => json!(true),
        _ => json!("#112233"),
    }
}

/// `body` with each value in it, however deep, replaced by `text`, one at a time.
fn spoiled(body: &Value, text: &str) -> Vec<String> {
    fn places(value: &Value, at: &str, found: &mut Vec<String>) {
        let within: Vec<(String, &Value)> = match value {
            Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
            Value::Array(items) => items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
            _ => Vec::new(),
        };
        for (name, value) in within {
            let place = format!("{at}/{name}");
            places(value, &place, found);
            found.push(place);
        }
    }
    let mut found = Vec::new();
    places(body, "", &mut found);
    let spoil = |place: String| {
        let mut body = body.clone();
        *body.pointer_mut(&place).unwrap() = json!("@here@");
        body.to_string().replace("\"@here@\"", text)
    };
    found.into_iter().map(spoil).collect()
}

/// Whole bodies that no schema knows.
fn wild() -> Vec<String> {
    let deep = "[".repeat(50_000) + &"]".repeat(50_000);
    let objects = "{\"a\":".repeat(20_000) + "1" + &"}".repeat(20_000);
    let short = ["", "null", "[]", "\"x\"", "{", "{}{}", "\u{feff}{}", "\0"].map(str::to_owned);
    short.into_iter().chain([format!("{{\"x\":{deep}}}"), deep, objects]).collect()
}

#[track_caller]
fn is_no_failure_of_ours(asked: &str, reply: &Reply) {
    // A provider that cannot be reached from here is somebody else's failure, and said to be.
    let elsewhere = reply.status == 503 && reply.json()["code"] == "provider_unavailable";
    assert!(reply.status < 500 || elsewhere, "{asked}: {} {}", reply.status, reply.text());
    if reply.status >= 400 {
        let body = reply.json();
        assert!(body["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{asked}: {body}");
        assert!(body["code"].is_string() && body["status"] == json!(reply.status), "{asked}: {body}");
        assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{asked}");
    }
}

async fn send(caller: &Caller, method: &Method, path: &str, body: String) {
    let asked = format!("{method} {path} {}", body.chars().take(300).collect::<String>());
    let is_long = body.len() > 50_000;
    // A connection each: one that ended before a long body was read must not take the next request along.
    let caller = caller.with_header("Connection", "close");
    match caller.try_send(method.clone(), path, "application/json", body).await {
        Ok(reply) => is_no_failure_of_ours(&asked, &reply),
        // An answer may come, and the connection end, before a long body has been read.
        Err(error) => assert!(is_long && !error.is_timeout(), "{asked}: {error:?}"),
    }
}

both_modes! {
    async fn nothing_sent_is_a_failure_of_ours(app: App) {
        let document = app.anonymous().get("/openapi.json").await.expect(200);
        let manager = app.login("manager@demo.com", "manager123").await;
        let phone = app.scan("INT-02").await;
        let long = format!("\"{}\"", "x".repeat(10_000));
        for operation in operations(&document) {
            let Operation { method, path, queries, body, scheme } = operation;
            let caller: Caller = match scheme.as_deref() {
                Some("staff") => (*manager).clone(),
                Some(_) => (*phone).clone(),
                None => (*app.anonymous()).clone(),
            };
            let filled = |segment: &str| {
                let parts = path.split('/').map(|part| if part.starts_with('{') { segment } else { part });
                parts.collect::<Vec<_>>().join("/")
            };
            let good = body.as_ref().map_or_else(String::new, Value::to_string);
            for segment in SEGMENTS.into_iter().chain([long.trim_matches('"')]) {
                if path.contains('{') {
                    send(&caller, &method, &filled(segment), good.clone()).await;
                }
                for query in &queries {
                    send(&caller, &method, &format!("{}?{query}={segment}", filled("1")), good.clone()).await;
                }
            }
            if method == Method::GET {
                continue;
            }
            for body in wild() {
                send(&caller, &method, &filled("1"), body).await;
            }
            for text in VALUES.into_iter().chain([long.as_str()]) {
                for body in body.iter().flat_map(|body| spoiled(body, text)) {
                    send(&caller, &method, &filled("1"), body).await;
                }
            }
        }
        assert_gap_free(&app).await;
    }
}
