//! What every widget needs to draw: theme, characters, time.

use super::theme::{Role, Theme};
use crate::model::settings::{Charset, Settings};
use crate::model::time::Now;
use ratatui::style::Style;

/// Passed down to everything that draws.
#[derive(Clone, Copy, Debug)]
pub struct Paint<'a> {
    pub theme: &'a Theme,
    pub settings: &'a Settings,
    pub now: Now,
    /// Whether the pane being drawn has the focus.
    pub focused: bool,
}

impl Paint<'_> {
    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// `unicode` where the terminal takes it, else `ascii`.
    pub fn glyph<'g>(&self, unicode: &'g str, ascii: &'g str) -> &'g str {
        match self.settings.charset {
            Charset::Unicode => unicode,
            Charset::Ascii => ascii,
        }
    }
}
