//! The sanitizer: a state machine that lets no control function through.
//!
//! Whatever is cut out leaves one visible [`MARK`], at the place where it began,
//! so that a split anywhere in the stream gives the same result: nothing ever
//! waits for what comes next.

use super::class::{Class, Introducer, class};
use super::clean::all_shown;
use unicode_width::UnicodeWidthChar;

/// Stands where something was taken out.
pub const MARK: char = '\u{fffd}';
/// Ends a line that was cut.
pub const CUT: char = '…';
/// Characters shown of one line at most; the last of them is [`CUT`] where there was more.
pub const MAX_SHOWN: usize = 64 * 1024;
/// Zero-width marks on one base character at most.
const MAX_MARKS: u8 = 6;
const TAB: usize = 8;

/// What becomes of a line feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Feed {
    /// It is one more control character.
    Mark,
    /// It ends the line and stays.
    Keep,
}

/// Where the machine stands in a control sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Ground,
    /// After ESC, or ESC and intermediates.
    Escape,
    Csi,
    /// A command string; OSC also ends at BEL.
    Command(Introducer),
    /// ESC within a command string: ST, or the begin of another sequence.
    CommandEscape,
}

/// Sanitizes a stream piece by piece.
#[derive(Clone, Debug)]
pub struct Sanitizer {
    feed: Feed,
    mode: Mode,
    /// Characters shown on this line.
    shown: usize,
    /// Columns used on this line, for tabs.
    column: usize,
    /// Zero-width marks since the last base; `MAX_MARKS + 1` = the rest is dropped.
    marks: u8,
}

impl Sanitizer {
    /// For one line: a line feed becomes a mark.
    pub fn line() -> Self {
        Self {
            feed: Feed::Mark,
            mode: Mode::Ground,
            shown: 0,
            column: 0,
            marks: 0,
        }
    }

    /// For many lines: line feeds stay, and each ends whatever was open.
    pub fn stream() -> Self {
        Self {
            feed: Feed::Keep,
            ..Self::line()
        }
    }

    /// Sanitizes the next piece.
    pub fn push(&mut self, piece: &str) -> String {
        let mut out = String::with_capacity(piece.len());
        self.push_into(piece, &mut out);
        out
    }

    /// As [`Sanitizer::push`], appending to `out`.
    pub fn push_into(&mut self, piece: &str, out: &mut String) {
        for c in piece.chars() {
            self.step(c, out);
        }
    }

    fn step(&mut self, c: char, out: &mut String) {
        if c == '\n' {
            return self.end_line(out);
        }
        match self.mode {
            Mode::Ground => self.ground(c, out),
            Mode::Escape => self.escape(c, out),
            Mode::Csi => self.csi(c, out),
            Mode::Command(kind) => self.command(kind, c),
            Mode::CommandEscape => self.command_escape(c, out),
        }
    }

    fn end_line(&mut self, out: &mut String) {
        self.mode = Mode::Ground;
        match self.feed {
            Feed::Mark => self.show(MARK, out),
            Feed::Keep => {
                *self = Self::stream();
                out.push('\n');
            }
        }
    }

    fn ground(&mut self, c: char, out: &mut String) {
        match class(c) {
            Class::Shown => self.show(c, out),
            Class::Combining => self.combine(c, out),
            Class::Tab => self.tab(out),
            Class::Hostile => self.show(MARK, out),
            Class::Introducer(kind) => self.introduce(kind, out),
        }
    }

    fn introduce(&mut self, kind: Introducer, out: &mut String) {
        self.show(MARK, out);
        self.enter(kind);
    }

    fn enter(&mut self, kind: Introducer) {
        self.mode = match kind {
            Introducer::Escape => Mode::Escape,
            Introducer::Csi => Mode::Csi,
            Introducer::Osc | Introducer::Other => Mode::Command(kind),
        };
    }

    fn escape(&mut self, c: char, out: &mut String) {
        match c {
            '[' => self.enter(Introducer::Csi),
            ']' => self.enter(Introducer::Osc),
            'P' | 'X' | '^' | '_' => self.enter(Introducer::Other),
            ' '..='/' => {}
            '0'..='~' => self.mode = Mode::Ground,
            _ => self.abort(c, out),
        }
    }

    fn csi(&mut self, c: char, out: &mut String) {
        match c {
            '@'..='~' | '\u{18}' | '\u{1a}' => self.mode = Mode::Ground,
            '\u{1b}' => self.abort(c, out),
            // Parameters; and controls, which a terminal carries out in the middle of a sequence and goes on with it.
            '\0'..='?' | '\u{7f}' => {}
            _ => self.abort(c, out),
        }
    }

