//! Calls made from the OpenAPI document: every operation, with ids of one's own or of the neighbour's, and a body that
//! fits its schema. A new route is called as soon as the document has it.

use super::{house::House, owners::Owners};
use crate::seed::Seed;
use harness::{Value, json};

/// One operation of the document.
pub(super) struct Operation {
    pub(super) method: String,
    pub(super) pattern: String,
    /// `staff`, `diner` or neither.
    pub(super) token: Option<String>,
    pub(super) about: Value,
}

impl Operation {
    /// Whether `asked`, a method and a path, is this one.
    pub(super) fn is(&self, asked: &str) -> bool {
        let mut words = asked.split([' ', '?']);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (parts, pattern) = (path.split('/'), self.pattern.split('/'));
        method == self.method
            && parts.clone().count() == pattern.clone().count()
            && parts.zip(pattern).all(|(part, wanted)| part == wanted || wanted.starts_with('{'))
    }
}

/// What is not played, and why.
const LEFT_OUT: [(&str, &str); 8] = [
    // They end or lock the sign-ins that the play needs, and answer of oneself only.
    ("", "/api/auth/"),
    // It ends the sign-in of whom it invites; tests/it/opening.rs is about it.
    ("POST", "/api/admin/staff/{staff_id}/invitation"),
    ("DELETE", "/api/admin/branches/{branch_id}"),
    // They name every business's branches by design (W1), and none at all.
    ("", "/api/public/branches"),
    ("", "/api/health"),
    // Those talk to a provider; tests/it/mercadopago/neighbours.rs is about them.
    ("", "/api/billing/mercadopago/"),
    ("", "/api/admin/payment-accounts"),
    ("", "/api/admin/payments/reconciliation"),
];

/// Every operation that is played.
pub(super) fn operations(document: &Value) -> Vec<Operation> {
    let mut all = Vec::new();
    for (pattern, item) in document["paths"].as_object().unwrap() {
        for (method, about) in item.as_object().unwrap() {
            let method = method.to_uppercase();
            if LEFT_OUT.iter().any(|(left, path)| pattern.starts_with(path) && (left.is_empty() || *left == method)) {
                continue;
            }
            let security =
                about["security"].as_array().and_then(|one| one.first()?.as_object()?.keys().next().cloned());
            all.push(Operation { method, pattern: pattern.clone(), token: security, about: about.clone() });
        }
    }
    all
}

/// Makes up calls for one business.
pub(super) struct Author<'a> {
    pub(super) document: &'a Value,
    pub(super) dice: &'a mut Seed,
    pub(super) owners: &'a Owners,
    pub(super) own: &'a House,
    pub(super) other: &'a House,
    /// Whether this call reaches for what is the neighbour's.
    pub(super) reaches: bool,
    /// Whether an id of the neighbour's is in the path.
    pub(super) is_astray: bool,
}

