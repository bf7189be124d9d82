//! Taking lines along: to the clipboard, and to a file.

use super::{Logs, rate};
use crate::domain::health::Level;
use crate::domain::units;
use crate::logs::written::Which;
use crate::model::effect::Effect;
use crate::model::save::Saving;
use crate::panes::{Act, Context, common};

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
    pub(super) fn copy(&self) -> Vec<Act> {
        let text = self.text();
        text.map(|text| Act::Do(Effect::Copy(text)))
            .into_iter()
            .collect()
    }

    /// Writes lines to a file.
    pub(super) fn save(&self, which: Which, cx: &Context<'_>) -> Act {
        let ring = &self.view().ring;
        let order = match which {
            Which::Shown => ring.shown(),
            Which::All => ring.all(),
        };
        let lines = order.iter().map(|head| 1 + ring.lines_under(head).len());
        let lines: usize = lines.sum();
        if lines == 0 {
            return common::say(Level::Warn, "There is no line to be written", cx);
        }
        Act::Do(Effect::Save(Box::new(Saving {
            name: self.file_name(cx),
            what: self.wrote(which, lines),
            which,
            snapshot: ring.snapshot(),
        })))
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
