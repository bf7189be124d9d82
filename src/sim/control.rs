//! Commands to the account itself: more load, trouble, another pace. In words for
//! people (`load 5x`), the same words in JSON for programs.

use super::fault::{Fault, Kind, Often, Target};
use super::pace::{FASTEST, Speed};
use super::shape;
use super::throttle::Throttling;
use super::value::Value;
use std::time::Duration;

/// A command.
#[derive(Clone, Debug, PartialEq)]
pub enum Control {
    /// The load generator: so many times the ordinary traffic; 0 is calm.
    Load(f64),
    Fault(Fault),
    FaultsOff,
    /// Time leaps ahead.
    Advance(Duration),
    Speed(Speed),
    Throttling(Throttling),
    /// Changes nothing.
    Status,
}

/// Where the control endpoint is, and where its state is read.
pub const CONTROL_PATH: &str = "/_tidegate/control";
pub const STATE_PATH: &str = "/_tidegate/state";
/// All that is not AWS's.
pub const PREFIX: &str = "/_tidegate/";

/// The most load: what a generator on one machine could send.
const HEAVIEST: f64 = 100.0;
/// The farthest leap: each second of it is lived through.
const FARTHEST: Duration = Duration::from_hours(48);
/// The longest delay: beyond it no client waits.
const SLOWEST: Duration = Duration::from_mins(5);

/// What can be said, for whoever said something else.
pub const USAGE: &str = "load 5x | calm | advance 90s | speed 10 (or manual) | throttling on|off | \
fault KIND [ACTION] [3|25%] | faults off | status; KIND is throttle, 500, 503, cut, truncate, lose, expired, denied, \
limit, mute, over or latency 2s; ACTION is like ecs:DescribeServices or ecs:*";

/// The kinds of trouble.
const KINDS: &str = "throttle 500 503 cut truncate lose expired denied limit mute over latency 2s";

impl Control {
    /// Reads a command in words. A refusal is one line of a small screen.
    pub fn parse(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["load", times] => number(times, 0.0, HEAVIEST).map(Self::Load),
            ["calm"] => Ok(Self::Load(0.0)),
            ["advance", time] => duration(time, FARTHEST).map(Self::Advance),
            ["speed", "manual"] => Ok(Self::Speed(Speed::Manual)),
            ["speed", times] => {
                number(times, 0.1, FASTEST).map(|times| Self::Speed(Speed::Times(times)))
            }
            ["throttling", "on"] => Ok(Self::Throttling(Throttling::On)),
            ["throttling", "off"] => Ok(Self::Throttling(Throttling::Off)),
            ["faults", "off"] => Ok(Self::FaultsOff),
            ["fault", rest @ ..] => fault(rest).map(Self::Fault),
            ["status"] => Ok(Self::Status),
            _ => Err(format!(
                "“{}” is no command here. Write load, calm, advance, speed, throttling, fault or status",
                brief(text)
            )),
        }
    }

    /// `{"command": "load 5x"}` or `{"commands": ["calm", "advance 90s"]}`.
    pub fn of_json(input: &Value) -> Result<Vec<Self>, String> {
        let one = input.get("command").map(std::slice::from_ref);
        let many = input.get("commands").map(Value::items);
        let words = one.or(many).unwrap_or_default();
        let each = words.iter().map(|word| match word.as_text() {
            Some(text) => Self::parse(text).map_err(|why| format!("{why}. All of them: {USAGE}")),
            None => Err("A command is a text".to_owned()),
        });
        let commands: Vec<Self> = each.collect::<Result<_, _>>()?;
        if commands.is_empty() {
            return Err("There is no command. Write {\"command\": \"load 5x\"}".to_owned());
        }
        Ok(commands)
    }
}

/// A fault in the words after `fault`, as `--fault` takes them too.
pub fn fault(words: &[&str]) -> Result<Fault, String> {
    let (kind, rest) = match words {
        ["latency", time, rest @ ..] => (Kind::Latency(duration(time, SLOWEST)?), rest),
        [word, rest @ ..] => (kind(word)?, rest),
        [] => return Err(format!("Write a kind: {KINDS}")),
    };
    let (target, rest) = match rest {
        [word, rest @ ..] if *word == "*" || word.contains(':') => (target(word)?, rest),
        rest => (Target::All, rest),
    };
    let often = match rest {
        [] | ["always"] => Often::Always,
        [word] => often(word)?,
        _ => {
            return Err("Too many words. Write: fault KIND [ACTION] [3|25%]".to_owned());
        }
    };
    Ok(Fault {
        kind,
        target,
        often,
    })
}

fn kind(word: &str) -> Result<Kind, String> {
    Ok(match word {
        "throttle" => Kind::Throttle,
        "500" => Kind::Broken,
        "503" => Kind::Unavailable,
        "cut" => Kind::Cut,
        "truncate" => Kind::Truncate,
        "lose" => Kind::Lose,
        "expired" => Kind::Expired,
        "denied" => Kind::Denied,
        "limit" => Kind::Limit,
        "mute" => Kind::Mute,
        "over" => Kind::Over,
        _ => return Err(format!("“{}” is none of {KINDS}", brief(word))),
    })
}

fn target(word: &str) -> Result<Target, String> {
    let target = Target::parse(word).ok_or_else(|| {
        format!(
            "“{}” is no action here. Write it like ecs:DescribeServices, ecs:* or *",
            brief(word)
        )
    })?;
    match &target {
        Target::Action(service, operation) if !shape::knows(*service, operation) => {
            let near = shape::near(*service, operation).join(", ");
            Err(format!(
                "“{}” is not simulated. Near: {near}",
                shortened(word)
            ))
        }
        _ => Ok(target),
    }
}

