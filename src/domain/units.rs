//! Numbers for people: ages, sizes, rates. Pure, and the same everywhere.

use super::text::Text;
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
