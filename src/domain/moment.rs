//! A point in time as people write it: `2h` ago, `14:22`, a date, RFC 3339.

use super::units;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// How to write one, for messages.
pub const FORM: &str =
    "Write 15m, 2h, 1d or 1w ago, 14:22, 2026-11-22, 2026-11-22T14:22, or RFC 3339 with its zone";

/// The moment that `text` names, seen from `now`; without a zone it is UTC, as everything on the screen.
/// A time of day is the last one that was: `23:50`, said at midnight, is yesterday's.
pub fn parse(text: &str, now: Timestamp) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(ago) = units::duration(text) {
        return now.checked_sub(SignedDuration::try_from(ago).ok()?).ok();
    }
    if text.eq_ignore_ascii_case("now") {
        return Some(now);
    }
    text.parse()
        .ok()
        .or_else(|| of_day(text, now))
        .or_else(|| utc(text.replacen(' ', "T", 1).parse::<DateTime>().ok()?))
        .or_else(|| utc(text.parse::<Date>().ok()?.into()))
}

fn of_day(text: &str, now: Timestamp) -> Option<Timestamp> {
    let shape = text.split(':').count();
    let digits = |c: char| c.is_ascii_digit() || matches!(c, ':' | '.');
    if !(2..=3).contains(&shape) || !text.chars().all(digits) {
        return None;
    }
    let time: Time = text.parse().ok()?;
    let today = now.to_zoned(TimeZone::UTC).date();
    let at = utc(today.to_datetime(time))?;
    if at <= now {
        return Some(at);
    }
    utc(today.yesterday().ok()?.to_datetime(time))
}

fn utc(at: DateTime) -> Option<Timestamp> {
    at.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(text: &str) -> Option<String> {
        let now = "2026-11-22T14:30:00Z".parse().unwrap();
        parse(text, now).map(|at| at.to_string())
    }

    #[test]
    fn moments_are_read_as_people_write_them() {
        let cases = [
            ("2h", "2026-11-22T12:30:00Z"),
            (" 90s ", "2026-11-22T14:28:30Z"),
            ("1w", "2026-11-15T14:30:00Z"),
            ("now", "2026-11-22T14:30:00Z"),
            ("14:22", "2026-11-22T14:22:00Z"),
            ("14:22:05.5", "2026-11-22T14:22:05.5Z"),
            ("23:50", "2026-11-21T23:50:00Z"),
            ("2026-11-20", "2026-11-20T00:00:00Z"),
            ("2026-11-20T07:00", "2026-11-20T07:00:00Z"),
            ("2026-11-20 07:00", "2026-11-20T07:00:00Z"),
            ("2026-11-20T16:00:00+09:00", "2026-11-20T07:00:00Z"),
        ];
        for (text, expected) in cases {
            assert_eq!(said(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for text in [
            "",
            "2",
            "2y",
            "25:00",
            "yesterday",
            "2026-13-01",
            "14:",
            "99999999999d",
        ] {
            assert_eq!(said(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics_and_a_time_of_day_is_never_ahead(text in "[0-9:.TZ+ a-z-]{0,24}", hour in 0_u8..24, minute in 0_u8..60) {
            let now = "2026-11-22T14:30:00Z".parse().unwrap();
            parse(&text, now);
            let time = format!("{hour:02}:{minute:02}");
            prop_assert!(parse(&time, now).unwrap() <= now);
        }
    }
}
