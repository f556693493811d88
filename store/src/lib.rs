//! The only crate that runs SQL.
//!
//! * [`Database::transaction`] is the one way to change anything; it retries, numbers the events and publishes them.
//! * [`UnitOfWork`] is what a transaction may do. What it has locked is a [`Locked`] row, and a change of that row asks
//!   for it: lock, then check, then write (I5).
//! * Locks are taken in one order everywhere: the business's office, table, session, check, payment, charges, the open
//!   cash session, places in the menu (by product), the audit chain's head, and the branch's stream last (I4).
//! * Every query starts from a [`auth::Scope`]: another tenant's row does not exist, another branch's is forbidden.
//! * [`view`] holds what GET requests read, each in a fixed number of statements.

mod account;
mod allergen;
mod assignment;
mod audit;
mod branch;
mod business_day;
mod call;
mod cart;
mod cash;
mod catalog;
mod category;
mod check;
mod checkup;
mod condition;
mod connection;
mod customization;
mod database;
mod deletion;
mod diner;
mod error;
mod event_log;
mod exclusion;
mod feedback;
mod forget;
mod idempotency;
mod ingredient;
mod invariant;
mod join_code;
mod keeping;
mod last;
mod menu;
mod menu_file;
mod migrate;
mod offer;
mod office;
mod operated;
mod page;
mod payment;
mod phone;
mod product;
mod promotion;
mod queue;
mod recipe;
mod refresh_token;
mod registry;
mod round;
#[cfg(test)]
mod schema;
mod schema_version;
mod scoped;
mod sector;
mod session;
mod sql;
mod staff;
mod staff_member;
mod start_error;
mod station;
mod subcategory;
mod table;
mod tenant;
mod ticket;
mod tip;
mod unit_of_work;
pub mod view;

pub use account::{Account, SecondFactor, StoredPassword};
pub use allergen::{AllergenRow, CrossReactionRow};
pub use assignment::{AssignmentRow, Placed, TableWaiter};
pub use audit::{Change, chain::Breach, chain::ChainHead, chain::Verified};
pub use branch::BranchRow;
pub use call::CallRow;
pub use cart::{CartRow, DueCart};
pub use cash::{CashSessionRow, NewMovement};
pub use catalog::NewProduct;
pub use category::{CategoryRow, NewCategory};
pub use check::{
    ChargeNow, ChargePrice, CheckRow, ClaimRow, DiscountRow, Ledger, NewClaim, NewDiscount, OfSession, Struck,
};
pub use checkup::Checkup;
pub use condition::Soundness;
pub use customization::SetCustomization;
pub use database::{Database, Location};
pub use deletion::{CascadeRow, DeletionRow};
pub use diner::{DinerRow, NewDiner};
pub use error::{Error, HoldsStoreError, Result};
pub use event_log::{Logged, PAGE as EVENT_PAGE, Unreadable};
pub use feedback::FeedbackRow;
pub use idempotency::{Answer, Attempt, Outcome};
pub use ingredient::IngredientRow;
pub use invariant::{Checked, Finding, Step, invariants};
pub use keeping::{Carried, FileCopy, LastBackup, Rows, Snapshot, Transfer, revival_script};
pub use menu::{Offered, OfferedChoice, Offering, TableBefore};
pub use menu_file::{ChoosableRow, DeclaredRow, MenuRows, ModifierRow};
pub use offer::{EndedRestriction, OfferedIn};
pub use office::{NewBranch, NewUser};
pub use operated::{Business, Login, Person};
pub use page::{Listed, Page};
pub use payment::{
    AccountRow, Bill, CancellationEnd, CancellationRow, CheckoutRow, Errand, Facts, Incident, IncidentRow, Keeping,
    LockedRefund, NewAccount, NewCheckout, NewNotice, NewPayment, NoticeTally, PaymentRow, RefundRow, ReturnedPayment,
    Sealed, SyncRow, Target, Worth,
};
pub use payment::{BranchDay, DeadLetters, LedgerFault, Recorded, RefundStep, StoredReport, measure};
pub use phone::{DeviceMarks, Guest, PhoneRow};
pub use product::{OfferRow, PlacedProduct, ProductRow};
pub use promotion::SetPromotion;
pub use queue::{
    CANCELLATIONS, Outcome as WorkOutcome, Piece, QUEUES, Queue, QueueReport, REFUNDS, SWEEPS, SYNCS, Share,
    measure_queue,
};
pub use recipe::RecipeRow;
pub use refresh_token::{NewRefreshToken, RefreshTokenRow};
pub use registry::{Key, Owner, TABLES, Table, kept_tables};
pub use round::{ItemRow, LineLeft, NewLine, NewRound, RoundRow, TakenFromCart};
pub use schema_version::{Schema, SchemaChange, knows_schema};
pub use sector::SectorRow;
pub use session::{NewSession, Seated, SessionRow};
pub use staff_member::NewMember;
pub use start_error::StartError;
pub use station::StationRow;
pub use subcategory::{NewSubcategory, PlacedSubcategory, SubcategoryRow};
pub use table::{NewTable, TableRow};
pub use tenant::TenantRow;
pub use ticket::TicketRow;
pub use tip::{NewTip, TipFilter, TipPoolRow, TipRow};
pub use unit_of_work::{Locked, Owing, UnitOfWork};
