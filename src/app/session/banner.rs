//! The session's line under the header, two at most: what it is, how long still, and what is not as
//! it should be, the gravest first. What has no room is counted, never cut in the middle of the list.
//!
//! ```text
//!  ▲ LOAD TEST spring-sale · running · 31 min left · R reverts · 2 fields changed by others
//!    no-rate-timer: nothing in AWS closes the rate rule · guard: detached process
//! ```

use super::{Guard, said};
use crate::app::state::State;
use crate::domain::text::Text;
use crate::domain::units::{age, left};
use crate::model::verb::{Place, Verb};
use crate::session::load_test::{Stage, Why};
use crate::session::shared::{SILENCE, SharedRecord};
use crate::session::snapshot::{Protection, Snapshot, Standing};
use crate::view::lines::Line;
use crate::view::put::{head, width};
use crate::view::theme::Role;

/// So long a plan's name may be before it is cut.
const NAME: usize = 28;
/// So many columns the count of what is left out takes: ` · +9`.
const COUNT: usize = 5;
const DOT: &str = " · ";

impl State {
    /// The lines of our session, or of a colleague's.
    pub(in crate::app) fn session_banner(&self) -> Vec<Line> {
        let parts = match (self.sessions.open(), self.sessions.abandoned()) {
            (Some(snapshot), _) => self.ours(snapshot),
            (None, Some(id)) => vec![title(id.as_str()), nobody(&self.key(Verb::Test))],
            (None, None) => match self.sessions.foreign() {
                Some(record) => self.colleagues(record),
                None => return Vec::new(),
            },
        };
        packed(parts, usize::from(self.size.0))
    }

    fn key(&self, verb: Verb) -> String {
        let bound = self
            .keymap
            .keys_of(Place::Anywhere, verb)
            .into_iter()
            .next();
        bound.unwrap_or_else(|| format!(":{}", verb.name()))
    }

    fn ours(&self, snapshot: &Snapshot) -> Vec<Part> {
        let left = said::time_left(snapshot, self.news.now.wall);
        let mut parts = vec![title(&snapshot.plan), stage(snapshot), plain(&left)];
        if self.may_write() {
            parts.push(plain(&format!("{} reverts", self.key(Verb::Revert))));
        }
        parts.extend(self.guard(snapshot));
        parts.extend(why(snapshot));
        parts.extend(told(snapshot, &self.key(Verb::Test)));
        parts.extend(said::elsewhere(snapshot, self).map(|place| warn(&place)));
        parts.extend(protection(snapshot.protection));
        let steps = &snapshot.steps;
        let accepted = snapshot.accepted.iter();
        parts.extend(accepted.filter_map(|a| {
            let said = said::accepted(a.reason, steps)?;
            Some(warn(said).or(&a.reason.to_string()))
        }));
        parts
    }

    fn guard(&self, snapshot: &Snapshot) -> Option<Part> {
        match self.sessions.guard() {
            Guard::Speaks => None,
            Guard::Silent { by } => Some(bad(&format!(
                "guard (pid {}) silent for {}",
                snapshot.pid,
                age(by)
            ))),
            Guard::Restarts => Some(bad("its guard died and is being restarted")),
            Guard::Gone => Some(nobody(&self.key(Verb::Test))),
        }
    }

    fn colleagues(&self, record: &SharedRecord) -> Vec<Part> {
        let now = self.news.now.wall;
        let end = if record.until <= now {
            "its time is up".to_owned()
        } else {
            format!("until {}", said::clock(record.until))
        };
        let who = format!(
            "{} on {}",
            said::person(&record.who),
            Text::clean(&record.host)
        );
        let mut parts = vec![title(&record.plan), plain(&who), plain(&end)];
        let silent = now.duration_since(record.heartbeat);
        if silent > SILENCE {
            let by = age(self.news.now.since(record.heartbeat));
            parts.push(bad(&format!("no heartbeat for {by}: nobody carries it")));
        } else {
            parts.push(plain("heartbeat in the last minute"));
        }
        if self.may_write() {
            parts.push(plain(&format!("{} asks its guard", self.key(Verb::Revert))));
        }
        if record.until > now {
            parts.push(plain(&format!("{} left", left(record.until, now))));
        }
        parts
    }
}

