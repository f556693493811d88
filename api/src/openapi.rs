//! The OpenAPI document, from the handlers themselves.

mod answers;
mod schemas;

use crate::routes::{menu_file::format::Format, report::export::ReportFormat};
use domain::office::Catalog;
use http::Method;
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
}
