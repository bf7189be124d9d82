//! A load test built on the spot from marked rows: each with a value to be typed, then looked at like
//! any other plan.

use super::plans::look_at;
use super::said::window;
use crate::app::dialog::keys;
use crate::app::field::Field;
use crate::app::overlay::{Outcome, Places, Popup};
use crate::app::sheet::Sheet;
use crate::app::state::State;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::text::Text;
use crate::domain::units::duration;
use crate::session::plan::{
    GroupWish, LIMITS, LONGEST_TTL, Plan, RuleSet, RuleWish, SETTLE, ServiceWish, TTL, UNATTENDED,
};
use crate::session::survey::Wish;
use crate::view::lines::Line;
use crate::view::paint::Paint;
use crate::view::put::width;
use crate::view::theme::Role;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use std::time::Duration;

/// What a plan without a name in a file is called, and what is typed to start it.
const NAME: &str = "marked-rows";

/// One value to be typed.
#[derive(Debug)]
struct Row {
    of: Of,
    field: Field,
}

/// What the value is of.
#[derive(Debug)]
enum Of {
    /// How long the test lasts.
    Time,
    Wish(Wish),
}

/// The form.
#[derive(Debug)]
pub(in crate::app) struct Marked {
    rows: Vec<Row>,
    cursor: usize,
    wrong: Option<Fault>,
}

/// The marked rows of all panes. A service is marked in either of two panes; what the second one
/// knows of its bounds counts.
pub(super) fn wishes(state: &State) -> Vec<Wish> {
    let all: Vec<_> = state.panes.iter().flat_map(|pane| pane.wishes()).collect();
    let mut found: Vec<Wish> = Vec::new();
    for row in all.iter().filter(|row| row.marked) {
        let newest = all
            .iter()
            .rev()
            .find(|other| other.wish.name() == row.wish.name());
        let wish = newest.map_or(&row.wish, |other| &other.wish);
        if !found.iter().any(|known| known.name() == wish.name()) {
            found.push(wish.clone());
        }
    }
    found
}

impl Marked {
    pub(super) fn of(wishes: Vec<Wish>) -> Self {
        let ttl = format!("{}m", TTL.as_secs() / 60);
        let time = Row {
            of: Of::Time,
            field: Field::prefilled(ttl),
        };
        let rows = wishes.into_iter().map(|wish| Row {
            field: Field::prefilled(value(&wish)),
            of: Of::Wish(wish),
        });
        Self {
            rows: std::iter::once(time).chain(rows).collect(),
            cursor: 0,
            wrong: None,
        }
    }

    /// The plan that the typed values make; the fault says which of them does not do.
    fn plan(&self) -> Result<Plan, Fault> {
        let mut plan = Plan {
            name: Text::fixed(NAME),
            ttl: TTL,
            unattended: UNATTENDED,
            settle: SETTLE,
            backup: Vec::new(),
            stop_on_alarm: Vec::new(),
            groups: Vec::new(),
            services: Vec::new(),
            rules: Vec::new(),
        };
        for row in &self.rows {
            let typed = row.field.text().trim();
            match &row.of {
                Of::Time => plan.ttl = time(typed)?,
                Of::Wish(Wish::Backup(id)) => plan.backup.push(id.clone()),
                Of::Wish(Wish::Group(wish)) => {
                    let (min, max) = bounds(typed)?;
                    let name = wish.name.clone();
                    plan.groups.push(GroupWish { name, min, max });
                }
                Of::Wish(Wish::Service(wish)) => {
                    let (min, max) = bounds(typed)?;
                    let wish = wish.clone();
                    plan.services.push(ServiceWish { min, max, ..wish });
                }
                Of::Wish(Wish::Rule(wish)) => {
                    let (set, wish) = (rule(typed)?, wish.clone());
                    plan.rules.push(RuleWish { set, ..wish });
                }
            }
        }
        Ok(plan)
    }

    fn step(&mut self, by: isize) {
        let last = self.rows.len() - 1;
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
    }

    fn lines(&self, height: u16) -> Vec<Line> {
        let mut lines = vec![
            Line::new(
                "What each is to be during the test; then it is put back.",
                Role::Dialog,
            ),
            Line::default(),
        ];
        let room = usize::from(height.saturating_sub(12)).max(1);
        let shown = window(self.cursor, self.rows.len(), room);
        lines.extend(shown.map(|n| self.line(n)));
        lines.push(Line::default());
        lines
    }