    /// The sequence was none: what follows is text again.
    fn abort(&mut self, c: char, out: &mut String) {
        self.mode = Mode::Ground;
        self.ground(c, out);
    }

    fn command(&mut self, kind: Introducer, c: char) {
        match c {
            '\u{1b}' => self.mode = Mode::CommandEscape,
            '\u{9c}' | '\u{18}' | '\u{1a}' => self.mode = Mode::Ground,
            '\u{7}' if kind == Introducer::Osc => self.mode = Mode::Ground,
            _ => {}
        }
    }

    fn command_escape(&mut self, c: char, out: &mut String) {
        self.mode = Mode::Escape;
        if c == '\\' {
            self.mode = Mode::Ground;
        } else {
            self.show(MARK, out);
            self.escape(c, out);
        }
    }

    fn tab(&mut self, out: &mut String) {
        for _ in 0..TAB - self.column % TAB {
            self.show(' ', out);
        }
    }

    fn show(&mut self, c: char, out: &mut String) {
        self.marks = 0;
        self.column += c.width().unwrap_or(1);
        self.put(c, out);
    }

    fn combine(&mut self, c: char, out: &mut String) {
        if self.shown == 0 {
            self.show(MARK, out);
        }
        match self.marks {
            0..MAX_MARKS => {
                self.marks += 1;
                self.put(c, out);
            }
            MAX_MARKS => {
                self.show(MARK, out);
                self.marks = MAX_MARKS + 1;
            }
            _ => {}
        }
    }

    fn put(&mut self, c: char, out: &mut String) {
        self.shown += 1;
        match self.shown {
            0..MAX_SHOWN => out.push(c),
            MAX_SHOWN => out.push(CUT),
            _ => self.shown = MAX_SHOWN + 1,
        }
    }
}

