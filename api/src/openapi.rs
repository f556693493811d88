//! The OpenAPI document, from the handlers themselves.

mod answers;
mod schemas;

use crate::routes::{menu_file::format::Format, report::export::ReportFormat};
use domain::office::Catalog;
use http::Method;
use std::collections::HashMap;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as OpenApiDocument, PathItem,
        path::{Operation, Paths},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// What the document says beside the routes. The tags stand in the order in which somebody who connects something needs
/// them: sign in, read the menu, sit down, order, pay; then the house's own work, and the office at last.
#[derive(OpenApi)]
#[openapi(
    info(title = "Comanda", description = "Backend of a table-service restaurant. Amounts are integer cents, ids are integers, times are UTC."),
    servers((url = "/", description = "The server that this document comes from.")),
    components(schemas(runtime::ProblemBody, Catalog, Format, ReportFormat)),
    tags(
        (name = "account", description = "Signing in and out, tokens, the second factor."),
        (name = "branch", description = "The houses of a business."),
        (name = "menu", description = "What is offered, and what is out."),
        (name = "table", description = "Tables, their codes and their state."),
        (name = "session", description = "A party at a table: sitting down, moving, leaving."),
        (name = "diner", description = "A phone at the table, and what it sees of the visit."),
        (name = "cart", description = "The cart that the phones of a table share."),
        (name = "round", description = "Orders on their way to the kitchen."),
        (name = "call", description = "Diners call, waiters come."),
        (name = "check", description = "The bill: what is owed, and who pays what."),
        (name = "billing", description = "Paying from the phone through a provider."),
        (name = "payment", description = "Money that staff take and give back."),
        (name = "kitchen", description = "Rounds and tickets as the kitchen works on them."),
        (name = "order", description = "Orders under way, for the office."),
        (name = "assignment", description = "Where a waiter works today."),
        (name = "staff", description = "Who works here, and as what."),
        (name = "menu office", description = "The menu as the office writes it."),
        (name = "recipe office", description = "Recipes and ingredients."),
        (name = "floor office", description = "Sectors and rosters."),
        (name = "office", description = "The business, its audit log, deleting and restoring."),
        (name = "cash", description = "The drawer."),
        (name = "tip", description = "Tips and how they are shared out."),
        (name = "report", description = "Days gone by."),
        (name = "payments", description = "Accounts at providers, and what stands open with them."),
        (name = "provider", description = "What payment providers call; no client does."),
        (name = "operations", description = "Whether the server lives."),
    ),
    modifiers(&Security)
)]
pub(crate) struct Document;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut OpenApiDocument) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        components.add_security_scheme("staff", SecurityScheme::Http(bearer));
        let table = ApiKey::Header(ApiKeyValue::new("X-Table-Token"));
        components.add_security_scheme("diner", SecurityScheme::ApiKey(table));
    }
}

/// Adds what holds for every operation of a kind, and makes the schemas what programs can use.
pub(crate) fn complete(mut document: OpenApiDocument) -> OpenApiDocument {
    for (method, operation) in document.paths.paths.values_mut().flat_map(operations) {
        answers::complete(&method, operation);
    }
    schemas::complete(&mut document);
    document
}

/// The methods of each path.
pub(crate) fn methods(document: &OpenApiDocument) -> HashMap<String, Vec<Method>> {
    let of = |item: &PathItem| operations(&mut item.clone()).map(|(method, _)| method).collect();
    document.paths.paths.iter().map(|(path, item)| (path.clone(), of(item))).collect()
}

/// Says that a limit stands in front of these operations.
pub(crate) fn limit(paths: &mut Paths) {
    paths.paths.values_mut().flat_map(operations).for_each(|(_, operation)| answers::limit(operation));
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let methods = [Method::GET, Method::PUT, Method::POST, Method::DELETE, Method::PATCH];
    methods
        .into_iter()
        .zip([get, put, post, delete, patch])
        .filter_map(|(method, found)| Some((method, found.as_mut()?)))
}

#[cfg(test)]
mod tests {
    use domain::ProblemCode;

    /// Programs may be written against the list: it is closed, and whole.
    #[test]
    fn the_document_lists_every_code() {
        let document = serde_json::to_value(crate::router::document()).expect("a document that can be written");
        let schemas = &document["components"]["schemas"];
        let listed: Vec<&str> = schemas["ProblemCode"]["enum"]
            .as_array()
            .expect("an enum")
            .iter()
            .filter_map(|word| word.as_str())
            .collect();
        let words: Vec<&str> = ProblemCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(listed, words);
        let parts = schemas["ProblemBody"]["allOf"].as_array().expect("the fields, and further ones");
        let code = parts.iter().find_map(|part| part["properties"].get("code")).expect("a problem has a code");
        assert_eq!(code["$ref"], "#/components/schemas/ProblemCode");
    }

