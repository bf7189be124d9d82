//! What the keys do with lines, and with a page that lies open.

use super::Logs;
use super::detail::Opened;
use super::row::Look;
use super::sheet::Sheet;
use crate::domain::text::Text;
use crate::model::verb::Verb;
use crate::panes::{Act, Context};

/// What can be done wherever there are lines.
pub(super) const ON_LINES: [Verb; 15] = [
    Verb::Up,
    Verb::Down,
    Verb::PageUp,
    Verb::PageDown,
    Verb::Top,
    Verb::Bottom,
    Verb::Left,
    Verb::Right,
    Verb::Enter,
    Verb::Copy,
    Verb::Save,
    Verb::SaveAll,
    Verb::Raw,
    Verb::Find,
    Verb::Describe,
];
/// One press of `left` or `right`.
const SIDEWAYS: usize = 8;

impl Logs {
    pub(super) fn open(&mut self) {
        if let Some(opened) = Opened::new(&self.view().with_folds(), self.size) {
            self.sheets.push(Sheet::Line(opened));
            self.view_mut().hold();
        }
    }

    /// Whether lines are shown as they came.
    pub(super) fn is_raw(&self) -> bool {
        self.look == Look::Raw && self.sheets.top().is_none()
    }

    pub(super) fn show(&mut self, verb: Verb) {
        match verb {
            Verb::Left => self.left = self.left.saturating_sub(SIDEWAYS),
            Verb::Right => self.left = (self.left + SIDEWAYS).min(crate::domain::text::MAX_SHOWN),
            Verb::Raw => {
                self.look = match self.look {
                    Look::Raw => Look::Columns,
                    Look::Columns => Look::Raw,
                }
            }
            _ => {}
        }
    }

    /// What is done with a page that lies open.
    pub(super) fn act_on_sheet(&mut self, verb: Verb, cx: &Context<'_>) -> Vec<Act> {
        if self.count_over(verb, cx) {
            return Vec::new();
        }
        match verb {
            Verb::Back => {
                self.sheets.pop();
                self.show_lost();
            }
            Verb::Copy => return self.copy(),
            Verb::Trace => return self.follow_trace(cx),
            Verb::Enter => return self.ask_others(cx),
            Verb::Raw => {
                let title = Text::clean(&self.name());
                let lines = self.sheets.raw();
                return vec![Act::Page { title, lines }];
            }
            verb => self.sheets.act(verb),
        }
        Vec::new()
    }
}
