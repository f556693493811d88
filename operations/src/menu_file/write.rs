//! Writes a planned import: only what differs, and parents first, since children need their numbers.

use super::{
    index::MenuIndex,
    line::{AllergenFields, CategoryFields, ModifierFields, ProductFields, StationFields, SubcategoryFields},
    plan::PlannedRow,
};
use crate::{
    Error, Result,
    command::Act,
    office::{ToldBranches, written},
};
use auth::Author;
use chrono::{DateTime, Utc};
use domain::{
    AllergenId, BranchId, BranchProductId, CategoryId, CustomizationId, ProductAllergenId, ProductId, StationId,
    SubcategoryId, TenantId,
    event::{EntityRef, Event},
    kitchen::StationCode,
    office::EntityKind,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use store::{
    AllergenRow, CategoryRow, ChoosableRow, DeclaredRow, ModifierRow, OfferRow, ProductRow, StationRow, SubcategoryRow,
};
use wire::menu_file::Kind;

/// How events name a thing of that kind.
fn entity_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Allergen => EntityKind::Allergen.as_str(),
        Kind::Station => crate::station::KIND,
        Kind::Category => EntityKind::Category.as_str(),
        Kind::Subcategory => EntityKind::Subcategory.as_str(),
        Kind::Product => EntityKind::Product.as_str(),
        Kind::Modifier => EntityKind::Customization.as_str(),
    }
}

/// Turns planned rows into rows of the database.
struct RowBuilder<'a> {
    tenant: TenantId,
    now: DateTime<Utc>,
    index: &'a MenuIndex,
}

impl<C: Author> Act<'_, C> {
    pub(super) async fn write_menu(&self, wanted: &[PlannedRow]) -> Result<()> {
        let planned = self.index().await?;
        let mut index = planned.clone();
        let mut written = Vec::new();
        for kind in Kind::ALL {
            let differing: Vec<_> = wanted.iter().filter(|it| it.kind == kind && it.changes()).collect();
            if differing.is_empty() {
                continue;
            }
            let builder = RowBuilder { tenant: self.by.tenant_id(), now: self.uow.now(), index: &index };
            match kind {
                Kind::Allergen => self.uow.save_allergens(builder.rows(&differing, RowBuilder::allergen)?).await?,
                Kind::Station => self.uow.save_stations(builder.stations(&differing)?).await?,
                Kind::Category => self.uow.save_categories(builder.rows(&differing, RowBuilder::category)?).await?,
                Kind::Subcategory => {
                    self.uow.save_subcategories(builder.rows(&differing, RowBuilder::subcategory)?).await?
                }
                Kind::Product => self.uow.save_products(builder.rows(&differing, RowBuilder::product)?).await?,
                Kind::Modifier => self.uow.save_modifiers(builder.rows(&differing, RowBuilder::modifier)?).await?,
            }
            index = self.index().await?.keeping(&planned);
            match kind {
                Kind::Product => self.write_details(&index, &differing).await?,
                Kind::Modifier => self.write_choosable(&index, &differing).await?,
                _ => {}
            }
            written.push((kind, differing));
        }
        self.tell_all(&index, &written).await
    }

    async fn index(&self) -> Result<MenuIndex> {
        Ok(MenuIndex::of(self.uow.menu_rows(self.by).await?))
    }

    /// Writes prices and allergens of products, where they differ.
    async fn write_details(&self, index: &MenuIndex, products: &[&PlannedRow]) -> Result<()> {
        let tenant_id = self.by.tenant_id();
        let (mut offers, mut declared, mut redeclared) = (Vec::new(), Vec::new(), Vec::new());
        for product in products {
            let product_id = ProductId(id(index, Kind::Product, &product.key)?);
            let fields: ProductFields = typed(&product.after)?;
            for (slug, price) in fields.prices {
                if product.before["prices"][&slug] == json!(price) {
                    continue;
                }
                let branch_id = branch(index, &slug)?;
                offers.push(OfferRow {
                    id: BranchProductId(0),
                    tenant_id,
                    branch_id,
                    product_id,
                    price_cents: price.cents(),
                    is_available: true,
                    remaining: None,
                    restricted_until: None,
                });
            }
            if product.before["allergens"] != product.after["allergens"] {
                redeclared.push(product_id);
                for (name, presence) in fields.allergens {
                    let allergen_id = AllergenId(id(index, Kind::Allergen, &[name])?);
                    declared.push(DeclaredRow {
                        id: ProductAllergenId(0),
                        tenant_id,
                        product_id,
                        allergen_id,
                        presence,
                    });
                }
            }
        }
        self.uow.save_offers(offers).await?;
        Ok(self.uow.replace_declared(&redeclared, declared).await?)
    }

    /// Writes the products that modifiers can be chosen with, where they differ.
    async fn write_choosable(&self, index: &MenuIndex, modifiers: &[&PlannedRow]) -> Result<()> {
        let tenant_id = self.by.tenant_id();
        let (mut rows, mut changed) = (Vec::new(), Vec::new());
        for modifier in modifiers.iter().filter(|it| it.before["products"] != it.after["products"]) {
            let customization_id = CustomizationId(id(index, Kind::Modifier, &modifier.key)?);
            changed.push(customization_id);
            for place in typed::<ModifierFields>(&modifier.after)?.products {
                let known = index.product_at(&place).ok_or(Error::Internal("a planned product has no number"))?;
                let product_id = ProductId(known.id);
                rows.push(ChoosableRow { customization_id, product_id, tenant_id });
            }
        }
        Ok(self.uow.replace_choosable(&changed, rows).await?)
    }

    /// Emits one event for each branch and kind, then voids the menus. It comes last: the branches' rows are locked
    /// after the offers, in the order in which orders lock them.
    async fn tell_all(&self, index: &MenuIndex, written: &[(Kind, Vec<&PlannedRow>)]) -> Result<()> {
        let mut stale = BTreeSet::new();
        for (kind, differing) in written {
            for (branch, it) in self.told(index, *kind, differing).await? {
                let entity_id = id(index, *kind, &it.key)?;
                let entity =
                    EntityRef { entity_type: entity_type(*kind), entity_id, entity_name: Some(it.name().to_owned()) };
                self.emit_in(
                    branch,
                    if it.is_new() { Event::EntityCreated(entity) } else { Event::EntityUpdated(entity) },
                );
                stale.insert(branch);
            }
        }
        for branch in stale {
            self.uow.raise_menu_version(branch).await?;
        }
        Ok(())
    }

    /// Finds the branches that a change concerns, each with the first entry of it.
    async fn told<'w>(
        &self,
        index: &MenuIndex,
        kind: Kind,
        differing: &[&'w PlannedRow],
    ) -> Result<BTreeMap<BranchId, &'w PlannedRow>> {
        let shelf = |it: &PlannedRow| index.find(Kind::Category, &it.key[..2]).map(|known| CategoryId(known.id));
        let selling = match kind {
            Kind::Category | Kind::Subcategory => {
                let shelves: Vec<CategoryId> = differing.iter().filter_map(|it| shelf(it)).collect();
                self.uow.branches_selling_any(&shelves).await?
            }
            _ => Vec::new(),
        };
        let mut first = BTreeMap::new();
        for &it in differing {
            let is_everywhere = matches!(kind, Kind::Allergen | Kind::Modifier);
            let branches = if is_everywhere {
                self.branches(&ToldBranches::Everywhere).await?
            } else {
                let priced = it.after["prices"].as_object().into_iter().flat_map(|prices| prices.keys());
                let mut own = priced.chain([&it.key[0]]).map(|slug| branch(index, slug)).collect::<Result<Vec<_>>>()?;
                let of_shelf = selling.iter().filter(|(category, _)| Some(*category) == shelf(it));
                own.extend(of_shelf.map(|(_, branch)| *branch));
                own
            };
            for branch in branches {
                first.entry(branch).or_insert(it);
            }
            if is_everywhere {
                break;
            }
        }
        Ok(first)
    }
}

