//! A plan as it would be carried out here: read whole, what stands against it taken on by name, and
//! started by typing the plan's name.
//!
//! `looking… → draft → name → the guard`

mod lines;

use crate::app::confirm::{Confirm, Verdict};
use crate::app::overlay::{Outcome, Overlay, Places, Popup};
use crate::app::sheet::draw_field;
use crate::app::state::State;
use crate::domain::fault::Fault;
use crate::domain::health::Level;
use crate::model::effect::Effect;
use crate::model::keymap::Match;
use crate::model::time::Now;
use crate::model::verb::{Place, Verb};
use crate::session::draft::Reason;
use crate::session::opening::Drafted;
use crate::session::plan::Plan;
use crate::view::frame::Frame;
use crate::view::layout::Joint;
use crate::view::lines::{Line, fault_lines};
use crate::view::paint::Paint;
use crate::view::put::{blank, put_role};
use crate::view::theme::Role;
use crossterm::event::{KeyCode, KeyEvent};
use lines::{Row, rows};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::time::Duration;

/// The draft of a plan.
#[derive(Debug)]
pub(in crate::app) struct Drafting {
    plan: Plan,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Reading,
    Failed(Fault),
    Shown(Box<Shown>),
}

/// The draft on the screen.
#[derive(Debug)]
struct Shown {
    drafted: Drafted,
    accepted: Vec<Reason>,
    cursor: usize,
    top: usize,
    /// So many rows have been on the screen.
    seen: usize,
    /// The name is being typed.
    name: Option<Confirm>,
}

/// How many rows and columns the draft has; two rows less while the name is typed.
#[derive(Clone, Copy, Debug)]
struct Room {
    wide: u16,
    high: usize,
}

impl Drafting {
    /// Opens it; what the account shows is the caller's to ask for.
    pub(super) fn of(plan: Plan) -> Self {
        Self {
            plan,
            stage: Stage::Reading,
        }
    }

    fn takes(&mut self, result: Result<Drafted, Fault>) {
        self.stage = match result {
            Err(fault) => Stage::Failed(fault),
            Ok(drafted) if drafted.plan != self.plan => return,
            Ok(drafted) => Stage::Shown(Box::new(Shown::of(drafted))),
        };
    }

    fn again(&mut self) -> Outcome {
        self.stage = Stage::Reading;
        Outcome {
            effects: vec![Effect::DraftTest(Box::new(self.plan.clone()))],
            ..Outcome::stays()
        }
    }
}

/// Gives what was found to the draft that waits for it.
pub(super) fn drafted(state: &mut State, result: Result<Drafted, Fault>) {
    let waits =
        |o: &&mut Overlay| matches!(o, Overlay::Drafting(d) if matches!(d.stage, Stage::Reading));
    if let Some(Overlay::Drafting(waiting)) = state.overlays.iter_mut().find(waits) {
        waiting.takes(result);
    }
}

impl Shown {
    fn of(drafted: Drafted) -> Self {
        Self {
            drafted,
            accepted: Vec::new(),
            cursor: 0,
            top: 0,
            seen: 0,
            name: None,
        }
    }

    fn rows(&self, wide: u16) -> Vec<Row> {
        rows(&self.drafted, &self.accepted, wide)
    }

    /// Moves the cursor to a row, and the page with it.
    fn go(&mut self, to: usize, rows: usize, room: Room) {
        self.cursor = to.min(rows.saturating_sub(1));
        let lowest = (self.cursor + 1).saturating_sub(room.high);
        self.top = self.top.clamp(lowest, self.cursor.max(lowest));
        self.see(room);
    }

    fn see(&mut self, room: Room) {
        self.seen = self.seen.max(self.top + room.high);
    }

    fn moves(&mut self, verb: Verb, rows: usize, room: Room) {
        let page = room.high.max(2) - 1;
        let to = match verb {
            Verb::Up => self.cursor.saturating_sub(1),
            Verb::Down => self.cursor + 1,
            Verb::PageUp => self.cursor.saturating_sub(page),
            Verb::PageDown => self.cursor + page,
            Verb::Top => 0,
            Verb::Bottom => usize::MAX,
            _ => return,
        };
        self.go(to, rows, room);
    }

