//! Which groups are tailed, and what each of them is doing.

mod bill;
mod feed;
mod glob;
mod standing;
mod target;

use super::super::Context;
use crate::domain::ecs::Service;
use crate::domain::fault::Fault;
use crate::domain::ids::{LogStream, TaskDefinition};
use crate::domain::log::TailSource;
use crate::domain::text::Text;
use crate::model::log_request::LogRequest;
use crate::model::message::TailState;
use crate::model::query::{Answer, Facts, Query};
use crate::model::tail::{Method, TailMethod, TailStart, Tailing};
pub use bill::Bill;
pub use feed::Feed;
use glob::Globs;
pub use standing::Lag;
use std::time::Duration;
pub use target::sources_of;

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
    /// Names with a `*` are looked up.
    Groups(Globs),
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
    /// Only of the streams whose names begin so, where that was asked for.
    pub streams: Option<LogStream>,
    /// The sessions of Live Tail, and their cost.
    pub bill: Bill,
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
            self.look_for(
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
        self.bill.close();
        self.untold = true;
    }

    /// Takes over from when on, and which lines; the groups, where some are named.
    pub fn ask(&mut self, request: &LogRequest) {
        self.start = request
            .since
            .map_or_else(TailStart::default, |at| TailStart::At(at.as_millisecond()));
        self.pattern.clone_from(&request.pattern);
        self.streams.clone_from(&request.stream_prefix);
        if !request.targets.is_empty() {
            let mut sources = sources_of(&request.targets);
            if let Some(streams) = &self.streams {
                for source in &mut sources {
                    source.stream_prefix = Some(streams.clone());
                }
            }
            self.look_for(sources);
        }
    }

    /// Tails them, once those named with a `*` are found.
    fn look_for(&mut self, named: Vec<TailSource>) {
        let Some(globs) = Globs::of(&named) else {
            return self.choose(named);
        };
        self.choose(Vec::new());
        self.lookup = Lookup::Groups(globs);
    }

    /// What asks for the groups that are named with a `*`.
    pub fn wished(&self) -> Option<Query> {
        match &self.lookup {
            Lookup::Groups(globs) => globs.query(),
            _ => None,
        }
    }

    /// The groups there are; answers whether groups were chosen.
    pub fn groups(&mut self, asked: &Query, answer: &Answer) -> bool {
        let Lookup::Groups(globs) = &mut self.lookup else {
            return false;
        };
        let found = globs.reply(asked, answer);
        let chosen = found.is_some();
        if let Some(found) = found {
            self.choose(found);
        }
        chosen
    }

    /// Begins all of them again.
    pub fn restart(&mut self) {
        self.choose(self.list());
    }

    /// Forgets them.
    pub fn clear(&mut self) {
        self.bill.close();
        *self = Self {
            untold: !self.feeds.is_empty(),
            method: self.method,
            bill: self.bill,
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
            self.bill.close();
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

    /// Whether lines of this source are wanted.
    pub fn accepts(&self, source: &TailSource) -> bool {
        !self.untold
            && self
                .feeds
                .iter()
                .any(|feed| feed.source == *source && feed.state.is_some())
    }
}

#[cfg(test)]
mod tests;
