//! The panes: one file each, with its state, what it wants, how it acts, how it
//! looks. Adding one is a file here, a line in [`all`], and key rows in the keymap.

mod ask;
pub mod autoscaling;
mod browse;
mod common;
mod document;
pub mod logs;
mod raw;
pub mod rules;
mod running;
pub mod services;
pub mod sight;
pub mod snapshots;
mod status;
pub mod wished;

use crate::domain::ecs::{LogTarget, Service};
use crate::domain::fault::Fault;
use crate::domain::ids::ClusterName;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::model::effect::Effect;
use crate::model::log_request::LogRequest;
use crate::model::message::{Link, Tail};
use crate::model::notice::Notice;
use crate::model::query::{Reply, Want};
use crate::model::settings::Settings;
use crate::model::sift::Sifted;
use crate::model::time::Now;
use crate::model::verb::{Place, Verb};
use crate::session::order::Report;
use crate::view::paint::Paint;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use sight::Sight;
use std::sync::Arc;
use wished::Wished;

/// All panes, in the order of their number keys. The last one lies wide at the bottom of the dashboard.
pub fn all() -> Vec<Box<dyn Pane>> {
    vec![
        Box::<services::Services>::default(),
        Box::<autoscaling::Autoscaling>::default(),
        Box::<rules::Rules>::default(),
        Box::<snapshots::Snapshots>::default(),
        Box::<logs::Logs>::default(),
    ]
}

/// What every pane may look at and none may change.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub now: Now,
    pub settings: &'a Settings,
    /// The cluster the console looks at; `None` until it is known.
    pub cluster: Option<&'a ClusterName>,
    /// The service under the cursor of pane 1.
    pub service: Option<&'a Arc<Service>>,
    /// How the connection to AWS stands: why nothing comes, where nothing does.
    pub link: &'a Link,
}

/// What a pane asks the app to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    Do(Effect),
    /// Open the action dialog of this verb on this subject: a fresh read comes first.
    Ask(Verb, Subject),
    Say(Notice),
    /// Look at another cluster.
    Cluster(ClusterName),
    /// Show the logs of these targets in pane 5.
    ShowLogs(Vec<LogTarget>),
    /// Show text in a scrollable page over the screen (`d`, `y`).
    Page {
        title: Text,
        lines: Vec<Text>,
    },
    Focus(Place),
}

/// A pane's title line: name, and what is true right now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Title {
    pub name: Text,
    pub status: Text,
}

/// One region of the screen with one subject. `update` calls the `&mut` half, `draw` the other.
pub trait Pane: std::fmt::Debug + Send {
    fn place(&self) -> Place;

    /// What it wants to know while it is visible; called after every message.
    fn wants(&self, cx: &Context<'_>) -> Vec<Want>;

    /// Whether it shows something of the selected service and none is known yet: then the services are read though
    /// their pane is hidden.
    fn awaits_service(&self, _cx: &Context<'_>) -> bool {
        false
    }

    /// Every reply is offered to every pane; each keeps what it shows.
    fn reply(&mut self, reply: &Reply, cx: &Context<'_>);

    /// News of the log tail.
    fn tail(&mut self, _news: &Tail, _cx: &Context<'_>) {}

    /// What a worker found in the lines in memory.
    fn sifted(&mut self, _found: &Sifted) {}

    /// News of the carrier (a rule's effect is pending, a snapshot is on its way).
    fn carrier(&mut self, _report: &Report, _cx: &Context<'_>) {}

    /// The clock moved.
    fn tick(&mut self, _cx: &Context<'_>) {}

    /// The rows and columns it will be drawn into, borders excluded.
    fn resize(&mut self, width: u16, height: u16);

    /// What its signs mean, for the help.
    fn legend(&self) -> &'static [&'static str] {
        &[]
    }

    /// What it takes and costs, for the page that says so: names and values.
    fn facts(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// What a verb does here, in a few words; help and footer offer what is called otherwise than elsewhere as the
    /// pane's own.
    fn means(&self, verb: Verb) -> &'static str {
        verb.help()
    }

    /// What the footer calls this verb now.
    fn says(&self, verb: Verb) -> &'static str {
        self.means(verb)
    }

    /// Whether it is on the screen; told after every message.
    fn seen(&mut self, _visible: bool, _cx: &Context<'_>) -> Vec<Act> {
        Vec::new()
    }

    /// A key was pressed, wherever it went: somebody is there.
    fn pressed(&mut self, _cx: &Context<'_>) {}

    /// Whether `esc` means something to it.
    fn steps_back(&self) -> bool {
        self.drilled()
    }

    /// Goes to a time (`:at 14:22`); only logs have one.
    fn look_at(&mut self, _at: jiff::Timestamp, _cx: &Context<'_>) -> Vec<Act> {
        Vec::new()
    }

    /// The verb that ends a state one may not know to be in.
    fn urgent(&self) -> Option<Verb> {
        None
    }

    /// Whether this verb would do something now; the footer shows no others.
    fn can(&self, verb: Verb, cx: &Context<'_>) -> bool;

    /// Acts on the row under the cursor.
    fn act(&mut self, verb: Verb, cx: &Context<'_>) -> Vec<Act>;

    /// What it decided outside [`Pane::act`] (an answer that `act` was waiting for has come; the logs to
    /// tail have changed). The app takes it after every message.
    fn decided(&mut self, _cx: &Context<'_>) -> Vec<Act> {
        Vec::new()
    }

    /// Sets the filter; the fault says where it is wrong.
    fn set_filter(&mut self, source: &str) -> Result<(), Fault>;

    /// The filter in force.
    fn filter(&self) -> &str;

    /// Sets what `f` looks for and goes to the nearest hit; the fault says why there is none.
    fn set_find(&mut self, _source: &str) -> Result<(), Fault> {
        Ok(())
    }

    /// What `f` looks for.
    #[allow(clippy::unnecessary_literal_bound)] // the logs answer with their own
    fn find(&self) -> &str {
        ""
    }

    /// Shows these logs (`Act::ShowLogs`, `:logs GROUP`); no group = those of the selected service, looked up.
    fn show_logs(&mut self, _request: &LogRequest, _cx: &Context<'_>) -> Vec<Act> {
        Vec::new()
    }

    /// The service under the cursor; only the services pane has one. It becomes [`Context::service`].
    fn service(&self) -> Option<&Arc<Service>> {
        None
    }

    /// What an onlooker would notice in it now.
    fn sights(&self) -> Vec<Sight> {
        Vec::new()
    }

    /// Its rows as wishes of a load test, the marked ones marked.
    fn wishes(&self) -> Vec<Wished> {
        Vec::new()
    }

    /// Column names, for `:sort` and `col:value`.
    fn columns(&self) -> Vec<&'static str>;

    /// Sorts by a column's name.
    fn sort_by(&mut self, column: &str) -> Result<(), Fault>;

    /// Whether a drill-in is open: it gets the whole body, and `esc` closes it.
    fn drilled(&self) -> bool;

    /// Forgets everything: another account, region or cluster.
    fn clear(&mut self);

    fn title(&self, cx: &Context<'_>) -> Title;

    /// Draws the inside of the pane's frame.
    fn draw(&self, paint: &Paint<'_>, cx: &Context<'_>, area: Rect, buf: &mut Buffer);
}