    /// The committed document is what reviewers see of a change to the contract.
    #[test]
    fn the_committed_document_is_this_one() {
        let committed = include_str!("../openapi.json");
        let written = crate::document().to_pretty_json().expect("a document that can be written");
        assert!(
            committed.trim_end() == written.trim_end(),
            "api/openapi.json is not what the code says. If the change is meant: cargo run -- openapi > api/openapi.json"
        );
    }

    fn document() -> serde_json::Value {
        serde_json::to_value(crate::router::document()).expect("a document that can be written")
    }

    fn operations(document: &serde_json::Value) -> Vec<(String, serde_json::Value)> {
        let paths = document["paths"].as_object().expect("paths").iter();
        paths
            .flat_map(|(path, item)| {
                let item = item.as_object().expect("operations").iter();
                item.map(move |(method, operation)| (format!("{method} {path}"), operation.clone()))
            })
            .collect()
    }

    /// Whoever makes a client of the document knows where to call, and which calls need no token.
    #[test]
    fn the_document_says_where_to_call_and_who_may() {
        let document = document();
        assert_eq!(document["servers"][0]["url"], "/");
        let open: Vec<String> = operations(&document)
            .into_iter()
            .filter(|(name, operation)| operation["security"].as_array().expect(name).is_empty())
            .map(|(name, _)| name)
            .collect();
        assert_eq!(open.len(), 15, "{open:#?}");
        for name in ["post /api/auth/login", "get /api/public/menu/{slug}", "get /api/health"] {
            assert!(open.iter().any(|other| other == name), "{name}");
        }
        for (name, operation) in operations(&document).iter().filter(|(name, _)| name.contains("dead-letters")) {
            assert!(operation["responses"]["404"].is_object(), "{name}");
        }
    }

    /// Each list that a request carries has an end, and each code a form: in the schema, not in words alone.
    #[test]
    fn what_a_request_carries_is_bounded() {
        fn walk(document: &serde_json::Value, schema: &serde_json::Value, place: &str, wrong: &mut Vec<String>) {
            if let Some(name) = schema["$ref"].as_str() {
                let name = name.rsplit('/').next().expect("a name");
                if !place.contains(&format!(">{name}.")) {
                    let named = &document["components"]["schemas"][name];
                    walk(document, named, &format!("{place}>{name}."), wrong);
                }
                return;
            }
            let kinds = [&schema["type"], &schema["type"][0], &schema["type"][1]];
            if kinds.iter().any(|kind| **kind == "array") && !schema["maxItems"].is_u64() {
                wrong.push(place.to_owned());
            }
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                walk(document, property, &format!("{place}{name}."), wrong);
            }
            for part in ["oneOf", "allOf", "anyOf"].into_iter().flat_map(|kind| schema[kind].as_array()).flatten() {
                walk(document, part, place, wrong);
            }
            if schema["items"].is_object() {
                walk(document, &schema["items"], &format!("{place}[]"), wrong);
            }
        }
        let document = document();
        let (mut wrong, mut seen) = (Vec::new(), 0);
        for (name, operation) in operations(&document) {
            if let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") {
                seen += 1;
                walk(&document, schema, &name, &mut wrong);
            }
        }
        assert!(seen > 60, "only {seen} bodies");
        assert!(wrong.is_empty(), "{wrong:#?}");
        let schemas = &document["components"]["schemas"];
        for (schema, bound, value) in [
            ("/CodeBody/properties/code", "pattern", serde_json::json!(r"^\s*([0-9]\s*){6}$")),
            ("/NewRecipe/properties/name", "minLength", 2.into()),
            ("/RecipePatch/properties/name", "minLength", 2.into()),
            ("/NewAccountRequest/properties/webhook_secrets", "maxItems", 5.into()),
            ("/NewAccountRequest/properties/webhook_secrets/items", "maxLength", 512.into()),
            ("/AccountPatch/properties/webhook_secrets/items", "minLength", 1.into()),
            ("/RecipeIngredient/properties/notes", "maxLength", 500.into()),
        ] {
            assert_eq!(schemas.pointer(schema).expect(schema)[bound], value, "{schema}");
        }
        let top = &document["paths"]["/api/admin/reports/top-products"]["get"]["parameters"];
        let limit = top.as_array().expect("parameters").iter().find(|one| one["name"] == "limit").expect("a limit");
        assert_eq!((&limit["schema"]["minimum"], &limit["schema"]["maximum"]), (&1.into(), &1000.into()));
    }
}
