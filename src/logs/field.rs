//! What a log line's members mean, known by their names.

use super::parse::{Field, Kind};
use std::time::Duration;
use strum::{EnumIter, EnumString, IntoStaticStr};

/// No known name is longer.
const LONGEST: usize = 24;

/// The members that have a column of their own.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, EnumString, IntoStaticStr,
)]
#[strum(serialize_all = "lowercase")]
pub enum Known {
    Time,
    Level,
    Method,
    Path,
    Status,
    Duration,
    Layer,
    Trace,
    Message,
}

impl Known {
    /// The meaning of a member's name, however it is written (`traceId`, `trace_id`, `@timestamp`).
    pub fn of(name: &str) -> Option<Self> {
        let mut room = [0; LONGEST];
        Some(match bare(name, &mut room)? {
            "time" | "timestamp" | "ts" | "datetime" | "date" | "asctime" => Self::Time,
            "level" | "severity" | "lvl" | "loglevel" | "levelname" => Self::Level,
            "method" | "httpmethod" | "verb" | "requestmethod" | "httprequestmethod" => {
                Self::Method
            }
            "path" | "uri" | "url" | "requesturi" | "requestpath" | "httppath" | "urlpath" => {
                Self::Path
            }
            "status" | "statuscode" | "httpstatus" | "responsestatus" | "httpstatuscode" => {
                Self::Status
            }
            "layer" | "logger" | "loggername" | "component" | "module" => Self::Layer,
            "traceid" | "trace" | "traceparent" | "oteltraceid" | "ddtraceid" | "xamzntraceid"
            | "requestid" | "correlationid" | "xrequestid" => Self::Trace,
            "message" | "msg" | "log" => Self::Message,
            bare if is_duration(bare) => Self::Duration,
            _ => return None,
        })
    }

    /// Its name, for columns and filters.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Letters and digits of a name, in lower case.
fn bare<'r>(name: &str, room: &'r mut [u8; LONGEST]) -> Option<&'r str> {
    if name.len() > LONGEST {
        return None;
    }
    let kept = name.bytes().filter(u8::is_ascii_alphanumeric);
    let mut length = 0;
    for (place, byte) in room.iter_mut().zip(kept) {
        *place = byte.to_ascii_lowercase();
        length += 1;
    }
    std::str::from_utf8(&room[..length]).ok()
}

fn is_duration(bare: &str) -> bool {
    let stem = ["millis", "seconds", "secs", "ms", "us", "ns", "s"]
        .iter()
        .find_map(|unit| bare.strip_suffix(unit));
    let named = |word: &str| {
        matches!(
            word,
            "duration"
                | "latency"
                | "elapsed"
                | "elapsedtime"
                | "took"
                | "responsetime"
                | "requesttime"
                | "processtime"
        )
    };
    named(bare) || stem.is_some_and(named)
}

/// How bad a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, EnumString)]
#[strum(serialize_all = "UPPERCASE", ascii_case_insensitive)]
pub enum Severity {
    Trace,
    Debug,
    #[strum(
        to_string = "INFO",
        serialize = "information",
        serialize = "notice",
        serialize = "note"
    )]
    Info,
    #[strum(to_string = "WARN", serialize = "warning")]
    Warn,
    #[strum(to_string = "ERROR", serialize = "err", serialize = "severe")]
    Error,
    #[strum(
        to_string = "FATAL",
        serialize = "critical",
        serialize = "crit",
        serialize = "emergency",
        serialize = "emerg",
        serialize = "alert",
        serialize = "panic"
    )]
    Fatal,
}

impl Severity {
    /// From a word, or from the numbers of bunyan and pino (30 = info).
    pub fn parse(value: &str) -> Option<Self> {
        let value = value.trim();
        value
            .parse()
            .ok()
            .or_else(|| Self::of_number(value.parse().ok()?))
    }

    fn of_number(number: u8) -> Option<Self> {
        Some(match number {
            10..20 => Self::Trace,
            20..30 => Self::Debug,
            30..40 => Self::Info,
            40..50 => Self::Warn,
            50..60 => Self::Error,
            60 => Self::Fatal,
            _ => return None,
        })
    }

    /// The first word of a plain line's beginning that names one: in capitals as loggers write it, else in brackets
    /// (nginx's `[error]`, a database's `[Warning]`, Apache's `[core:error]`) or before the first colon (`error: no such`).
    pub fn in_plain(line: &str) -> Option<Self> {
        let head = line
            .char_indices()
            .nth(120)
            .map_or(line, |(end, _)| &line[..end]);
        Self::in_capitals(head)
            .or_else(|| Self::in_brackets(head))
            .or_else(|| head.split_once(':')?.0.trim_start().parse().ok())
    }

