//! Raw values to checked ones. A refusal is what is wrong, and what would be right.

use crate::logs::field::Known;
use crate::model::settings::{ColorDepth, LOG_COLUMNS, Mode};
use crate::model::source::did_you_mean;
use crate::model::tail::TailMethod;
use std::time::Duration;

/// What is wrong with a value, and how to write it.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    pub what: String,
    pub mend: String,
}

fn refuse<T>(what: impl Into<String>, mend: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal {
        what: what.into(),
        mend: mend.into(),
    })
}

const UNITS: [(&str, u64); 4] = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];
const SIZES: [(&str, usize); 4] = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("B", 0)];

/// `5s`, `2m`, `25h`, `1d`: a whole number and a unit, from `least` to `most`.
pub fn duration(text: &str, least: Duration, most: Duration) -> Result<Duration, Refusal> {
    let form = "Write it like 5s, 2m, 25h or 1d";
    let (digits, unit) = text.split_at(
        text.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len()),
    );
    // Nothing is nothing in any unit: `0` is a time, and too short a one.
    let unit = match unit.trim() {
        "" if digits.parse() == Ok(0_u64) => UNITS.first(),
        unit => UNITS.iter().find(|(name, _)| *name == unit),
    };
    let seconds = digits
        .parse::<u64>()
        .ok()
        .zip(unit)
        .and_then(|(n, (_, each))| n.checked_mul(*each));
    match seconds.map(Duration::from_secs) {
        None => refuse("is not a time", form),
        Some(time) if time < least => {
            refuse(format!("is too short: at least {}", say(least)), form)
        }
        Some(time) if time > most => refuse(format!("is too long: at most {}", say(most)), form),
        Some(time) => Ok(time),
    }
}

fn say(time: Duration) -> String {
    let whole = UNITS
        .iter()
        .rev()
        .find(|(_, each)| time.as_secs().is_multiple_of(*each));
    whole.map_or_else(String::new, |(name, each)| {
        format!("{}{name}", time.as_secs() / each)
    })
}

/// A whole number from `least` to `most`.
pub fn count(text: &str, least: u32, most: u32) -> Result<u32, Refusal> {
    match text.parse::<i128>() {
        Ok(number) => match u32::try_from(number) {
            Ok(fits) if (least..=most).contains(&fits) => Ok(fits),
            _ => refuse(
                "is out of range",
                format!("Write a whole number from {least} to {most}"),
            ),
        },
        Err(_) => refuse(
            "is not a whole number",
            format!("Write a whole number from {least} to {most}"),
        ),
    }
}

/// `16MiB`: a whole number of bytes with a unit, from 1 MiB to 4 GiB.
pub fn size(text: &str) -> Result<usize, Refusal> {
    let form = "Write it like 16MiB, from 1MiB to 4GiB";
    let (digits, unit) = text.split_at(
        text.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len()),
    );
    let shift = SIZES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(unit.trim()));
    let bytes = digits
        .parse::<usize>()
        .ok()
        .zip(shift)
        .and_then(|(n, (_, shift))| n.checked_mul(1 << shift));
    match bytes {
        None => refuse("is not a size", form),
        Some(bytes) if !(1 << 20..=4 << 30).contains(&bytes) => refuse("is out of range", form),
        Some(bytes) => Ok(bytes),
    }
}

/// Yes or no, in the words people use for it.
pub fn flag(text: &str) -> Result<bool, Refusal> {
    match text.to_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => refuse("is neither true nor false", "Write true or false"),
    }
}

/// `read-only` or `write`.
pub fn mode(text: &str) -> Result<Mode, Refusal> {
    match text {
        "read-only" => Ok(Mode::ReadOnly),
        "write" => Ok(Mode::Write),
        _ => refuse("is not a mode", "Write read-only or write"),
    }
}

/// A column of parsed log lines.
pub fn column(text: &str) -> Result<Known, Refusal> {
    match LOG_COLUMNS.iter().find(|known| known.name() == text) {
        Some(known) => Ok(*known),
        None => refuse(
            "is no column of log lines",
            did_you_mean(text, LOG_COLUMNS.map(Known::name)),
        ),
    }
}

/// `polling` or `live`.
pub fn tail(text: &str) -> Result<TailMethod, Refusal> {
    match text {
        "polling" => Ok(TailMethod::Polling),
        "live" => Ok(TailMethod::Live),
        _ => refuse("is no way to tail logs", "Write polling or live"),
    }
}

