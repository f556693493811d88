//! The business's allergens, for the phones' filters (M4): three statements.

use crate::{
    Database,
    error::Result,
    page::name_order,
    sql::{Sql, sql},
    unit_of_work::all,
};
use domain::{
    AllergenId, CrossReactionId, TenantId,
    menu::{Probability, Severity},
};
use sea_orm::FromQueryResult;
use std::collections::HashMap;
use wire::allergen::{AllergenEntry, CrossReactionEntry};

#[derive(FromQueryResult)]
struct AllergenRow {
    id: AllergenId,
    name: String,
    icon: Option<String>,
    description: Option<String>,
    is_mandatory: bool,
    severity: Severity,
}

#[derive(FromQueryResult)]
struct CrossRow {
    id: CrossReactionId,
    allergen_id: AllergenId,
    other: AllergenId,
    other_name: String,
    probability: Probability,
    notes: Option<String>,
}

static ALLERGENS: &Sql = sql!(
    tenant,
    "select id, name, icon, description, is_mandatory, severity from allergen
    where tenant_id = $1 and is_active order by id"
);

static CROSS_REACTIONS: &Sql = sql!(
    tenant,
    "select x.id, x.allergen_id, a.id as other, a.name as other_name, x.probability, x.notes
    from cross_reaction x join allergen a on a.id = x.cross_reacts_with_id and a.is_active
    where x.tenant_id = $1 and x.is_active order by x.id"
);

impl Database {
    /// The allergens of a tenant, those the law names first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn public_allergens(&self, tenant: TenantId) -> Result<Vec<AllergenEntry>> {
        let order = name_order(self.reader(), tenant).await?;
        let mut rows: Vec<AllergenRow> = all(self.reader(), ALLERGENS, [tenant.into()]).await?;
        order.sort(&mut rows, |row| &row.name);
        rows.sort_by_key(|row| !row.is_mandatory);
        let mut crossed: Vec<CrossRow> = all(self.reader(), CROSS_REACTIONS, [tenant.into()]).await?;
        order.sort(&mut crossed, |row| &row.other_name);
        let mut cross_reactions: HashMap<AllergenId, Vec<CrossReactionEntry>> = HashMap::new();
        for row in crossed {
            cross_reactions.entry(row.allergen_id).or_default().push(CrossReactionEntry {
                id: row.id,
                cross_reacts_with_id: row.other,
                cross_reacts_with_name: row.other_name,
                probability: row.probability,
                notes: row.notes,
            });
        }
        let entry = |row: AllergenRow| AllergenEntry {
            id: row.id,
            name: row.name,
            icon: row.icon,
            description: row.description,
            is_mandatory: row.is_mandatory,
            severity: row.severity,
            cross_reactions: cross_reactions.remove(&row.id).unwrap_or_default(),
        };
        Ok(rows.into_iter().map(entry).collect())
    }
}
