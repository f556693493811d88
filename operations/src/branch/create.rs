//! The office opens a branch.
//!
//! Its event stream begins in the same transaction, and every branch is told: an administrator's open sockets hear it,
//! and from then on the new branch's own events (`branch_slug_active` backs the slug).

use super::{ensure_hours, entity, named};
use crate::{
    Error, Result,
    command::Done,
    office::{ToldBranches, change},
};
use auth::{AdminOnly, Staff};
use domain::{
    branch::{Slug, TimeOfDay, ZoneName},
    office::Blank,
    round::RoundConfirmation,
    session::JoinRule,
    text::{Name, Text},
    timezone::DEFAULT_TIME_ZONE,
};
use serde::Deserialize;
use store::{Answer, Attempt, Database, view::Branch};
use utoipa::ToSchema;

/// A branch to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewBranch {
    /// 1 to 100 characters.
    pub name: Name<100>,
    /// Lower-case words joined by hyphens; made from the name when not said.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub slug: Blank<Slug>,
    /// At most 200 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub address: Blank<Text<200>>,
    /// At most 50 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub phone: Blank<Text<50>>,
    /// The IANA name of a zone; `America/Argentina/Mendoza` when not said.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub timezone: Blank<ZoneName>,
    /// `HH:mm`
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub opening_time: Blank<TimeOfDay>,
    /// `HH:mm`, other than the opening time.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub closing_time: Blank<TimeOfDay>,
    /// Whether a diner's round waits for a waiter; it does not when not said.
    #[serde(default)]
    pub round_confirmation: Option<RoundConfirmation>,
    /// How phones join its tables; `open`, as the shipped clients do, when not said.
    #[serde(default)]
    pub join: Option<JoinRule>,
    /// False keeps it closed for now.
    #[serde(default)]
    pub is_active: Option<bool>,
}

/// Adds a branch.
///
/// # Errors
/// Opening and closing time are the same; the slug is another branch's, or the name makes none.
pub async fn create(db: &Database, staff: &Staff<AdminOnly>, new: &NewBranch, attempt: &Attempt) -> Result<Answer> {
    let row = &new.row()?;
    let created = change(db, "branch.create", (staff, attempt), Done::Made, |act| async move {
        let row = act.uow.insert_branch(staff.tenant_id(), row.clone()).await?;
        let entity = entity(&row, ToldBranches::Everywhere);
        let branch = Branch::from(row);
        act.created(&entity, &branch).await?;
        Ok(branch)
    })
    .await;
    named(created)
}

impl NewBranch {
    fn row(&self) -> Result<store::NewBranch> {
        let new = self.clone();
        let slug = new.slug.filled().or_else(|| Slug::of_name(new.name.as_str()));
        let row = store::NewBranch {
            slug: slug.ok_or(Error::Invalid("slug: must be given, the name has no letter that could make one"))?.into(),
            name: new.name.into(),
            address: new.address.into(),
            phone: new.phone.into(),
            timezone: new.timezone.filled().map_or_else(|| DEFAULT_TIME_ZONE.to_owned(), Into::into),
            opening_time: new.opening_time.into(),
            closing_time: new.closing_time.into(),
            round_confirmation: new.round_confirmation.unwrap_or(RoundConfirmation::None),
            join_rule: new.join.unwrap_or(JoinRule::Open),
            deactivated: new.is_active == Some(false),
        };
        ensure_hours(row.opening_time.as_deref(), row.closing_time.as_deref())?;
        Ok(row)
    }
}
