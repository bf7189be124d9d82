//! `draw`: a function of the state. The buffer is the whole screen, cleared.

use super::state::State;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

/// Draws everything; answers where the text cursor stands, if anywhere.
pub fn draw(_state: &State, _buf: &mut Buffer) -> Option<Position> {
    None
}
