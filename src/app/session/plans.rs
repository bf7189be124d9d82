//! `T` with no session open: the plans there are, and how one is written where there is none.

use super::draft::Drafting;
use super::marked::{Marked, wishes};
use super::said::{span, window};
use crate::app::dialog::keys;
use crate::app::overlay::{Outcome, Places, Popup};
use crate::app::sheet::Sheet;
use crate::app::state::State;
use crate::model::effect::Effect;
use crate::session::plan::Plan;
use crate::session::survey::Wish;
use crate::view::lines::Line;
use crate::view::paint::Paint;
use crate::view::put::width;
use crate::view::theme::Role;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

/// Said where no plan is written down; as the README has it.
const HOW: [&str; 8] = [
    "No load test is written down. A plan is a section of the config file,",
    "~/.config/tidegate/config.toml; the README has a whole one under",
    "“The load-test session”:",
    "",
    "[plan.spring-sale]",
    "ttl = \"45m\"",
    "service = [{ cluster = \"orchard\", name = \"api\", min = 6, max = 12 }]",
    "rate_rule = [{ acl = \"orchard-edge\", rule = \"per-ip-1000\", set = \"count\" }]",
];

/// One line of the list.
#[derive(Debug)]
enum Entry {
    /// What is marked in the panes.
    Marked(Vec<Wish>),
    Plan(Box<Plan>),
}

/// The list.
#[derive(Debug)]
pub(in crate::app) struct Plans {
    entries: Vec<Entry>,
    cursor: usize,
}

impl Plans {
    /// What can be tested here and now, marked rows first.
    pub(super) fn of(state: &State) -> Self {
        let marked = Some(wishes(state)).filter(|wishes| !wishes.is_empty());
        let plans = state.settings.plans.values();
        let plans = plans.map(|plan| Entry::Plan(Box::new(plan.clone())));
        Self {
            entries: marked.map(Entry::Marked).into_iter().chain(plans).collect(),
            cursor: 0,
        }
    }

    fn chosen(&mut self, state: &mut State) -> Outcome {
        if self.cursor >= self.entries.len() {
            return Outcome::closes();
        }
        match self.entries.swap_remove(self.cursor) {
            Entry::Marked(wishes) => {
                state.open(Marked::of(wishes));
                Outcome::closes()
            }
            Entry::Plan(plan) => Outcome::closes_with(look_at(state, *plan)),
        }
    }

    fn sheet(&self, state: &State) -> Sheet<'_> {
        let (lines, pairs): (Vec<Line>, &[_]) = if self.entries.is_empty() {
            (how(), &[("esc", "close")])
        } else {
            let room = usize::from(state.size.1.saturating_sub(8)).max(1);
            let shown = window(self.cursor, self.entries.len(), room);
            let row = |n: usize| self.row(n);
            (
                shown.map(row).collect(),
                &[("enter", "look at it here"), ("esc", "close")],
            )
        };
        Sheet {
            title: "Load test".into(),
            lines,
            below: vec![Line::default(), keys(pairs)],
            ..Sheet::default()
        }
    }

    fn row(&self, n: usize) -> Line {
        let (name, says) = match &self.entries[n] {
            Entry::Marked(wishes) => (
                "the marked rows".to_owned(),
                wishes
                    .iter()
                    .map(|w| w.name().to_string())
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
            Entry::Plan(plan) => (plan.name.as_str().to_owned(), summary(plan)),
        };
        let pad = 22_usize.saturating_sub(width(&name)).max(1);
        let (mark, role) = if n == self.cursor {
            ("> ", Role::Strong)
        } else {
            ("  ", Role::Dialog)
        };
        Line::of(format!("{mark}{name}{}", " ".repeat(pad)), role).and(says, Role::Dim)
    }
}

fn how() -> Vec<Line> {
    let role = |n: usize| if n < 4 { Role::Dialog } else { Role::Strong };
    let mut lines: Vec<Line> = (HOW.iter().enumerate())
        .map(|(n, line)| Line::new(*line, role(n)))
        .collect();
    lines.push(Line::default());
    let marks = "Or mark rows with space and press T: they become one.";
    lines.push(Line::new(marks, Role::Dialog));
    lines
}

/// `45 min · 1 backup, 1 group, 2 services, 1 rule`.
fn summary(plan: &Plan) -> String {
    let counts = [
        (plan.backup.len(), "backup"),
        (plan.groups.len(), "group"),
        (plan.services.len(), "service"),
        (plan.rules.len(), "rule"),
    ];
    let counts = counts.into_iter().filter(|(n, _)| *n > 0);
    let said: Vec<String> = counts
        .map(|(n, what)| format!("{n} {what}{}", if n == 1 { "" } else { "s" }))
        .collect();
    format!("{} · {}", span(plan.ttl), said.join(", "))
}

/// Opens the draft of a plan; what the account shows of it is asked for at once.
pub(super) fn look_at(state: &mut State, plan: Plan) -> Vec<Effect> {
    state.open(Drafting::of(plan.clone()));
    vec![Effect::DraftTest(Box::new(plan))]
}

impl Popup for Plans {
    fn key(&mut self, key: KeyEvent, state: &mut State) -> Outcome {
        let last = self.entries.len().saturating_sub(1);
        match key.code {
            KeyCode::Esc | KeyCode::Char('q') => return Outcome::closes(),
            KeyCode::Up | KeyCode::Char('k') => self.cursor = self.cursor.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') | KeyCode::Tab => {
                self.cursor = (self.cursor + 1).min(last);
            }
            KeyCode::Enter => return self.chosen(state),
            _ => {}
        }
        Outcome::stays()
    }

    fn hints(&self, _state: &State) -> Vec<(&'static str, &'static str)> {
        if self.entries.is_empty() {
            return vec![("esc", "close")];
        }
        vec![
            ("enter", "look at it here"),
            ("j/k", "choose"),
            ("esc", "close"),
        ]
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
