//! Pane 5, the logs: one or many groups merged by time, live.
//!
//! ```text
//! ├5 Logs ─ /ecs/orchard-api ───────────── live · 842/s · lag 1.2 s ─┤
//! │ 14:22:06.745 POST   /api/apples   200    31ms ENTRANCE  picked   │
//! │▸14:22:06.790 GET    /api/pears    502     2ms FACADE    gone     │
//! └──────────────────────────────────────────────────────────────────┘
//! ```
//!
//! The newest line is at the bottom, and the pane follows it until the cursor
//! moves or `space` holds it; then lines are counted, not shown. `enter` opens a
//! line's fields. What is chosen: the groups of the settings, else those of the
//! first selected service, else what the operator asks for.

mod blank;
mod detail;
mod near;
mod rate;
mod row;
mod source;
mod window;

use super::{Act, Context, Pane, Title, common};
use crate::domain::ecs::LogTarget;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::health::Level;
use crate::domain::ids::LogGroup;
use crate::domain::text::Text;
use crate::domain::units;
use crate::logs::chunk::{Chunk, Line};
use crate::logs::field::Known;
use crate::logs::filter::Filter;
use crate::logs::needle::Needle;
use crate::logs::ring::Ring;
use crate::model::effect::Effect;
use crate::model::message::Tail;
use crate::model::query::{Answer, Facts, Pace, Query, Reply, Want};
use crate::model::tail::Tailing;
use crate::model::verb::{Place, Verb};
use crate::view::paint::Paint;
use crate::view::put::put;
use crate::view::theme::Role;
use detail::Opened;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rate::Rate;
use row::{Columns, Frame, Look};
use source::{Lag, Sources, sources_of};
use std::borrow::Cow;
use std::sync::Arc;
use strum::IntoEnumIterator;
use window::Window;

/// What the clipboard takes at most (OSC 52).
const CLIPBOARD: usize = 64 * 1024;
/// What can be done wherever there are lines.
const ON_LINES: [Verb; 14] = [
    Verb::Up,
    Verb::Down,
    Verb::PageUp,
    Verb::PageDown,
    Verb::Top,
    Verb::Bottom,
    Verb::Left,
    Verb::Right,
    Verb::Enter,
    Verb::Copy,
    Verb::Save,
    Verb::Raw,
    Verb::Pause,
    Verb::Find,
];
/// One press of `left` or `right`.
const SIDEWAYS: usize = 8;

/// The logs of some groups.
#[derive(Debug)]
pub struct Logs {
    sources: Sources,
    ring: Ring,
    window: Window,
    columns: Columns,
    rate: Rate,
    look: Look,
    find: (String, Needle),
    left: usize,
    opened: Option<Opened>,
    /// Groups that there are, where one that was named is not.
    known: Vec<LogGroup>,
    size: (u16, u16),
    /// The cap of the ring as the settings had it.
    cap: usize,
}

impl Default for Logs {
    fn default() -> Self {
        let cap = crate::model::settings::Settings::default().log_bytes;
        Self {
            sources: Sources::default(),
            ring: Ring::new(cap),
            window: Window::default(),
            columns: Columns::default(),
            rate: Rate::default(),
            look: Look::Columns,
            find: Default::default(),
            left: 0,
            opened: None,
            known: Vec::new(),
            size: (0, 0),
            cap,
        }
    }
}

impl Logs {
    /// Forgets the lines, for others to come.
    fn empty(&mut self) {
        self.ring.clear();
        self.window.follow();
        self.columns = Columns::of(self.sources.feeds.len());
        self.rate = Rate::default();
        self.opened = None;
        self.left = 0;
    }

    /// The last line of the pane is the warning's, where there is one.
    fn fit(&mut self) {
        let warning = u16::from(self.sources.failure().is_some() && self.size.1 > 1);
        self.window.set_height(self.size.1 - warning);
    }

    fn settle(&mut self, cx: &Context<'_>) {
        if self.cap != cx.settings.log_bytes {
            self.cap = cx.settings.log_bytes;
            let filter = self.ring.filter().clone();
            self.ring = Ring::new(self.cap);
            self.ring.set_filter(filter);
        }
        self.sources.settle(cx);
    }

    fn chunk(&mut self, chunk: &Arc<Chunk>) {
        if self.sources.accepts(&chunk.source) {
            self.columns.learn(chunk);
            self.rate.count(chunk);
            let shown = self.ring.push(chunk.clone());
            self.window.came(shown);
        }
    }

