//! What GET requests read: each in a fixed number of statements, whatever the number of rows.

mod allergens;
mod assignments;
mod audit_log;
mod branches;
mod calls;
mod cart;
mod check_detail;
mod device;
mod duty_roster;
mod floor;
mod kitchen_pace;
mod kitchen_place;
mod kitchen_round;
mod kitchen_ticket;
mod menu;
mod money_tasks;
mod orders;
mod owed;
mod phones;
mod products;
mod report;
mod roster;
mod session_detail;
mod session_summary;
mod shares;
mod visit;
mod visit_check;

pub use crate::{
    allergen::{Allergen, CrossReaction, KnownReaction},
    cash::{CashMovement, CashSession, CashSummary},
    category::{Category, category_of},
    customization::Customization,
    exclusion::{CategoryExclusion, SubcategoryExclusion},
    ingredient::{CatalogEntry, Ingredient, IngredientGroup, SubIngredient},
    promotion::Promotion,
    recipe::{DerivedProduct, Recipe, RecipeAllergen, RecipeFilter},
    sector::{Sector, sector_of},
    staff_member::{StaffMember, member_of, seen_from},
    subcategory::{Subcategory, subcategory_of},
    tenant::{Tenant, tenant_of},
    tip::{Tip, TipPool, TipReport, TipShare},
};
pub use allergens::{AllergenEntry, CrossReactionEntry};
pub use assignments::{AssignedSector, AssignmentCheck, Assignments};
pub use audit_log::{AuditEntry, AuditFilter};
pub use branches::{Branch, PublicBranch, branch_of};
pub use calls::Call;
pub use check_detail::{
    ChargeLine, CheckDetail, CheckHead, CoveredCharge, DiscountLine, PaymentHead, PaymentLine, RefundLine,
};
pub use device::{DeviceTaste, DeviceVisit};
pub use duty_roster::{OverviewWaiter, PlacedWaiter, RosterOverview, StaffedSector};
pub use floor::{Floor, OfficeTable, TableNow};
pub use kitchen_pace::KitchenPace;
pub use kitchen_place::At;
pub use kitchen_round::{KitchenRound, KitchenRoundItem, PrintedRound};
pub use kitchen_ticket::{StationTickets, Ticket, TicketItem};
pub use menu::{
    Cooking, DeclaredAllergens, Dietary, Menu, MenuAllergen, MenuCategory, MenuChoice, MenuProduct, MenuPromotion,
    MenuSubcategory, PromotionItem,
};
pub use money_tasks::{OpenIncident, OpenRefund};
pub use orders::{ActiveOrder, OrderItem, OrderStats};
pub use phones::SeatedPhone;
pub(crate) use products::with_details;
pub use products::{AllergenPresence, BranchPrice, KnownCooking, Product, ProductFilter, Sensory};
pub use report::{
    DaySales, HourOrders, MethodSales, OpenCheck, PersonDiscounts, PersonVoids, Place, ProductSales, Summary,
    WaiterPerformance, Window,
};
pub use roster::Roster;
pub use session_detail::{ItemDetail, RoundDetail, SeatedDiner, SessionDetail};
pub use session_summary::SessionSummary;
pub use shares::{Balance, LiveClaim};
pub use visit::{VisitItem, VisitRound, VisitTotal};
pub use visit_check::{BillItem, BillPayment, VisitCheck};
