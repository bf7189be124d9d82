//! Which groups are tailed, and what each of them is doing.

use super::super::Context;
use crate::domain::ecs::{LogTarget, Service};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{LogGroup, LogStream, TaskDefinition};
use crate::domain::log::TailSource;
use crate::domain::text::Text;
use crate::model::log_request::LogRequest;
use crate::model::message::TailState;
use crate::model::query::{Answer, Facts};
use crate::model::tail::{LiveSessions, Method, TailMethod, TailStart, Tailing};
use std::time::Duration;

/// One group, with its state; `None` until its tail has begun: what comes before that belongs to an older one.
#[derive(Clone, Debug)]
pub struct Feed {
    pub source: TailSource,
    pub state: Option<TailState>,
    /// The backlog left out when it began.
    pub skipped: Option<Duration>,
    /// How it is read, once it says so.
    pub method: Option<Method>,
}

impl Feed {
    fn new(source: TailSource) -> Self {
        Self {
            source,
            state: None,
            skipped: None,
            method: None,
        }
    }

    fn note(&mut self, state: &TailState) {
        match state {
            TailState::Skipped { span } if self.state.is_some() => self.skipped = Some(*span),
            TailState::Skipped { .. } => {}
            state if self.state.is_some() || *state == TailState::Starting => {
                self.state = Some(state.clone());
            }
            _ => {}
        }
    }

    /// Why it stands still, and when it is tried again.
    pub fn failure(&self) -> Option<(&Fault, Option<Duration>)> {
        match &self.state {
            Some(TailState::Failed { fault, next_try }) => Some((fault, *next_try)),
            _ => None,
        }
    }
}

/// How the groups of a service are found.
#[derive(Clone, Debug, Default)]
pub enum Lookup {
    #[default]
    Unasked,
    Asked {
        service: Text,
        definition: TaskDefinition,
    },
    /// No container of the service has awslogs options.
    NoLogs {
        service: Text,
    },
    Failed {
        service: Text,
        definition: TaskDefinition,
        fault: Fault,
        next_try: Option<Duration>,
    },
    Done,
}

/// The groups, and how they were chosen.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    pub feeds: Vec<Feed>,
    pub lookup: Lookup,
    /// How they are asked to be read; AWS may not allow it.
    pub method: TailMethod,
    pub start: TailStart,
    /// AWS sends only what fits.
    pub pattern: Option<String>,
    /// The sessions of Live Tail that are open.
    pub live: Option<LiveSessions>,
    /// The runtime has not been told yet.
    untold: bool,
}

impl Sources {
    /// Chooses by the settings, else by the selected service, while nothing is chosen.
    pub fn settle(&mut self, cx: &Context<'_>) {
        if !matches!(self.lookup, Lookup::Unasked) {
            return;
        }
        self.method = cx.settings.log_tail;
        if cx.settings.log_groups.is_empty() {
            if let Some(service) = cx.service {
                self.look_up(service);
            }
        } else {
            let named = cx.settings.log_groups.iter().cloned();
            self.choose(
                named
                    .map(|group| TailSource {
                        region: None,
                        group,
                        stream_prefix: None,
                    })
                    .collect(),
            );
        }
    }

    /// Whether the groups will be those of a service that is not known yet.
    pub fn await_service(&self, cx: &Context<'_>) -> bool {
        matches!(self.lookup, Lookup::Unasked)
            && cx.service.is_none()
            && cx.settings.log_groups.is_empty()
    }

    /// Asks where a service writes.
    pub fn look_up(&mut self, service: &Service) {
        self.lookup = Lookup::Asked {
            service: service.at.service.text(),
            definition: service.task_definition.clone(),
        };
    }

    /// What is being looked up.
    pub fn wanted(&self) -> Option<&TaskDefinition> {
        match &self.lookup {
            Lookup::Asked { definition, .. } | Lookup::Failed { definition, .. } => {
                Some(definition)
            }
            _ => None,
        }
    }

    /// The answer to the look-up, if it is that one; answers whether groups were chosen.
    pub fn reply(&mut self, about: &TaskDefinition, answer: &Answer) -> bool {
        let (Lookup::Asked {
            service,
            definition,
        }
        | Lookup::Failed {
            service,
            definition,
            ..
        }) = &self.lookup
        else {
            return false;
        };
        if definition != about {
            return false;
        }
        let (service, definition) = (service.clone(), definition.clone());
        match answer {
            Answer::Whole(Facts::LogTargets(targets)) if targets.is_empty() => {
                self.lookup = Lookup::NoLogs { service }
            }
            Answer::Whole(Facts::LogTargets(targets)) => {
                self.choose(sources_of(targets));
                return true;
            }
            Answer::Failed { fault, next_try } => {
                self.lookup = Lookup::Failed {
                    service,
                    definition,
                    fault: fault.clone(),
                    next_try: *next_try,
                };
            }
            _ => {}
        }
        false
    }