/// Whether the sanitizer would leave this line as it is. May say no to harmless
/// text with combining marks; never says yes to anything that would change.
pub fn is_clean(line: &str) -> bool {
    line.len() < MAX_SHOWN && all_shown(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn clean(text: &str) -> String {
        Sanitizer::line().push(text)
    }

    #[test]
    fn a_whole_sequence_leaves_one_mark() {
        for sequence in [
            "\x1b[31m",
            "\x1b[?1049h",
            "\x1b[1;2;3 q",
            "\u{9b}31m",
            "\x1b]0;title\x07",
            "\x1b]52;c;QQ==\x1b\\",
            "\u{9d}0;t\u{9c}",
            "\x1bPq#0\x1b\\",
            "\u{90}q\u{9c}",
            "\x1bXsos\x1b\\",
            "\u{98}s\u{9c}",
            "\x1b^pm\x1b\\",
            "\u{9e}p\u{9c}",
            "\x1b_apc\x1b\\",
            "\u{9f}a\u{9c}",
            "\x1bc",
            "\x1b(B",
            "\x1b#8",
            "\x1b]0;t\x18",
            "\x1b[3\x1a",
            "\x1b[3\r1m",
        ] {
            assert_eq!(
                clean(&format!("a{sequence}b")),
                format!("a{MARK}b"),
                "{sequence:?}"
            );
        }
    }

    #[test]
    fn an_unterminated_sequence_goes_to_the_end_of_the_line() {
        for open in [
            "\x1b]0;title",
            "\x1bPdata",
            "\u{9f}data",
            "\x1b[12;",
            "\x1b",
        ] {
            assert_eq!(clean(&format!("a{open}")), format!("a{MARK}"), "{open:?}");
        }
        assert_eq!(
            Sanitizer::stream().push("a\x1b]0;title\nb"),
            format!("a{MARK}\nb")
        );
    }

    #[test]
    fn a_command_string_is_not_ended_by_what_only_looks_like_its_end() {
        assert_eq!(
            clean("a\x1bPx\x07y\x1b\\b"),
            format!("a{MARK}b"),
            "BEL ends only OSC"
        );
        assert_eq!(
            clean("a\x1b]0;x\x1b[31mb"),
            format!("a{MARK}{MARK}b"),
            "another sequence cancels it"
        );
        assert_eq!(
            clean("a\x1b]0;x\x1b\x1b\\b"),
            format!("a{MARK}{MARK}{MARK}b")
        );
    }

    #[test]
    fn a_broken_sequence_hides_no_text() {
        assert_eq!(clean("\x1b[3한글"), format!("{MARK}한글"));
        assert_eq!(clean("\x1b한"), format!("{MARK}한"));
        assert_eq!(clean("\x1b\x1b[1mx"), format!("{MARK}{MARK}x"));
    }

    #[test]
    fn every_lone_control_and_invisible_character_becomes_a_mark() {
        for c in [
            "\0",
            "\u{8}",
            "\r",
            "\x7f",
            "\u{85}",
            "\u{2028}",
            "\u{202e}",
            "\u{2066}",
            "\u{200b}",
            "\u{feff}",
            "\u{ad}",
            "\u{e0041}",
            "\u{fff9}",
            "\u{61c}",
            "\u{180e}",
            "\n",
            "\u{9c}",
        ] {
            assert_eq!(clean(&format!("a{c}b")), format!("a{MARK}b"), "{c:?}");
        }
    }

    #[test]
    fn tabs_go_to_the_next_stop_by_columns() {
        assert_eq!(clean("a\tb"), "a       b");
        assert_eq!(clean("한글\tb"), "한글    b");
        assert_eq!(clean("12345678\tb"), "12345678        b");
    }

    #[test]
    fn marks_piled_on_one_letter_are_cut() {
        let piled = format!("a{}b", "\u{301}".repeat(100));
        assert_eq!(clean(&piled), format!("a{}{MARK}b", "\u{301}".repeat(6)));
        assert_eq!(clean("e\u{301}"), "e\u{301}");
        assert_eq!(
            clean("\u{301}x"),
            format!("{MARK}\u{301}x"),
            "a mark has a base, so it cannot sit on the frame"
        );
    }

    #[test]
    fn a_long_line_is_cut_and_says_so() {
        let long = clean(&"x".repeat(1 << 20));
        assert_eq!(long.chars().count(), MAX_SHOWN);
        assert!(long.ends_with(CUT));
        assert_eq!(
            Sanitizer::stream()
                .push(&format!("{}\nnext", "x".repeat(1 << 20)))
                .lines()
                .last(),
            Some("next")
        );
    }

    fn hostile() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            any::<char>().prop_map(String::from),
            "[ -~]{0,4}",
            prop::sample::select(vec![
                "\x1b",
                "\x1b[",
                "\x1b]",
                "\x1bP",
                "\x1b\\",
                "\x07",
                "\u{9b}",
                "\u{9c}",
                "\u{9d}",
                "\u{90}",
                "\t",
                "\n",
                "\u{301}",
                "\u{202e}",
                "\u{200d}",
                "한글",
                "\u{18}",
                "m",
                ";",
                "\r",
                "\u{fe0f}",
                "\u{e0020}",
                "\u{7f}",
            ])
            .prop_map(str::to_owned),
            Just("\u{301}".repeat(9)),
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    /// Written from safety.md §4 alone, not from the classes above.
    fn forbidden(c: char) -> bool {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{180e}'
                | '\u{ad}' | '\u{e0000}'..='\u{e007f}' | '\u{fff9}'..='\u{fffb}')
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn nothing_forbidden_comes_out(text in hostile()) {
            let out = clean(&text);
            prop_assert!(!out.chars().any(forbidden), "{out:?}");
        }

        #[test]
        fn a_stream_keeps_line_feeds_and_nothing_else_forbidden(text in hostile()) {
            let out = Sanitizer::stream().push(&text);
            prop_assert!(!out.chars().any(|c| c != '\n' && forbidden(c)), "{out:?}");
            prop_assert_eq!(out.matches('\n').count(), text.matches('\n').count());
        }

        #[test]
        fn a_split_anywhere_gives_the_same(text in hostile(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6)) {
            let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| *cut.get(&ends)).chain([0, text.len()]).collect();
            cuts.sort_unstable();
            let mut machine = Sanitizer::line();
            let pieces: String = cuts.windows(2).map(|w| machine.push(&text[w[0]..w[1]])).collect();
            prop_assert_eq!(pieces, clean(&text));
        }

        #[test]
        fn cleaning_twice_changes_nothing(text in hostile()) {
            let once = clean(&text);
            prop_assert_eq!(clean(&once), once);
        }

        #[test]
        fn what_counts_as_clean_is_left_alone(text in hostile()) {
            if is_clean(&text) {
                prop_assert_eq!(clean(&text), text);
            }
        }
    }
}
