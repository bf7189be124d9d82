//! Taking lines along: to the clipboard, and to a file.

use super::view::whole;
use super::{Logs, rate, row};
use crate::domain::health::Level;
use crate::domain::units;
use crate::model::effect::Effect;
use crate::panes::{Act, Context, common};

/// What the clipboard takes at most (OSC 52).
pub const CLIPBOARD: usize = 64 * 1024;

/// Which lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that pass the filter.
    Shown,
    /// All in memory.
    All,
}

impl Logs {
    /// The text of what lies open, else of the line under the cursor.
    pub(super) fn text(&self) -> Option<String> {
        if let Some(sheet) = self.sheets.top() {
            return Some(sheet.text());
        }
        let lines = self.view().with_folds().into_iter();
        let texts: Vec<_> = lines.map(|(chunk, line)| chunk.text(line)).collect();
        (!texts.is_empty()).then(|| texts.join("\n"))
    }

    /// Copies a line, or the whole of what lies open.
    pub(super) fn copy(&self, cx: &Context<'_>) -> Vec<Act> {
        let Some(text) = self.text() else {
            return Vec::new();
        };
        let what = self.sheets.top().map_or("line", |sheet| sheet.what());
        let cut = &text[..text.floor_char_boundary(CLIPBOARD)];
        let said = if cut.len() < text.len() {
            format!("The first 64 KiB of the {what} were copied")
        } else {
            format!("The {what} was copied")
        };
        vec![
            Act::Do(Effect::Copy(cut.to_owned())),
            common::say(Level::Good, said, cx),
        ]
    }

    /// Writes lines to a file.
    pub(super) fn save(&self, which: Which, cx: &Context<'_>) -> Act {
        let ring = &self.view().ring;
        let order = match which {
            Which::Shown => ring.shown(),
            Which::All => ring.all(),
        };
        let lines: Vec<_> = order.iter().flat_map(|head| whole(ring, head)).collect();
        Act::Do(Effect::Save {
            name: self.file_name(cx),
            what: self.wrote(which, lines.len()),
            lines: lines
                .into_iter()
                .flat_map(|(chunk, line)| row::written(chunk, line))
                .collect(),
        })
    }

    /// `34 lines (5,678 in memory, 900 older ones dropped by the cap)`: what is written, and what is left out.
    fn wrote(&self, which: Which, lines: usize) -> String {
        let ring = &self.view().ring;
        let said = units::lines(lines as u64);
        let chosen = which == Which::Shown && !ring.filter().is_empty();
        let others = chosen.then(|| format!("{} in memory", units::count(ring.standing())));
        let dropped = (self.past.is_none() && ring.dropped() > 0)
            .then(|| format!("{} dropped by the cap", units::count(ring.dropped())));
        match [others, dropped].into_iter().flatten().collect::<Vec<_>>() {
            none if none.is_empty() => said,
            some => format!("{said} ({})", some.join(", ")),
        }
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
}
