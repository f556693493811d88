//! `routes/<noun>/<verb>.rs`: a request type and a handler that translates.

pub(crate) mod account;
pub(crate) mod assignment;
pub(crate) mod audit;
pub(crate) mod branch;
pub(crate) mod call;
pub(crate) mod cart;
pub(crate) mod cash;
pub(crate) mod category;
pub(crate) mod check;
pub(crate) mod diner;
pub(crate) mod docs;
pub(crate) mod health;
pub(crate) mod kitchen;
pub(crate) mod menu;
pub(crate) mod office;
pub(crate) mod order;
pub(crate) mod payment;
pub(crate) mod report;
pub(crate) mod round;
pub(crate) mod sector;
pub(crate) mod session;
pub(crate) mod staff;
pub(crate) mod table;
pub(crate) mod tenant;
pub(crate) mod till_office;
pub(crate) mod tip;
