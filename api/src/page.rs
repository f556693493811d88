//! A page of ours: HTML with one style of its own, and the Content-Security-Policy that lets this style through.
//!
//! The policy of all other answers forbids inline styles, and a browser that opens a page under it shows bare text. The
//! policy names the style by its hash: what people typed cannot bring a style of its own.

use axum::response::{Html, IntoResponse, Response};
use base64::{Engine, prelude::BASE64_STANDARD};
use http::header;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

/// A page in Spanish that loads nothing.
#[derive(Debug)]
pub(crate) struct Page {
    style: &'static str,
    html: String,
}

impl Page {
    /// A page with that title, style and body. The body has no `style` attributes: the policy refuses them.
    pub(crate) fn new(title: &str, style: &'static str, body: &Markup) -> Self {
        Self::in_language("es", title, style, body)
    }

    /// The same in another language.
    pub(crate) fn in_language(language: &str, title: &str, style: &'static str, body: &Markup) -> Self {
        let page = html! {
            (DOCTYPE)
            html lang=(language) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) }
                    style { (PreEscaped(style)) }
                }
                body { (body) }
            }
        };
        Self { style, html: page.into_string() }
    }

    /// What a file of it has.
    pub(crate) fn into_html(self) -> String {
        self.html
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let hash = BASE64_STANDARD.encode(Sha256::digest(self.style));
        let policy = format!("default-src 'self'; style-src 'sha256-{hash}'");
        ([(header::CONTENT_SECURITY_POLICY, policy)], Html(self.html)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;

    /// A browser hashes what stands between the tags: when this differs from the header, a receipt is bare text.
    #[tokio::test]
    async fn the_policy_names_the_style_that_the_page_has() {
        let style = "td:last-child>p{font-weight:bold}p::after{content:\"&\"}";
        let response = Page::new("<b>", style, &html! { p { "Mesa" } }).into_response();
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        let (_, rest) = text.split_once("<style>").unwrap();
        let (shown, _) = rest.split_once("</style>").unwrap();
        assert_eq!(shown, style);
        let hash = BASE64_STANDARD.encode(Sha256::digest(shown));
        assert_eq!(policy, format!("default-src 'self'; style-src 'sha256-{hash}'"));
        assert!(text.contains("<title>&lt;b&gt;</title>"), "{text}");
    }
}
