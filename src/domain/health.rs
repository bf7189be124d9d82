//! Health rules: a check, and the sentence that says what it found.

use super::rds::{Database, Snapshot, SnapshotKind};
use super::text::Text;
use super::units;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// How much a finding matters; decides colour and order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Good,
    Notice,
    Warn,
    Bad,
}

/// One finding, with its sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub level: Level,
    pub sentence: Text,
}

/// CPU above this is worth an operator's eye: the usual target of target tracking.
pub const BUSY: f64 = 75.0;
/// CPU above this leaves no room for a peak.
pub const SATURATED: f64 = 90.0;

/// How busy a percentage of what is reserved is.
pub fn load(percent: f64) -> Level {
    if percent > SATURATED {
        Level::Bad
    } else if percent > BUSY {
        Level::Warn
    } else {
        Level::Good
    }
}

/// Credits below this are gone within half an hour of full load on one vCPU.
const CREDITS_LOW: f64 = 30.0;
/// Credits below this: a `standard` instance falls to its baseline now.
const CREDITS_GONE: f64 = 1.0;

/// What is left of a T-class instance's CPU credits (1 credit = 1 vCPU-minute at 100 %).
pub fn credits(balance: f64) -> Level {
    if balance < CREDITS_GONE {
        Level::Bad
    } else if balance < CREDITS_LOW {
        Level::Warn
    } else {
        Level::Good
    }
}

/// The verdict on a database's backups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    Fresh,
    /// Younger than the limit, but the last nightly window brought none.
    Missed,
    /// Fresh by hand only: automated backups are switched off.
    Off,
    Stale,
    /// There is no finished backup at all.
    Never,
}

impl Freshness {
    /// One word for a column.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Missed => "night missed",
            Self::Off => "auto off",
            Self::Stale => "stale",
            Self::Never => "none",
        }
    }

    /// How much it matters.
    pub fn level(self) -> Level {
        match self {
            Self::Fresh => Level::Good,
            Self::Missed | Self::Off => Level::Warn,
            Self::Stale | Self::Never => Level::Bad,
        }
    }
}

/// How long after its window's end a nightly backup may still be on its way.
const GRACE: SignedDuration = SignedDuration::from_hours(1);

/// Judges the finished backups of `database`, newest first, against the age limit and its nightly window.
pub fn freshness(
    database: &Database,
    backups: &[&Snapshot],
    max_age: Duration,
    now: Timestamp,
) -> Freshness {
    let Some(newest) = backups.iter().find_map(|s| s.created_at) else {
        return Freshness::Never;
    };
    if units::since(now, newest) > max_age {
        Freshness::Stale
    } else if database.retention == 0 {
        Freshness::Off
    } else if missed_last_night(database, backups, now) {
        Freshness::Missed
    } else {
        Freshness::Fresh
    }
}

fn missed_last_night(database: &Database, backups: &[&Snapshot], now: Timestamp) -> bool {
    let Some(opened) = database
        .backup_window
        .as_ref()
        .and_then(|w| last_window(w.as_str(), now))
    else {
        return false;
    };
    let newest = backups
        .iter()
        .filter(|s| s.kind == SnapshotKind::Automated)
        .find_map(|s| s.created_at);
    newest.is_some_and(|at| at < opened)
}

/// When the newest nightly window that is over (with some grace) opened; `None` for a window that cannot be read.
fn last_window(window: &str, now: Timestamp) -> Option<Timestamp> {
    let (open, close) = window.split_once('-')?;
    let (open, close) = (minutes(open)?, minutes(close)?);
    let length = SignedDuration::from_mins((close - open).rem_euclid(24 * 60));
    let midnight = now.as_second().div_euclid(86_400) * 86_400;
    let today = Timestamp::from_second(midnight + open * 60).ok()?;
    let day = SignedDuration::from_hours(24);
    (0..3)
        .map(|days| today - day * days)
        .find(|&opened| opened + length + GRACE <= now)
}

fn minutes(clock: &str) -> Option<i64> {
    let (hours, minutes) = clock.trim().split_once(':')?;
    Some(hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?)
}

/// The verdict in one sentence, for the drill-in.
pub fn freshness_sentence(
    verdict: Freshness,
    database: &Database,
    newest: Option<Duration>,
    max_age: Duration,
) -> Text {
    let ago = newest.map_or_else(String::new, |d| format!("{} ago", units::hours(d)));
    let night = database
        .backup_window
        .as_ref()
        .map_or_else(String::new, |w| format!(" (nightly window {w} UTC)"));
    let limit = units::hours(max_age);
    Text::clean(&match verdict {
        Freshness::Fresh => format!("fresh: the last backup was {ago}, within {limit}{night}"),
        Freshness::Missed => {
            format!("the last night brought no backup: the newest was {ago}{night}")
        }
        Freshness::Off => {
            format!("automated backups are off (retention 0 days): the newest was made {ago}")
        }
        Freshness::Stale => {
            format!("stale: the last backup was {ago}, the limit is {limit}{night}")
        }
        Freshness::Never => "there is no finished backup of this database".to_owned(),
    })
}

/// How long a rule's new action is awaited in the counts.
pub const PROPAGATION: Duration = Duration::from_mins(3);

/// Whether a changed rule is known to do what it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// AWS took the change, nothing shows it yet.
    Pending,
    /// Counts of a minute that began after the write show it.
    Seen,
    /// No request matched in the time a change takes to reach all places.
    Assumed,
}

