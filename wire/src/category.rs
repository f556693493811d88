//! Categories of the menu.

use domain::{
    BranchId, CategoryId, Patch, TenantId,
    kitchen::StationCode,
    menu::ServiceHours,
    office::{ImageUrl, Whole},
    patch::present,
    text::{Name, Text},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A category as the office knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Category {
    /// The category.
    pub id: CategoryId,
    /// The business.
    pub tenant_id: TenantId,
    /// Whose menu it is a part of.
    pub branch_id: BranchId,
    /// Its name, unique in the branch.
    pub name: String,
    /// An emoji or the name of an icon.
    #[schema(required)]
    pub icon: Option<String>,
    /// Its picture.
    #[schema(required)]
    pub image: Option<String>,
    /// Its place in the menu.
    pub order: i32,
    /// When it is served; null where that is always.
    #[schema(required)]
    pub service_hours: Option<ServiceHours>,
    /// The code of the station that makes it; null where the names decide.
    #[schema(required, value_type = Option<String>)]
    pub station: Option<StationCode>,
    /// False once switched off or deleted.
    pub is_active: bool,
}

/// A category to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewCategory {
    /// Whose menu.
    pub branch_id: BranchId,
    /// 1 to 100 characters, unique in the branch.
    pub name: Name<100>,
    /// An emoji or the name of an icon, at most 50 characters.
    #[serde(default)]
    pub icon: Option<Text<50>>,
    /// A picture's address.
    #[serde(default)]
    pub image: ImageUrl,
    /// Its place in the menu; the last when not said.
    #[serde(default)]
    pub order: Option<Whole<0, 9999>>,
    /// When it is served; always when not said.
    #[serde(default)]
    pub service_hours: Option<ServiceHours>,
    /// The code of the branch's station that makes it; by the names when not said.
    #[serde(default)]
    pub station: Option<StationCode>,
    /// False keeps it off the menu for now.
    #[serde(default)]
    pub is_active: Option<bool>,
}

/// What to change. An absent field stays as it is; null clears it where that is possible.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct CategoryPatch {
    /// 1 to 100 characters, unique in the branch.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Name<100>)]
    pub name: Option<Name<100>>,
    /// An emoji or the name of an icon, at most 50 characters.
    #[serde(default)]
    #[schema(value_type = Option<Text<50>>)]
    pub icon: Patch<Text<50>>,
    /// A picture's address; null or an empty text takes it away.
    #[serde(default, deserialize_with = "present")]
    pub image: Option<ImageUrl>,
    /// Its place in the menu.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Whole<0, 9999>)]
    pub order: Option<Whole<0, 9999>>,
    /// When it is served; null or an empty list for always.
    #[serde(default)]
    #[schema(value_type = Option<ServiceHours>)]
    pub service_hours: Patch<ServiceHours>,
    /// The code of the branch's station that makes it; null for whom the names suggest.
    #[serde(default)]
    #[schema(value_type = Option<StationCode>)]
    pub station: Patch<StationCode>,
    /// False takes it off the menu, with all that is in it, and true puts it back.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool)]
    pub is_active: Option<bool>,
}
