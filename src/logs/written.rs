//! Lines as they stand in a file.

use super::chunk::{Chunk, Line};
use super::order::Entry;
use super::snapshot::Snapshot;
use jiff::Timestamp;

/// Which lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that pass the filter.
    Shown,
    /// All in memory.
    All,
}

impl Snapshot {
    /// The lines, each with those folded under it, clean and masked, in the order of time; `\n` is nowhere in them.
    pub fn written(&self, which: Which) -> impl Iterator<Item = String> {
        let order = match which {
            Which::Shown => &self.shown,
            Which::All => &self.all,
        };
        let entries = order.iter().flat_map(|head| self.whole(head));
        let lines = entries.filter_map(|entry| self.line(entry));
        lines.flat_map(|(chunk, line)| written(chunk, line))
    }

    fn whole<'s>(&'s self, head: &'s Entry) -> impl Iterator<Item = &'s Entry> {
        std::iter::once(head).chain(self.folds.under(head))
    }
}

/// Time, group, stream, text.
fn written(chunk: &Chunk, line: &Line) -> Vec<String> {
    let at = Timestamp::from_millisecond(line.at).map_or_else(
        |_| line.at.to_string(),
        |at| at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
    );
    let stream = chunk
        .stream_of(line)
        .map(|stream| stream.text().to_string())
        .unwrap_or_default();
    let whole = format!(
        "{at} {} {stream} {}",
        chunk.source.group.text(),
        chunk.text(line)
    );
    whole.lines().map(str::to_owned).collect()
}