    fn under_cursor(&self) -> Option<(&Arc<Chunk>, &Line)> {
        let order = self.ring.shown();
        self.ring.line(order.get(self.window.position(order))?)
    }

    /// The text of the open line, else of the one under the cursor.
    fn text(&self) -> Option<Cow<'_, str>> {
        match &self.opened {
            Some(opened) => Some(opened.text()),
            None => self.under_cursor().map(|(chunk, line)| chunk.text(line)),
        }
    }

    fn open(&mut self) {
        if let Some((chunk, line)) = self.under_cursor() {
            self.opened = Some(Opened::new(chunk.clone(), *line, self.size));
            let order = self.ring.shown();
            self.window.hold_at(self.window.position(order), order);
        }
    }

    /// The next hit from the cursor on: older ones first, around at the end. `from` is how far the first look is from it.
    fn seek(&mut self, towards: Towards, from: usize) -> Option<usize> {
        let order = self.ring.shown();
        let (at, count) = (self.window.position(order), order.len());
        let place = |step: usize| match towards {
            Towards::Older => (at + 2 * count - step) % count,
            Towards::Newer => (at + step) % count,
        };
        let holds = |place: &usize| {
            let line = order.get(*place).and_then(|entry| self.ring.line(entry));
            line.is_some_and(|(chunk, line)| self.find.1.is_in(&chunk.text(line)))
        };
        (from..count + from).map(place).find(holds)
    }

    fn jump(&mut self, towards: Towards, cx: &Context<'_>) -> Vec<Act> {
        match self.seek(towards, 1) {
            Some(place) => self.window.hold_at(place, self.ring.shown()),
            None => return vec![common::say_fault(&self.no_hit(), cx)],
        }
        Vec::new()
    }

    fn no_hit(&self) -> Fault {
        Fault::new(FaultKind::Usage, format!("No line has “{}”", self.find.0))
            .means(format!(
                "{} lines were searched",
                units::count(self.ring.shown().len() as u64)
            ))
            .next("look for something else with f, or change the filter")
    }

    fn copy(&self, cx: &Context<'_>) -> Vec<Act> {
        let Some(text) = self.text() else {
            return Vec::new();
        };
        let cut = &text[..text.floor_char_boundary(CLIPBOARD)];
        let said = if cut.len() < text.len() {
            "The first 64 KiB of the line were copied"
        } else {
            "The line was copied"
        };
        vec![
            Act::Do(Effect::Copy(cut.to_owned())),
            common::say(Level::Good, said, cx),
        ]
    }

    fn save(&self, cx: &Context<'_>) -> Act {
        let shown = self
            .ring
            .shown()
            .iter()
            .filter_map(|entry| self.ring.line(entry));
        let lines = shown
            .flat_map(|(chunk, line)| row::written(chunk, line))
            .collect();
        Act::Do(Effect::Save {
            name: self.file_name(cx),
            lines,
        })
    }

    fn file_name(&self, cx: &Context<'_>) -> String {
        let group = self
            .sources
            .feeds
            .first()
            .map(|feed| rate::short(&feed.source.group))
            .unwrap_or_default();
        let safe: String = group
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
            .take(60)
            .collect();
        format!("logs-{safe}-{}.txt", cx.now.wall.strftime("%Y%m%dT%H%M%SZ"))
    }

    fn restart(&mut self) {
        self.sources.restart();
        self.empty();
    }

    fn is_held(&self) -> bool {
        self.window.new_lines().is_some()
    }

    /// What the title says of the tail, the most urgent first.
    fn pulse(&self) -> String {
        if let Some(new) = self.window.new_lines() {
            return format!("held · {} new", units::count(new));
        }
        match (self.sources.failure(), self.sources.lag()) {
            (Some((_, fault, _)), _) if fault.kind == FaultKind::Throttled => {
                "throttled".to_owned()
            }
            (Some(_), _) if self.sources.all_failed() => "failed".to_owned(),
            (Some(_), _) => "partly failed".to_owned(),
            (None, Lag::Throttled(_)) => "throttled".to_owned(),
            (None, Lag::Behind(by)) => format!("catching up {}", units::age(by)),
            (None, Lag::Live(_)) => "live".to_owned(),
            (None, Lag::Unknown) => "starting".to_owned(),
        }
    }

    fn status(&self, cx: &Context<'_>) -> String {
        if self.sources.feeds.is_empty() || self.opened.is_some() {
            return String::new();
        }
        let mut parts = vec![self.pulse(), rate::said(self.rate.now(cx.now.wall))];
        // A group that is silent does not lag, and a quiet screen is quiet.
        if let Lag::Live(lag) = self.sources.lag()
            && self.rate.now(cx.now.wall) > 0.0
        {
            parts.push(format!("lag {:.1} s", lag.as_secs_f64()));
        }
        if !self.ring.filter().is_empty() {
            let (shown, held) = (self.ring.shown().len() as u64, self.ring.held() as u64);
            parts.push(format!(
                "{} of {} lines",
                units::count(shown),
                units::count(held)
            ));
        }
        parts.extend(
            self.sources
                .skipped()
                .map(|span| format!("{} skipped", units::age(span))),
        );
        // Nothing is lost: what does not fit in memory is still in CloudWatch.
        if self.ring.aged() > 0 {
            parts.push(format!("{} aged out", units::count(self.ring.aged())));
        }
        parts.join(" · ")
    }

    fn name(&self) -> String {
        let Some(first) = self.sources.feeds.first() else {
            return "Logs".to_owned();
        };
        let more = self.sources.feeds.len() - 1;
        let more = if more > 0 {
            format!(" +{more}")
        } else {
            String::new()
        };
        let opened = self
            .opened
            .as_ref()
            .map(|opened| format!(" › {}", opened.clock()))
            .unwrap_or_default();
        format!("Logs ─ {}{more}{opened}", first.source.group.text())
    }

    fn draw_rows(&self, paint: &Paint<'_>, area: Rect, buf: &mut Buffer) {
        let order = self.ring.shown();
        let (top, cursor) = (self.window.top(order), self.window.position(order));
        let frame = Frame {
            paint,
            columns: &self.columns,
            look: self.look,
            find: &self.find.1,
            left: self.left,
        };
        for (y, place) in (area.top()..area.bottom()).zip(top..order.len()) {
            let Some((chunk, line)) = order.get(place).and_then(|entry| self.ring.line(entry))
            else {
                continue;
            };
            if place == cursor {
                let role = if paint.focused {
                    Role::Cursor
                } else {
                    Role::Dim
                };
                put(
                    buf,
                    (area.x, y),
                    1,
                    paint.glyph("▸", ">"),
                    paint.style(role),
                    paint,
                );
            }
            frame.draw(
                chunk,
                line,
                (area.x + 1, y),
                area.width.saturating_sub(1),
                buf,
            );
            if place == cursor && paint.focused && self.window.new_lines().is_some() {
                buf.set_style(
                    Rect {
                        y,
                        height: 1,
                        ..area
                    },
                    paint.style(Role::Cursor),
                );
            }
        }
    }
}

