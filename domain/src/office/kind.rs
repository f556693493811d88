//! The kinds of things the office manages.

use crate::status::text_enum;

text_enum! {
    /// A kind of thing, as events, audit rows and deletions name it.
    EntityKind {
        /// A restaurant of the business.
        Branch = "branch",
        /// A part of a branch's menu.
        Category = "category",
        /// A part of a category.
        Subcategory = "subcategory",
        /// Something that can be ordered.
        Product = "product",
        /// A substance that guests may have to avoid.
        Allergen = "allergen",
        /// That who cannot bear one allergen may not bear another.
        CrossReaction = "cross_reaction",
        /// A part of the floor.
        Sector = "sector",
        /// A physical table.
        Table = "table",
        /// A member of staff.
        Staff = "staff",
        /// A waiter's place on the roster.
        Assignment = "sector_assignment",
        /// Products at a price of their own for a while.
        Promotion = "promotion",
        /// How something is made.
        Recipe = "recipe",
        /// A shelf of ingredients.
        IngredientGroup = "ingredient_group",
        /// What recipes use.
        Ingredient = "ingredient",
        /// What a processed ingredient is made of.
        SubIngredient = "sub_ingredient",
        /// A modifier: what a diner may choose of a product.
        Customization = "customization",
        /// How tips are shared out.
        TipPool = "tip_pool",
    }
}

impl EntityKind {
    /// How a path names things of this kind: `/api/admin/<plural>/{id}`.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Branch => "branches",
            Self::Category => "categories",
            Self::Subcategory => "subcategories",
            Self::Product => "products",
            Self::Allergen => "allergens",
            Self::CrossReaction => "cross-reactions",
            Self::Sector => "sectors",
            Self::Table => "tables",
            Self::Staff => "staff",
            Self::Assignment => "assignments",
            Self::Promotion => "promotions",
            Self::Recipe => "recipes",
            Self::IngredientGroup => "ingredient-groups",
            Self::Ingredient => "ingredients",
            Self::SubIngredient => "sub-ingredients",
            Self::Customization => "customizations",
            Self::TipPool => "tip-pools",
        }
    }

    /// The kind a path means.
    #[must_use]
    pub fn from_plural(plural: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.plural() == plural)
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }

    /// Whether menus show it: a change of it must void the cached menus of its branches.
    #[must_use]
    pub const fn is_on_menus(self) -> bool {
        match self {
            Self::Branch
            | Self::Category
            | Self::Subcategory
            | Self::Product
            | Self::Allergen
            | Self::CrossReaction
            | Self::Promotion
            | Self::Customization => true,
            Self::Sector
            | Self::Table
            | Self::Staff
            | Self::Assignment
            | Self::Recipe
            | Self::IngredientGroup
            | Self::Ingredient
            | Self::SubIngredient
            | Self::TipPool => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for kind in EntityKind::ALL {
            assert_eq!(EntityKind::parse(kind.as_str()), Some(*kind));
            assert_eq!(EntityKind::from_plural(kind.plural()), Some(*kind));
        }
        assert_eq!(EntityKind::from_plural("tenants"), None);
    }
}
