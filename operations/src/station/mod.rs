//! The stations of a branch's kitchen, as the office arranges them.
//!
//! A station goes for good, and with it nothing: tickets keep its code, and what named it is made where the menu's
//! words suggest. The last one of a branch stays.

use crate::{
    Error, Result,
    command::{Act, Done},
    office::change,
};
use auth::{Management, RoleSet, Staff};
use domain::{
    BranchId, ProblemCode, StationId,
    event::{EntityRef, Event},
    kitchen::StationCode,
    name::folded,
    office::Whole,
};
use serde_json::{Value, json};
use store::{Answer, Attempt, Change, Database, StationRow, view::station_of};
use wire::station::{NewStation, Station, StationPatch};

/// How events and audit rows name one.
pub(crate) const KIND: &str = "station";

fn named(station: &Station) -> EntityRef {
    EntityRef { entity_type: KIND, entity_id: station.id.get(), entity_name: Some(station.name.clone()) }
}

/// Adds a station to a branch.
///
/// # Errors
/// No such branch or not the caller's; the branch has a station of that code or name; the name makes no code.
pub async fn create(db: &Database, staff: &Staff<Management>, new: &NewStation, attempt: &Attempt) -> Result<Answer> {
    let created = change(db, "station.create", (staff, attempt), Done::Made, |act| async move {
        let branch = act.uow.lock_branch(staff, new.branch_id).await?;
        let code = new.code.clone().or_else(|| StationCode::of_name(new.name.as_str()));
        let code = code.ok_or(Error::Invalid("code: must be given, the name has no letter that could make one"))?;
        act.ensure_station_name(branch.id, None, new.name.as_str()).await?;
        let (name, order) = (new.name.clone().into(), new.order.map(Whole::get));
        let row = act.uow.insert_station(branch.tenant_id, branch.id, (code, name), order).await?;
        let station = station_of(row);
        act.audit(change_of("CREATE", &station, Value::Null, json!(station)));
        act.emit_in(station.branch_id, Event::EntityCreated(named(&station)));
        Ok(station)
    })
    .await;
    match created {
        Err(Error::Store(store::Error::Taken(_))) => Err(Error::Conflict {
            code: ProblemCode::NameTaken,
            detail: "code: the branch has a station of this code already".into(),
        }),
        other => other,
    }
}

/// Changes a station's name or place.
///
/// # Errors
/// No such station or not in the caller's branches; another station of the branch has that name.
pub async fn update(
    db: &Database,
    staff: &Staff<Management>,
    id: StationId,
    patch: &StationPatch,
    attempt: &Attempt,
) -> Result<Answer> {
    change(db, "station.update", (staff, attempt), Done::Changed, |act| async move {
        let row = act.uow.station(staff, id).await?;
        // Two that shared a name before this was refused can still be moved.
        if let Some(name) = patch.name.as_ref().filter(|name| name.as_str() != row.name) {
            act.ensure_station_name(row.branch_id, Some(id), name.as_str()).await?;
        }
        let name = patch.name.clone().map_or_else(|| row.name.clone(), Into::into);
        let order = patch.order.map_or(row.display_order, Whole::get);
        let after = station_of(act.uow.set_station(&row, name, order).await?);
        let before = station_of(row);
        if before != after {
            act.audit(change_of("UPDATE", &after, json!(before), json!(after)));
            act.emit_in(after.branch_id, Event::EntityUpdated(named(&after)));
        }
        Ok(after)
    })
    .await
}

/// Takes a station away.
///
/// # Errors
/// No such station or not in the caller's branches; it is the branch's last one.
pub async fn delete(db: &Database, staff: &Staff<Management>, id: StationId, attempt: &Attempt) -> Result<Answer> {
    change(
        db,
        "station.delete",
        (staff, attempt),
        |()| Done::Nothing,
        |act| async move {
            let row = act.uow.station(staff, id).await?;
            if act.uow.count_stations(row.branch_id).await? < 2 {
                let detail = "It is the last station of its branch".into();
                return Err(Error::Conflict { code: ProblemCode::InUse, detail });
            }
            act.uow.delete_station(&row).await?;
            let station = station_of(row);
            act.audit(change_of("DELETE", &station, json!(station), Value::Null));
            act.emit_in(station.branch_id, Event::EntityDeleted(named(&station)));
            Ok(())
        },
    )
    .await
}

fn change_of(action: &'static str, station: &Station, before: Value, after: Value) -> Change {
    let (entity_id, branch) = (station.id.get(), Some(station.branch_id));
    Change { action, entity_type: KIND, entity_id, branch, before, after }
}

impl<R: RoleSet> Act<'_, Staff<R>> {
    /// Refuses a name that another station of the branch has, whatever its case and accents: a cook reads it on paper.
    /// The office lock keeps two changes from taking one name at once.
    async fn ensure_station_name(&self, branch: BranchId, own: Option<StationId>, name: &str) -> Result<()> {
        let wanted = folded(name);
        let taken = |row: &StationRow| Some(row.id) != own && folded(&row.name) == wanted;
        if self.uow.stations_of(branch).await?.iter().any(taken) {
            let detail = "name: the branch has a station of this name already".into();
            return Err(Error::Conflict { code: ProblemCode::NameTaken, detail });
        }
        Ok(())
    }

    /// Refuses a station that the branch does not have.
    pub(crate) async fn ensure_station(&self, branch: BranchId, station: Option<&StationCode>) -> Result<()> {
        match station {
            Some(code) if !self.uow.has_station(branch, code).await? => {
                Err(Error::Invalid("station: the branch has no station of this code"))
            }
            _ => Ok(()),
        }
    }
}
