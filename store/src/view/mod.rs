//! What GET requests read: each in a fixed number of statements, whatever the number of rows.

mod allergens;
mod branches;
mod cart;
mod device;
mod menu;
mod roster;
mod visit;

pub use allergens::{AllergenEntry, CrossReactionEntry};
pub use device::{DeviceTaste, DeviceVisit};
pub use menu::{Cooking, DeclaredAllergens, Dietary, Menu, MenuAllergen, MenuCategory, MenuProduct, MenuSubcategory};
pub use roster::Roster;
pub use visit::{VisitItem, VisitRound};
