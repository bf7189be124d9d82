//! Cron expressions in AWS's two dialects: five fields (EC2 Auto Scaling) and
//! six (everything that says `cron(…)`), matched minute by minute.

use jiff::civil::DateTime;

/// Which numbers a field allows, one bit each.
type Bits = u64;

/// A cron expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    minute: Bits,
    hour: Bits,
    day: Bits,
    month: Bits,
    weekday: Bits,
    /// Both days are given: five fields want either, six never have both.
    either: bool,
    /// From and to; all where it is not given.
    year: (i16, i16),
}

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl Cron {
    /// Five fields; Sunday is 0 or 7.
    pub fn five(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields.as_slice() else {
            return None;
        };
        let days = field(weekday, 0..=7, &DAYS, 0)?;
        // Sunday has two numbers.
        let days = (days | (days >> 7 & 1)) & 0x7f;
        Some(Self {
            minute: field(minute, 0..=59, &[], 0)?,
            hour: field(hour, 0..=23, &[], 0)?,
            day: field(day, 1..=31, &[], 0)?,
            month: field(month, 1..=12, &MONTHS, 1)?,
            weekday: days,
            either: *day != "*" && *weekday != "*",
            year: (0, i16::MAX),
        })
    }

    /// Six fields, the last for the year; Sunday is 1; one of the days is `?`.
    pub fn six(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday, year] = fields.as_slice() else {
            return None;
        };
        if (*day == "?") == (*weekday == "?") {
            return None;
        }
        Some(Self {
            minute: field(minute, 0..=59, &[], 0)?,
            hour: field(hour, 0..=23, &[], 0)?,
            day: field(day, 1..=31, &[], 0)?,
            month: field(month, 1..=12, &MONTHS, 1)?,
            weekday: field(weekday, 1..=7, &DAYS, 1)? >> 1,
            either: false,
            year: years(year)?,
        })
    }

    /// Whether it fires in the minute of this time.
    pub fn fires(&self, at: DateTime) -> bool {
        let has = |bits: Bits, n: i8| bits >> n & 1 == 1;
        let day = has(self.day, at.day());
        let weekday = has(self.weekday, at.weekday().to_sunday_zero_offset());
        let days = if self.either {
            day || weekday
        } else {
            day && weekday
        };
        let year = (self.year.0..=self.year.1).contains(&at.year());
        has(self.minute, at.minute())
            && has(self.hour, at.hour())
            && has(self.month, at.month())
            && days
            && year
    }
}

fn years(text: &str) -> Option<(i16, i16)> {
    if text == "*" {
        return Some((0, i16::MAX));
    }
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    Some((from.parse().ok()?, to.parse().ok()?))
}

fn field(
    text: &str,
    range: std::ops::RangeInclusive<u32>,
    names: &[&str],
    first: u32,
) -> Option<Bits> {
    let parts = text.split(',');
    let mut each = parts.map(|part| some(part, &range, names, first));
    each.try_fold(0, |bits, part| Some(bits | part?))
}

/// `*`, `?`, `5`, `1-5`, `*/10`, `0/15`, `MON-FRI`.
fn some(
    part: &str,
    range: &std::ops::RangeInclusive<u32>,
    names: &[&str],
    first: u32,
) -> Option<Bits> {
    let (span, step) = match part.split_once('/') {
        Some((span, step)) => (span, Some(step.parse::<u32>().ok().filter(|n| *n > 0)?)),
        None => (part, None),
    };
    let number = |text: &str| {
        let spelt = names.iter().position(|n| n.eq_ignore_ascii_case(text));
        let number = spelt.map(|n| n as u32 + first);
        number
            .or_else(|| text.parse().ok())
            .filter(|n| range.contains(n))
    };
    let (from, to) = match span.split_once('-') {
        _ if span == "*" || span == "?" => (*range.start(), *range.end()),
        Some((from, to)) => (number(from)?, number(to)?),
        None if step.is_some() => (number(span)?, *range.end()),
        None => (number(span)?, number(span)?),
    };
    let hits = (from..=to).step_by(step.unwrap_or(1) as usize);
    Some(hits.fold(0, |bits, n| bits | 1 << n))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime {
        text.parse().expect("a civil time")
    }

    #[test]
    fn six_fields_count_sunday_as_one() {
        let nightly = Cron::six("0 3 * * ? *").expect("valid");
        assert!(nightly.fires(at("2026-09-20T03:00:00")));
        assert!(!nightly.fires(at("2026-09-20T03:01:00")));
        let weekdays = Cron::six("30 8 ? * MON-FRI *").expect("valid");
        assert!(weekdays.fires(at("2026-09-21T08:30:00")), "a Monday");
        assert!(!weekdays.fires(at("2026-09-20T08:30:00")), "a Sunday");
        assert!(
            Cron::six("0/15 * ? * 1 2026")
                .expect("valid")
                .fires(at("2026-09-20T01:45:00"))
        );
    }

    #[test]
    fn five_fields_count_sunday_as_zero_or_seven_and_want_either_day() {
        for text in ["0 9 * * 0", "0 9 * * 7", "0 9 * * SUN"] {
            assert!(
                Cron::five(text)
                    .expect("valid")
                    .fires(at("2026-09-20T09:00:00")),
                "{text}"
            );
        }
        let either = Cron::five("0 9 1 * 1").expect("valid");
        assert!(either.fires(at("2026-09-01T09:00:00")) && either.fires(at("2026-09-21T09:00:00")));
    }

    #[test]
    fn what_is_no_cron_is_refused() {
        for text in [
            "",
            "* * * *",
            "61 * * * *",
            "*/0 * * * *",
            "a b c d e",
            "5-x * * * *",
        ] {
            assert_eq!(Cron::five(text), None, "{text}");
        }
        for text in ["0 3 * * * *", "0 3 ? * ? *", "0 3 * * ?"] {
            assert_eq!(Cron::six(text), None, "{text}");
        }
    }
}
