//! Pane 5, the logs: one or many groups merged by time, live.
//!
//! ```text
//! ├5 Logs ─ /ecs/orchard-api ──────────── polling · 842/s · lag 1.2 s ─┤
//! │ 14:22:06.745 POST   /api/apples   200    31ms ENTRANCE  picked     │
//! │▸14:22:06.790 GET    /api/pears    502     2ms FACADE    gone       │
//! └────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! The newest line is at the bottom, and the pane follows it until the cursor
//! moves or `space` holds it; then lines are counted, not shown. `enter` opens a
//! line's fields, `t` follows its trace, `d` counts; going up past the oldest line
//! reads older ones. What is chosen: the groups of the settings, else those of the
//! first selected service, else what the operator asks for.

mod blank;
mod deed;
mod detail;
mod expiry;
mod find;
mod held;
mod keep;
mod label;
mod lines;
mod live;
mod near;
mod numbers;
mod past;
mod rate;
mod roam;
mod row;
mod rows;
mod sheet;
mod sifting;
mod source;
mod title;
mod trace;
mod view;
mod watch;
mod window;

use super::{Act, Context, Pane, Title};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::LogGroup;
use crate::domain::log::Expiry;
use crate::domain::text::Text;
use crate::logs::field::Known;
use crate::logs::search::Towards;
use crate::logs::written::Which;
use crate::model::effect::Effect;
use crate::model::log_request::LogRequest;
use crate::model::message::Tail;
use crate::model::query::{Answer, Facts, Pace, Query, Reply, Want};
use crate::model::sift::Sifted;
use crate::model::tail::{TailMethod, TailState};
use crate::model::verb::{Place, Verb};
use crate::view::paint::Paint;
use deed::ON_LINES;
use find::Find;
use held::Held;
use past::Past;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rate::Rate;
use row::{Columns, Look};
use sheet::{Sheet, Sheets};
use sifting::Sifting;
use source::{Lag, Sources};
use std::time::Duration;
use strum::IntoEnumIterator;
use trace::Services;
use view::View;
use watch::Watch;

/// Behind by so much, leaving the gap out is offered.
const FAR_BEHIND: Duration = Duration::from_secs(20);

/// The logs of some groups.
#[derive(Debug)]
pub struct Logs {
    sources: Sources,
    present: View,
    /// Older lines, while they are looked at.
    past: Option<Past>,
    /// How often older lines were asked for.
    readings: u64,
    /// From when on the tail reads, where that was long ago when it began.
    far: Option<i64>,
    /// What the groups keep no more, once it is known.
    expiries: Vec<Expiry>,
    /// What was held and fell out of memory, until it can be looked at.
    lost: Option<Held>,
    columns: Columns,
    rate: Rate,
    /// From when on the tail reads (milliseconds since 1970).
    from: i64,
    look: Look,
    find: Find,
    sifting: Sifting,
    left: usize,
    sheets: Sheets,
    /// Groups that there are, where one that was named is not.
    known: Vec<LogGroup>,
    size: (u16, u16),
    /// The cap of all lines as the settings had it.
    cap: usize,
    watch: Watch,
    /// Whose groups a trace is asked of, and how often one was.
    services: Services,
    questions: u64,
}

impl Default for Logs {
    fn default() -> Self {
        let cap = crate::model::settings::Settings::default().log_bytes;
        Self {
            sources: Sources::default(),
            present: View::live(cap),
            past: None,
            readings: 0,
            far: None,
            expiries: Vec::new(),
            lost: None,
            columns: Columns::default(),
            rate: Rate::default(),
            from: i64::MIN,
            look: Look::Columns,
            find: Find::default(),
            sifting: Sifting::default(),
            left: 0,
            sheets: Sheets::default(),
            known: Vec::new(),
            size: (0, 0),
            cap,
            watch: Watch::default(),
            services: Services::default(),
            questions: 0,
        }
    }
}

impl Logs {
    fn settle(&mut self, cx: &Context<'_>) {
        if self.cap != cx.settings.log_bytes {
            self.cap = cx.settings.log_bytes;
            let filter = self.present.ring.filter().clone();
            self.present = View::live(self.cap);
            self.present.ring.set_filter(filter);
            self.from = cx.now.wall.as_millisecond();
        }
        self.columns.choose(&cx.settings.log_columns);
        self.sources.settle(cx);
    }
}

impl Pane for Logs {
    fn place(&self) -> Place {
        Place::Logs
    }

