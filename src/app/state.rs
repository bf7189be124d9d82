//! The whole state of the console. Not Clone: there is one.

use crate::model::keymap::Keymap;
use crate::model::query::Epoch;
use crate::model::settings::Settings;
use crate::view::theme::Theme;

/// Everything the console knows and shows.
#[derive(Debug)]
pub struct State {
    pub settings: Settings,
    pub keymap: Keymap,
    /// All themes; the first is in use.
    pub themes: Vec<Theme>,
    pub size: (u16, u16),
    epoch: Epoch,
}

impl State {
    /// The state before anything is known.
    pub fn new(settings: Settings, keymap: Keymap, themes: Vec<Theme>, size: (u16, u16)) -> Self {
        Self { settings, keymap, themes, size, epoch: Epoch::default() }
    }

    /// Replies of another epoch are dropped.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }
}
