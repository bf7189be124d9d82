//! When an action comes again.

use super::super::cron::Cron;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A cron expression in its time zone.
#[derive(Clone, Debug)]
pub struct Recurrence {
    pub text: String,
    pub cron: Cron,
    pub zone: Option<String>,
}

impl Recurrence {
    /// Whether it fires in this very second: at the full minute.
    pub fn fires(&self, now: Timestamp) -> bool {
        now.as_second() % 60 == 0 && self.cron.fires(civil(now, self.zone.as_deref()))
    }
}

/// The time on the clocks of a zone; UTC where it is not known.
pub fn civil(at: Timestamp, zone: Option<&str>) -> jiff::civil::DateTime {
    let known = zone
        .filter(|z| *z != "UTC")
        .and_then(|z| TimeZone::get(z).ok());
    known.unwrap_or(TimeZone::UTC).to_datetime(at)
}