fn title(plan: &str) -> Part {
    let plan = Text::clean(plan);
    let (kept, used) = head(plan.as_str(), NAME);
    let more = if used < width(plan.as_str()) {
        "…"
    } else {
        ""
    };
    Part::of(&format!(" ▲ LOAD TEST {kept}{more}"), Role::Banner)
}

fn plain(text: &str) -> Part {
    Part::of(text, Role::Banner)
}

fn warn(text: &str) -> Part {
    Part::of(text, Role::Warn)
}

fn bad(text: &str) -> Part {
    Part::of(text, Role::Bad)
}

fn nobody(key: &str) -> Part {
    bad(&format!("its guard is gone, nobody puts it back: {key}"))
}

/// `applying 3/9`: how far it is, where it is on its way.
fn stage(snapshot: &Snapshot) -> Part {
    let is_done = |s: &Standing| !matches!(s, Standing::Waiting);
    let at = snapshot.steps.iter().filter(|s| is_done(&s.standing));
    let said = match snapshot.stage {
        Stage::Applying => format!("applying {}/{}", at.count(), snapshot.steps.len()),
        Stage::Halted => "HALTED".to_owned(),
        stage => stage.to_string(),
    };
    let role = match snapshot.stage {
        Stage::Running => Role::Banner,
        stage => said::stage_role(stage),
    };
    Part::of(&said, role)
}

/// Why it halted or is put back.
fn why(snapshot: &Snapshot) -> Option<Part> {
    let why = snapshot.why.as_ref().map(ToString::to_string);
    match snapshot.stage {
        Stage::Halted => snapshot.said.as_deref().map(bad),
        _ => snapshot.said.clone().or(why).as_deref().map(warn),
    }
}

/// What is not as it should be.
fn told(snapshot: &Snapshot, key: &str) -> Vec<Part> {
    let is_why = |name: &str| matches!(&snapshot.why, Some(Why::Alarm { name: n }) if n == name);
    let rings = snapshot.alarms.iter();
    let rings = rings.filter(|a| a.state == "ALARM" && !is_why(&a.name));
    let draining = snapshot.steps.iter();
    let draining = draining.filter(|s| s.standing == Standing::Draining);
    let mut lines: Vec<Part> = rings
        .map(|a| bad(&format!("{} in ALARM", a.name)))
        .collect();
    let conflicts = snapshot.conflicts.len();
    if conflicts > 0 {
        lines.push(bad(&format!("{} in conflict: {key}", fields(conflicts))));
    }
    lines.extend(snapshot.troubles.iter().map(|trouble| bad(trouble)));
    if !snapshot.drift.is_empty() {
        let moved = fields(snapshot.drift.len());
        lines.push(warn(&format!("{moved} changed by others")));
    }
    let draining = draining.count();
    if draining > 0 {
        lines.push(warn(&format!("{draining} draining")));
    }
    lines
}

fn fields(n: usize) -> String {
    format!("{n} field{}", if n == 1 { "" } else { "s" })
}

/// What keeps the guard alive, where that is not the most there is.
fn protection(protection: Protection) -> Option<Part> {
    match protection {
        Protection::Scope => None,
        Protection::Detached => Some(plain("guard: detached process")),
        Protection::None => Some(warn("guard: none, it ends with this program")),
    }
}

/// One thing said, and how to say it where there is little room.
struct Part {
    long: Line,
    short: Option<Line>,
}

impl Part {
    fn of(text: &str, role: Role) -> Self {
        Self {
            long: Line::of(text, role),
            short: None,
        }
    }

    fn or(self, short: &str) -> Self {
        let role = self.long.0.first().map_or(Role::Banner, |span| span.role);
        Self {
            short: Some(Line::of(short, role)),
            ..self
        }
    }
}

