//! The schemas as programs read them: one object for what is one on the wire, bounds where a field has them, names of
//! maps as text, files as files.

use std::collections::BTreeMap;
use utoipa::openapi::{
    AllOf, Content, KnownFormat, Object, ObjectBuilder, OneOf, OpenApi as OpenApiDocument, RefOr, Required, Schema,
    SchemaFormat, Type,
    path::Operation,
    schema::{AdditionalProperties, ArrayItems, SchemaType},
};

/// Values with bounds: each has a schema of its own (`Name100`), which is written out where it is used.
const BOUNDED: [&str; 4] = ["Name", "Text", "Whole", "Secret"];
const JSON: &str = "application/json";

/// Rewrites all schemas of the document.
pub(super) fn complete(document: &mut OpenApiDocument) {
    let components = document.components.get_or_insert_default();
    for schema in components.schemas.values_mut() {
        if let RefOr::T(Schema::AllOf(parts)) = schema
            && let Some(object) = whole(parts)
        {
            *schema = RefOr::T(Schema::Object(object));
        }
    }
    let (bounded, named) = std::mem::take(&mut components.schemas).into_iter().partition(|(name, _)| is_bounded(name));
    components.schemas = named;
    let bounded: BTreeMap<String, RefOr<Schema>> = bounded;
    let mut rewrite = |schema: &mut RefOr<Schema>| {
        write_out(schema, &bounded);
        fold_null(schema);
        name_by_text(schema);
        unsigned(schema);
    };
    components.schemas.values_mut().for_each(|schema| each(schema, &mut rewrite));
    let operations = document.paths.paths.values_mut().flat_map(super::operations);
    for (_, operation) in operations {
        of_operation(operation, &mut rewrite);
        may_be_empty(operation, &components.schemas);
    }
}

fn is_bounded(name: &str) -> bool {
    BOUNDED
        .iter()
        .any(|kind| name.strip_prefix(kind).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())))
}

/// A body in which nothing has to be said need not be there.
fn may_be_empty(operation: &mut Operation, schemas: &BTreeMap<String, RefOr<Schema>>) {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    let Some(RefOr::T(Content { schema: Some(RefOr::Ref(said)), .. })) = body.content.get(JSON) else { return };
    let name = said.ref_location.rsplit('/').next().unwrap_or_default();
    if let Some(RefOr::T(Schema::Object(object))) = schemas.get(name)
        && object.required.is_empty()
    {
        body.required = Some(Required::False);
    }
}

fn of_operation(operation: &mut Operation, rewrite: &mut impl FnMut(&mut RefOr<Schema>)) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter
            && let Some(schema) = &mut parameter.schema
        {
            each(schema, rewrite);
        }
    }
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        body.content.iter_mut().for_each(|(kind, content)| of_content(kind, content, rewrite));
    }
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            response.content.iter_mut().for_each(|(kind, content)| of_content(kind, content, rewrite));
        }
    }
}

/// A file is its bytes, not a list of numbers.
fn of_content(kind: &str, content: &mut RefOr<Content>, rewrite: &mut impl FnMut(&mut RefOr<Schema>)) {
    let RefOr::T(Content { schema: Some(schema), .. }) = content else { return };
    if kind != JSON && matches!(schema, RefOr::T(Schema::Array(_))) {
        let bytes = ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
        *schema = bytes.into();
    }
    each(schema, rewrite);
}

/// Every schema in that one, and it itself at last.
fn each(schema: &mut RefOr<Schema>, visit: &mut impl FnMut(&mut RefOr<Schema>)) {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            object.properties.values_mut().for_each(|property| each(property, visit));
            if let Some(AdditionalProperties::RefOr(values)) = object.additional_properties.as_deref_mut() {
                each(values, visit);
            }
        }
        RefOr::T(Schema::Array(array)) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                each(items, visit);
            }
        }
        RefOr::T(Schema::OneOf(parts)) => parts.items.iter_mut().for_each(|part| each(part, visit)),
        RefOr::T(Schema::AllOf(parts)) => parts.items.iter_mut().for_each(|part| each(part, visit)),
        RefOr::T(Schema::AnyOf(parts)) => parts.items.iter_mut().for_each(|part| each(part, visit)),
        _ => {}
    }
    visit(schema);
}

/// In the place of a reference to bounds, the bounds.
fn write_out(schema: &mut RefOr<Schema>, bounded: &BTreeMap<String, RefOr<Schema>>) {
    let RefOr::Ref(reference) = schema else { return };
    let name = reference.ref_location.rsplit('/').next().unwrap_or_default();
    let Some(RefOr::T(Schema::Object(object))) = bounded.get(name) else { return };
    let mut object = object.clone();
    if !reference.description.is_empty() {
        object.description = Some(reference.description.clone());
    }
    *schema = RefOr::T(Schema::Object(object));
}

/// One of a bounded value and nothing is a bounded value that may be nothing.
fn fold_null(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::OneOf(OneOf { items, description, .. })) = schema else { return };
    let [RefOr::T(Schema::Object(value)), RefOr::T(Schema::Object(null))] = items.as_slice() else { return };
    let (SchemaType::Type(kind @ (Type::String | Type::Integer)), SchemaType::Type(Type::Null)) =
        (&value.schema_type, &null.schema_type)
    else {
        return;
    };
    let mut folded = value.clone();
    folded.schema_type = SchemaType::from_iter([kind.clone(), Type::Null]);
    folded.description = folded.description.or_else(|| description.clone());
    *schema = RefOr::T(Schema::Object(folded));
}

/// JSON names everything by text: a map by ids has names that are numbers in figures.
fn name_by_text(schema: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::Object(Object { property_names: Some(names), .. })) = schema
        && let Schema::Object(names) = names.as_mut()
        && names.schema_type == SchemaType::Type(Type::Integer)
    {
        names.schema_type = SchemaType::Type(Type::String);
        names.format = None;
        names.pattern = Some("^[0-9]+$".to_owned());
    }
}

/// A count that is never negative goes beyond what fits a signed number of its size.
fn unsigned(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::Object(number)) = schema else { return };
    let is_int32 = matches!(number.format, Some(SchemaFormat::KnownFormat(KnownFormat::Int32)));
    if is_int32 && number.minimum.is_some() && number.maximum.is_none() {
        number.format = Some(SchemaFormat::KnownFormat(KnownFormat::Int64));
        number.maximum = Some(u32::MAX.into());
    }
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