/// Judges a change of a rule by the counts its new action makes. A minute that the write fell into shows nothing.
pub fn effect(written: Timestamp, now: Timestamp, counts: &[(Timestamp, f64)]) -> Effect {
    if counts.iter().any(|&(at, n)| at >= written && n > 0.0) {
        Effect::Seen
    } else if units::since(now, written) >= PROPAGATION {
        Effect::Assumed
    } else {
        Effect::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::super::ids::DatabaseId;
    use super::super::rds::{DatabaseKind, DatabaseRef};
    use super::*;

    const LIMIT: Duration = Duration::from_hours(25);

    fn at(s: &str) -> Timestamp {
        s.parse().expect("a timestamp of this test")
    }

    fn database(retention: u32) -> Database {
        Database {
            at: DatabaseRef {
                kind: DatabaseKind::Instance,
                id: DatabaseId::new("orchard-db"),
            },
            engine: "mysql".into(),
            class: "db.t4g.medium".into(),
            status: "available".into(),
            arn: None,
            multi_az: false,
            storage: 100,
            backup_window: Some("03:00-03:30".into()),
            retention,
            members: Vec::new(),
            read_replica_of: None,
        }
    }

    fn snapshot(kind: SnapshotKind, created: &str) -> Snapshot {
        Snapshot {
            id: "rds:orchard-db".into(),
            of: database(7).at,
            kind,
            status: "available".into(),
            percent: 100,
            created_at: Some(at(created)),
            storage: 100,
            engine: "mysql".into(),
            encrypted: true,
        }
    }

    fn judge(retention: u32, backups: &[Snapshot], now: &str) -> Freshness {
        freshness(
            &database(retention),
            &backups.iter().collect::<Vec<_>>(),
            LIMIT,
            at(now),
        )
    }

    #[test]
    fn last_nights_backup_is_fresh_all_day() {
        let night = [snapshot(SnapshotKind::Automated, "2026-09-20T03:07:00Z")];
        assert_eq!(judge(7, &night, "2026-09-20T14:22:00Z"), Freshness::Fresh);
        assert_eq!(judge(7, &night, "2026-09-21T03:10:00Z"), Freshness::Fresh);
    }

    #[test]
    fn a_manual_backup_does_not_hide_that_the_night_brought_none() {
        let backups = [
            snapshot(SnapshotKind::Manual, "2026-09-20T12:00:00Z"),
            snapshot(SnapshotKind::Automated, "2026-09-19T03:07:00Z"),
        ];
        assert_eq!(
            judge(7, &backups, "2026-09-20T14:22:00Z"),
            Freshness::Missed
        );
    }

    #[test]
    fn a_window_over_midnight_is_read_as_one_night() {
        let mut db = database(7);
        db.backup_window = Some("23:45-00:15".into());
        let night = snapshot(SnapshotKind::Automated, "2026-09-19T23:50:00Z");
        assert_eq!(
            freshness(&db, &[&night], LIMIT, at("2026-09-20T14:00:00Z")),
            Freshness::Fresh
        );
        assert_eq!(
            freshness(&db, &[&night], LIMIT, at("2026-09-21T00:30:00Z")),
            Freshness::Fresh
        );
    }

    #[test]
    fn older_than_the_limit_is_stale_and_none_is_never() {
        let old = [snapshot(SnapshotKind::Automated, "2026-09-18T03:07:00Z")];
        assert_eq!(judge(7, &old, "2026-09-20T14:22:00Z"), Freshness::Stale);
        assert_eq!(judge(7, &[], "2026-09-20T14:22:00Z"), Freshness::Never);
    }

    #[test]
    fn switched_off_automated_backups_are_said() {
        let manual = [snapshot(SnapshotKind::Manual, "2026-09-20T12:00:00Z")];
        assert_eq!(judge(0, &manual, "2026-09-20T14:22:00Z"), Freshness::Off);
    }

    #[test]
    fn a_window_that_is_not_one_is_ignored() {
        let mut db = database(7);
        db.backup_window = Some("whenever".into());
        let night = snapshot(SnapshotKind::Automated, "2026-09-20T03:07:00Z");
        assert_eq!(
            freshness(&db, &[&night], LIMIT, at("2026-09-20T14:00:00Z")),
            Freshness::Fresh
        );
    }

    #[test]
    fn a_change_of_a_rule_is_pending_until_a_later_minute_counts_or_three_pass() {
        let written = at("2026-09-20T14:22:10Z");
        let same_minute = [(at("2026-09-20T14:22:00Z"), 40.0)];
        assert_eq!(
            effect(written, at("2026-09-20T14:23:00Z"), &same_minute),
            Effect::Pending
        );
        let later = [(at("2026-09-20T14:23:00Z"), 40.0)];
        assert_eq!(
            effect(written, at("2026-09-20T14:24:30Z"), &later),
            Effect::Seen
        );
        assert_eq!(
            effect(written, at("2026-09-20T14:25:10Z"), &[]),
            Effect::Assumed
        );
    }

    #[test]
    fn load_and_credits_have_two_thresholds() {
        assert_eq!(
            [load(75.0), load(75.1), load(90.1)],
            [Level::Good, Level::Warn, Level::Bad]
        );
        assert_eq!(
            [credits(0.0), credits(12.0), credits(144.0)],
            [Level::Bad, Level::Warn, Level::Good]
        );
    }
}