/// Two lines being filled.
struct Rows {
    room: usize,
    first: Line,
    second: Line,
}

impl Rows {
    /// Where it first fits; a part that is wider than a line is cut where it has one for itself.
    fn take(&mut self, part: Line) -> Result<(), Line> {
        let rest = self.room.saturating_sub(COUNT);
        if fits(&self.first, &part, self.room) {
            add(&mut self.first, part);
        } else if self.second.0.is_empty() {
            self.second = Line::new("   ", Role::Banner);
            self.second.0.extend(cut(part, rest.saturating_sub(3)).0);
        } else if fits(&self.second, &part, rest) {
            add(&mut self.second, part);
        } else {
            return Err(part);
        }
        Ok(())
    }
}

/// On two lines at most; what has no place is counted.
fn packed(parts: Vec<Part>, room: usize) -> Vec<Line> {
    let mut rows = Rows {
        room,
        first: Line::default(),
        second: Line::default(),
    };
    let mut out = 0;
    for Part { long, short } in parts {
        let taken = rows
            .take(long)
            .or_else(|long| rows.take(short.unwrap_or(long)));
        out += usize::from(taken.is_err());
    }
    if out > 0 {
        rows.second = rows.second.and(format!("{DOT}+{out}"), Role::Banner);
    }
    let lines = [rows.first, rows.second].into_iter();
    lines.filter(|line| !line.0.is_empty()).collect()
}

fn fits(line: &Line, part: &Line, room: usize) -> bool {
    line.0.is_empty() || line.width() + width(DOT) + part.width() <= room
}

fn add(line: &mut Line, part: Line) {
    if !line.0.is_empty() {
        line.0.extend(Line::new(DOT, Role::Banner).0);
    }
    line.0.extend(part.0);
}

/// A part that is wider than a line ends in a sign that it goes on.
fn cut(part: Line, room: usize) -> Line {
    if part.width() <= room {
        return part;
    }
    let role = part.0.first().map_or(Role::Banner, |span| span.role);
    let said = part.plain();
    let (kept, _) = head(&said, room.saturating_sub(1));
    Line::of(format!("{kept}…"), role)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(parts: &[&str], room: usize) -> Vec<String> {
        let parts = parts.iter().map(|p| plain(p)).collect();
        packed(parts, room).iter().map(Line::plain).collect()
    }

    #[test]
    fn parts_stand_where_they_first_fit_and_the_rest_is_counted() {
        let parts = [
            "head",
            "a long reason to be read",
            "key",
            "more that matters",
            "last",
        ];
        assert_eq!(
            said(&parts, 40),
            [
                "head · a long reason to be read · key",
                "   more that matters · last"
            ]
        );
        assert_eq!(
            said(&parts, 24),
            ["head · key · last", "   a long reason t… · +1"]
        );
    }

    #[test]
    fn a_part_wider_than_the_line_is_cut_with_a_sign() {
        let lines = said(&["head", &"x".repeat(200)], 80);
        assert_eq!(lines.len(), 2);
        assert!(
            lines[1].ends_with("x…") && width(&lines[1]) <= 80,
            "{lines:?}"
        );
    }

    #[test]
    fn a_part_without_room_is_said_in_short_before_it_is_counted() {
        let long = "name: what it means";
        let of = |room| {
            let parts = vec![plain("head"), plain(&"x".repeat(18)), warn(long).or("name")];
            packed(parts, room)
                .iter()
                .map(Line::plain)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            of(30),
            ["head · xxxxxxxxxxxxxxxxxx", "   name: what it means"]
        );
        let parts = |room| of(room).concat();
        assert!(parts(22).contains("head · name") && !parts(22).contains('+'));
    }

    #[test]
    fn one_line_is_enough_where_nothing_is_wrong() {
        assert_eq!(said(&["head", "running"], 80), ["head · running"]);
    }
}