    fn in_capitals(head: &str) -> Option<Self> {
        let words = head
            .split(|c: char| !c.is_ascii_alphabetic())
            .filter(|w| w.len() > 3);
        words
            .filter(|w| w.bytes().all(|b| b.is_ascii_uppercase()))
            .find_map(|w| w.parse().ok())
    }

    fn in_brackets(head: &str) -> Option<Self> {
        let opened = head.split('[').skip(1);
        let mut words = opened.filter_map(|rest| rest.split_once(']')?.0.rsplit(':').next());
        words.find_map(|word| word.parse().ok())
    }

    /// Its name, in capitals.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A response time: `"12ms"`, `"1.5 s"`, `"1m30s"`; a bare number is in the unit its name ends with. Where the name says
/// none, a whole one is milliseconds, and one with a fraction is seconds below [`SECONDS`] (as Go and Python write it),
/// else milliseconds (as Rails does). nginx's `$request_time` is in seconds (`ngx_http_log_module`).
pub fn duration(name: &str, value: &str) -> Option<Duration> {
    let text = value.trim();
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    let is_bare = digit(bytes.first()) && (digit(bytes.last()) || text.ends_with('.'));
    let bare = is_bare.then(|| text.parse::<f64>().ok()).flatten();
    let seconds = match bare {
        Some(number) => number * bare_unit(name, number, text),
        None => with_units(text)?,
    };
    Duration::try_from_secs_f64(seconds).ok()
}

/// From here on a bare number with a fraction is milliseconds: who answers in seconds answers sooner.
const SECONDS: f64 = 10.0;

/// Seconds of numbers, each with its unit: `1h2m`, `1m30.5s`.
fn with_units(mut text: &str) -> Option<f64> {
    if text.is_empty() {
        return None;
    }
    let mut seconds = 0.0;
    while !text.is_empty() {
        let in_number = |c: char| c.is_ascii_digit() || c == '.';
        let unit = text.find(|c| !in_number(c))?;
        let length = text[unit..].find(in_number);
        let end = length.map_or(text.len(), |length| unit + length);
        seconds += text[..unit].parse::<f64>().ok()? * unit_of(text[unit..end].trim())?;
        text = &text[end..];
    }
    Some(seconds)
}

fn unit_of(unit: &str) -> Option<f64> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "ns" => 1e-9,
        "us" | "µs" | "μs" => 1e-6,
        "ms" | "millis" => 1e-3,
        "s" | "sec" | "secs" | "seconds" => 1.0,
        "m" | "min" | "mins" => 60.0,
        "h" | "hour" | "hours" => 3_600.0,
        _ => return None,
    })
}

fn bare_unit(name: &str, number: f64, text: &str) -> f64 {
    let lower = name.to_ascii_lowercase();
    let ends = |units: &[&str]| units.iter().any(|unit| lower.ends_with(unit));
    match () {
        () if ends(&["ms", "millis"]) => 1e-3,
        () if ends(&["_us", "micros"]) || name.ends_with("Us") => 1e-6,
        () if ends(&["_ns", "nanos"]) || name.ends_with("Ns") => 1e-9,
        () if ends(&["seconds", "secs", "_s"]) => 1.0,
        // A whole one, however it is written.
        () if text.bytes().all(|b| b.is_ascii_digit()) => 1e-3,
        () if number < SECONDS || ends(&["request_time", "requesttime"]) => 1.0,
        () => 1e-3,
    }
}

/// An HTTP status: three digits.
#[inline]
pub fn status(value: &str) -> Option<u16> {
    match *value.as_bytes() {
        [a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9'] => {
            let digit = |byte: u8| u16::from(byte - b'0');
            Some(digit(a) * 100 + digit(b) * 10 + digit(c))
        }
        _ => odd_status(value),
    }
}

fn odd_status(value: &str) -> Option<u16> {
    value
        .trim()
        .parse()
        .ok()
        .filter(|status| (100..1000).contains(status))
}

/// A member's value where it says something; null and nested values do not stand in a column.
pub fn said<'f>(field: &'f Field<'_>) -> Option<&'f str> {
    let says =
        field.kind != Kind::Nested && !(field.kind == Kind::Literal && field.value == "null");
    says.then_some(&*field.value)
        .filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests;
