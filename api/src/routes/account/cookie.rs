//! The refresh token's cookie. Scripts cannot read it, and it travels to `/api/auth` only.

use auth::REFRESH_TTL;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use http::HeaderMap;
use runtime::config::{self, CookieSettings};

const NAME: &str = "refresh_token";

fn cookie<'a>(settings: &CookieSettings, value: &'a str) -> Cookie<'a> {
    let same_site = match settings.same_site {
        config::SameSite::Lax => SameSite::Lax,
        config::SameSite::Strict => SameSite::Strict,
        config::SameSite::None => SameSite::None,
    };
    let mut cookie = Cookie::build((NAME, value)).path("/api/auth").http_only(true).secure(settings.secure);
    if let Some(domain) = &settings.domain {
        cookie = cookie.domain(domain.clone());
    }
    cookie.same_site(same_site).build()
}

/// `Set-Cookie` for a token that is given out.
pub(super) fn keep(settings: &CookieSettings, token: &str) -> String {
    let mut cookie = cookie(settings, token);
    cookie.set_max_age(REFRESH_TTL.to_std().ok().and_then(|ttl| ttl.try_into().ok()));
    cookie.to_string()
}

/// `Set-Cookie` that makes the browser forget it: same name, path and domain, or it would keep the old one beside it.
pub(super) fn forget(settings: &CookieSettings) -> String {
    let mut cookie = cookie(settings, "");
    cookie.make_removal();
    cookie.to_string()
}

/// The token a browser sends back.
pub(super) fn read(headers: &HeaderMap) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    jar.get(NAME).map(|cookie| cookie.value().to_owned()).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_is_the_contracts() {
        let settings = CookieSettings { secure: false, same_site: config::SameSite::Lax, domain: None };
        assert_eq!(
            keep(&settings, "a.b.c"),
            "refresh_token=a.b.c; HttpOnly; SameSite=Lax; Path=/api/auth; Max-Age=604800"
        );
        let settings =
            CookieSettings { secure: true, same_site: config::SameSite::None, domain: Some("example.com".into()) };
        let cookie = keep(&settings, "a.b.c");
        for attribute in ["; Secure", "; SameSite=None", "; Domain=example.com"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
    }

    #[test]
    fn forgetting_names_the_same_cookie() {
        let settings =
            CookieSettings { secure: false, same_site: config::SameSite::Lax, domain: Some("example.com".into()) };
        let cookie = forget(&settings);
        assert!(cookie.starts_with("refresh_token=;"), "{cookie}");
        for attribute in ["; Path=/api/auth", "; Domain=example.com", "; Max-Age=0"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
    }
}