/// Which way hits are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Towards {
    Older,
    Newer,
}

impl Pane for Logs {
    fn place(&self) -> Place {
        Place::Logs
    }

    fn wants(&self, _cx: &Context<'_>) -> Vec<Want> {
        let targets = self.sources.wanted().cloned().map(Query::LogTargets);
        let groups = self
            .sources
            .mistaken()
            .map(|group| Query::LogGroups(near::part(group)));
        let queries = targets.into_iter().chain(groups);
        let once = |query| Want {
            query,
            pace: Pace::Once,
        };
        queries.map(once).collect()
    }

    fn reply(&mut self, reply: &Reply, _cx: &Context<'_>) {
        if let Query::LogTargets(definition) = &reply.query
            && self.sources.reply(definition, &reply.answer)
        {
            self.empty();
        }
        if let (Query::LogGroups(_), Answer::Whole(Facts::LogGroups(groups))) =
            (&reply.query, &reply.answer)
        {
            self.known = groups.iter().map(|group| group.name.clone()).collect();
        }
    }

    fn tail(&mut self, news: &Tail, _cx: &Context<'_>) {
        match news {
            Tail::Chunk(chunk) => self.chunk(chunk),
            Tail::State { source, state } => {
                if self.sources.note(source, state) {
                    self.empty();
                }
                self.fit();
            }
            Tail::Method { .. } | Tail::Live(_) | Tail::Past(_) => {}
        }
    }

    fn resize(&mut self, width: u16, height: u16) {
        self.size = (width, height);
        self.fit();
        if let Some(opened) = &mut self.opened {
            opened.resize((width, height));
        }
    }