    /// Tails these and no others.
    pub fn choose(&mut self, sources: Vec<TailSource>) {
        self.feeds = sources.into_iter().map(Feed::new).collect();
        self.lookup = Lookup::Done;
        self.live = None;
        self.untold = true;
    }

    /// Takes over from when on, and which lines; the groups, where some are named.
    pub fn ask(&mut self, request: &LogRequest) {
        self.start = request
            .since
            .map_or_else(TailStart::default, |at| TailStart::At(at.as_millisecond()));
        self.pattern.clone_from(&request.pattern);
        if !request.targets.is_empty() {
            self.choose(sources_of(&request.targets));
        }
    }

    /// Begins all of them again.
    pub fn restart(&mut self) {
        self.choose(self.list());
    }

    /// Forgets them.
    pub fn clear(&mut self) {
        *self = Self {
            untold: !self.feeds.is_empty(),
            method: self.method,
            ..Self::default()
        };
    }

    /// What the runtime has to be told, once.
    pub fn order(&mut self) -> Option<Tailing> {
        std::mem::take(&mut self.untold).then(|| Tailing {
            sources: self.list(),
            method: self.method,
            start: self.start,
            pattern: self.pattern.clone(),
        })
    }

    /// Their names for the runtime.
    pub fn list(&self) -> Vec<TailSource> {
        self.feeds.iter().map(|feed| feed.source.clone()).collect()
    }

    /// News of one of them; those of an older tail are dropped. Answers whether the tail has begun anew (other
    /// clients, another account): then its lines come once more.
    pub fn note(&mut self, source: &TailSource, state: &TailState) -> bool {
        let begun = |feed: &Feed| feed.source == *source && feed.state.is_some();
        let anew = *state == TailState::Starting && self.feeds.iter().any(begun);
        if anew {
            self.feeds
                .iter_mut()
                .for_each(|feed| *feed = Feed::new(feed.source.clone()));
        }
        if let Some(feed) = self.feeds.iter_mut().find(|feed| feed.source == *source) {
            feed.note(state);
        }
        anew
    }

    /// How one of them is read from now on; said by the tail of now alone.
    pub fn read_by(&mut self, source: &TailSource, method: &Method) {
        if let Some(feed) = self.feeds.iter_mut().find(|feed| feed.source == *source) {
            feed.method = Some(method.clone());
        }
    }

    /// Sources that Live Tail reads, and whether AWS sends only some of their lines.
    pub fn by_live_tail(&self) -> (usize, bool) {
        self.feeds
            .iter()
            .fold((0, false), |(n, any), feed| match feed.method {
                Some(Method::Live { sampled }) => (n + 1, any || sampled),
                _ => (n, any),
            })
    }

    /// Why a source is polled though Live Tail was asked for.
    pub fn fallen_back(&self) -> Option<(Text, &Fault)> {
        self.feeds.iter().find_map(|feed| match &feed.method {
            Some(Method::Polling {
                instead: Some(fault),
            }) => Some((feed.source.group.text(), fault)),
            _ => None,
        })
    }

    /// Whether lines of this source are wanted.
    pub fn accepts(&self, source: &TailSource) -> bool {
        !self.untold
            && self
                .feeds
                .iter()
                .any(|feed| feed.source == *source && feed.state.is_some())
    }

    /// The first failure, by the group's name.
    pub fn failure(&self) -> Option<(Text, &Fault, Option<Duration>)> {
        self.feeds.iter().find_map(|feed| {
            feed.failure()
                .map(|(fault, next)| (feed.source.group.text(), fault, next))
        })
    }

    /// A group that AWS does not have: perhaps a slip of the fingers.
    pub fn mistaken(&self) -> Option<&LogGroup> {
        let missing = |feed: &&Feed| {
            feed.failure()
                .is_some_and(|(fault, _)| fault.kind == FaultKind::Missing)
        };
        self.feeds
            .iter()
            .find(missing)
            .map(|feed| &feed.source.group)
    }

    /// Whether every group stands still.
    pub fn all_failed(&self) -> bool {
        !self.feeds.is_empty() && self.feeds.iter().all(|feed| feed.failure().is_some())
    }

    /// Whether every group has been read to its end once.
    pub fn are_read(&self) -> bool {
        self.feeds
            .iter()
            .all(|feed| matches!(feed.state, Some(TailState::Following { .. })))
    }

    /// The longest way behind: of pages still to be read, else of the newest lines.
    pub fn lag(&self) -> Lag {
        self.feeds
            .iter()
            .fold(Lag::Unknown, |worst, feed| match &feed.state {
                Some(TailState::Following { lag }) => worst.max(Lag::Live(*lag)),
                Some(TailState::Behind { by }) => worst.max(Lag::Behind(*by)),
                Some(TailState::Throttled { by }) => worst.max(Lag::Throttled(*by)),
                _ => worst,
            })
    }

