//! Which table holds which kind, and what goes with what.

use domain::office::EntityKind;

use EntityKind::{
    Allergen, Assignment, Branch, Category, CrossReaction, Ingredient, IngredientGroup, Product, Recipe, Sector, Staff,
    SubIngredient, Subcategory, Table as DiningTable, TipPool,
};

/// Where a kind of thing is kept. The texts are SQL; the table's alias is `t`.
pub(super) struct Table {
    pub(super) kind: EntityKind,
    pub(super) name: &'static str,
    /// What people call a row; null where it has no name.
    pub(super) label: &'static str,
    /// The branch it belongs to; null where it is the whole business's.
    pub(super) branch: &'static str,
}

/// The kinds that can be deleted.
pub(super) const TABLES: &[Table] = &[
    Table { kind: Branch, name: "branch", label: "t.name", branch: "t.id" },
    Table { kind: Category, name: "category", label: "t.name", branch: "t.branch_id" },
    Table {
        kind: Subcategory,
        name: "subcategory",
        label: "t.name",
        branch: "(select c.branch_id from category c where c.id = t.category_id)",
    },
    Table {
        kind: Product,
        name: "product",
        label: "t.name",
        branch: "(select c.branch_id from category c where c.id = t.category_id)",
    },
    Table { kind: Recipe, name: "recipe", label: "t.name", branch: "t.branch_id" },
    Table { kind: Allergen, name: "allergen", label: "t.name", branch: "cast(null as bigint)" },
    Table { kind: CrossReaction, name: "cross_reaction", label: "cast(null as text)", branch: "cast(null as bigint)" },
    Table { kind: Sector, name: "sector", label: "t.name", branch: "t.branch_id" },
    Table { kind: DiningTable, name: "dining_table", label: "t.code", branch: "t.branch_id" },
    Table { kind: Staff, name: "app_user", label: "t.email", branch: "cast(null as bigint)" },
    Table { kind: IngredientGroup, name: "ingredient_group", label: "t.name", branch: "cast(null as bigint)" },
    Table { kind: Ingredient, name: "ingredient", label: "t.name", branch: "cast(null as bigint)" },
    Table { kind: SubIngredient, name: "sub_ingredient", label: "t.name", branch: "cast(null as bigint)" },
    Table { kind: TipPool, name: "tip_pool", label: "t.name", branch: "t.branch_id" },
    Table { kind: Assignment, name: "waiter_sector_assignment", label: "cast(null as text)", branch: "t.branch_id" },
];

/// A child goes when one of the parents its columns name goes.
pub(super) struct Edge {
    pub(super) parent: EntityKind,
    pub(super) child: EntityKind,
    /// The child's columns that name the parent.
    pub(super) columns: &'static [&'static str],
}

/// Parents before their children's children, so that one pass in this order finds all.
pub(super) const EDGES: &[Edge] = &[
    Edge { parent: Branch, child: Category, columns: &["branch_id"] },
    Edge { parent: Branch, child: Sector, columns: &["branch_id"] },
    Edge { parent: Branch, child: DiningTable, columns: &["branch_id"] },
    Edge { parent: Branch, child: Assignment, columns: &["branch_id"] },
    Edge { parent: Branch, child: TipPool, columns: &["branch_id"] },
    // Product and subcategory are what a recipe speaks of, not what it stands under: it stays when they go.
    Edge { parent: Branch, child: Recipe, columns: &["branch_id"] },
    Edge { parent: Category, child: Subcategory, columns: &["category_id"] },
    Edge { parent: Category, child: Product, columns: &["category_id"] },
    Edge { parent: Subcategory, child: Product, columns: &["subcategory_id"] },
    Edge { parent: Allergen, child: CrossReaction, columns: &["allergen_id", "cross_reacts_with_id"] },
    Edge { parent: Ingredient, child: SubIngredient, columns: &["ingredient_id"] },
    Edge { parent: Sector, child: Assignment, columns: &["sector_id"] },
    Edge { parent: Staff, child: Assignment, columns: &["waiter_id"] },
];

/// Where `kind` is kept; `None` for a kind that is not deleted this way.
pub(super) fn table(kind: EntityKind) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.kind == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pass_over_the_edges_reaches_every_descendant() {
        for (at, edge) in EDGES.iter().enumerate() {
            let later = EDGES[at + 1..].iter().any(|other| other.child == edge.parent);
            assert!(!later, "{} is found after its children were looked for", edge.parent);
            assert!(table(edge.parent).is_some() && table(edge.child).is_some());
        }
    }
}