    /// The next reason that can be taken on, from the cursor on and around.
    fn next_reason(&mut self, rows: &[Row], room: Room) {
        let here = rows.get(self.cursor).and_then(|row| row.reason);
        let takes = |n: &usize| {
            let reason = rows[*n].reason;
            reason.is_some_and(Reason::is_acceptable) && reason != here
        };
        let after = (self.cursor + 1..rows.len()).find(takes);
        if let Some(to) = after.or_else(|| (0..self.cursor).find(takes)) {
            self.go(to, rows.len(), room);
        }
    }

    /// Takes the reason under the cursor on, or back; one that cannot be answered for stays.
    fn tick_off(&mut self, rows: &[Row], room: Room, state: &mut State) {
        let Some(reason) = rows.get(self.cursor).and_then(|row| row.reason) else {
            // Nothing is taken on unread: first the cursor goes to it.
            self.next_reason(rows, room);
            let found = rows.get(self.cursor).and_then(|row| row.reason);
            let said = match found {
                Some(reason) => format!("space again accepts {reason}"),
                None => "Nothing can be accepted here".to_owned(),
            };
            return state.news.say(Level::Notice, said);
        };
        if !reason.is_acceptable() {
            let said = format!("{reason} cannot be accepted: it has to be mended");
            return state.news.say(Level::Warn, said);
        }
        // In the place of the notice that asked for it.
        let said = if self.accepted.contains(&reason) {
            self.accepted.retain(|other| *other != reason);
            format!("{reason} is not accepted any more")
        } else {
            self.accepted.push(reason);
            format!("{reason} is accepted")
        };
        state.news.say(Level::Notice, said);
    }

    /// Why it cannot be started as it stands.
    fn refusal(&self, rows: usize, state: &State) -> Option<String> {
        let against: Vec<String> = self
            .drafted
            .standing(&self.accepted)
            .map(|r| r.reason.to_string())
            .collect();
        if !state.may_write() {
            return Some(state.settings.read_only().line().to_string());
        }
        if let Some(open) = state.sessions.open() {
            return Some(format!("{} is open: one at a time", open.plan));
        }
        if !against.is_empty() {
            return Some(format!(
                "Stands against it: {} — space accepts what can be accepted",
                against.join(", ")
            ));
        }
        if self.drafted.draft.steps.is_empty() {
            return Some("Nothing to do: everything is as wished already".to_owned());
        }
        (self.seen < rows).then(|| "Read it to its end first: G goes there".to_owned())
    }

    fn ask_name(&mut self, rows: usize, state: &mut State) {
        match self.refusal(rows, state) {
            Some(why) => state.news.say(Level::Warn, why),
            None => self.name = Some(Confirm::named(self.drafted.plan.name.clone())),
        }
    }

    fn started(&self, rows: usize, state: &mut State) -> Outcome {
        if let Some(why) = self.refusal(rows, state) {
            state.news.say(Level::Warn, why);
            return Outcome::stays();
        }
        state.news.say(Level::Notice, "The guard is being started");
        Outcome::closes_with(vec![Effect::StartTest {
            drafted: Box::new(self.drafted.clone()),
            accepted: self.accepted.clone(),
        }])
    }

    fn key(&mut self, key: KeyEvent, state: &mut State) -> Outcome {
        let room = room(state, self.name.is_some());
        let rows = self.rows(room.wide);
        self.see(room);
        if let Some(name) = &mut self.name {
            match name.key(key, state.news.now.mono) {
                Verdict::Yes => return self.started(rows.len(), state),
                Verdict::No => self.name = None,
                Verdict::Nothing => {}
            }
            return Outcome::stays();
        }
        match key.code {
            KeyCode::Esc | KeyCode::Char('q') => return Outcome::closes(),
            KeyCode::Enter => self.ask_name(rows.len(), state),
            KeyCode::Char(' ') => self.tick_off(&rows, room, state),
            KeyCode::Tab => self.next_reason(&rows, room),
            _ => {
                let pressed = std::mem::take(&mut state.desk.pressed);
                let sequence: Vec<KeyEvent> = pressed.into_iter().chain([key]).collect();
                match state.keymap.lookup(Place::Anywhere, &sequence) {
                    Match::Verb(verb) => self.moves(verb, rows.len(), room),
                    Match::Pending => state.desk.pressed = sequence,
                    Match::None => {}
                }
            }
        }
        Outcome::stays()
    }

