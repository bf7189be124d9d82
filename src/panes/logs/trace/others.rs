//! A trace beyond what is in memory: what the log groups of the cluster's services say of it, and how far that goes.

use super::lines::{Placed, missing, together};
use crate::domain::ecs::ServiceRef;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::TaskDefinition;
use crate::domain::log::TailSource;
use crate::domain::text::Text;
use crate::logs::chunk::Chunk;
use crate::model::query::{Answer, Facts, Query};
use crate::model::trace::{Found, Question, Refused};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// So long before and after the line, in milliseconds: no request takes longer.
const AROUND: i64 = 300_000;
/// Task definitions that are looked up at most, one call each.
const MOST: usize = 60;
/// A longer id is no pattern any more (aws-facts.md §4.1).
const LONGEST: usize = 1_000;
/// So many are named, the rest is counted.
const NAMED: usize = 3;

/// The services of the cluster, with what tells of their log groups.
#[derive(Clone, Debug, Default)]
pub struct Services(BTreeMap<ServiceRef, TaskDefinition>);

impl Services {
    /// Learns of services that were read, and of some that are not there any more.
    pub fn learn(&mut self, facts: &Facts) {
        let Facts::Services { found, missing } = facts else {
            return;
        };
        for service in found {
            let definition = service.task_definition.clone();
            self.0.insert(service.at.clone(), definition);
        }
        self.0.retain(|at, _| !missing.contains(&at.service));
    }

    /// Forgets all: another cluster.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    fn definitions(&self) -> Vec<TaskDefinition> {
        let all: BTreeSet<&TaskDefinition> = self.0.values().collect();
        all.into_iter().cloned().collect()
    }
}

/// What was asked, and what came of it.
#[derive(Clone, Debug)]
pub struct Asked {
    pub question: Question,
    lines: Vec<Arc<Chunk>>,
    found: Found,
    /// Task definitions that are too many to look up.
    beyond: usize,
    /// Why there is no answer yet.
    fault: Option<Fault>,
    done: bool,
}

impl Asked {
    /// Asks for a trace around a time (milliseconds since 1970); none where the id is too long to be asked for.
    pub fn new(
        (id, at): (&str, i64),
        services: &Services,
        groups: &[TailSource],
        turn: u64,
    ) -> Option<Self> {
        let mut definitions = services.definitions();
        let beyond = definitions.len().saturating_sub(MOST);
        definitions.truncate(MOST);
        let question = Question {
            id: id.to_owned(),
            from: at.saturating_sub(AROUND),
            to: at.saturating_add(AROUND),
            definitions: definitions.into(),
            groups: groups.into(),
            turn,
        };
        let asked = Self {
            question,
            lines: Vec::new(),
            found: Found::default(),
            beyond,
            fault: None,
            done: false,
        };
        (id.len() <= LONGEST).then_some(asked)
    }

    /// What is still to be known.
    pub fn wanted(&self) -> Option<Query> {
        (!self.done).then(|| Query::Trace(Box::new(self.question.clone())))
    }

    /// Takes in an answer to it.
    pub fn reply(&mut self, answer: &Answer) {
        match answer {
            Answer::Started => {
                self.fault = None;
                self.lines.clear();
                self.found = Found::default();
            }
            Answer::Part(Facts::Trace(found)) => self.take(found),
            Answer::Whole(Facts::Trace(found)) => {
                self.take(found);
                self.done = true;
            }
            Answer::Failed { fault, .. } => self.fault = Some(fault.clone()),
            Answer::Part(_) | Answer::Whole(_) => {}
        }
    }

    fn take(&mut self, found: &Found) {
        self.lines.extend(found.lines.iter().cloned());
        self.found = Found {
            lines: Vec::new(),
            ..found.clone()
        };
    }

    /// The lines in memory and those that were found, each once, in the order of time.
    pub fn merged(&self, memory: Vec<Placed>) -> Vec<Placed> {
        let lines = |chunk: &Arc<Chunk>| {
            let chunk = chunk.clone();
            (0..chunk.lines().len()).map(move |line| (chunk.clone(), chunk.lines()[line]))
        };
        let found = missing(&memory, self.lines.iter().flat_map(lines));
        together(memory, found)
    }

    /// How far it goes, in a sentence.
    pub fn said(&self) -> String {
        if let Some(fault) = &self.fault {
            return format!("other groups could not be asked: {}", fault.line());
        }
        let Found { answered, of, .. } = self.found;
        let mut said = match (self.done, of) {
            (false, 0) => format!(
                "looking up the groups of {} task definitions",
                self.question.definitions.len()
            ),
            (false, of) => format!("asking: {answered} of {of} groups"),
            (true, of) => format!("{answered} of {of} groups, 5 min before and after"),
        };
        said.extend(sorted(&self.found.refused));
        if self.beyond > 0 {
            let more = format!("; {} task definitions more were not looked up", self.beyond);
            said.push_str(&more);
        }
        said
    }

    /// Whether some of it is missing.
    pub fn lacks(&self) -> bool {
        self.fault.is_some() || !self.found.refused.is_empty() || self.beyond > 0
    }
}

/// `, 2 denied: logs:FilterLogEvents on /ecs/a, /ecs/b`, and what else went wrong.
fn sorted(refused: &[Refused]) -> Vec<String> {
    let mut reasons: BTreeMap<String, Vec<&Text>> = BTreeMap::new();
    for Refused { what, fault } in refused {
        reasons.entry(reason(fault)).or_default().push(what);
    }
    let said = |(reason, of): (String, Vec<&Text>)| {
        let names: Vec<&str> = of.iter().take(NAMED).map(|what| what.as_str()).collect();
        let more = match of.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!(", {} {reason} {}{more}", of.len(), names.join(", "))
    };
    reasons.into_iter().map(said).collect()
}

fn reason(fault: &Fault) -> String {
    match (&fault.action, fault.kind) {
        (Some(action), _) => format!("denied: {action} on"),
        (None, FaultKind::Denied) => "denied:".to_owned(),
        (None, FaultKind::Missing) => "not there:".to_owned(),
        (None, FaultKind::Throttled) => "throttled:".to_owned(),
        (None, _) => format!("not read ({}):", fault.what),
    }
}

#[cfg(test)]
mod tests;