    fn wants(&self, cx: &Context<'_>) -> Vec<Want> {
        let targets = self.sources.wanted().cloned().map(Query::LogTargets);
        let mistaken = self.sources.mistaken();
        let groups = mistaken.map(near::query);
        let trace = match self.sheets.top() {
            Some(Sheet::Trace(followed)) => followed.wanted(),
            _ => None,
        };
        let queries = targets
            .into_iter()
            .chain(groups)
            .chain(self.expiry_wanted(cx))
            .chain(self.sources.wished())
            .chain(trace);
        let once = |query| Want {
            query,
            pace: Pace::Once,
        };
        queries.map(once).collect()
    }

    fn awaits_service(&self, cx: &Context<'_>) -> bool {
        self.sources.await_service(cx)
    }

    fn reply(&mut self, reply: &Reply, _cx: &Context<'_>) {
        if let Query::LogTargets(definition) = &reply.query
            && self.sources.reply(definition, &reply.answer)
        {
            self.empty();
        }
        if self.sources.groups(&reply.query, &reply.answer) {
            self.empty();
        }
        if let (asked @ Query::LogGroups(..), Answer::Whole(Facts::LogGroups(groups))) =
            (&reply.query, &reply.answer)
            && self.sources.mistaken().map(near::query).as_ref() == Some(asked)
        {
            self.known = groups.iter().map(|group| group.name.clone()).collect();
        }
        if let Answer::Part(facts) | Answer::Whole(facts) = &reply.answer {
            self.services.learn(facts);
        }
        self.expiry_reply(reply);
        self.trace_reply(reply);
    }

    fn tail(&mut self, news: &Tail, cx: &Context<'_>) {
        match news {
            Tail::Chunk(chunk) => self.chunk(chunk),
            Tail::State { source, state } => {
                if self.sources.note(source, state) {
                    self.empty();
                    self.reads_on(cx);
                }
                if let TailState::Skipped(gap) = state {
                    let held = self.held_before(usize::MAX);
                    self.present.ring.begin_at(gap.to);
                    self.keep_held(held);
                }
            }
            Tail::Method { source, method } => self.sources.read_by(source, method),
            // A late line is put in its place here: nobody waits.
            Tail::Round { .. } => {}
            Tail::Live(live) => self.sources.bill.note(*live),
            Tail::Past(news) => self.past_news(news),
        }
        self.fit();
    }

    fn tick(&mut self, cx: &Context<'_>) {
        self.recount_in_time(cx);
    }

    fn sifted(&mut self, found: &Sifted) {
        self.sifted_by(found);
    }

    fn resize(&mut self, width: u16, height: u16) {
        self.size = (width, height);
        self.fit();
        self.sheets.resize((width, height));
    }

    fn seen(&mut self, visible: bool, cx: &Context<'_>) -> Vec<Act> {
        self.watch.see(visible, cx.now.mono);
        Vec::new()
    }

    fn pressed(&mut self, cx: &Context<'_>) {
        self.watch.key(cx.now.mono);
    }

