//! One request through its layers: all lines of a trace id in the order of time,
//! and how long it stayed in each layer.

use super::chunk::{Chunk, Line};
use super::field::Known;
use super::line::hash;
use crate::domain::ids::LogGroup;
use crate::domain::text::mask::mask;
use std::sync::Arc;

/// Lines of one trace at most: a batch job that gives all its lines one id is no request.
pub const MOST: usize = 2_000;

/// One line of a trace.
#[derive(Clone, Debug)]
pub struct Step {
    pub chunk: Arc<Chunk>,
    pub line: Line,
    /// Milliseconds since the first line, by [`Line::stands_at`].
    pub since: i64,
}

/// A stay in one layer: from its first line to the first line of the next layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Empty where the lines name none.
    pub layer: String,
    pub group: LogGroup,
    /// Milliseconds since the first line of the trace.
    pub start: i64,
    /// Where the next layer begins; of the last one, its last line.
    pub end: i64,
    pub lines: usize,
    /// Whether one of its lines tells of a failure.
    pub bad: bool,
}

impl Span {
    /// Milliseconds spent in it.
    pub fn took(&self) -> i64 {
        self.end - self.start
    }
}

/// All lines that are in memory of one trace.
#[derive(Clone, Debug)]
pub struct Trace {
    pub id: String,
    pub steps: Vec<Step>,
    pub spans: Vec<Span>,
    /// There are more lines than [`MOST`].
    pub cut: bool,
}

impl Trace {
    /// Tells whether a line names this trace.
    pub fn finder(id: &str) -> impl Fn(&Chunk, &Line) -> bool {
        let asked = (id.len(), hash(id.as_bytes()));
        move |chunk, line| {
            line.may_be(Known::Trace, asked) && chunk.trace(line).as_deref() == Some(id)
        }
    }

    /// Of lines that belong to it.
    pub fn of(id: &str, mut found: Vec<(Arc<Chunk>, Line)>) -> Self {
        found.sort_by_key(|(_, line)| line.stands_at());
        let cut = found.len() > MOST;
        found.truncate(MOST);
        let first = found.first().map_or(0, |(_, line)| line.stands_at());
        let step = |(chunk, line): (Arc<Chunk>, Line)| Step {
            since: line.stands_at().saturating_sub(first),
            chunk,
            line,
        };
        let steps: Vec<Step> = found.into_iter().map(step).collect();
        Self {
            id: id.to_owned(),
            spans: spans(&steps),
            steps,
            cut,
        }
    }

    /// Milliseconds from its first line to its last.
    pub fn took(&self) -> i64 {
        self.steps.last().map_or(0, |step| step.since)
    }

    /// How many groups it went through.
    pub fn groups(&self) -> usize {
        let mut groups: Vec<&LogGroup> = self.spans.iter().map(|span| &span.group).collect();
        groups.sort_unstable();
        groups.dedup();
        groups.len()
    }
}

