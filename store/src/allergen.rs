//! Allergens and cross-reactions: the whole business's, as its office manages them.

use crate::{
    Database, Listed,
    error::{Error, Result},
    page::name_order,
    sql::sql,
    unit_of_work::{UnitOfWork, all, one},
};
use auth::Scope;
use domain::{AllergenId, CrossReactionId, TenantId, menu::Probability, name::NameOrder};
use entity::{allergen, cross_reaction};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, IntoActiveModel};
use std::collections::HashMap;
use wire::allergen::{Allergen, CrossReaction, KnownReaction};

/// An allergen's row.
pub type AllergenRow = allergen::Model;
/// A cross-reaction's row.
pub type CrossReactionRow = cross_reaction::Model;

const ALLERGENS: &str = "select * from allergen where tenant_id = $1";

const CROSS_REACTIONS: &str =
    "select x.id, x.tenant_id, x.allergen_id, a.name as allergen_name, x.cross_reacts_with_id,
        o.name as cross_reacts_with_name, x.probability, x.notes, x.is_active
    from cross_reaction x join allergen a on a.id = x.allergen_id join allergen o on o.id = x.cross_reacts_with_id
    where x.tenant_id = $1";

/// The rows with what else their sufferers may react to, in their order.
async fn with_reactions(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    order: &NameOrder,
    rows: Vec<AllergenRow>,
) -> Result<Vec<Allergen>> {
    let ids: Vec<AllergenId> = rows.iter().map(|row| row.id).collect();
    let ids = serde_json::to_string(&ids).unwrap_or_default();
    let sql =
        sql!(tenant, "{CROSS_REACTIONS} and x.is_active and o.is_active and x.allergen_id in #list($2) order by x.id");
    let mut pairs: Vec<CrossReaction> = all(db, sql, [tenant.into(), ids.into()]).await?;
    order.sort(&mut pairs, |pair| &pair.cross_reacts_with_name);
    let mut known: HashMap<AllergenId, Vec<KnownReaction>> = HashMap::new();
    for pair in pairs {
        known.entry(pair.allergen_id).or_default().push(KnownReaction {
            id: pair.id,
            cross_reacts_with_id: pair.cross_reacts_with_id,
            cross_reacts_with_name: pair.cross_reacts_with_name,
            probability: pair.probability,
            notes: pair.notes,
        });
    }
    let allergen = |row: AllergenRow| Allergen {
        cross_reactions: known.remove(&row.id),
        id: row.id,
        tenant_id: row.tenant_id,
        name: row.name,
        icon: row.icon,
        description: row.description,
        is_mandatory: row.is_mandatory,
        severity: row.severity,
        is_active: row.is_active,
    };
    Ok(rows.into_iter().map(allergen).collect())
}

impl Database {
    /// The business's allergens by name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn allergens(
        &self,
        scope: &impl Scope,
        mandatory_only: bool,
        deleted_too: bool,
        wanted: &Listed,
    ) -> Result<Vec<Allergen>> {
        let sql = sql!(
            tenant,
            "{ALLERGENS} and (deletion_id is null or $2) and (is_mandatory or not $3)
             order by id"
        );
        let values = [scope.tenant_id().into(), deleted_too.into(), mandatory_only.into()];
        let rows: Vec<AllergenRow> = all(self.reader(), sql, values).await?;
        let order = name_order(self.reader(), scope.tenant_id()).await?;
        let rows = wanted.by_name(&order, rows, |row| &row.name);
        with_reactions(self.reader(), scope.tenant_id(), &order, rows).await
    }

    /// One allergen of the business.
    ///
    /// # Errors
    /// Not found.
    pub async fn find_allergen(&self, scope: &impl Scope, id: AllergenId) -> Result<Allergen> {
        let sql = sql!(tenant, "{ALLERGENS} and id = $2 and deletion_id is null");
        let row: Option<AllergenRow> = one(self.reader(), sql, [scope.tenant_id().into(), id.into()]).await?;
        let order = name_order(self.reader(), scope.tenant_id()).await?;
        let rows = row.into_iter().collect();
        let mut found = with_reactions(self.reader(), scope.tenant_id(), &order, rows).await?;
        found.pop().ok_or(Error::NotFound("allergen"))
    }

    /// The business's cross-reactions, or those of one allergen.
    ///
    /// # Errors
    /// The database failed.
    pub async fn cross_reactions(
        &self,
        scope: &impl Scope,
        allergen: Option<AllergenId>,
        deleted_too: bool,
        wanted: &Listed,
    ) -> Result<Vec<CrossReaction>> {
        let sql = sql!(
            tenant,
            "{CROSS_REACTIONS} and (x.deletion_id is null or $2) and (x.allergen_id = $3 or $3 = 0)
             order by x.id"
        );
        let only = allergen.map_or(0, AllergenId::get);
        let values = [scope.tenant_id().into(), deleted_too.into(), only.into()];
        let mut rows: Vec<CrossReaction> = all(self.reader(), sql, values).await?;
        let order = name_order(self.reader(), scope.tenant_id()).await?;
        order.sort(&mut rows, |pair| &pair.cross_reacts_with_name);
        order.sort(&mut rows, |pair| &pair.allergen_name);
        Ok(wanted.part(rows, |pair| [&pair.allergen_name, &pair.cross_reacts_with_name]))
    }
}

