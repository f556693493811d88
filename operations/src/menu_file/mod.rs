//! A business's menu as one file: written as it stands, read as a whole or not at all.
//!
//! Things are named, not numbered: a file of one business can be read by another that has branches of the same slugs. A
//! thing is what the file means if it stands in the same place under the same name. What a line does not say stays
//! as it is (and has its default where the thing is new); null clears. A file creates and changes, it **deletes
//! nothing**: what it does not name stays. Prices it names are set and others stay; the allergens of a product are one
//! declaration and are replaced as one, and so are the products that a modifier can be chosen of. What a branch has of
//! a product (86, counted portions) is service, not menu, and no part of a file.

mod export;
mod import;
mod index;
mod line;
mod plan;
mod write;

pub use export::export;
pub use import::import;
pub use line::Line;

use crate::Error;

/// Most lines of a file.
pub const MAX_LINES: usize = 20_000;
/// Most problems that are told at once; the rest is counted.
const MAX_TOLD: usize = 50;

/// All that is wrong with a file, one sentence a line.
fn refused(problems: &[String]) -> Error {
    let mut detail = problems.iter().take(MAX_TOLD).cloned().collect::<Vec<_>>().join("\n");
    if let Some(more) = problems.len().checked_sub(MAX_TOLD).filter(|more| *more > 0) {
        detail.push_str(&format!("\nand {more} more"));
    }
    Error::Unfit(detail)
}
