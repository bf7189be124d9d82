//! Numbers for people: ages, sizes, rates. Pure, and the same everywhere.

use super::text::Text;
use jiff::Timestamp;
use std::time::Duration;

/// `31 s`, `12 min`, `11 h`, `3 d`: the largest unit that fits, whole numbers.
pub fn age(d: Duration) -> Text {
    let s = d.as_secs();
    let said = match s {
        0..60 => format!("{s} s"),
        60..3_600 => format!("{} min", s / 60),
        3_600..86_400 => format!("{} h", s / 3_600),
        _ => format!("{} d", s / 86_400),
    };
    Text::clean(&said)
}

/// As [`age`], in at most four columns: `31s`, `12m`, `11h`, `312d`.
pub fn short_age(d: Duration) -> String {
    let s = d.as_secs();
    match s {
        0..60 => format!("{s}s"),
        60..3_600 => format!("{}m", s / 60),
        3_600..172_800 => format!("{}h", s / 3_600),
        _ => format!("{}d", s / 86_400),
    }
}

/// As [`age`], in hours up to three days: what is judged by hours is said in hours.
pub fn hours(d: Duration) -> Text {
    match d.as_secs() {
        s @ 3_600..259_200 => Text::clean(&format!("{} h", s / 3_600)),
        _ => age(d),
    }
}

/// `90s`, `15m`, `2h`, `1d`, `1w`: a whole number and a unit, as the config file has it.
pub fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let each: u64 = match unit.trim() {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    let seconds = number.parse::<u64>().ok()?.checked_mul(each)?;
    Some(Duration::from_secs(seconds))
}

/// `31 min`, `1 h 5 min`, and `47 s` in the last minute: what is left of a time. Not below zero.
pub fn left(until: Timestamp, now: Timestamp) -> String {
    match until.duration_since(now).as_secs().max(0) {
        s @ 0..60 => format!("{s} s"),
        s @ 60..3_600 => format!("{} min", s / 60),
        s if s % 3_600 < 60 => format!("{} h", s / 3_600),
        s => format!("{} h {} min", s / 3_600, s % 3_600 / 60),
    }
}

/// How long ago `at` was; zero when it lies ahead.
pub fn since(now: Timestamp, at: Timestamp) -> Duration {
    now.duration_since(at).try_into().unwrap_or(Duration::ZERO)
}

/// `2,400`: thousands set apart.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut said = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            said.push(',');
        }
        said.push(digit);
    }
    said
}

/// `1 line`, `5,678 lines`.
pub fn lines(n: u64) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} line{s}", count(n))
}

/// `1000`, `20k`, `1.2M`: a number in at most five columns.
pub fn short_count(n: u64) -> String {
    match n {
        0..10_000 => n.to_string(),
        10_000..1_000_000 => format!("{}k", n / 1_000),
        1_000_000..100_000_000 => format!("{}.{}M", n / 1_000_000, n / 100_000 % 10),
        _ => format!("{}M", n / 1_000_000),
    }
}

/// `2026-09-20 03:07 UTC`.
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_said_in_the_largest_unit_that_fits() {
        let said = |s| age(Duration::from_secs(s)).as_str().to_owned();
        assert_eq!(
            [said(31), said(720), said(39_600), said(259_200)],
            ["31 s", "12 min", "11 h", "3 d"]
        );
    }

    #[test]
    fn a_short_age_keeps_hours_for_two_days() {
        let said = |s| short_age(Duration::from_secs(s));
        assert_eq!(
            [said(31), said(720), said(100_000), said(259_200)],
            ["31s", "12m", "27h", "3d"]
        );
    }

    #[test]
    fn hours_stay_hours_for_three_days() {
        let said = |h: u64| hours(Duration::from_secs(h * 3_600)).as_str().to_owned();
        assert_eq!([said(25), said(31), said(72)], ["25 h", "31 h", "3 d"]);
    }

    #[test]
    fn a_duration_is_a_whole_number_and_a_unit() {
        let seconds = |text| duration(text).map(|d| d.as_secs());
        let read = ["90s", " 15m ", "2h", "1 d", "1w"].map(seconds);
        let expected = [90, 900, 7_200, 86_400, 604_800].map(Some);
        assert_eq!(read, expected);
        let refused = [
            "",
            "15",
            "m",
            "1.5h",
            "15 minutes",
            "-1m",
            "99999999999999999999s",
        ];
        assert!(refused.iter().all(|text| duration(text).is_none()));
    }

    #[test]
    fn what_is_left_is_said_in_minutes_and_in_seconds_at_the_end() {
        let now = Timestamp::UNIX_EPOCH;
        let said = |s| left(Timestamp::from_second(s).expect("a time"), now);
        let lefts = [
            said(-5),
            said(59),
            said(60),
            said(1_919),
            said(3_600),
            said(3_900),
        ];
        assert_eq!(
            lefts,
            ["0 s", "59 s", "1 min", "31 min", "1 h", "1 h 5 min"]
        );
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(
            [count(0), count(999), count(5_000), count(2_000_000_000)],
            ["0", "999", "5,000", "2,000,000,000"]
        );
    }

    #[test]
    fn a_short_count_never_needs_more_than_five_columns() {
        assert_eq!(short_count(9_999), "9999");
        assert_eq!(short_count(20_000), "20k");
        assert_eq!(short_count(1_250_000), "1.2M");
        assert_eq!(short_count(2_000_000_000), "2000M");
    }
}
