//! TLS towards others, the same for everybody who calls out: ring, and the roots this machine trusts, so that an
//! operator's own proxy works.

use rustls::{ClientConfig, RootCertStore, crypto::ring};
use std::sync::Arc;

/// Why TLS could not be set up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    /// No certificate authorities on this machine.
    #[error("no certificate authorities were found (install ca-certificates, or point SSL_CERT_FILE at a bundle): {0}")]
    NoRoots(String),
    /// The library refused.
    #[error("TLS cannot be set up: {0}")]
    Refused(String),
}

/// How a client speaks TLS. Whoever calls plain HTTP alone needs no authorities, and so no `roots`.
///
/// # Errors
/// The machine trusts nobody.
pub fn client(roots: bool) -> Result<ClientConfig, TlsError> {
    let mut store = RootCertStore::empty();
    if roots {
        let found = rustls_native_certs::load_native_certs();
        store.add_parsable_certificates(found.certs);
        if store.is_empty() {
            let why = found.errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            return Err(TlsError::NoRoots(why));
        }
    }
    Ok(ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::Refused(error.to_string()))?
        .with_root_certificates(store)
        .with_no_client_auth())
}