    /// The longest backlog left out.
    pub fn skipped(&self) -> Option<Duration> {
        self.feeds.iter().filter_map(|feed| feed.skipped).max()
    }
}

/// How far behind the tail is; the later the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lag {
    Unknown,
    Live(Duration),
    Behind(Duration),
    Throttled(Option<Duration>),
}

/// Targets of containers as sources: each group once, and a whole group instead of parts of it.
pub fn sources_of(targets: &[LogTarget]) -> Vec<TailSource> {
    let mut sources: Vec<TailSource> = targets.iter().map(source_of).collect();
    sources.sort();
    sources.dedup();
    let whole: Vec<TailSource> = sources
        .iter()
        .filter(|s| s.stream_prefix.is_none())
        .cloned()
        .collect();
    let covers = |whole: &TailSource, part: &TailSource| {
        whole.region == part.region && whole.group == part.group
    };
    sources.retain(|s| s.stream_prefix.is_none() || !whole.iter().any(|w| covers(w, s)));
    sources
}

/// The awslogs driver names streams `prefix/container/task`: with the slash `api` does not take in `api-admin`.
fn source_of(target: &LogTarget) -> TailSource {
    let slashed =
        |prefix: &LogStream| LogStream::from(format!("{}/", prefix.as_str().trim_end_matches('/')));
    TailSource {
        region: target.region.clone(),
        group: target.group.clone(),
        stream_prefix: target.stream_prefix.as_ref().map(slashed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(group: &str, prefix: Option<&str>) -> LogTarget {
        LogTarget {
            group: group.into(),
            region: None,
            stream_prefix: prefix.map(LogStream::from),
        }
    }

    fn chosen(groups: &[&str]) -> Sources {
        let mut sources = Sources::default();
        sources.choose(sources_of(
            &groups.iter().map(|g| target(g, None)).collect::<Vec<_>>(),
        ));
        sources
    }

    #[test]
    fn each_group_is_tailed_once_and_whole_where_one_container_says_so() {
        let found = sources_of(&[
            target("b", Some("api")),
            target("a", None),
            target("a", Some("x")),
            target("b", Some("api")),
        ]);
        let said: Vec<_> = found
            .iter()
            .map(|s| {
                (
                    s.group.as_str(),
                    s.stream_prefix.as_ref().map(LogStream::as_str),
                )
            })
            .collect();
        assert_eq!(said, [("a", None), ("b", Some("api/"))]);
    }

    #[test]
    fn the_runtime_is_told_once_a_choice_and_nothing_is_taken_before_the_tail_begins() {
        let mut sources = chosen(&["a"]);
        let a = sources.feeds[0].source.clone();
        assert!(!sources.accepts(&a));
        assert_eq!(sources.order(), Some(Tailing::of(vec![a.clone()])));
        assert_eq!(sources.order(), None);
        sources.note(
            &a,
            &TailState::Following {
                lag: Duration::ZERO,
            },
        );
        assert!(!sources.accepts(&a), "news of an older tail");
        sources.note(&a, &TailState::Starting);
        assert!(sources.accepts(&a));
    }

    #[test]
    fn a_tail_that_begins_anew_is_told_once_and_what_the_old_one_still_says_is_dropped() {
        let mut sources = chosen(&["a", "b"]);
        sources.order();
        let [a, b] = [0, 1].map(|n: usize| sources.feeds[n].source.clone());
        let mut begin = |source| sources.note(source, &TailState::Starting);
        assert_eq!([begin(&a), begin(&b), begin(&a)], [false, false, true]);
        assert!(!sources.accepts(&b), "its new tail has not begun");
        assert!(!sources.note(&b, &TailState::Starting));
        assert!(sources.accepts(&a) && sources.accepts(&b));
    }

    #[test]
    fn clearing_stops_what_runs_and_says_nothing_where_nothing_runs() {
        let mut sources = chosen(&["a"]);
        sources.order();
        sources.clear();
        assert_eq!(sources.order(), Some(Tailing::default()));
        sources.clear();
        assert_eq!(sources.order(), None);
    }

    #[test]
    fn the_worst_lag_counts() {
        let mut sources = chosen(&["a", "b"]);
        let [a, b] = [0, 1].map(|n: usize| sources.feeds[n].source.clone());
        assert_eq!(sources.lag(), Lag::Unknown);
        for source in [&a, &b] {
            sources.note(source, &TailState::Starting);
        }
        sources.note(
            &a,
            &TailState::Following {
                lag: Duration::from_secs(9),
            },
        );
        sources.note(
            &b,
            &TailState::Behind {
                by: Duration::from_secs(1),
            },
        );
        assert_eq!(sources.lag(), Lag::Behind(Duration::from_secs(1)));
        assert!(!sources.are_read());
    }
}
