//! When a category or a product is served: windows of the week on the branch's own clock.
//!
//! A window begins and ends once a day, whatever the clocks do: where they skip its minute it begins or ends with the
//! first minute after the gap, and where an hour comes twice, with the first. So between two instants that
//! [`Timetable::next_change`] names nothing opens or closes, and a menu may be kept exactly that long.

use crate::{branch::TimeOfDay, office::Whole, text::Refused, timezone};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most windows of one thing: three meals on each day of the week, and some.
const MAX_WINDOWS: usize = 28;
/// How far ahead a change is looked for, in days: a week repeats, and a window may reach into the next day.
const AHEAD: i64 = 9;

/// A part of the day on some days of the week.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Unchecked")]
pub struct Window {
    /// ISO days on which it begins: 1 is Monday, 7 is Sunday.
    #[schema(value_type = Vec<Whole<1, 7>>, example = json!([1, 2, 3, 4, 5]), min_items = 1, max_items = 7)]
    days: Vec<u8>,
    /// From this minute on.
    from: TimeOfDay,
    /// Up to this minute; one that is not after `from` is on the next day, so that equal ones make a whole day.
    to: TimeOfDay,
}

#[derive(Deserialize)]
struct Unchecked {
    days: Vec<u8>,
    from: TimeOfDay,
    to: TimeOfDay,
}

impl TryFrom<Unchecked> for Window {
    type Error = Refused;
    fn try_from(window: Unchecked) -> Result<Self, Refused> {
        let Unchecked { mut days, from, to } = window;
        if days.len() > 7 {
            return Err(Refused::new("days must be at most 7"));
        }
        days.sort_unstable();
        days.dedup();
        if days.is_empty() || days.iter().any(|day| !(1..=7).contains(day)) {
            return Err(Refused::new("days must be one or more of 1 (Monday) to 7 (Sunday)"));
        }
        Ok(Self { days, from, to })
    }
}

impl Window {
    /// The instants between which it is open, for the windows that begin `before` days ago to `after` days from now.
    fn intervals(
        &self,
        now: DateTime<Utc>,
        zone: &str,
        before: i64,
        after: i64,
    ) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        let today = timezone::local_date(now, zone);
        let (from, to) = (self.from.time(), self.to.time());
        let of_day = |ahead: i64| {
            let day = today.checked_add_signed(TimeDelta::days(ahead))?;
            let weekday = u8::try_from(day.weekday().number_from_monday()).ok()?;
            if !self.days.contains(&weekday) {
                return None;
            }
            let last = if to > from { day } else { day.succ_opt()? };
            Some((timezone::instant_of(day.and_time(from), zone)?, timezone::instant_of(last.and_time(to), zone)?))
        };
        (-before..=after).filter_map(of_day).collect()
    }
}

/// The windows in which something is served; none at all means always.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Vec<Window>", into = "Vec<Window>")]
#[schema(value_type = Vec<Window>, max_items = 28)]
pub struct ServiceHours(Vec<Window>);

impl TryFrom<Vec<Window>> for ServiceHours {
    type Error = Refused;
    fn try_from(windows: Vec<Window>) -> Result<Self, Refused> {
        if windows.len() > MAX_WINDOWS {
            return Err(Refused::new(&format!("must have at most {MAX_WINDOWS} windows")));
        }
        Ok(Self(windows))
    }
}

impl From<ServiceHours> for Vec<Window> {
    fn from(hours: ServiceHours) -> Self {
        hours.0
    }
}

impl ServiceHours {
    /// Whether they restrict nothing.
    #[must_use]
    pub const fn is_always(&self) -> bool {
        self.0.is_empty()
    }
}

/// The hours that something must be within, all of them, in a branch's zone: its own and its category's.
#[derive(Clone, Copy, Debug)]
pub struct Timetable<'a> {
    /// All of these must be open.
    pub hours: [&'a ServiceHours; 2],
    /// The branch's IANA zone.
    pub zone: &'a str,
}

/// One set of hours as instants around a moment.
struct Opened(Vec<(DateTime<Utc>, DateTime<Utc>)>);

impl Opened {
    fn contains(&self, at: DateTime<Utc>) -> bool {
        self.0.iter().any(|(from, to)| *from <= at && at < *to)
    }
}

impl Timetable<'_> {
    fn opened(&self, now: DateTime<Utc>, after: i64) -> Vec<Opened> {
        let restricting = self.hours.iter().filter(|hours| !hours.is_always());
        let opened = restricting.map(|hours| {
            // Two days back: a window of a whole day may have begun yesterday, and the clocks may have moved.
            Opened(hours.0.iter().flat_map(|window| window.intervals(now, self.zone, 2, after)).collect())
        });
        opened.collect()
    }

    /// Whether it is served at `now`.
    #[must_use]
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.opened(now, 1).iter().all(|opened| opened.contains(now))
    }

    /// When it opens or closes next; `None` where it never does.
    #[must_use]
    pub fn next_change(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let all = self.opened(now, AHEAD);
        let is_open = |at: DateTime<Utc>| all.iter().all(|opened| opened.contains(at));
        let bounds = all.iter().flat_map(|opened| opened.0.iter().flat_map(|(from, to)| [*from, *to]));
        let mut bounds: Vec<_> = bounds.filter(|bound| *bound > now).collect();
        bounds.sort_unstable();
        let open_now = is_open(now);
        bounds.into_iter().find(|bound| is_open(*bound) != open_now)
    }

    /// The first moment from `now` on at which it is served; `None` where that is never.
    #[must_use]
    pub fn opens_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.is_open(now) { Some(now) } else { self.next_change(now) }
    }
}

#[cfg(test)]
mod tests;
