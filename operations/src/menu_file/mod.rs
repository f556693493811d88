//! Menu files: exports a business's menu as one file, and imports a file as a whole or not at all.
//!
//! Entries are named, not numbered, so that another business with branches of the same slugs can import the file. A
//! line means the entry of the same name in the same place. A field that a line does not name stays as it is, or gets
//! its default if the entry is new; null clears it. A file creates and changes; it **deletes nothing**: what it does
//! not name stays. Prices that it names are set, the others stay. The allergens of a product are one declaration and
//! are replaced as one, and so are the products that a modifier can be chosen with.
//! A station is known by its name in its branch, whatever case and accents, and keeps its code. What a branch has of a
//! product (86, counted portions) is service, not menu, and not part of a file.

mod export;
mod import;
mod index;
mod line;
mod plan;
mod write;

pub use export::export;
pub use import::import;
pub use line::{Line, each_unknown_field};

use crate::Error;

/// The most lines of a file.
pub const MAX_LINES: usize = 20_000;
/// The most problems that one answer lists; the rest is counted.
const MAX_TOLD: usize = 50;

/// The error for a file with problems: one sentence a line.
fn refused(problems: &[String]) -> Error {
    let mut detail = problems.iter().take(MAX_TOLD).cloned().collect::<Vec<_>>().join("\n");
    if let Some(more) = problems.len().checked_sub(MAX_TOLD).filter(|more| *more > 0) {
        detail.push_str(&format!("\nand {more} more"));
    }
    Error::Unfit(detail)
}
