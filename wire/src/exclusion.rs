//! Branches that leave out a category or a subcategory.

use domain::{BranchId, CategoryId, SubcategoryId, office::few};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A category and where it is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CategoryExclusion {
    /// The category.
    pub category_id: CategoryId,
    /// Its name.
    pub category_name: String,
    /// The branches that leave it out, ascending.
    pub excluded_branch_ids: Vec<BranchId>,
}

/// A subcategory and where it is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubcategoryExclusion {
    /// The subcategory.
    pub subcategory_id: SubcategoryId,
    /// Its name.
    pub subcategory_name: String,
    /// Its category.
    pub category_id: CategoryId,
    /// That one's name.
    pub category_name: String,
    /// The branches that leave it out, ascending.
    pub excluded_branch_ids: Vec<BranchId>,
}

/// Where something is to be left out, and nowhere else.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Exclusions {
    /// Branches of the business, at most 500.
    #[serde(deserialize_with = "few::<_, _, 500>")]
    #[schema(max_items = 500)]
    pub excluded_branch_ids: Vec<BranchId>,
}

impl Exclusions {
    /// Each once, ascending.
    #[must_use]
    pub fn sorted(&self) -> Vec<BranchId> {
        let mut branches = self.excluded_branch_ids.clone();
        branches.sort_unstable();
        branches.dedup();
        branches
    }
}
