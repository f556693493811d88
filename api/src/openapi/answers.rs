//! What every operation of a kind can answer: said here once, since it would be forgotten on one of two hundred.

use http::Method;
use utoipa::openapi::{
    Content, Header, Object, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Type,
    path::{Operation, Parameter, ParameterBuilder, ParameterIn},
    schema::SchemaType,
};

/// The media type of every refusal (RFC 9457).
const PROBLEM: &str = "application/problem+json";
const JSON: &str = "application/json";
/// The header that makes a repeat of a command known.
const KEY: &str = "X-Idempotency-Key";

/// What changes something and takes no key: each says in `operations` why it may be delivered twice.
const KEYLESS: [&str; 15] = [
    "disable",
    "login",
    "logout",
    "open_by_code",
    "open_by_id",
    "quote",
    "quote_by_staff",
    "refresh",
    "register",
    "set_up",
    "upload_image",
    "verify",
    "verify_payment",
    "webhook",
    "webhook_of_the_only_account",
];

/// Adds what holds for the operation because of what it is.
pub(super) fn complete(method: &Method, operation: &mut Operation) {
    let writes = *method != Method::GET;
    let keyed = writes && operation.operation_id.as_deref().is_some_and(|id| !KEYLESS.contains(&id));
    if keyed {
        take_key(operation);
    }
    // Said in so many words: what names no scheme is for everybody.
    let secured = !operation.security.get_or_insert_default().is_empty();
    let reads = operation.request_body.is_some() || keyed;
    let typed = [Method::POST, Method::PUT, Method::PATCH].contains(method);
    let says = reads || operation.parameters.iter().flatten().next().is_some();
    let common = [
        ("400", reads),
        ("401", secured),
        ("403", secured),
        ("409", keyed),
        ("413", reads),
        ("415", typed),
        ("422", says),
        ("429", keyed),
        ("503", true),
        ("default", true),
    ];
    for status in common.into_iter().filter_map(|(status, applies)| applies.then_some(status)) {
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(refusal(status)));
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response {
            tidy(status, response);
        }
    }
}

/// Says that a limit stands in front of the operation.
pub(super) fn limit(operation: &mut Operation) {
    operation.responses.responses.entry("429".to_owned()).or_insert_with(|| RefOr::T(refusal("429")));
}

fn refusal(status: &str) -> Response {
    let body = Content::new(Some(Ref::from_schema_name("ProblemBody")));
    ResponseBuilder::new().description(sentence(status)).content(PROBLEM, body).build()
}

/// A response has a sentence; a refusal has its own media type, and says when to come back where it does.
fn tidy(status: &str, response: &mut Response) {
    if response.description.is_empty() {
        sentence(status).clone_into(&mut response.description);
    }
    if let Some(body) = response.content.get(JSON).filter(|body| is_problem(body)).cloned() {
        response.content.shift_remove(JSON);
        response.content.insert(PROBLEM.to_owned(), body);
    }
    if matches!(status, "429" | "503") {
        response.headers.entry("Retry-After".to_owned()).or_insert_with(|| RefOr::T(retry_after()));
    }
}

fn is_problem(body: &RefOr<Content>) -> bool {
    let RefOr::T(Content { schema: Some(RefOr::Ref(schema)), .. }) = body else { return false };
    schema.ref_location.ends_with("/ProblemBody")
}

fn retry_after() -> Header {
    let seconds: Object = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer)).minimum(Some(1)).build();
    let mut header = Header::new(seconds);
    header.description = Some("Whole seconds until a repeat makes sense.".to_owned());
    header
}

/// The key is text of a bounded length, wherever it is taken; HTTP itself drops blanks around it.
fn take_key(operation: &mut Operation) {
    let text = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .min_length(Some(1))
        .max_length(Some(255))
        .pattern(Some(r"^[!-~]([\t -~]*[!-~])?$"));
    let key: Parameter = ParameterBuilder::new()
        .name(KEY)
        .parameter_in(ParameterIn::Header)
        .description(Some("The repeat of a command by its key gets the first answer, and is done once."))
        .schema(Some(text))
        .build();
    let parameters = operation.parameters.get_or_insert_default();
    parameters.retain(|known| !matches!(known, RefOr::T(known) if known.name.eq_ignore_ascii_case(KEY)));
    parameters.push(RefOr::T(key));
}

/// What a status means here.
fn sentence(status: &str) -> &'static str {
    match status {
        "200" => "What was asked for, or what is there now.",
        "201" => "It was made.",
        "202" => "It was taken down and will be done.",
        "204" => "It was done; there is nothing to say.",
        "304" => "Nothing changed since the tag that was sent.",
        "400" => "The body cannot be read, the key is none, or the present state does not allow it.",
        "401" => "No token, or none that is good.",
        "403" => "Not for this caller.",
        "404" => "No such thing, or another business's.",
        "409" => "Something stands in the way, or the key was used for another request.",
        "413" => "The body is too large.",
        "415" => "The body is sent as something that is not taken here.",
        "422" => "A value does not fit; `detail` begins with its name.",
        "429" => "Too often; `Retry-After` says when again.",
        "502" => "The payment provider refused.",
        "503" => "Busy, or something it needs is out of reach; `Retry-After` says when to ask again.",
        _ => "Any other refusal.",
    }
}