    fn line(&self, n: usize) -> Line {
        let row = &self.rows[n];
        let (mark, role) = if n == self.cursor {
            ("> ", Role::Strong)
        } else {
            ("  ", Role::Dialog)
        };
        let name = match &row.of {
            Of::Time => "time".to_owned(),
            Of::Wish(wish) => wish.name().to_string(),
        };
        let pad = 40_usize.saturating_sub(width(&name)).max(1);
        let value = match &row.of {
            Of::Wish(Wish::Backup(_)) => "backed up before anything else",
            _ => row.field.text(),
        };
        Line::of(format!("{mark}{name}{}", " ".repeat(pad)), role).and(value, Role::New)
    }

    fn sheet(&self, state: &State) -> Sheet<'_> {
        let row = &self.rows[self.cursor];
        let wrong = self.wrong.as_ref().map(|f| Line::new(f.line(), Role::Bad));
        let mut below = vec![Line::default()];
        below.extend(wrong);
        below.push(keys(KEYS));
        Sheet {
            title: "Load test of the marked rows".into(),
            lines: self.lines(state.size.1),
            field: label(&row.of).map(|label| (label, &row.field)),
            below,
        }
    }
}

const KEYS: &[(&str, &str)] = &[
    ("enter", "look at it here"),
    ("up/down", "choose"),
    ("esc", "cancel"),
];

/// What is typed for a row; a backup takes nothing.
fn label(of: &Of) -> Option<&'static str> {
    match of {
        Of::Time => Some("put back after: "),
        Of::Wish(Wish::Backup(_)) => None,
        Of::Wish(Wish::Rule(_)) => Some("count, or a limit: "),
        Of::Wish(_) => Some("min/max: "),
    }
}

/// What a row asks for as it is.
fn value(wish: &Wish) -> String {
    match wish {
        Wish::Backup(_) => String::new(),
        Wish::Group(wish) => format!("{}/{}", wish.min, wish.max),
        Wish::Service(wish) => format!("{}/{}", wish.min, wish.max),
        Wish::Rule(_) => "count".to_owned(),
    }
}

fn wrong(typed: &str, is: &str, form: &str) -> Fault {
    Fault::new(FaultKind::Usage, format!("“{typed}” {is}")).next(form)
}

fn time(typed: &str) -> Result<Duration, Fault> {
    let form = "Write it like 45m or 2h, 12h at most";
    let known = duration(typed).filter(|d| (Duration::from_mins(1)..=LONGEST_TTL).contains(d));
    known.ok_or_else(|| wrong(typed, "is not a time for a test", form))
}

fn bounds(typed: &str) -> Result<(u32, u32), Fault> {
    let form = "Write min/max, like 6/12";
    let numbers = typed.split_once('/');
    let numbers = numbers.and_then(|(a, b)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?)));
    let (min, max): (u32, u32) = numbers.ok_or_else(|| wrong(typed, "are no bounds", form))?;
    if min > max {
        return Err(wrong(typed, "has a minimum above its maximum", form));
    }
    Ok((min, max))
}

fn rule(typed: &str) -> Result<RuleSet, Fault> {
    if typed.eq_ignore_ascii_case("count") {
        return Ok(RuleSet::Count);
    }
    let limit = typed.parse().ok().filter(|limit| LIMITS.contains(limit));
    let form = format!("Write count, or a limit from {} on", LIMITS.start());
    limit
        .map(RuleSet::Limit)
        .ok_or_else(|| wrong(typed, "is nothing a rate rule can be set to", &form))
}

impl Popup for Marked {
    fn key(&mut self, key: KeyEvent, state: &mut State) -> Outcome {
        match key.code {
            KeyCode::Esc => return Outcome::closes(),
            KeyCode::Up | KeyCode::BackTab => self.step(-1),
            KeyCode::Down | KeyCode::Tab => self.step(1),
            KeyCode::Enter => match self.plan() {
                Ok(plan) => return Outcome::closes_with(look_at(state, plan)),
                Err(fault) => self.wrong = Some(fault),
            },
            _ if self.rows[self.cursor].field.key(key) => self.wrong = None,
            _ => {}
        }
        Outcome::stays()
    }

    fn paste(&mut self, text: &str, _state: &mut State) {
        self.rows[self.cursor].field.paste(text);
        self.wrong = None;
    }

    fn hints(&self, _state: &State) -> Vec<(&'static str, &'static str)> {
        KEYS.to_vec()
    }

    fn draw(
        &self,
        state: &State,
        paint: &Paint<'_>,
        places: Places,
        buf: &mut Buffer,
    ) -> Option<Position> {
        self.sheet(state).draw(paint, places, buf)
    }
}
