//! People of the business and what they are where.

use chrono::{DateTime, Utc};
use domain::{
    TenantId, UserId,
    office::Blank,
    patch::present,
    staff::{Dni, HireDate, Password, Phone, Post},
    text::{Email, Name},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A member of staff as the office knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StaffMember {
    /// The person.
    pub id: UserId,
    /// The business.
    pub tenant_id: TenantId,
    /// The login.
    pub email: String,
    /// Given name.
    #[schema(required)]
    pub first_name: Option<String>,
    /// Family name.
    #[schema(required)]
    pub last_name: Option<String>,
    /// As dialled.
    #[schema(required)]
    pub phone: Option<String>,
    /// The number of the identity card.
    #[schema(required)]
    pub dni: Option<String>,
    /// `YYYY-MM-DD`
    #[schema(required)]
    pub hire_date: Option<String>,
    /// False once switched off or deleted: no login.
    pub is_active: bool,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// The roles, each in its branch, as they were given; to a manager only those in the manager's branches.
    pub branch_roles: Vec<Post>,
}

/// A link by which somebody chooses a password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Invitation {
    /// Who it is for: their login.
    pub email: String,
    /// The link, to be sent to them alone.
    pub url: String,
    /// When it stops being good.
    pub expires_at: DateTime<Utc>,
}

/// A member of staff to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewMember {
    /// The login, unique.
    pub email: Email,
    /// 8 to 128 characters. Without one nobody gets in until the person chooses one by an invitation's link.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 8, max_length = 128)]
    pub password: Option<Password>,
    /// Given name, at most 100 characters.
    #[serde(default)]
    #[schema(value_type = Option<domain::text::Text<100>>)]
    pub first_name: Blank<Name<100>>,
    /// Family name, at most 100 characters.
    #[serde(default)]
    #[schema(value_type = Option<domain::text::Text<100>>)]
    pub last_name: Blank<Name<100>>,
    /// 6 to 15 digits.
    #[serde(default)]
    #[schema(value_type = Option<Phone>)]
    pub phone: Blank<Phone>,
    /// 7 to 9 digits.
    #[serde(default)]
    #[schema(value_type = Option<Dni>)]
    pub dni: Blank<Dni>,
    /// `YYYY-MM-DD`, not in the future.
    #[serde(default)]
    #[schema(value_type = Option<HireDate>)]
    pub hire_date: Blank<HireDate>,
    /// False keeps the person out for now.
    #[serde(default)]
    pub is_active: Option<bool>,
    /// The roles, each in its branch. A manager must give one in an own branch.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub branch_roles: Option<Vec<Post>>,
}

/// What to change. An absent field stays as it is; null clears it where that is possible.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct MemberPatch {
    /// The login, unique.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Email)]
    pub email: Option<Email>,
    /// 8 to 128 characters. Empty or absent: the old one stays.
    #[serde(default, deserialize_with = "password")]
    #[schema(value_type = Option<String>, min_length = 8, max_length = 128)]
    pub password: Option<Password>,
    /// Given name, at most 100 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<domain::text::Text<100>>)]
    pub first_name: Option<Blank<Name<100>>>,
    /// Family name, at most 100 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<domain::text::Text<100>>)]
    pub last_name: Option<Blank<Name<100>>>,
    /// 6 to 15 digits.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Phone>)]
    pub phone: Option<Blank<Phone>>,
    /// 7 to 9 digits.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Dni>)]
    pub dni: Option<Blank<Dni>>,
    /// `YYYY-MM-DD`, not in the future.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<HireDate>)]
    pub hire_date: Option<Blank<HireDate>>,
    /// False lets the person in no more.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool)]
    pub is_active: Option<bool>,
    /// Replaces the roles; a manager's replaces those in the manager's branches.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<Post>)]
    #[schema(max_items = 500)]
    pub branch_roles: Option<Vec<Post>>,
}

/// A form's empty password field says that the password stays.
fn password<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<Password>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty());
    text.map(Password::try_from).transpose().map_err(serde::de::Error::custom)
}
