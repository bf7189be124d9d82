//! `update`: no clock, no randomness, no I/O.

use super::state::State;
use crate::model::effect::Effect;
use crate::model::message::Message;
use crate::model::query::Want;

/// Takes in one message; answers with what is to be done.
pub fn update(_state: &mut State, message: Message) -> Vec<Effect> {
    match message {
        Message::Quit => vec![Effect::Quit],
        _ => Vec::new(),
    }
}

/// What the visible panes want to know now. The runtime diffs it into pollers.
pub fn wants(_state: &State) -> Vec<Want> {
    Vec::new()
}

/// The monotonic time at which `update` wants to hear of the clock again, where the second's tick is too coarse.
pub fn next_deadline(_state: &State) -> Option<std::time::Duration> {
    None
}
