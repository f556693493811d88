//! Pictures of dishes: the office uploads them, everybody sees them.
//!
//! An upload is the file itself as the body (`fetch(url, {method: "POST", body: file})`), which is what the `image/*`
//! types of [`SENT_AS`] are let through for; what the file is, its content says. It writes no audit row: it changes
//! nothing that anybody sees until a product names the picture, and that change has its row. It needs no idempotency
//! key: the same file has the same name.

mod show;
mod upload;

pub(crate) use show::*;
pub(crate) use upload::*;

/// Where pictures are sent; the only path that takes something else than JSON.
pub(crate) const UPLOAD: &str = "/api/admin/images";

/// As what a file may be sent there. `image/jpg` is no registered type, but programs send it for JPEG.
pub(crate) const SENT_AS: [&str; 5] =
    ["image/png", "image/jpeg", "image/jpg", "image/webp", "application/octet-stream"];
