//! What the office manages: the kinds of things it makes, changes, deletes and restores, and the bounds of their
//! values.

mod blank;
mod catalog;
mod few;
mod image;
mod kind;
mod number;

pub use blank::Blank;
pub use catalog::Catalog;
pub use few::{Few, few, few_or_none};
pub use image::ImageUrl;
pub use kind::EntityKind;
pub use number::{Price, Whole};
