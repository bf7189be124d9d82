//! Lines from several places, each once: an event of a tail and one of a question have no id in common.

use crate::logs::chunk::{Chunk, Line};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// A line, and what it stands in.
pub type Placed = (Arc<Chunk>, Line);

/// What makes two lines the same.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Known {
    group: String,
    stream: String,
    at: i64,
    /// Of its text: whole texts would be copied with each chunk that comes.
    hash: u64,
}

impl Known {
    fn of((chunk, line): &Placed) -> Self {
        let stream = chunk.stream_of(line);
        let mut hasher = DefaultHasher::new();
        chunk.original(line).hash(&mut hasher);
        Self {
            group: chunk.source.group.as_str().to_owned(),
            stream: stream.map_or("", |stream| stream.as_str()).to_owned(),
            at: line.at,
            hash: hasher.finish(),
        }
    }
}

/// Those of `more` that are not among `there`; one that is there twice counts twice.
pub fn missing(there: &[Placed], more: impl IntoIterator<Item = Placed>) -> Vec<Placed> {
    let mut known: HashMap<Known, usize> = HashMap::new();
    for line in there {
        *known.entry(Known::of(line)).or_default() += 1;
    }
    let mut is_known = |line: &Placed| match known.get_mut(&Known::of(line)) {
        Some(times @ 1..) => {
            *times -= 1;
            true
        }
        _ => false,
    };
    let more = more.into_iter();
    more.filter(|line| !is_known(line)).collect()
}

/// All of them, in the order of time.
pub fn together(mut there: Vec<Placed>, more: Vec<Placed>) -> Vec<Placed> {
    there.extend(more);
    there.sort_by_key(|(_, line)| line.stands_at());
    there
}
