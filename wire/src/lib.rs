//! The wire of the HTTP API: what requests say and answers carry, one file a noun (decisions/036).
//!
//! A field here is a field of a public document: `comanda openapi` is made of these types, and the shipped clients read
//! them. `store` fills what is read, `operations` take what is asked and say what was done, `api` receives and sends;
//! none of them says again what a field is called. Bounds of single values are in the value types of `domain`. What a
//! type can say of itself alone stands with it; rules, rows and status numbers do not.

pub mod allergen;
pub mod assignment;
pub mod audit;
pub mod bill;
pub mod branch;
pub mod call;
pub mod cash;
pub mod category;
pub mod check;
pub mod customization;
pub mod diner;
pub mod exclusion;
pub mod ingredient;
pub mod kitchen;
pub mod line;
pub mod menu;
pub mod menu_file;
pub mod not_yet;
pub mod office;
pub mod order;
pub mod payment;
pub mod product;
pub mod promotion;
pub mod provider;
pub mod recipe;
pub mod reconcile;
pub mod report;
pub mod round;
pub mod sector;
pub mod session;
pub mod staff;
pub mod station;
pub mod subcategory;
pub mod table;
pub mod tenant;
pub mod tip;
pub mod visit;