impl Author<'_> {
    /// Path with query.
    pub(super) fn path(&mut self, operation: &Operation) -> String {
        let kind =
            self.dice.pick(&["categories", "products", "tables", "sectors", "subcategories", "ingredients"]).unwrap();
        let mut path = Vec::new();
        for part in operation.pattern.split('/') {
            let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else {
                path.push(part.to_owned());
                continue;
            };
            path.push(match name {
                "entity_type" => (*kind).to_owned(),
                "slug" => self.own.slug(),
                "code" => format!("{}-{:02}", self.own.prefix, 1 + self.dice.below(5)),
                "device_id" => {
                    if self.reaches {
                        self.other.device()
                    } else {
                        self.own.device()
                    }
                }
                "catalog" => "cooking-methods".to_owned(),
                // A picture's, which is its content's.
                "name" => format!("{}.jpg", "0".repeat(64)),
                "entity_id" => {
                    let table = self.table(if *kind == "categories" || *kind == "subcategories" {
                        kind.trim_end_matches("ies")
                    } else {
                        kind.trim_end_matches('s')
                    });
                    self.id(&table, true)
                }
                "item_id" if operation.pattern.contains("/cart/") => self.id("cart_item", true),
                name => {
                    let table = self.table(name);
                    self.id(&table, true)
                }
            });
        }
        let path = path.join("/");
        let mut query = Vec::new();
        for parameter in
            operation.about["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "query")
        {
            let name = parameter["name"].as_str().unwrap();
            if parameter["required"] != true && self.dice.chance(50) {
                continue;
            }
            let value = match name {
                "branch_slug" => json!(self.own.slug()),
                "include_deleted" => json!(true),
                "limit" => json!(50),
                "offset" => json!(0),
                "days" => json!(7),
                "date_from" | "from_date" | "from" | "assignment_date" | "day" | "report_date" | "date_to"
                | "to_date" => json!(self.day()),
                "until" => continue,
                _ => self.value(name, &parameter["schema"], 0),
            };
            query.push(format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
        }
        if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
    }

    /// A body, if the operation takes one.
    pub(super) fn body(&mut self, operation: &Operation) -> Option<Value> {
        let schema = &operation.about["requestBody"]["content"]["application/json"]["schema"];
        if schema.is_null() {
            return None;
        }
        let mut body = self.value("", schema, 0);
        if let Some(fields) = body.as_object_mut() {
            // The stage stands until the end: its address, its doors, and prices that buy something.
            if operation.pattern.contains("/branches/") {
                for field in ["slug", "is_active", "timezone"] {
                    fields.remove(field);
                }
            }
            if operation.pattern.contains("/tenant") {
                fields.remove("slug");
            }
        }
        Some(body)
    }

    /// A day within the reports' reach, mostly today's.
    fn day(&mut self) -> String {
        let back = chrono::Days::new(self.dice.below(2));
        (now().date_naive() - back).to_string()
    }

    /// The id of a row of one's own, or of the neighbour's when the call reaches for it.
    fn id(&mut self, table: &str, is_in_path: bool) -> String {
        let theirs = self.reaches && self.dice.chance(70);
        let rows = self.owners.rows(if theirs { self.other.tenant } else { self.own.tenant }, table).to_vec();
        // Who plays keeps role and password.
        let rows: Vec<i64> = rows.into_iter().filter(|row| !self.own.accounts.contains(row)).collect();
        let Some(row) = self.dice.pick(&rows).copied() else { return "1".to_owned() };
        self.is_astray |= theirs && is_in_path;
        row.to_string()
    }

    /// The table of the rows that a field or a type names.
    fn table(&self, name: &str) -> String {
        let noun = name.trim_end_matches("_ids").trim_end_matches("_id");
        let table = table_of(noun);
        assert!(self.owners.knows(table), "whose ids are {name}? Name the table in tests/it/isolation/document.rs");
        table.to_owned()
    }

    /// Something that fits the schema.
    fn value(&mut self, name: &str, schema: &Value, depth: usize) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let kind = reference.rsplit('/').next().unwrap();
            if let Some(noun) = kind.strip_suffix("Id") {
                let table = self.table(&snake(noun));
                return self.id(&table, false).parse::<i64>().unwrap().into();
            }
            let told = &self.document["components"]["schemas"][kind];
            return match self.word(kind, name) {
                Some(word) if told["type"] != "object" && told["enum"].is_null() => word,
                _ => self.value(name, told, depth + 1),
            };
        }
        if let Some(words) = schema["enum"].as_array() {
            return self.dice.pick(words).unwrap().clone();
        }
        if let Some(variants) = schema["oneOf"].as_array() {
            let variants: Vec<&Value> = variants.iter().filter(|one| one["type"] != "null").collect();
            return self.dice.pick(&variants).map_or(Value::Null, |one| self.value(name, one, depth + 1));
        }
        if let Some(parts) = schema["allOf"].as_array() {
            let mut all = serde_json::Map::new();
            for part in parts {
                if let Value::Object(fields) = self.value(name, part, depth + 1) {
                    all.extend(fields);
                }
            }
            return all.into();
        }
        let kinds = schema["type"].as_array().cloned().unwrap_or_else(|| vec![schema["type"].clone()]);
        match kinds.iter().find(|kind| *kind != "null").and_then(Value::as_str) {
            Some("object") => self.object(schema, depth),
            Some("array") if depth > 6 => json!([]),
            Some("array") => json!([self.value(name, &schema["items"], depth + 1)]),
            Some("boolean") => json!(name == "is_active" || self.dice.chance(80)),
            Some("integer") if name.ends_with("_id") && !matches!(name, "reference_id" | "recipe_id" | "local_id") => {
                let table = self.table(name);
                self.id(&table, false).parse::<i64>().unwrap().into()
            }
            Some("integer") => match name {
                "waiter_percent" => json!(50),
                "kitchen_percent" => json!(40),
                "other_percent" => json!(10),
                name if name.ends_with("_cents") => json!(100 + self.dice.below(400)),
                _ => json!(1 + self.dice.below(3)),
            },
            Some("string") => self.string(name, schema),
            _ => Value::Null,
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let required = |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
        let mut fields = serde_json::Map::new();
        for (name, told) in schema["properties"].as_object().into_iter().flatten() {
            if required(name) || (depth < 4 && self.dice.chance(60)) {
                let value = self.value(name, told, depth + 1);
                fields.insert(name.clone(), value);
            }
        }
        fields.into()
    }

    /// What a type of the document may be where the schema says only "text" or "number".
    fn word(&mut self, kind: &str, name: &str) -> Option<Value> {
        Some(match kind {
            "Name" | "Text" if name == "status" => return None,
            "Name" | "Text" | "TableCode" => json!(self.own.name(self.dice.below(100_000))),
            "Prefix" => {
                json!(format!("{}{}", self.own.prefix, char::from(b'A' + u8::try_from(self.dice.below(26)).unwrap())))
            }
            "Email" => json!(format!("p{}@{}.com", self.dice.below(100_000), self.own.slug())),
            "Color" => json!("#123456"),
            "Slug" => json!(format!("{}-{}", self.own.slug(), self.dice.below(100_000))),
            "TimeOfDay" => json!("09:00"),
            "ImageUrl" => json!(format!("https://img.example.com/{}.png", self.own.slug())),
            "RosterDay" => json!(self.day()),
            "Amount" | "Cents" | "Price" => json!(100 + self.dice.below(400)),
            "Quantity" | "Covers" | "Whole" => json!(1 + self.dice.below(3)),
            "TipPercent" => json!(10),
            "ServiceHours" => json!([]),
            "StationCode" => json!(format!("S{}", self.dice.below(100_000))),
            _ => return None,
        })
    }

    fn string(&mut self, name: &str, schema: &Value) -> Value {
        match (schema["format"].as_str(), name) {
            (Some("date"), _) | (_, "hire_date" | "start_date" | "end_date") => json!(self.day()),
            (Some("date-time"), _) => {
                json!((now() + chrono::TimeDelta::days(30)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
            }
            (_, "phone" | "dni") => json!("2615555"),
            (_, "opening_time" | "start_time") => json!("09:00"),
            (_, "closing_time" | "end_time") => json!("23:00"),
            (_, "timezone") => json!("UTC"),
            (_, "station") => json!("BAR"),
            (_, "slug") => json!(format!("{}-{}", self.own.slug(), self.dice.below(100_000))),
            (_, "image" | "logo") => json!(format!("https://img.example.com/{}.png", self.own.slug())),
            _ => json!(self.own.name(self.dice.below(100_000))),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the program under test goes by the machine's clock")]
fn now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}

/// The table that keeps what the wire calls `noun`.
fn table_of(noun: &str) -> &str {
    match noun {
        "categor" => "category",
        "subcategor" => "subcategory",
        "check" => "guest_check",
        "session" => "table_session",
        "phone" => "session_phone",
        "table" | "target_table" | "from_table" => "dining_table",
        "user" | "waiter" | "staff" | "target_waiter" | "member" => "app_user",
        "item" => "round_item",
        "ticket" => "kitchen_ticket",
        "ticket_item" => "kitchen_ticket_item",
        "call" => "service_call",
        "discount" => "check_discount",
        "incident" => "money_incident",
        "assignment" => "waiter_sector_assignment",
        "account" => "provider_account",
        "dead_letter" | "sync" => "work",
        "entity" => "product",
        "group" => "ingredient_group",
        "pool" => "tip_pool",
        "cross_reacts_with" | "excluded_allergen" => "allergen",
        "excluded_branch" => "branch",
        "cooking_method" | "flavor" | "texture" => "catalog_entry",
        _ => noun,
    }
}

/// `CrossReaction` as `cross_reaction`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