impl RowBuilder<'_> {
    fn rows<T>(&self, wanted: &[&PlannedRow], row: impl Fn(&Self, &PlannedRow) -> Result<T>) -> Result<Vec<T>> {
        wanted.iter().map(|it| row(self, it)).collect()
    }

    fn allergen(&self, it: &PlannedRow) -> Result<AllergenRow> {
        let fields: AllergenFields = typed(&it.after)?;
        Ok(AllergenRow {
            id: AllergenId(it.id),
            tenant_id: self.tenant,
            name: it.key[0].clone(),
            icon: fields.icon.map(Into::into),
            description: fields.description.map(Into::into),
            is_mandatory: fields.is_mandatory,
            severity: fields.severity,
            is_active: fields.is_active,
            deactivated: !fields.is_active,
            deletion_id: None,
            created_at: self.now,
        })
    }

    /// Codes of new stations are theirs in the branch: one that is taken gets a number.
    fn stations(&self, wanted: &[&PlannedRow]) -> Result<Vec<StationRow>> {
        let standing = self.index.things.iter().filter(|((kind, _), _)| *kind == Kind::Station);
        let mut taken: HashSet<(String, StationCode)> =
            standing.filter_map(|((_, key), known)| Some((key[0].clone(), known.code.clone()?))).collect();
        let mut rows = Vec::with_capacity(wanted.len());
        for it in wanted {
            let fields: StationFields = typed(&it.after)?;
            let slug = &it.key[0];
            let first = it.code.clone().or(fields.code).or_else(|| StationCode::of_name(&it.key[1]));
            let first = first.ok_or(Error::Internal("a planned station has no code"))?;
            let free = |code: &StationCode| !taken.contains(&(slug.clone(), code.clone()));
            let code = if it.is_new() { first.numbered().find(free).unwrap_or_else(|| first.clone()) } else { first };
            taken.insert((slug.clone(), code.clone()));
            rows.push(StationRow {
                id: StationId(it.id),
                tenant_id: self.tenant,
                branch_id: branch(self.index, slug)?,
                code,
                name: it.key[1].clone(),
                display_order: fields.order.get(),
                created_at: self.now,
            });
        }
        Ok(rows)
    }

    /// The code of the station that makes it; what a file does not change stays as the row has it.
    fn made_at(&self, it: &PlannedRow) -> Result<Option<StationCode>> {
        if it.before["station"] == it.after["station"] {
            return Ok(it.code.clone());
        }
        let Some(name) = it.after["station"].as_str() else { return Ok(None) };
        let known = self.index.find(Kind::Station, &[it.key[0].clone(), name.to_owned()]);
        let code = known.and_then(|known| known.code.clone());
        code.map(Some).ok_or(Error::Internal("a planned station has no number"))
    }

    fn category(&self, it: &PlannedRow) -> Result<CategoryRow> {
        let fields: CategoryFields = typed(&it.after)?;
        Ok(CategoryRow {
            id: CategoryId(it.id),
            tenant_id: self.tenant,
            branch_id: branch(self.index, &it.key[0])?,
            name: it.key[1].clone(),
            icon: fields.icon.map(Into::into),
            image: fields.image.into(),
            display_order: fields.order.get(),
            service_hours: written(fields.service_hours.as_ref()),
            is_active: fields.is_active,
            deactivated: !fields.is_active,
            deletion_id: None,
            created_at: self.now,
            station: self.made_at(it)?,
        })
    }

    fn subcategory(&self, it: &PlannedRow) -> Result<SubcategoryRow> {
        let fields: SubcategoryFields = typed(&it.after)?;
        Ok(SubcategoryRow {
            id: SubcategoryId(it.id),
            tenant_id: self.tenant,
            category_id: CategoryId(id(self.index, Kind::Category, &it.key[..2])?),
            name: it.key[2].clone(),
            image: fields.image.into(),
            display_order: fields.order.get(),
            is_active: fields.is_active,
            deactivated: !fields.is_active,
            deletion_id: None,
            created_at: self.now,
        })
    }

    fn product(&self, it: &PlannedRow) -> Result<ProductRow> {
        let fields: ProductFields = typed(&it.after)?;
        let part = fields.subcategory.map(String::from).map(|name| {
            let key = [it.key[0].clone(), it.key[1].clone(), name];
            id(self.index, Kind::Subcategory, &key).map(SubcategoryId)
        });
        Ok(ProductRow {
            id: ProductId(it.id),
            tenant_id: self.tenant,
            category_id: CategoryId(id(self.index, Kind::Category, &it.key[..2])?),
            subcategory_id: part.transpose()?,
            name: it.key[2].clone(),
            description: fields.description.map(Into::into),
            image: fields.image.into(),
            featured: fields.featured,
            popular: fields.popular,
            badge: fields.badge.map(Into::into),
            seal: fields.seal.map(Into::into),
            dietary: fields.dietary_profile.map(|profile| json!(profile)),
            cooking: fields.cooking_info.map(|info| json!(info)),
            service_hours: written(fields.service_hours.as_ref()),
            station: self.made_at(it)?,
            // Not part of a file; a known product keeps its values.
            sensory: None,
            recipe_id: None,
            inherits_from_recipe: false,
            is_active: fields.is_active,
            deactivated: !fields.is_active,
            deletion_id: None,
            created_at: self.now,
        })
    }

    fn modifier(&self, it: &PlannedRow) -> Result<ModifierRow> {
        let fields: ModifierFields = typed(&it.after)?;
        Ok(ModifierRow {
            id: CustomizationId(it.id),
            tenant_id: self.tenant,
            name: it.key[1].clone(),
            category: Some(it.key[0].clone()).filter(|category| !category.is_empty()),
            extra_cost_cents: fields.extra_cost_cents.cents(),
            display_order: fields.order.get(),
            is_active: true,
            deactivated: false,
            deletion_id: None,
            created_at: self.now,
        })
    }
}

fn id(index: &MenuIndex, kind: Kind, key: &[String]) -> Result<i64> {
    index.find(kind, key).map(|known| known.id).ok_or(Error::Internal("a planned thing has no number"))
}

fn branch(index: &MenuIndex, slug: &str) -> Result<BranchId> {
    index.branches.get(slug).copied().ok_or(Error::Internal("a planned branch has no number"))
}

/// Reads a value that the plan has checked.
fn typed<T: DeserializeOwned>(fields: &Value) -> Result<T> {
    T::deserialize(fields).map_err(|_| Error::Internal("a planned thing cannot be read"))
}
