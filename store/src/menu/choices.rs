//! Which modifiers can be chosen of which products.

use crate::{error::Result, sql::sql, unit_of_work::all};
use domain::{
    Cents, CustomizationId, ProductId, TenantId,
    menu::{Choice, Choices},
    name::NameOrder,
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::Value;
use std::cmp::Ordering;

/// A modifier that can be chosen of a product.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct OfferedChoice {
    /// Of what.
    pub product_id: ProductId,
    /// The modifier.
    pub id: CustomizationId,
    /// What it is called.
    pub name: String,
    /// What it adds to the price of one, in cents.
    pub extra_cost_cents: Cents,
}

impl OfferedChoice {
    /// The modifier itself.
    #[must_use]
    pub fn choice(&self) -> Choice {
        Choice { id: self.id, name: self.name.clone(), extra_cost_cents: self.extra_cost_cents }
    }
}

/// Where a modifier stands: its kind, its place and its name.
pub(crate) type Standing<'a> = (Option<&'a str>, i32, &'a str);

/// Which of two modifiers comes first: those of one kind stand together.
pub(crate) fn in_order(order: &NameOrder, one: Standing<'_>, other: Standing<'_>) -> Ordering {
    let kinds = order.compare(one.0.unwrap_or_default(), other.0.unwrap_or_default());
    kinds.then_with(|| one.1.cmp(&other.1)).then_with(|| order.compare(one.2, other.2))
}

#[derive(FromQueryResult)]
struct OfferedRow {
    #[sea_orm(nested)]
    offered: OfferedChoice,
    category: Option<String>,
    display_order: i32,
    language: String,
}

impl OfferedRow {
    fn standing(&self) -> Standing<'_> {
        (self.category.as_deref(), self.display_order, &self.offered.name)
    }
}

/// All the products that each of the modifiers can be chosen of; nothing is asked where nothing is chosen.
pub(crate) async fn offered(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &[CustomizationId],
) -> Result<Vec<OfferedChoice>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = serde_json::to_string(ids).unwrap_or_default();
    let sql = sql!(tenant, "select x.product_id, c.id, c.name, c.extra_cost_cents, c.category, c.display_order, t.language
         from customization c join customization_product x on x.customization_id = c.id join tenant t on t.id = c.tenant_id
         where c.tenant_id = $1 and c.is_active and c.id in #list($2) order by c.id, x.product_id");
    let mut rows: Vec<OfferedRow> = all(db, sql, [tenant.into(), ids.into()]).await?;
    let order = rows.first().map(|row| NameOrder::of(&row.language)).unwrap_or_default();
    rows.sort_by(|one, other| in_order(&order, one.standing(), other.standing()));
    Ok(rows.into_iter().map(|row| row.offered).collect())
}

/// What is chosen of a product, or the first that cannot be.
pub(crate) fn chosen(
    offered: &[OfferedChoice],
    product: ProductId,
    choices: &Choices,
) -> Result<Vec<Choice>, CustomizationId> {
    let of_product = || offered.iter().filter(|choice| choice.product_id == product);
    if let Some(unknown) = choices.ids().iter().find(|id| !of_product().any(|choice| choice.id == **id)) {
        return Err(*unknown);
    }
    let chosen = of_product().filter(|choice| choices.ids().contains(&choice.id));
    Ok(chosen.map(OfferedChoice::choice).collect())
}

/// What was chosen of a round's line, as the row keeps it.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Chosen {
    modifiers: Option<String>,
    customizations: Option<Value>,
}

impl Chosen {
    pub(crate) const fn new(modifiers: Option<String>, customizations: Option<Value>) -> Self {
        Self { modifiers, customizations }
    }

    /// For programs.
    pub(crate) fn list(&self) -> Vec<Choice> {
        self.customizations.clone().and_then(|list| serde_json::from_value(list).ok()).unwrap_or_default()
    }

    /// For whoever cooks and carries: the shipped screens show a line's note and know no modifiers, so the note says
    /// them first. A modifier that nobody reads would be a wrong dish.
    pub(crate) fn with_note(self, note: Option<String>) -> Option<String> {
        match (self.modifiers, note.filter(|note| !note.is_empty())) {
            (Some(modifiers), Some(note)) => Some(format!("{modifiers} · {note}")),
            (modifiers, note) => modifiers.or(note),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(product: i64, id: i64) -> OfferedChoice {
        let (product_id, id) = (ProductId(product), CustomizationId(id));
        OfferedChoice { product_id, id, name: format!("m{id}"), extra_cost_cents: Cents::ZERO }
    }

    #[test]
    fn only_what_belongs_to_the_product_can_be_chosen_of_it() {
        let offered = [offer(101, 2), offer(101, 1), offer(102, 3)];
        let choices =
            |ids: &[i64]| Choices::try_from(ids.iter().copied().map(CustomizationId).collect::<Vec<_>>()).unwrap();
        let names = |ids: &[i64]| chosen(&offered, ProductId(101), &choices(ids)).map(|all| all.len());
        assert_eq!(names(&[]), Ok(0));
        assert_eq!(names(&[1, 2]), Ok(2));
        assert_eq!(names(&[1, 3]), Err(CustomizationId(3)));
    }

    #[test]
    fn the_kitchen_reads_modifiers_before_the_wish() {
        let note = |modifiers: Option<&str>, note: Option<&str>| {
            Chosen::new(modifiers.map(Into::into), None).with_note(note.map(Into::into))
        };
        assert_eq!(note(Some("Sin sal"), Some("rápido")).as_deref(), Some("Sin sal · rápido"));
        assert_eq!(note(Some("Sin sal"), None).as_deref(), Some("Sin sal"));
        assert_eq!(note(None, Some("rápido")).as_deref(), Some("rápido"));
        assert_eq!(note(None, None), None);
    }
}
