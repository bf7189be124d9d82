//! What can lie over the panes. Adding one is a line in [`overlays!`] and a type that is a [`Popup`].

use super::dialog::Dialog;
use super::leave::Leave;
use super::mfa::Mfa;
use super::page::Page;
use super::palette::Palette;
use super::prompt::Prompt;
use super::recall::Recall;
use super::session::{SessionPage, Sure, Typing};
use super::state::State;
use super::three_way::ThreeWays;
use crate::model::effect::Effect;
use crate::model::time::Now;
use crate::model::verb::{Place, Verb};
use crate::view::paint::Paint;
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::time::Duration;

/// Whether an overlay stays after what it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Stays,
    Closes,
}

/// What an overlay made of a key.
#[derive(Debug)]
pub(super) struct Outcome {
    pub fate: Fate,
    pub effects: Vec<Effect>,
}

impl Outcome {
    pub fn stays() -> Self {
        Self {
            fate: Fate::Stays,
            effects: Vec::new(),
        }
    }

    pub fn closes() -> Self {
        Self {
            fate: Fate::Closes,
            effects: Vec::new(),
        }
    }

    pub fn closes_with(effects: Vec<Effect>) -> Self {
        Self {
            fate: Fate::Closes,
            effects,
        }
    }
}

/// Something over the panes that takes all keys. While it acts it is off the stack, so that it may look at all of the state.
pub(super) trait Popup {
    fn key(&mut self, key: KeyEvent, state: &mut State) -> Outcome;

    /// Pasted text: typed where there is something to type, and nothing more.
    fn paste(&mut self, _text: &str, _state: &mut State) {}

    /// The clock moved.
    fn tick(&mut self, _now: Now) {}

    /// When it must hear of the clock.
    fn deadline(&self, _now: Now) -> Option<Duration> {
        None
    }

    /// The place whose keys it takes, where those stand in the keymap: footer and help are made from it.
    fn place(&self) -> Option<Place> {
        None
    }

    /// Whether this verb would do something now; the footer shows no others.
    fn can(&self, _verb: Verb, _state: &State) -> bool {
        false
    }

    /// The keys it takes, for the footer.
    fn hints(&self, state: &State) -> Vec<(&'static str, &'static str)>;

    /// Draws itself over `body`; the footer line is `line`. Answers where the text cursor stands.
    fn draw(
        &self,
        state: &State,
        paint: &Paint<'_>,
        places: Places,
        buf: &mut Buffer,
    ) -> Option<Position>;
}

/// Where an overlay may draw.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places {
    pub screen: Rect,
    pub body: Rect,
    pub line: Rect,
}

macro_rules! overlays {
    ($($name:ident($popup:ty)),+ $(,)?) => {
        /// One overlay.
        #[derive(Debug)]
        pub(super) enum Overlay { $($name(Box<$popup>)),+ }

        impl Overlay {
            pub fn popup(&self) -> &dyn Popup {
                match self { $(Self::$name(popup) => popup.as_ref()),+ }
            }

            pub fn popup_mut(&mut self) -> &mut dyn Popup {
                match self { $(Self::$name(popup) => popup.as_mut()),+ }
            }
        }

        $(impl From<$popup> for Overlay {
            fn from(popup: $popup) -> Self {
                Self::$name(Box::new(popup))
            }
        })+
    };
}

overlays! {
    Page(Page),
    Palette(Palette),
    Prompt(Prompt),
    Dialog(Dialog),
    Recall(Recall),
    ThreeWays(ThreeWays),
    Leave(Leave),
    Mfa(Mfa),
    SessionPage(SessionPage),
    Sure(Sure),
    Typing(Typing),
}

impl State {
    /// Puts an overlay on top.
    pub(super) fn open(&mut self, overlay: impl Into<Overlay>) {
        self.desk.pressed.clear();
        self.overlays.push(overlay.into());
    }

    /// Gives a key to the overlay on top.
    pub(super) fn overlay_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let Some(mut top) = self.overlays.pop() else {
            return Vec::new();
        };
        let depth = self.overlays.len();
        let outcome = top.popup_mut().key(key, self);
        if outcome.fate == Fate::Stays {
            self.overlays.insert(depth.min(self.overlays.len()), top);
        }
        outcome.effects
    }

    /// Gives pasted text to the overlay on top.
    pub(super) fn overlay_paste(&mut self, text: &str) {
        let Some(mut top) = self.overlays.pop() else {
            return;
        };
        top.popup_mut().paste(text, self);
        self.overlays.push(top);
    }
}
