//! A page of text over the screen: help, messages, calls and cost, descriptions.

use super::command;
use super::overlay::{Outcome, Places, Popup};
use super::state::State;
use crate::domain::health::Level;
use crate::domain::text::Text;
use crate::domain::units::{count, moment};
use crate::model::effect::Effect;
use crate::model::keymap::Match;
use crate::model::verb::{Place, Verb};
use crate::panes::Pane;
use crate::view::frame::Frame;
use crate::view::layout::Joint;
use crate::view::lines::{Line, fault_lines};
use crate::view::paint::Paint;
use crate::view::put::{blank, width};
use crate::view::scroll::Scroll;
use crate::view::theme::Role;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use strum::IntoEnumIterator;

/// What a page shows; all but text is made anew from the state with each look.
#[derive(Debug)]
enum Content {
    Text { title: Text, lines: Vec<Line> },
    Help(Place),
    Notices,
    Details,
}

/// A page, and where it stands.
#[derive(Debug)]
pub(super) struct Page {
    content: Content,
    scroll: Scroll,
}

impl Page {
    fn of(content: Content) -> Self {
        Self {
            content,
            scroll: Scroll::default(),
        }
    }

    pub fn text(title: Text, lines: Vec<Text>) -> Self {
        let lines = lines.into_iter().map(Line::body).collect();
        Self::of(Content::Text { title, lines })
    }

    pub fn help(place: Place) -> Self {
        Self::of(Content::Help(place))
    }

    pub fn notices() -> Self {
        Self::of(Content::Notices)
    }

    pub fn details() -> Self {
        Self::of(Content::Details)
    }

    fn title(&self) -> &str {
        match &self.content {
            Content::Text { title, .. } => title.as_str(),
            Content::Help(_) => "Help",
            Content::Notices => "Messages",
            Content::Details => "Calls and cost",
        }
    }

    fn lines(&self, state: &State) -> Vec<Line> {
        match &self.content {
            Content::Text { lines, .. } => lines.clone(),
            Content::Help(place) => help(state, *place),
            Content::Notices => notices(state),
            Content::Details => details(state),
        }
    }

    fn copied(&self, state: &State) -> Effect {
        let lines: Vec<String> = self.lines(state).iter().map(Line::plain).collect();
        Effect::Copy(lines.join("\n"))
    }
}

impl Popup for Page {
    fn key(&mut self, key: KeyEvent, state: &mut State) -> Outcome {
        let pressed = std::mem::take(&mut state.desk.pressed);
        let sequence: Vec<KeyEvent> = pressed.into_iter().chain([key]).collect();
        if key.code == KeyCode::Char('q') {
            return Outcome::closes();
        }
        match state.keymap.lookup(Place::Anywhere, &sequence) {
            Match::Pending => state.desk.pressed = sequence,
            Match::Verb(Verb::Back | Verb::Help | Verb::Quit) => return Outcome::closes(),
            Match::Verb(Verb::Copy) => {
                return Outcome {
                    effects: vec![self.copied(state)],
                    ..Outcome::stays()
                };
            }
            Match::Verb(verb) => {
                let lines = self.lines(state).len();
                let height = usize::from(state.geometry().body.height.saturating_sub(2));
                self.scroll.act(verb, lines, height);
            }
            Match::None => {}
        }
        Outcome::stays()
    }

    fn hints(&self, _state: &State) -> Vec<(&'static str, &'static str)> {
        vec![("esc", "close"), ("j/k", "scroll"), ("c", "copy")]
    }

    fn draw(
        &self,
        state: &State,
        paint: &Paint<'_>,
        places: Places,
        buf: &mut Buffer,
    ) -> Option<Position> {
        blank(buf, places.body, paint.style(Role::Body));
        let lines = self.lines(state);
        let last = lines
            .len()
            .min(self.scroll.top + usize::from(places.body.height.saturating_sub(2)));
        let status = format!("{last} of {}", lines.len());
        let frame = Frame {
            number: None,
            name: self.title(),
            status: &status,
            joint: Joint::default(),
        };
        let inside = frame.draw(
            &Paint {
                focused: true,
                ..*paint
            },
            places.body,
            buf,
        );
        self.scroll.draw(paint, &lines, inside, buf);
        None
    }
}