/// A depth, or `None` for `auto`.
pub fn color(text: &str) -> Result<Option<ColorDepth>, Refusal> {
    match text {
        "auto" => Ok(None),
        "none" => Ok(Some(ColorDepth::None)),
        "16" => Ok(Some(ColorDepth::Ansi16)),
        "256" => Ok(Some(ColorDepth::Ansi256)),
        "true" => Ok(Some(ColorDepth::True)),
        _ => refuse(
            "is not a number of colours",
            "Write auto, 16, 256, true or none",
        ),
    }
}

/// A name as AWS has them: something, on one line.
pub fn name(text: &str) -> Result<String, Refusal> {
    if text.trim().is_empty() || text.chars().any(char::is_control) {
        refuse("is not a name", "Write the name, or leave it out")
    } else {
        Ok(text.to_owned())
    }
}

/// The name of a theme that is there.
pub fn theme(text: &str, known: &[&str]) -> Result<String, Refusal> {
    if known.contains(&text) {
        Ok(text.to_owned())
    } else {
        refuse("is not a theme", did_you_mean(text, known.iter().copied()))
    }
}

/// The shape of a region's name; whether AWS has it shows when it answers.
pub fn region(text: &str) -> Result<String, Refusal> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let numbered = text
        .rsplit('-')
        .next()
        .is_some_and(|last| last.parse::<u8>().is_ok());
    if text.chars().all(plain) && text.matches('-').count() >= 2 && numbered {
        Ok(text.to_owned())
    } else {
        refuse("is not a region", "Write it like ap-northeast-2")
    }
}

/// `http://` or `https://` and a host.
pub fn url(text: &str) -> Result<String, Refusal> {
    let form = "Write it like https://host:port";
    let Some(rest) = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
    else {
        return refuse("is not an address", form);
    };
    let host = rest.split('/').next().unwrap_or_default();
    if host.contains('@') {
        return refuse(
            "has a user name in it",
            "Leave it out: requests are signed, not logged in",
        );
    }
    if host.is_empty() || !text.chars().all(|c| c.is_ascii_graphic()) {
        refuse("is not an address", form)
    } else {
        Ok(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn time(text: &str) -> Result<Duration, String> {
        duration(text, Duration::from_secs(1), HOUR).map_err(|refusal| refusal.what)
    }

    #[test]
    fn a_time_is_a_number_and_a_unit_within_bounds() {
        assert_eq!(time("5s"), Ok(Duration::from_secs(5)));
        assert_eq!(time("2 m"), Ok(Duration::from_mins(2)));
        for nothing in ["0", "00", "0s", "0d"] {
            assert_eq!(time(nothing), Err("is too short: at least 1s".into()));
        }
        assert_eq!(time("2h"), Err("is too long: at most 1h".into()));
        for wrong in [
            "",
            "5",
            "s",
            "-5s",
            "5.5s",
            "5x",
            "99999999999999999999s",
            "18446744073709551615d",
        ] {
            assert_eq!(time(wrong), Err("is not a time".into()), "{wrong}");
        }
    }

    #[test]
    fn a_number_is_whole_and_within_bounds() {
        assert_eq!(count("12", 1, 100), Ok(12));
        for wrong in [
            "0",
            "101",
            "-1",
            "",
            "1.5",
            "many",
            "340282366920938463463374607431768211456",
        ] {
            assert!(count(wrong, 1, 100).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_size_has_a_unit() {
        assert_eq!(size("16MiB"), Ok(16 << 20));
        assert_eq!(size("2 gib"), Ok(2 << 30));
        for wrong in ["16", "1KiB", "5GiB", "MiB", "99999999999999999GiB"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_region_has_the_shape_of_one() {
        for right in ["ap-northeast-2", "us-gov-west-1", "eu-isoe-west-1"] {
            assert!(region(right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "seoul",
            "ap-northeast",
            "AP-NORTHEAST-2",
            "ap northeast-2",
            "ap-northeast-2\n",
        ] {
            assert!(region(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_address_has_a_scheme_and_a_host_and_no_user() {
        assert!(url("http://127.0.0.1:5000").is_ok());
        for wrong in [
            "127.0.0.1:5000",
            "ftp://a",
            "https://",
            "https://a b",
            "https://me:pw@host",
        ] {
            assert!(url(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_a_check_panic(text in ".*") {
            let _ = (time(&text), count(&text, 0, 9), size(&text), flag(&text), mode(&text));
            let _ = (color(&text), name(&text), region(&text), url(&text));
        }

        #[test]
        fn what_a_bound_says_can_be_read_back(seconds in 1u64..1_000_000) {
            let bound = Duration::from_secs(seconds);
            prop_assert_eq!(duration(&say(bound), bound, bound), Ok(bound));
        }
    }
}
