//! The REST API: what comes over HTTP is checked here, handed to one operation, and its result written back.
//!
//! `router.rs` is the table of contents; `routes/<noun>/<verb>.rs` holds a request type and a handler that translates
//! and nothing else. Rules live in `operations`, SQL in `store`.

mod conditional;
mod extract;
mod header;
mod held_back;
mod layers;
mod limited;
mod menu_cache;
mod openapi;
mod page;
mod problem;
mod qr_sheet;
mod receipt;
mod router;
mod routes;
mod serve;
mod setup;
mod shown_path;
mod spreadsheet;
mod state;
mod turned_away;

pub use qr_sheet::qr_sheet;
pub use router::{document, router};
pub use routes::menu_file::{FileProblem, read_menu};
pub use serve::serve;
pub use setup::SetupDoor;
pub use state::{AppState, Parts};
