//! The kitchen 86's a product or brings it back.
//!
//! The flag, the raised menu version, the audit row and the event commit together (I1): no phone is told that
//! a dish is out and then reads a menu that has it. Setting what is set already does nothing and tells nobody.

use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::{KitchenCrew, Staff};
use chrono::SubsecRound;
use domain::{
    BranchId, ProductId,
    event::{Event, ProductAvailability},
    menu::{Supply, SupplyChange},
};
use serde_json::{Value, json};
use store::{Answer, Attempt, Change, Database, OfferedIn};
use wire::menu::AvailabilitySet;

/// What is to hold.
#[derive(Clone, Copy, Debug)]
pub struct Availability {
    /// 86 or not, portions left, an end.
    pub supply: SupplyChange,
    /// Where; may be left out by whoever reaches only one branch that offers the product.
    pub branch_id: Option<BranchId>,
}

impl Availability {
    /// With an end cut to what the database keeps, so that the answer says what will be read.
    fn kept(self) -> SupplyChange {
        SupplyChange { until: self.supply.until.map(|end| end.trunc_subsecs(6)), ..self.supply }
    }
}

fn written(supply: Supply) -> Value {
    json!({ "is_available": supply.is_available, "remaining": supply.remaining, "until": supply.until })
}

/// Sets whether a branch can serve a product.
///
/// # Errors
/// The product or the branch is not the caller's; several branches offer it and none was named.
pub async fn set_availability(
    db: &Database,
    staff: &Staff<KitchenCrew>,
    product: ProductId,
    wanted: Availability,
    attempt: &Attempt,
) -> Result<Answer> {
    command(
        db,
        "menu.set_availability",
        (staff, attempt),
        |uow| async move {
            let branch = match wanted.branch_id {
                Some(branch) => branch,
                None => match uow.find_offering_branch(staff, product).await? {
                    OfferedIn::One(branch) => branch,
                    OfferedIn::Several => {
                        return Err(Error::Invalid("branch_id: required, several of your branches offer this product"));
                    }
                },
            };
            Ok::<_, Error>((branch, uow.lock_offer(staff, product, branch).await?))
        },
        |act, (branch, offer)| async move {
            let before = offer.supply();
            let after = before.set(wanted.kept(), act.uow.now()).map_err(|why| Error::Unfit(why.to_string()))?;
            if after != before {
                let change = Change {
                    action: "UPDATE",
                    entity_type: "product_availability",
                    entity_id: product.get(),
                    branch: Some(branch),
                    before: written(before),
                    after: written(after),
                };
                act.audit(change);
                act.uow.set_supply(&offer, after).await?;
                act.uow.raise_menu_version(branch).await?;
            }
            // An end that has come may not have been told of yet; what was told last is what the row says.
            if after.is_available != before.is_available {
                let event = ProductAvailability { product_id: product, is_available: after.is_available };
                act.emit(offer.place(), Event::ProductAvailabilityChanged(event));
            }
            let now = AvailabilitySet {
                product_id: product,
                branch_id: branch,
                is_available: after.is_available,
                remaining: after.remaining,
                until: after.until,
            };
            Ok(Done::Changed(now))
        },
    )
    .await
}