impl UnitOfWork {
    /// An allergen of the business. Under the office lock it stays as it is.
    ///
    /// # Errors
    /// Not found.
    pub async fn allergen(&self, scope: &impl Scope, id: AllergenId) -> Result<AllergenRow> {
        let sql = sql!(tenant, "{ALLERGENS} and id = $2 and deletion_id is null");
        self.one(sql, [scope.tenant_id().into(), id.into()]).await?.ok_or(Error::NotFound("allergen"))
    }

    /// The allergen as the office reads it, as this transaction leaves it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn allergen_now(&self, row: AllergenRow) -> Result<Allergen> {
        let order = name_order(self.tx(), row.tenant_id).await?;
        let mut found = with_reactions(self.tx(), row.tenant_id, &order, vec![row]).await?;
        found.pop().ok_or(Error::NotFound("allergen"))
    }

    /// Adds an allergen; `new` has everything but what the database and the caller's tenant say.
    ///
    /// # Errors
    /// The name is taken.
    pub async fn add_allergen(&self, scope: &impl Scope, new: AllergenRow) -> Result<AllergenRow> {
        let mut row = new.clone().into_active_model().reset_all();
        row.id = sea_orm::ActiveValue::NotSet;
        row.tenant_id = Set(scope.tenant_id());
        row.is_active = Set(!new.deactivated);
        row.created_at = Set(self.now());
        Ok(row.insert(self.tx()).await?)
    }

    /// Writes what the office changed of `before`.
    ///
    /// # Errors
    /// The name is taken.
    pub async fn set_allergen(&self, before: &AllergenRow, changed: AllergenRow) -> Result<AllergenRow> {
        let changed = AllergenRow {
            id: before.id,
            tenant_id: before.tenant_id,
            created_at: before.created_at,
            deletion_id: before.deletion_id,
            is_active: !changed.deactivated,
            ..changed
        };
        Ok(changed.into_active_model().reset_all().update(self.tx()).await?)
    }

    /// A cross-reaction of the business. Under the office lock it stays as it is.
    ///
    /// # Errors
    /// Not found.
    pub async fn cross_reaction(&self, scope: &impl Scope, id: CrossReactionId) -> Result<CrossReaction> {
        let sql = sql!(tenant, "{CROSS_REACTIONS} and x.id = $2 and x.deletion_id is null");
        self.one(sql, [scope.tenant_id().into(), id.into()]).await?.ok_or(Error::NotFound("cross-reaction"))
    }

    /// Adds a cross-reaction between two allergens of the business.
    ///
    /// # Errors
    /// The pair is known.
    pub async fn insert_cross_reaction(
        &self,
        from: &AllergenRow,
        to: &AllergenRow,
        probability: Probability,
        notes: Option<String>,
    ) -> Result<CrossReactionId> {
        let row = cross_reaction::ActiveModel {
            tenant_id: Set(from.tenant_id),
            allergen_id: Set(from.id),
            cross_reacts_with_id: Set(to.id),
            probability: Set(probability),
            notes: Set(notes),
            is_active: Set(true),
            deactivated: Set(false),
            ..Default::default()
        };
        Ok(row.insert(self.tx()).await?.id)
    }

    /// Writes what the office changed of a pair.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_cross_reaction(
        &self,
        pair: &CrossReaction,
        probability: Probability,
        notes: Option<String>,
    ) -> Result<()> {
        let sql = sql!(row("id"), "update cross_reaction set probability = $2, notes = $3 where id = $1");
        self.run(sql, [pair.id.into(), probability.as_str().into(), notes.into()]).await?;
        Ok(())
    }
}