    fn legend(&self) -> &'static [&'static str] {
        &[
            "‹ after a time: the line came after newer ones had been shown",
            "› after a time: the clock that wrote it is ahead of AWS's",
            "lag: how old the newest line was when it could be shown",
            "Live Tail: pushed by AWS, billed by the minute",
            "sampled: beyond 500 lines a second AWS leaves some out",
            "skipped: a backlog that was left out; up from the oldest line reads it",
            "dropped by the cap: gone from memory, still in CloudWatch; up reads it",
        ]
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        vec![
            ("log lines in memory", self.memory()),
            ("Live Tail", self.sources.bill.said()),
        ]
    }

    fn means(&self, verb: Verb) -> &'static str {
        match verb {
            Verb::Enter => "fields",
            Verb::Describe => "numbers",
            Verb::Raw => "as it came",
            verb => verb.help(),
        }
    }

    fn says(&self, verb: Verb) -> &'static str {
        match verb {
            Verb::Bottom if self.past.is_some() => "back to now",
            Verb::Pause | Verb::Bottom if self.is_held() => "resume",
            Verb::Raw if self.is_raw() => "columns",
            Verb::Raw if self.sheets.top().is_some_and(Sheet::is_table) => "as text",
            Verb::Enter if matches!(self.sheets.top(), Some(Sheet::Trace(_))) => "ask other groups",
            Verb::Live if self.sources.method == TailMethod::Live => "poll",
            verb => self.means(verb),
        }
    }

    /// Moving off the last line holds it as a pause does; the newest line lets it go on.
    fn urgent(&self) -> Option<Verb> {
        if self.sheets.top().is_some() {
            return None;
        }
        if self.is_far_behind() {
            return Some(Verb::LeaveOut);
        }
        (self.past.is_some() || self.is_held()).then_some(Verb::Bottom)
    }

    fn can(&self, verb: Verb, _cx: &Context<'_>) -> bool {
        let any = !self.view().ring.shown().is_empty();
        if let Some(sheet) = self.sheets.top() {
            return matches!(verb, Verb::Back | Verb::Copy | Verb::Raw) || sheet.can(verb);
        }
        match verb {
            Verb::NextHit | Verb::PreviousHit => any && self.find.is_set(),
            Verb::Filter | Verb::Live => !self.sources.feeds.is_empty(),
            Verb::LeaveOut => matches!(self.sources.lag(), Lag::Behind(_) | Lag::Throttled(_)),
            Verb::Refresh => self.sources.failure().is_some(),
            Verb::Trace => self.trace_under_cursor().is_some(),
            Verb::Back | Verb::Bottom if self.past.is_some() => true,
            Verb::Pause => any && self.past.is_none(),
            verb => any && ON_LINES.contains(&verb),
        }
    }

    fn act(&mut self, verb: Verb, cx: &Context<'_>) -> Vec<Act> {
        if self.sheets.top().is_some() {
            return self.act_on_sheet(verb, cx);
        }
        if let Some(acts) = self.roam(verb, cx) {
            return acts;
        }
        match verb {
            Verb::Pause => {
                let View { ring, window } = &mut self.present;
                window.toggle(ring.shown());
            }
            Verb::Enter => self.open(),
            Verb::Trace => return self.follow_trace(cx),
            Verb::Describe => self.count(cx),
            Verb::NextHit => self.jump(Towards::Older),
            Verb::PreviousHit => self.jump(Towards::Newer),
            Verb::Copy => return self.copy(),
            Verb::Save => return vec![self.save(Which::Shown, cx)],
            Verb::SaveAll => return vec![self.save(Which::All, cx)],
            Verb::Live => return self.switch(cx),
            Verb::LeaveOut => return vec![Act::Do(Effect::TailNow)],
            Verb::Refresh => self.restart(),
            verb => self.show(verb),
        }
        Vec::new()
    }

    fn decided(&mut self, cx: &Context<'_>) -> Vec<Act> {
        self.settle(cx);
        let begun = self.begun(cx);
        if begun.is_some() {
            self.looks_far(cx);
        }
        let mut acts: Vec<Act> = begun.into_iter().collect();
        acts.extend(self.watched(cx));
        acts.extend(self.sifting_decided(cx));
        acts.extend(self.past_decided());
        acts
    }

    fn set_filter(&mut self, source: &str) -> Result<(), Fault> {
        self.choose(source)?;
        self.fit();
        Ok(())
    }

    fn filter(&self) -> &str {
        self.chosen_filter().source()
    }

    fn set_find(&mut self, source: &str) -> Result<(), Fault> {
        self.look_for(source)
    }

    fn find(&self) -> &str {
        self.find.source()
    }

    fn show_logs(&mut self, request: &LogRequest, cx: &Context<'_>) -> Vec<Act> {
        self.sources.ask(request);
        match (request.targets.as_slice(), cx.service) {
            ([], Some(service)) => self.sources.look_up(service),
            ([], None) if request.is_of_lines() => return self.same_groups(cx),
            _ => {}
        }
        Vec::new()
    }

    fn look_at(&mut self, at: jiff::Timestamp, cx: &Context<'_>) -> Vec<Act> {
        self.go_to(at.as_millisecond(), cx)
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
                .next("choose lines with / and a filter, like status>=500"),
        )
    }

    fn drilled(&self) -> bool {
        self.sheets.top().is_some()
    }

    fn steps_back(&self) -> bool {
        self.drilled() || self.past.is_some()
    }

    fn clear(&mut self) {
        self.sources.clear();
        self.services.clear();
        self.expiries.clear();
        self.empty();
    }

    fn title(&self, cx: &Context<'_>) -> Title {
        let (name, status) = self.heading(cx);
        Title {
            name: Text::clean(&name),
            status: Text::clean(&status),
        }
    }

    fn draw(&self, paint: &Paint<'_>, _cx: &Context<'_>, area: Rect, buf: &mut Buffer) {
        if let Some(sheet) = self.sheets.top() {
            return sheet.draw(paint, area, buf);
        }
        match &self.past {
            None if self.present.ring.shown().is_empty() => {
                let ring = &self.present.ring;
                let known = (&self.sources, &self.known[..], &self.sifting.unknown[..]);
                blank::draw(known, ring, paint, area, buf);
                if let Some(line) = self.lapsed(area.width) {
                    blank::last_line(&line, paint, area, buf);
                }
                return;
            }
            _ => self.draw_rows(paint, area, buf),
        }
        if self.past.is_none() {
            let lapsed = self.lapsed(area.width);
            let warned = (&self.sources, &self.sifting.unknown[..], lapsed);
            blank::warning(warned, paint, area, buf);
        } else if let Some(line) = self.edge(area.width) {
            blank::last_line(&line, paint, area, buf);
        }
    }
}

#[cfg(test)]
mod tests;
