use super::*;
use chrono::{NaiveDateTime, Timelike};
use proptest::prelude::*;

const MADRID: &str = "Europe/Madrid";

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn hours(json: &str) -> ServiceHours {
    serde_json::from_str(json).unwrap()
}

fn open(hours: &ServiceHours, zone: &str, at: &str) -> bool {
    Timetable { hours: [hours, &ServiceHours::default()], zone }.is_open(instant(at))
}

#[test]
fn a_window_is_on_the_branchs_own_clock() {
    let lunch = hours(r#"[{"days":[1,2,3,4,5],"from":"12:00","to":"15:30"}]"#);
    let zone = timezone::DEFAULT_TIME_ZONE;
    // Wednesday; Mendoza is three hours behind UTC.
    assert!(!open(&lunch, zone, "2026-01-07T14:59:59Z"));
    assert!(open(&lunch, zone, "2026-01-07T15:00:00Z"));
    assert!(open(&lunch, zone, "2026-01-07T18:29:59Z"));
    assert!(!open(&lunch, zone, "2026-01-07T18:30:00Z"));
    assert!(!open(&lunch, zone, "2026-01-10T15:00:00Z"), "a Saturday");
    assert!(open(&ServiceHours::default(), zone, "2026-01-10T15:00:00Z"));
}

#[test]
fn a_night_belongs_to_the_day_it_begins() {
    let night = hours(r#"[{"days":[6],"from":"22:00","to":"02:00"}]"#);
    assert!(open(&night, "UTC", "2026-01-10T22:00:00Z"));
    assert!(open(&night, "UTC", "2026-01-11T01:59:00Z"));
    assert!(!open(&night, "UTC", "2026-01-11T02:00:00Z"));
    assert!(!open(&night, "UTC", "2026-01-11T22:30:00Z"));
    let whole = hours(r#"[{"days":[7],"from":"06:00","to":"06:00"}]"#);
    assert!(open(&whole, "UTC", "2026-01-11T06:00:00Z") && open(&whole, "UTC", "2026-01-12T05:59:00Z"));
    assert!(!open(&whole, "UTC", "2026-01-12T06:00:00Z"));
}

#[test]
fn clocks_that_move_neither_lose_nor_repeat_a_window() {
    let length = |json: &str, from: &str| {
        let hours = hours(json);
        let table = Timetable { hours: [&hours, &hours], zone: MADRID };
        let opens = table.opens_at(instant(from)).unwrap();
        (opens.to_rfc3339(), (table.next_change(opens).unwrap() - opens).num_minutes())
    };
    // On 29 March 2026 02:00 is 03:00, on 25 October 03:00 is 02:00 again.
    let all_night = r#"[{"days":[7],"from":"00:00","to":"06:00"}]"#;
    assert_eq!(length(all_night, "2026-03-28T12:00:00Z").1, 5 * 60);
    assert_eq!(length(all_night, "2026-10-24T12:00:00Z").1, 7 * 60);
    let in_the_gap = r#"[{"days":[7],"from":"02:30","to":"04:00"}]"#;
    assert_eq!(length(in_the_gap, "2026-03-28T12:00:00Z"), ("2026-03-29T01:00:00+00:00".into(), 60));
    let twice = r#"[{"days":[7],"from":"02:15","to":"02:45"}]"#;
    assert_eq!(length(twice, "2026-10-24T12:00:00Z"), ("2026-10-25T00:15:00+00:00".into(), 30));
    // Wholly in the gap: not on that day.
    assert_eq!(length(twice, "2026-03-28T12:00:00Z").0, "2026-04-05T00:15:00+00:00");
}

#[test]
fn nonsense_is_refused() {
    for wrong in [
        r#"[{"days":[],"from":"12:00","to":"15:30"}]"#,
        r#"[{"days":[0],"from":"12:00","to":"15:30"}]"#,
        r#"[{"days":[8],"from":"12:00","to":"15:30"}]"#,
        r#"[{"days":[1],"from":"12:00","to":"24:00"}]"#,
        r#"[{"days":[1],"from":"noon","to":"15:00"}]"#,
        r#"[{"days":[1],"from":"12:00"}]"#,
        r#"{"days":[1]}"#,
    ] {
        assert!(serde_json::from_str::<ServiceHours>(wrong).is_err(), "{wrong}");
    }
    let many = format!("[{}]", vec![r#"{"days":[1],"from":"12:00","to":"13:00"}"#; 29].join(","));
    assert!(serde_json::from_str::<ServiceHours>(&many).is_err());
    let tidy = hours(r#"[{"days":[3,1,3],"from":"12:00","to":"13:00"}]"#);
    assert_eq!(serde_json::to_string(&tidy).unwrap(), r#"[{"days":[1,3],"from":"12:00","to":"13:00"}]"#);
}

#[test]
fn what_never_opens_has_no_next_change() {
    let (monday, tuesday) = (
        hours(r#"[{"days":[1],"from":"12:00","to":"13:00"}]"#),
        hours(r#"[{"days":[2],"from":"12:00","to":"13:00"}]"#),
    );
    let table = Timetable { hours: [&monday, &tuesday], zone: "UTC" };
    assert_eq!(table.opens_at(instant("2026-01-07T00:00:00Z")), None);
    let always = ServiceHours::default();
    let table = Timetable { hours: [&always, &always], zone: "UTC" };
    assert_eq!(table.next_change(instant("2026-01-07T00:00:00Z")), None);
}

/// What the clock on a wall that is never moved would say.
fn on_the_wall(hours: &ServiceHours, local: NaiveDateTime) -> bool {
    let minute = |time: chrono::NaiveTime| time.num_seconds_from_midnight() / 60;
    let now = minute(local.time());
    hours.is_always()
        || hours.0.iter().any(|window| {
            let (from, to) = (minute(window.from.time()), minute(window.to.time()));
            let day = |date: chrono::NaiveDate| {
                window.days.contains(&u8::try_from(date.weekday().number_from_monday()).unwrap())
            };
            let (today, yesterday) = (day(local.date()), day(local.date().pred_opt().unwrap()));
            if from < to {
                today && (from..to).contains(&now)
            } else {
                (today && now >= from) || (yesterday && now < to)
            }
        })
}

fn some_hours() -> impl Strategy<Value = ServiceHours> {
    let time = (0u32..24, 0u32..60).prop_map(|(h, m)| TimeOfDay::try_from(format!("{h:02}:{m:02}")).unwrap());
    let window = (prop::collection::btree_set(1u8..=7, 1..=7), time.clone(), time)
        .prop_map(|(days, from, to)| Window { days: days.into_iter().collect(), from, to });
    prop::collection::vec(window, 0..4).prop_map(ServiceHours)
}

/// Around the days on which Madrid's clocks move, and anywhere else in two years.
fn some_minute() -> impl Strategy<Value = DateTime<Utc>> {
    let start = instant("2026-01-01T00:00:00Z");
    let near = |day: &'static str| (-3000i64..3000).prop_map(move |m| instant(day) + TimeDelta::minutes(m));
    prop_oneof![
        (0i64..1_000_000).prop_map(move |m| start + TimeDelta::minutes(m)),
        near("2026-03-29T01:00:00Z"),
        near("2026-10-25T01:00:00Z"),
    ]
}

proptest! {
    #[test]
    fn where_no_clock_moves_the_wall_is_right(a in some_hours(), b in some_hours(), now in some_minute()) {
        for (zone, behind) in [("UTC", 0), (timezone::DEFAULT_TIME_ZONE, 3)] {
            let local = (now - TimeDelta::hours(behind)).naive_utc();
            let table = Timetable { hours: [&a, &b], zone };
            prop_assert_eq!(table.is_open(now), on_the_wall(&a, local) && on_the_wall(&b, local));
        }
    }

    #[test]
    fn nothing_changes_before_the_next_change(a in some_hours(), b in some_hours(), now in some_minute(), share in 0u32..100) {
        let table = Timetable { hours: [&a, &b], zone: MADRID };
        let open = table.is_open(now);
        let Some(next) = table.next_change(now) else {
            for day in 0..8 {
                prop_assert_eq!(table.is_open(now + TimeDelta::days(day)), open);
            }
            return Ok(());
        };
        prop_assert!(next > now);
        let between = now + (next - now) * i32::try_from(share).unwrap() / 100;
        prop_assert_eq!(table.is_open(between), open);
        prop_assert_eq!(table.is_open(next - TimeDelta::seconds(1)), open);
        prop_assert_eq!(table.is_open(next), !open);
        prop_assert_eq!(table.opens_at(now), Some(if open { now } else { next }));
    }
}
