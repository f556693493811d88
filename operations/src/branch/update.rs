//! The office changes a branch: its name, where and when it is open, how rounds are confirmed.
//!
//! Under the branch's lock the change, its audit row and its event are one; a change of nothing leaves no trace.
//! `branch_slug_active` backs the slug.

use crate::{Error, Result};
use auth::{Management, Scope, Staff};
use domain::{
    BranchId, Patch,
    branch::{Slug, TimeOfDay, ZoneName},
    event::{EntityRef, Event},
    patch::present,
    round::RoundConfirmation,
    text::{Name, Text},
};
use serde::Deserialize;
use store::{Attempt, BranchRow, Change, Database, view::Branch};
use utoipa::ToSchema;

/// What to change. An absent field stays as it is; null clears it where that is possible.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct BranchPatch {
    /// 1 to 100 characters.
    #[serde(default, deserialize_with = "present")]
    pub name: Option<Name<100>>,
    /// Lower-case words joined by hyphens. QR codes and the diner app name the branch by it.
    #[serde(default, deserialize_with = "present")]
    pub slug: Option<Slug>,
    /// At most 200 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub address: Patch<Text<200>>,
    /// At most 50 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub phone: Patch<Text<50>>,
    /// The IANA name of a zone.
    #[serde(default, deserialize_with = "present")]
    pub timezone: Option<ZoneName>,
    /// `HH:mm`
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub opening_time: Patch<TimeOfDay>,
    /// `HH:mm`, other than the opening time.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub closing_time: Patch<TimeOfDay>,
    /// Whether a diner's round waits for a waiter.
    #[serde(default, deserialize_with = "present")]
    pub round_confirmation: Option<RoundConfirmation>,
    /// False closes the branch for good, which only an administrator does.
    #[serde(default, deserialize_with = "present")]
    pub is_active: Option<bool>,
}

impl BranchPatch {
    fn apply(self, row: BranchRow) -> BranchRow {
        BranchRow {
            name: self.name.map_or(row.name, Into::into),
            slug: self.slug.map_or(row.slug, Into::into),
            address: filled(self.address.map(Into::into).or(row.address)),
            phone: filled(self.phone.map(Into::into).or(row.phone)),
            timezone: self.timezone.map_or(row.timezone, Into::into),
            opening_time: self.opening_time.map(Into::into).or(row.opening_time),
            closing_time: self.closing_time.map(Into::into).or(row.closing_time),
            round_confirmation: self.round_confirmation.unwrap_or(row.round_confirmation),
            is_active: self.is_active.unwrap_or(row.is_active),
            ..row
        }
    }
}

/// A form that was left empty says the same as null.
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// Changes a branch and returns it as it is now.
///
/// # Errors
/// Not the caller's branch; opening and closing time are the same; the slug is another branch's; a manager closes it.
pub async fn update(
    db: &Database,
    staff: &Staff<Management>,
    id: BranchId,
    patch: &BranchPatch,
    attempt: &Attempt,
) -> Result<Branch> {
    let updated = db
        .transaction("branch.update", |uow| async move {
            let branch = uow.lock_branch(staff, id).await?;
            let changed = patch.clone().apply((*branch).clone());
            if changed.opening_time.is_some() && changed.opening_time == changed.closing_time {
                return Err(Error::Invalid("closing_time: must differ from opening_time"));
            }
            if !changed.is_active && !staff.is_admin() {
                return Err(Error::Forbidden("Only an administrator can close a branch"));
            }
            let (before, after) = (Branch::from((*branch).clone()), Branch::from(changed.clone()));
            let Some(change) = Change::update("branch", id.get(), Some(id), &before, &after)? else {
                return Ok(before);
            };
            let row = uow.set_branch(&branch, changed).await?;
            uow.audit(staff, attempt, change);
            let name = Some(row.name.clone());
            let event = EntityRef { entity_type: "branch", entity_id: id.get(), entity_name: name };
            uow.emit(branch.place(), staff.actor(id), Event::EntityUpdated(event));
            Ok(row.into())
        })
        .await;
    match updated {
        Err(Error::Store(store::Error::Taken(_))) => {
            Err(Error::Exists { code: "slug_taken", detail: "Another branch has this slug".into() })
        }
        other => other,
    }
}