    fn says(&self, verb: Verb) -> &'static str {
        match verb {
            Verb::Pause | Verb::Bottom if self.is_held() => "resume",
            verb => verb.help(),
        }
    }

    /// Moving off the last line holds it as a pause does; the newest line lets it go on.
    fn urgent(&self) -> Option<Verb> {
        (self.is_held() && self.opened.is_none()).then_some(Verb::Bottom)
    }

    fn can(&self, verb: Verb, _cx: &Context<'_>) -> bool {
        let any = !self.ring.shown().is_empty();
        if let Some(opened) = &self.opened {
            return matches!(verb, Verb::Back | Verb::Copy | Verb::Raw) || opened.page.can(verb);
        }
        match verb {
            Verb::NextHit | Verb::PreviousHit => any && !self.find.1.is_empty(),
            Verb::Filter => !self.sources.feeds.is_empty(),
            Verb::Refresh => self.sources.failure().is_some(),
            verb => any && ON_LINES.contains(&verb),
        }
    }

    fn act(&mut self, verb: Verb, cx: &Context<'_>) -> Vec<Act> {
        if let Some(opened) = &mut self.opened {
            match verb {
                Verb::Back => self.opened = None,
                Verb::Copy => return self.copy(cx),
                Verb::Raw => {
                    let lines = opened.raw();
                    return vec![Act::Page {
                        title: Text::clean(&self.name()),
                        lines,
                    }];
                }
                _ => _ = opened.page.act(verb),
            }
            return Vec::new();
        }
        if self.window.act(verb, self.ring.shown()) {
            return Vec::new();
        }
        match verb {
            Verb::Pause => self.window.toggle(self.ring.shown()),
            Verb::Left => self.left = self.left.saturating_sub(SIDEWAYS),
            Verb::Right => self.left = (self.left + SIDEWAYS).min(crate::domain::text::MAX_SHOWN),
            Verb::Enter => self.open(),
            Verb::Raw => {
                self.look = if self.look == Look::Raw {
                    Look::Columns
                } else {
                    Look::Raw
                }
            }
            Verb::NextHit => return self.jump(Towards::Older, cx),
            Verb::PreviousHit => return self.jump(Towards::Newer, cx),
            Verb::Copy => return self.copy(cx),
            Verb::Save => return vec![self.save(cx)],
            Verb::Refresh => self.restart(),
            _ => {}
        }
        Vec::new()
    }

    fn decided(&mut self, cx: &Context<'_>) -> Vec<Act> {
        self.settle(cx);
        let order = self.sources.order();
        if order.is_some() {
            self.empty();
        }
        order
            .map(|sources| Act::Do(Effect::Tail(Tailing::of(sources))))
            .into_iter()
            .collect()
    }

    fn set_filter(&mut self, source: &str) -> Result<(), Fault> {
        self.ring.set_filter(Filter::parse(source)?);
        Ok(())
    }

    fn filter(&self) -> &str {
        self.ring.filter().source()
    }

    fn set_find(&mut self, source: &str) -> Result<(), Fault> {
        self.find = (source.to_owned(), Needle::new(source));
        if source.is_empty() {
            return Ok(());
        }
        let place = self.seek(Towards::Older, 0).ok_or_else(|| self.no_hit())?;
        self.window.hold_at(place, self.ring.shown());
        Ok(())
    }

    fn find(&self) -> &str {
        &self.find.0
    }

    fn show_logs(&mut self, targets: &[LogTarget], cx: &Context<'_>) {
        match (targets, cx.service) {
            ([], None) => {}
            ([], Some(service)) => self.sources.look_up(service),
            (targets, _) => self.sources.choose(sources_of(targets)),
        }
    }

    fn columns(&self) -> Vec<&'static str> {
        Known::iter()
            .map(Known::name)
            .chain(["group", "stream"])
            .collect()
    }

    fn sort_by(&mut self, _column: &str) -> Result<(), Fault> {
        Err(
            Fault::new(FaultKind::Usage, "Logs stay in the order of time")
                .next("choose lines with / and a filter, like status:50"),
        )
    }

    fn drilled(&self) -> bool {
        self.opened.is_some()
    }

    fn clear(&mut self) {
        self.sources.clear();
        self.empty();
    }

    fn title(&self, cx: &Context<'_>) -> Title {
        Title {
            name: Text::clean(&self.name()),
            status: Text::clean(&self.status(cx)),
        }
    }

    fn draw(&self, paint: &Paint<'_>, _cx: &Context<'_>, area: Rect, buf: &mut Buffer) {
        if let Some(opened) = &self.opened {
            return opened.page.draw(paint, area, buf);
        }
        if self.ring.shown().is_empty() {
            return blank::draw((&self.sources, &self.known), &self.ring, paint, area, buf);
        }
        self.draw_rows(paint, area, buf);
        blank::warning(&self.sources, paint, area, buf);
    }
}

#[cfg(test)]
mod tests;
