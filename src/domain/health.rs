//! Health rules: a check, and the sentence that says what it found.

use super::text::Text;

/// How much a finding matters; decides colour and order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Good,
    Notice,
    Warn,
    Bad,
}

/// One finding, with its sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub level: Level,
    pub sentence: Text,
}