/// Lines that follow one another in the same layer are one stay.
fn spans(steps: &[Step]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for step in steps {
        let layer = step.chunk.layer(&step.line).unwrap_or_default();
        let group = &step.chunk.source.group;
        match spans.last_mut() {
            Some(last) if last.group == *group && (last.layer == layer || layer.is_empty()) => {
                last.end = step.since;
                last.lines += 1;
                last.bad |= step.line.is_bad();
            }
            before => {
                if let Some(before) = before {
                    before.end = step.since;
                }
                spans.push(Span {
                    layer: mask(&layer).into_owned(),
                    group: group.clone(),
                    start: step.since,
                    end: step.since,
                    lines: 1,
                    bad: step.line.is_bad(),
                });
            }
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::super::chunk::tests::{event, source};
    use super::*;

    fn chunk(group: &str, lines: &[(i64, &str)]) -> Arc<Chunk> {
        let events: Vec<_> = lines.iter().map(|(at, text)| event(*at, text)).collect();
        Arc::new(Chunk::seal(&source(group), &events).remove(0))
    }

    fn line(id: &str, layer: &str, more: &str) -> String {
        format!(r#"{{"traceId":"{id}","layer":"{layer}"{more}}}"#)
    }

    fn gather(id: &str, chunks: &[Arc<Chunk>]) -> Trace {
        let mut lines: Vec<(&Arc<Chunk>, &Line)> = chunks
            .iter()
            .flat_map(|chunk| chunk.lines().iter().map(move |line| (chunk, line)))
            .collect();
        lines.sort_by_key(|(_, line)| line.at);
        let is = Trace::finder(id);
        let of = lines.into_iter().filter(|(chunk, line)| is(chunk, line));
        Trace::of(id, of.map(|(chunk, line)| (chunk.clone(), *line)).collect())
    }

    #[test]
    fn a_request_is_followed_across_layers_and_groups() {
        let edge = chunk(
            "/ecs/edge",
            &[
                (100, &line("t1", "ENTRANCE", "")),
                (101, &line("t2", "ENTRANCE", "")),
                (190, &line("t1", "EXIT", r#","status":502"#)),
            ],
        );
        let api = chunk(
            "/ecs/api",
            &[
                (110, &line("t1", "FACADE", "")),
                (120, &line("t1", "FACADE", "")),
                (130, &line("t1", "DATABASE", "")),
                (131, "a line without a trace"),
            ],
        );
        let trace = gather("t1", &[edge, api]);
        assert_eq!(
            (trace.steps.len(), trace.took(), trace.groups()),
            (5, 90, 2)
        );
        let said: Vec<(&str, &str, i64, i64, bool)> = trace
            .spans
            .iter()
            .map(|s| (s.group.as_str(), s.layer.as_str(), s.start, s.took(), s.bad))
            .collect();
        assert_eq!(
            said,
            [
                ("/ecs/edge", "ENTRANCE", 0, 10, false),
                ("/ecs/api", "FACADE", 10, 20, false),
                ("/ecs/api", "DATABASE", 30, 60, false),
                ("/ecs/edge", "EXIT", 90, 0, true),
            ]
        );
    }

    #[test]
    fn a_producer_with_a_fast_clock_stands_in_its_place() {
        let ahead = crate::domain::log::RawEvent {
            ingested: 1_000,
            ..event(3_600_000, &line("t", "A", ""))
        };
        let fast = Arc::new(Chunk::seal(&source("/ecs/a"), &[ahead]).remove(0));
        let right = chunk("/ecs/b", &[(3_000, &line("t", "B", ""))]);
        let trace = gather("t", &[right, fast]);
        let since: Vec<i64> = trace.steps.iter().map(|step| step.since).collect();
        assert_eq!((since, trace.spans[0].took()), (vec![0, 2_000], 2_000));
    }

    #[test]
    fn the_times_in_the_layers_add_up_to_the_whole() {
        let lines: Vec<(i64, String)> = (0..40)
            .map(|n| (n * n, line("t", ["A", "B", "C"][n as usize % 7 % 3], "")))
            .collect();
        let lines: Vec<(i64, &str)> = lines
            .iter()
            .map(|(at, text)| (*at, text.as_str()))
            .collect();
        let trace = gather("t", &[chunk("g", &lines)]);
        assert_eq!(
            trace.spans.iter().map(Span::took).sum::<i64>(),
            trace.took()
        );
        assert_eq!(trace.spans.iter().map(|s| s.lines).sum::<usize>(), 40);
    }

    #[test]
    fn an_id_of_thousands_of_lines_is_cut_and_says_so() {
        let text = line("t", "A", "");
        let lines: Vec<(i64, &str)> = (0..3_000).map(|n| (n, text.as_str())).collect();
        let trace = gather("t", &[chunk("g", &lines)]);
        assert_eq!((trace.steps.len(), trace.cut), (MOST, true));
        assert!(gather("nobody", &[chunk("g", &lines)]).steps.is_empty());
    }
}
