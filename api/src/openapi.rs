//! The OpenAPI document, from the handlers themselves.

use utoipa::{
    Modify, OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
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
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        components.add_security_scheme("staff", SecurityScheme::Http(bearer));
        let table = ApiKey::Header(ApiKeyValue::new("X-Table-Token"));
        components.add_security_scheme("diner", SecurityScheme::ApiKey(table));
    }
}

/// The whole document.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    crate::router::api(None).split_for_parts().1
}
