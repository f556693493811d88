//! The OpenAPI document, from the handlers themselves.

use utoipa::{
    Modify, OpenApi,
    openapi::{
        AllOf, Content, Object, OpenApi as OpenApiDocument, PathItem, Ref, RefOr, Response, ResponseBuilder, Schema,
        path::Operation,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// What the document says beside the routes.
#[derive(OpenApi)]
#[openapi(
    info(title = "Comanda", description = "Backend of a table-service restaurant. Amounts are integer cents, ids are integers, times are UTC."),
    components(schemas(runtime::ProblemBody)),
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

/// Adds what holds for every operation, and would be forgotten on one: whoever needs a token may come without a good
/// one (401) or without the role (403), and any refusal has the one shape.
pub(crate) fn complete(mut document: OpenApiDocument) -> OpenApiDocument {
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        let secured = operation.security.iter().flatten().next().is_some();
        let responses = &mut operation.responses.responses;
        let common = [("401", "No token, or none that is good", secured), ("403", "Not for this caller", secured)];
        for (status, description, applies) in common.into_iter().chain([("default", "Any other refusal", true)]) {
            if applies {
                responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(refusal(description)));
            }
        }
    }
    let schemas = document.components.iter_mut().flat_map(|components| components.schemas.values_mut());
    for schema in schemas {
        if let RefOr::T(Schema::AllOf(parts)) = schema
            && let Some(object) = whole(parts)
        {
            *schema = RefOr::T(Schema::Object(object));
        }
    }
    document
}

/// One object for one whose fields are written down in several places (`serde(flatten)`): on the wire it is one, and
/// programs that are made from the document get one type. `None` where a part has no fields of its own to name.
fn whole(parts: &AllOf) -> Option<Object> {
    let mut whole = Object::new();
    whole.description.clone_from(&parts.description);
    for part in &parts.items {
        let part = fields(part)?;
        whole.properties.extend(part.properties.clone());
        whole.required.extend(part.required.iter().cloned());
    }
    Some(whole)
}

/// The part that names fields; the other of a pair is the sentence on a flattened field.
fn fields(part: &RefOr<Schema>) -> Option<&Object> {
    match part {
        RefOr::T(Schema::Object(object)) if !object.properties.is_empty() => Some(object),
        RefOr::T(Schema::AllOf(pair)) => pair.items.iter().find_map(fields),
        _ => None,
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}

fn refusal(description: &str) -> Response {
    let body = Content::new(Some(Ref::from_schema_name("ProblemBody")));
    ResponseBuilder::new().description(description).content("application/problem+json", body).build()
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