/// `3` (the next three calls) or `25%`.
fn often(word: &str) -> Result<Often, String> {
    if let Some(percent) = word.strip_suffix('%') {
        return number(percent, 0.0, 100.0).map(|percent| Often::Chance(percent / 100.0));
    }
    match word.parse::<u32>() {
        Ok(times) if times > 0 => Ok(Often::Next(times)),
        _ => Err(format!(
            "“{}” is neither a number of calls nor a percentage",
            shortened(word)
        )),
    }
}

/// `5x` or `5`.
pub fn number(word: &str, least: f64, most: f64) -> Result<f64, String> {
    let number = word.trim_end_matches(['x', '×']).parse::<f64>();
    match number {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(format!(
            "“{}” is no number from {least} to {most}",
            shortened(word)
        )),
    }
}

/// `250ms`, `90s`, `5m`, `2h`.
pub fn duration(word: &str, most: Duration) -> Result<Duration, String> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let each = match word.get(digits.len()..) {
        Some("ms") => Some(1),
        Some("s") => Some(1_000),
        Some("m") => Some(60_000),
        Some("h") => Some(3_600_000),
        _ => None,
    };
    let millis = digits
        .parse::<u64>()
        .ok()
        .zip(each)
        .and_then(|(count, each)| count.checked_mul(each));
    match millis.map(Duration::from_millis) {
        Some(time) if time <= most => Ok(time),
        Some(_) => Err(format!(
            "“{}” is too long: at most {} s",
            shortened(word),
            most.as_secs()
        )),
        None => Err(format!(
            "“{}” is no time. Write it like 250ms, 90s, 5m or 2h",
            shortened(word)
        )),
    }
}

/// As much of a word as leaves room for what would be right.
fn brief(text: &str) -> String {
    shortened(text).chars().take(20).collect()
}

/// What was said, as far as it helps to read it again.
fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::super::call::Service;
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> Control {
        Control::parse(text).expect(text)
    }

    #[test]
    fn commands_are_read_as_people_write_them() {
        assert_eq!(parsed("load 5x"), Control::Load(5.0));
        assert_eq!(parsed(" load  2.5 "), Control::Load(2.5));
        assert_eq!(parsed("calm"), Control::Load(0.0));
        assert_eq!(
            parsed("advance 90s"),
            Control::Advance(Duration::from_secs(90))
        );
        assert_eq!(parsed("speed 10"), Control::Speed(Speed::Times(10.0)));
        assert_eq!(parsed("speed manual"), Control::Speed(Speed::Manual));
        assert_eq!(parsed("faults off"), Control::FaultsOff);
        assert_eq!(
            parsed("throttling off"),
            Control::Throttling(Throttling::Off)
        );
    }

    #[test]
    fn a_fault_has_a_kind_an_action_and_how_often() {
        let wanted = Fault {
            kind: Kind::Throttle,
            target: Target::Action(Service::Ecs, "DescribeServices".into()),
            often: Often::Next(3),
        };
        assert_eq!(
            parsed("fault throttle ecs:DescribeServices 3"),
            Control::Fault(wanted)
        );
        let wanted = Fault {
            kind: Kind::Latency(Duration::from_secs(2)),
            target: Target::All,
            often: Often::Chance(0.25),
        };
        assert_eq!(parsed("fault latency 2s 25%"), Control::Fault(wanted));
        for said in [
            "lose rds:* 1",
            "denied ecs:UpdateService always",
            "500 * always",
        ] {
            let said = format!("fault {said}");
            let Control::Fault(fault) = parsed(&said) else {
                panic!("{said}");
            };
            assert_eq!(format!("fault {fault}"), said);
        }
    }

    #[test]
    fn what_is_no_command_is_refused_with_what_would_be_one() {
        for wrong in [
            "",
            "load",
            "load x",
            "load -1",
            "load 101",
            "load NaN",
            "speed 0",
            "speed 1e9",
            "advance 90",
            "advance 49h",
            "advance 99999999999999999999s",
            "fault",
            "fault odd",
            "fault latency",
            "fault latency soon",
            "fault throttle s3:GetObject",
            "fault throttle ecs:Bogus",
            "fault throttle 0",
            "fault throttle 101%",
            "fault cut ecs:* 1 2",
            "throttling",
        ] {
            let why = Control::parse(wrong).expect_err(wrong);
            assert!(why.contains('“') || why.contains("Write"), "{wrong}: {why}");
            assert!(why.chars().count() <= 100, "too long for a line: {why}");
        }
    }

    #[test]
    fn an_action_that_is_mistyped_is_answered_with_its_neighbours() {
        let why = Control::parse("fault throttle ecs:DescribeService").expect_err("mistyped");
        assert!(why.contains("Near: DescribeServices"), "{why}");
    }

    #[test]
    fn json_brings_one_command_or_many() {
        let read = |text: &str| {
            let value = super::super::wire::json::decode(text.as_bytes()).expect(text);
            Control::of_json(&value)
        };
        assert_eq!(read(r#"{"command": "calm"}"#), Ok(vec![Control::Load(0.0)]));
        let many = read(r#"{"commands": ["load 5x", "status"]}"#);
        assert_eq!(many, Ok(vec![Control::Load(5.0), Control::Status]));
        for wrong in [
            "{}",
            r#"{"command": 5}"#,
            r#"{"commands": []}"#,
            r#"{"command": "odd"}"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_words_make_it_panic(text in ".*", number in "[0-9.e+x%-]{0,12}") {
            let _ = Control::parse(&text);
            for verb in ["load", "speed", "advance", "fault throttle", "fault latency"] {
                let _ = Control::parse(&format!("{verb} {number}"));
            }
        }
    }
}
