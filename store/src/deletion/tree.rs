//! The tree of deletion: which table holds which kind, and which kinds are deleted with which.

use domain::office::EntityKind;

use EntityKind::{
    Allergen, Assignment, Branch, Category, CrossReaction, Customization, Ingredient, IngredientGroup, Product,
    Promotion, Recipe, Sector, Staff, SubIngredient, Subcategory, Table as DiningTable, TipPool,
};

/// The table of a kind. The texts are SQL; the table's alias is `t`.
pub(super) struct Table {
    pub(super) kind: EntityKind,
    pub(super) name: &'static str,
    /// The name of a row for people; null if it has none.
    pub(super) label: &'static str,
    /// The branch of a row; null if it belongs to the whole business.
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
    Table { kind: Promotion, name: "promotion", label: "t.name", branch: "cast(null as bigint)" },
    Table { kind: Customization, name: "customization", label: "t.name", branch: "cast(null as bigint)" },
    Table { kind: Assignment, name: "waiter_sector_assignment", label: "cast(null as text)", branch: "t.branch_id" },
];

/// A condition between the two ends of an edge: on the child `t`, or on the parent `t` of a child `c`.
pub(super) struct Condition {
    pub(super) parent: &'static Table,
    pub(super) child: &'static Table,
    pub(super) sql: String,
}

/// An edge of the tree: the child is deleted with its parents.
pub(super) struct Edge {
    pub(super) parent: EntityKind,
    pub(super) child: EntityKind,
    pub(super) hold: Hold,
}

/// How a child depends on its parents.
#[derive(Clone, Copy)]
pub(super) enum Hold {
    /// By a column: the child is deleted with the parent that one of these columns names.
    Column(&'static [&'static str]),
    /// By a table of links, whose rows have a column for each end: the child is deleted with the last of its parents.
    Last { links: &'static str, child: &'static str, parent: &'static str },
}

/// The edges, parents before their children's children, so that one pass in this order finds all rows.
pub(super) const EDGES: &[Edge] = &[
    Edge { parent: Branch, child: Category, hold: Hold::Column(&["branch_id"]) },
    Edge { parent: Branch, child: Sector, hold: Hold::Column(&["branch_id"]) },
    Edge { parent: Branch, child: DiningTable, hold: Hold::Column(&["branch_id"]) },
    Edge { parent: Branch, child: Assignment, hold: Hold::Column(&["branch_id"]) },
    Edge { parent: Branch, child: TipPool, hold: Hold::Column(&["branch_id"]) },
    // A recipe names a product and a subcategory but does not belong to them: it stays when they are deleted.
    Edge { parent: Branch, child: Recipe, hold: Hold::Column(&["branch_id"]) },
    Edge { parent: Category, child: Subcategory, hold: Hold::Column(&["category_id"]) },
    Edge { parent: Category, child: Product, hold: Hold::Column(&["category_id"]) },
    Edge { parent: Subcategory, child: Product, hold: Hold::Column(&["subcategory_id"]) },
    Edge { parent: Allergen, child: CrossReaction, hold: Hold::Column(&["allergen_id", "cross_reacts_with_id"]) },
    Edge {
        parent: Product,
        child: Promotion,
        hold: Hold::Last { links: "promotion_item", child: "promotion_id", parent: "product_id" },
    },
    Edge { parent: Ingredient, child: SubIngredient, hold: Hold::Column(&["ingredient_id"]) },
    Edge { parent: Sector, child: Assignment, hold: Hold::Column(&["sector_id"]) },
    Edge { parent: Staff, child: Assignment, hold: Hold::Column(&["waiter_id"]) },
];

impl Edge {
    /// Conditions on the child `t`, one for each query, that find the children deleted with the parents `$2`.
    pub(super) fn goes_with(&self) -> Vec<Condition> {
        let ids = "#list($2)";
        let conditions = match self.hold {
            Hold::Column(columns) => columns.iter().map(|column| format!("t.{column} in {ids}")).collect(),
            Hold::Last { links, child, parent } => {
                let of_child = format!("select 1 from {links} l where l.{child} = t.id");
                let name = table(self.parent).map_or("", |table| table.name);
                vec![format!(
                    "exists ({of_child} and l.{parent} in {ids}) and not exists ({of_child} and l.{parent} not in {ids}
                     and exists (select 1 from {name} p where p.id = l.{parent} and p.deletion_id is null))"
                )]
            }
        };
        self.conditions(conditions)
    }

    /// Conditions on parent `t` and child `c`, one for each query, that find the parents that a child of deletion $1
    /// needs.
    pub(super) fn stands_under(&self) -> Vec<Condition> {
        let conditions = match self.hold {
            Hold::Column(columns) => columns.iter().map(|column| format!("t.id = c.{column}")).collect(),
            Hold::Last { links, child, parent } => {
                let of_child = format!("select 1 from {links} l where l.{child} = c.id");
                let name = table(self.parent).map_or("", |table| table.name);
                vec![format!(
                    "exists ({of_child} and l.{parent} = t.id) and not exists ({of_child} and exists (
                        select 1 from {name} p where p.id = l.{parent} and (p.deletion_id is null or p.deletion_id = $1)))"
                )]
            }
        };
        self.conditions(conditions)
    }

    /// Adds the tables of both ends to each condition; none for an edge between kinds that are not deleted this way.
    fn conditions(&self, conditions: Vec<String>) -> Vec<Condition> {
        let (Some(parent), Some(child)) = (table(self.parent), table(self.child)) else { return Vec::new() };
        conditions.into_iter().map(|sql| Condition { parent, child, sql }).collect()
    }
}

/// The table of `kind`; `None` for a kind that is not deleted this way.
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
