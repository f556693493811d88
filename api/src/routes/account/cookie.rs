//! The cookies of the refresh token and of the device. Scripts cannot read them, and they travel to `/api/auth` only.

use auth::{DEVICE_TTL, REFRESH_TTL};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use chrono::TimeDelta;
use http::HeaderMap;
use runtime::config::{self, CookieSettings};

const NAME: &str = "refresh_token";
/// Says that somebody signed in on this device before; it outlives signing out.
const DEVICE: &str = "known_device";

fn cookie<'a>(settings: &CookieSettings, name: &'a str, value: &'a str) -> Cookie<'a> {
    let same_site = match settings.same_site {
        config::SameSite::Lax => SameSite::Lax,
        config::SameSite::Strict => SameSite::Strict,
        config::SameSite::None => SameSite::None,
    };
    let mut cookie = Cookie::build((name, value)).path("/api/auth").http_only(true).secure(settings.secure);
    if let Some(domain) = &settings.domain {
        cookie = cookie.domain(domain.clone());
    }
    cookie.same_site(same_site).build()
}

/// `Set-Cookie` for a token that is given out.
pub(super) fn keep(settings: &CookieSettings, token: &str) -> String {
    lasting(cookie(settings, NAME, token), REFRESH_TTL)
}

/// `Set-Cookie` for the mark of a device.
pub(super) fn keep_device(settings: &CookieSettings, mark: &str) -> String {
    lasting(cookie(settings, DEVICE, mark), DEVICE_TTL)
}

fn lasting(mut cookie: Cookie<'_>, ttl: TimeDelta) -> String {
    cookie.set_max_age(ttl.to_std().ok().and_then(|ttl| ttl.try_into().ok()));
    cookie.to_string()
}

/// `Set-Cookie` that makes the browser forget it: same name, path and domain, or it would keep the old one beside it.
pub(super) fn forget(settings: &CookieSettings) -> String {
    let mut cookie = cookie(settings, NAME, "");
    cookie.make_removal();
    cookie.to_string()
}

/// The token a browser sends back.
pub(super) fn read(headers: &HeaderMap) -> Option<String> {
    value(headers, NAME)
}

/// The mark of the device, where somebody signed in on it before.
pub(super) fn device(headers: &HeaderMap) -> Option<String> {
    value(headers, DEVICE)
}

fn value(headers: &HeaderMap, name: &str) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    jar.get(name).map(|cookie| cookie.value().to_owned()).filter(|token| !token.is_empty())
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
        assert_eq!(
            keep_device(&settings, "a.b.c"),
            "known_device=a.b.c; HttpOnly; SameSite=Lax; Path=/api/auth; Max-Age=15552000"
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