/// The key table of a place, then of anywhere, then the commands.
fn help(state: &State, place: Place) -> Vec<Line> {
    let mut lines = Vec::new();
    let own = |verb: Verb| verb.places().contains(&place) || state.renames(place, verb);
    if place != Place::Anywhere {
        let name: &str = place.into();
        lines.push(Line::of(name, Role::Title));
        lines.extend(rows(state, place, own));
        lines.extend(legend(state, place));
        lines.push(Line::default());
    }
    lines.push(Line::new("everywhere", Role::Title));
    lines.extend(rows(state, place, |verb| {
        verb.places().contains(&Place::Anywhere) && !state.renames(place, verb)
    }));
    lines.push(Line::default());
    lines.push(Line::new("commands (:)", Role::Title));
    lines.extend(command::offered(state).map(|c| row(&format!("{} {}", c.name, c.args), c.help)));
    lines
}

fn legend(state: &State, place: Place) -> Vec<Line> {
    let signs = state.pane(place).map(Pane::legend);
    let line = |sign: &&'static str| Line::of(format!("  {sign}"), Role::Dim);
    signs.unwrap_or_default().iter().map(line).collect()
}

fn rows(state: &State, place: Place, belongs: impl Fn(Verb) -> bool) -> Vec<Line> {
    let keys = |verb| state.keymap.keys_of(place, verb);
    let keyed = |verb| Some((keys(verb), verb)).filter(|(keys, _)| !keys.is_empty());
    let found = Verb::iter().filter(|v| belongs(*v)).filter_map(keyed);
    found
        .map(|(keys, verb)| row(&keys.join(", "), state.means(place, verb)))
        .collect()
}

fn row(keys: &str, help: &str) -> Line {
    let pad = 24_usize.saturating_sub(width(keys)).max(1);
    Line::of(format!("  {keys}"), Role::Key).and(format!("{}{help}", " ".repeat(pad)), Role::Body)
}

fn notices(state: &State) -> Vec<Line> {
    let said: Vec<Line> = state.news.all().flat_map(notice).collect();
    if said.is_empty() {
        vec![Line::new("Nothing was said yet", Role::Dim)]
    } else {
        said
    }
}

fn notice(notice: &crate::model::notice::Notice) -> Vec<Line> {
    let time = moment(notice.at.wall);
    let first = Line::of(format!("{time}  "), Role::Dim);
    match &notice.fault {
        None => vec![first.with(notice.text.clone(), level_role(notice.level))],
        Some(fault) => {
            let mut told = fault_lines(fault, level_role(notice.level)).into_iter();
            let head = told
                .next()
                .map(|l| Line(first.0.into_iter().chain(l.0).collect()));
            let indent = |l: Line| {
                Line(
                    Line::of(" ".repeat(width(&time) + 2), Role::Dim)
                        .0
                        .into_iter()
                        .chain(l.0)
                        .collect(),
                )
            };
            head.into_iter().chain(told.map(indent)).collect()
        }
    }
}

/// The role of a finding.
pub(super) fn level_role(level: Level) -> Role {
    match level {
        Level::Good => Role::Good,
        Level::Notice => Role::Body,
        Level::Warn => Role::Warn,
        Level::Bad => Role::Bad,
    }
}

fn details(state: &State) -> Vec<Line> {
    let usage = state.news.usage;
    let polled = usage
        .calls_last_minute
        .saturating_sub(usage.logs_last_minute);
    let cost = f64::from(usage.metrics_per_hour) * 0.01 / 1_000.0;
    let caller = state
        .news
        .identity
        .as_ref()
        .map(|i| i.caller.text())
        .unwrap_or_default();
    let rows = [
        ("account", state.account().as_str().to_owned()),
        ("caller", caller.as_str().to_owned()),
        ("region", state.region().as_str().to_owned()),
        ("profile", state.profile().as_str().to_owned()),
        (
            "endpoint",
            state
                .endpoint()
                .map_or_else(|| "AWS's own".to_owned(), |e| e.as_str().to_owned()),
        ),
        (
            "cluster",
            state
                .news
                .cluster
                .as_ref()
                .map_or_else(|| "none yet".to_owned(), |c| c.text().as_str().to_owned()),
        ),
        (
            "calls in the last minute",
            format!("{polled} of {}", usage.budget),
        ),
        (
            "log calls in the last minute",
            format!("{}, outside the budget", usage.logs_last_minute),
        ),
        (
            "throttled in the last minute",
            usage.throttled_last_minute.to_string(),
        ),
        (
            "metric queries per hour",
            format!(
                "{} (about {cost:.2} USD)",
                count(u64::from(usage.metrics_per_hour))
            ),
        ),
        (
            "refresh",
            format!("every {} s", state.settings.refresh.as_secs()),
        ),
    ];
    let of_panes = state.panes.iter().flat_map(|pane| pane.facts());
    rows.into_iter()
        .chain(of_panes)
        .map(|(name, value)| Line::of(format!("  {name:<30}"), Role::Dim).and(value, Role::Body))
        .collect()
}
