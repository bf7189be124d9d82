//! A pane on a stage: what it is told, and what is then seen.

use super::account;
use crate::support::screen::{drawn, rendered};
use ratatui::layout::Rect;
use std::time::Duration;
use tidegate::domain::fault::Fault;
use tidegate::domain::ids::ClusterName;
use tidegate::model::query::{Answer, Epoch, Facts, Query, Reply};
use tidegate::model::settings::Settings;
use tidegate::model::time::Now;
use tidegate::model::verb::Verb;
use tidegate::panes::{Act, Context, Pane};
use tidegate::session::order::Report;
use tidegate::view::frame::{Frame, inside};
use tidegate::view::layout::Joint;

/// The sizes every pane is looked at.
pub const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];

/// One pane under the settings of the tests.
pub struct Stage<P> {
    pub pane: P,
    settings: Settings,
    cluster: ClusterName,
    now: Now,
    size: (u16, u16),
}

impl<P: Pane + Default> Stage<P> {
    /// The pane before anything is known, in a frame of this size.
    pub fn new(size: (u16, u16)) -> Self {
        let now = Now {
            wall: account::now(),
            mono: Duration::from_mins(10),
        };
        let mut stage = Self {
            pane: P::default(),
            settings: Settings::default(),
            cluster: "orchard".into(),
            now,
            size,
        };
        let body = inside(Rect::new(0, 0, size.0, size.1));
        stage.pane.resize(body.width, body.height);
        stage
    }

    fn told(&mut self, tell: impl FnOnce(&mut P, &Context<'_>)) {
        let cx = Context {
            now: self.now,
            settings: &self.settings,
            cluster: Some(&self.cluster),
            service: None,
            link: &tidegate::model::message::Link::Fine,
        };
        tell(&mut self.pane, &cx);
    }

    fn reply(mut self, query: Query, answer: Answer) -> Self {
        let reply = Reply {
            epoch: Epoch::default(),
            query,
            answer,
        };
        self.told(|pane, cx| pane.reply(&reply, cx));
        self
    }

    /// The question left.
    pub fn asked(self, query: Query) -> Self {
        self.reply(query, Answer::Started)
    }

    /// The whole answer came.
    pub fn answered(self, query: Query, facts: Facts) -> Self {
        self.reply(query, Answer::Whole(facts))
    }

    /// It failed; tried again in half a minute.
    pub fn failed(self, query: Query, fault: Fault) -> Self {
        let next_try = Some(self.now.mono + Duration::from_secs(30));
        self.reply(query, Answer::Failed { fault, next_try })
    }

    /// News of the carrier.
    pub fn carried(mut self, report: &Report) -> Self {
        self.told(|pane, cx| pane.carrier(report, cx));
        self
    }

    /// Time goes by.
    pub fn later(mut self, seconds: u64) -> Self {
        let by = Duration::from_secs(seconds);
        self.now = Now {
            wall: self.now.wall + by,
            mono: self.now.mono + by,
        };
        self.told(Pane::tick);
        self
    }

    /// A key's verb; what it asks of the app is dropped.
    pub fn act(mut self, verb: Verb) -> Self {
        self.acts(verb);
        self
    }

    /// A key's verb, and what it asks of the app.
    pub fn acts(&mut self, verb: Verb) -> Vec<Act> {
        let mut acts = Vec::new();
        self.told(|pane, cx| acts = pane.act(verb, cx));
        acts
    }

    /// The screen as text and roles, repeated lines left out.
    pub fn seen(&self) -> String {
        let cx = Context {
            now: self.now,
            settings: &self.settings,
            cluster: Some(&self.cluster),
            service: None,
            link: &tidegate::model::message::Link::Fine,
        };
        let title = self.pane.title(&cx);
        let buf = drawn(self.size, &self.settings, self.now, |paint, area, buf| {
            let (name, status) = (title.name.as_str(), title.status.as_str());
            let body = Frame {
                number: Some(1),
                name,
                status,
                joint: Joint::default(),
            }
            .draw(paint, area, buf);
            self.pane.draw(paint, &cx, body, buf);
        });
        squeezed(&rendered(&buf))
    }
}

/// Runs of the same line become one, with their number.
fn squeezed(text: &str) -> String {
    let mut lines: Vec<(&str, usize)> = Vec::new();
    for line in text.lines() {
        match lines.last_mut() {
            Some((same, times)) if *same == line => *times += 1,
            _ => lines.push((line, 1)),
        }
    }
    let said = |(line, times): (&str, usize)| {
        if times > 1 {
            format!("{line}\n⋮ {times} times")
        } else {
            line.to_owned()
        }
    };
    lines.into_iter().map(said).collect::<Vec<_>>().join("\n")
}

/// Several states of one pane, one beneath the other.
pub fn sheet(states: &[(&str, String)]) -> String {
    states
        .iter()
        .map(|(name, seen)| ["━━ ", name, "\n", seen, "\n"].concat())
        .collect()
}

/// The name of a snapshot: what and at which size.
pub fn named(what: &str, (width, height): (u16, u16)) -> String {
    format!("{what}-{width}x{height}")
}
