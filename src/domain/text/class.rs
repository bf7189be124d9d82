//! What each character is to a terminal (safety.md §4).

use unicode_width::UnicodeWidthChar;

/// What begins a control sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Introducer {
    Escape,
    Csi,
    Osc,
    /// DCS, SOS, PM, APC: only ST ends them.
    Other,
}

/// The classes that the sanitizer treats differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Has a cell of its own.
    Shown,
    /// Sits on the character before it.
    Combining,
    Tab,
    /// Moves the cursor, turns the reading order, or cannot be seen.
    Hostile,
    Introducer(Introducer),
}

/// The class of one character; a line feed is hostile here.
pub fn class(c: char) -> Class {
    match c {
        ' '..='~' | '\u{ac00}'..='\u{d7a3}' => Class::Shown,
        '\t' => Class::Tab,
        '\u{1b}' => Class::Introducer(Introducer::Escape),
        '\u{9b}' => Class::Introducer(Introducer::Csi),
        '\u{9d}' => Class::Introducer(Introducer::Osc),
        '\u{90}' | '\u{98}' | '\u{9e}' | '\u{9f}' => Class::Introducer(Introducer::Other),
        c if is_hostile(c) => Class::Hostile,
        c if c.width() == Some(0) => Class::Combining,
        _ => Class::Shown,
    }
}

fn is_hostile(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' // C0, DEL, C1
        | '\u{2028}' | '\u{2029}' // line and paragraph separators
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' // bidi
        | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{feff}' | '\u{180e}' | '\u{ad}' // zero width
        | '\u{206a}'..='\u{206f}' // deprecated format characters
        | '\u{fff9}'..='\u{fffb}' // interlinear annotation
        | '\u{e0000}'..='\u{e007f}' // tags
    )
}
