//! The keymap: keys to verbs, by place. Data from a file over the default.

/// Keys to verbs.
#[derive(Clone, Debug, Default)]
pub struct Keymap {}