    fn draw(&self, paint: &Paint<'_>, inside: Rect, buf: &mut Buffer) -> Option<Position> {
        let asked = if self.name.is_some() { 2 } else { 0 };
        let high = inside.height.saturating_sub(asked);
        let rows = self.rows(inside.width);
        let lowest = rows.len().saturating_sub(usize::from(high));
        // The lines for the name take their room from the top: what was read last stays in sight.
        let top = (self.top + usize::from(asked)).min(lowest);
        for (y, n) in (inside.y..inside.y + high).zip(top..rows.len()) {
            if n == self.cursor && self.name.is_none() {
                put_role(
                    buf,
                    (inside.x, y),
                    1,
                    paint.glyph("▸", ">"),
                    Role::Key,
                    paint,
                );
            }
            let room = inside.width.saturating_sub(1);
            rows[n].line.draw(paint, (inside.x + 1, y), room, buf);
        }
        let name = self.name.as_ref()?;
        let line = |below: u16| Rect {
            y: inside.bottom().saturating_sub(below),
            height: inside.height.min(1),
            ..inside
        };
        let said = name.line("start");
        said.draw(paint, (inside.x, line(1).y), inside.width, buf);
        draw_field(paint, name.field()?, line(2), buf)
    }
}

fn room(state: &State, asked: bool) -> Room {
    let body = state.geometry().body;
    let high = usize::from(body.height.saturating_sub(2));
    Room {
        wide: body.width.saturating_sub(2),
        high: high.saturating_sub(if asked { 2 } else { 0 }).max(1),
    }
}

impl Popup for Drafting {
    fn key(&mut self, key: KeyEvent, state: &mut State) -> Outcome {
        let naming = matches!(&self.stage, Stage::Shown(shown) if shown.name.is_some());
        match (&mut self.stage, key.code) {
            (Stage::Failed(_) | Stage::Shown(_), KeyCode::Char('r')) if !naming => self.again(),
            (Stage::Shown(shown), _) => shown.key(key, state),
            (_, KeyCode::Esc | KeyCode::Char('q')) => Outcome::closes(),
            _ => Outcome::stays(),
        }
    }

    fn tick(&mut self, now: Now) {
        if let Stage::Shown(shown) = &mut self.stage
            && let Some(name) = &mut shown.name
        {
            name.tick(now.mono);
        }
    }

    fn deadline(&self, now: Now) -> Option<Duration> {
        match &self.stage {
            Stage::Shown(shown) => shown.name.as_ref()?.deadline(now.mono),
            _ => None,
        }
    }

    fn hints(&self, state: &State) -> Vec<(&'static str, &'static str)> {
        match &self.stage {
            Stage::Reading => vec![("esc", "cancel")],
            Stage::Failed(_) => vec![("r", "look again"), ("esc", "close")],
            Stage::Shown(shown) => match &shown.name {
                Some(name) => name.hints("start"),
                None if !state.may_write() => vec![("r", "look again"), ("esc", "close")],
                None => SHOWN.to_vec(),
            },
        }
    }

    fn draw(
        &self,
        state: &State,
        paint: &Paint<'_>,
        places: Places,
        buf: &mut Buffer,
    ) -> Option<Position> {
        // Why it cannot be started stands in the line below.
        let body = state.geometry().body.intersection(places.screen);
        blank(buf, body, paint.style(Role::Body));
        let frame = Frame {
            number: None,
            name: &format!("Load test {}", self.plan.name),
            status: &self.status(),
            joint: Joint::default(),
        };
        let focused = Paint {
            focused: true,
            ..*paint
        };
        let inside = frame.draw(&focused, body, buf);
        let lines = match &self.stage {
            Stage::Shown(shown) => return shown.draw(paint, inside, buf),
            Stage::Failed(fault) => fault_lines(fault, Role::Bad),
            Stage::Reading => {
                let looking = paint.glyph("looking at the account…", "looking at the account...");
                vec![Line::of(looking, Role::Progress)]
            }
        };
        let lines = crate::view::lines::wrap_all(&lines, inside.width);
        crate::view::lines::draw_lines(paint, &lines, inside, buf);
        None
    }
}

const SHOWN: &[(&str, &str)] = &[
    ("enter", "start"),
    ("space", "accept"),
    ("tab", "next reason"),
    ("r", "look again"),
    ("esc", "close"),
];

impl Drafting {
    /// How many reasons stand against it.
    fn status(&self) -> String {
        let Stage::Shown(shown) = &self.stage else {
            return String::new();
        };
        match shown.drafted.standing(&shown.accepted).count() {
            0 => "nothing stands against it".to_owned(),
            1 => "1 reason stands against it".to_owned(),
            n => format!("{n} reasons stand against it"),
        }
    }
}
