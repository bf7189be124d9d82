//! The clipboard by OSC 52: the terminal of the operator takes it, across SSH and tmux.

use crate::domain::text::Text;
use crate::domain::text::mask;
use crate::model::message::Copied;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The longest sequence that is sent; terminals drop longer ones without a word.
const LONGEST: usize = 64 * 1024;
const BEGIN: &str = "\x1b]52;c;";
const END: &str = "\x07";
/// Bytes that fit: base64 makes four of three.
const ROOM: usize = (LONGEST - BEGIN.len() - END.len()) / 4 * 3;

/// The sequence that puts this text on the clipboard, as much of it as terminals take, and what that is. Each line is
/// sanitized and its secrets are masked.
pub fn sequence(text: &str) -> (Vec<u8>, Copied) {
    let mut clean = String::new();
    for (place, line) in text.lines().enumerate() {
        if place > 0 {
            clean.push('\n');
        }
        clean.push_str(Text::clean(&mask::mask(Text::clean(line).as_str())).as_str());
        // What does not fit need not be read.
        if clean.len() > ROOM {
            break;
        }
    }
    let cut = &clean[..clean.floor_char_boundary(ROOM)];
    let copied = Copied {
        bytes: cut.len(),
        whole: cut.len() == clean.len(),
    };
    let sequence = format!("{BEGIN}{}{END}", STANDARD.encode(cut));
    (sequence.into_bytes(), copied)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(sequence: Vec<u8>) -> String {
        let body = String::from_utf8(sequence).unwrap();
        let encoded = body.strip_prefix(BEGIN).and_then(|b| b.strip_suffix(END));
        String::from_utf8(STANDARD.decode(encoded.unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn text_goes_out_sanitized_in_base64() {
        let (sequence, copied) = sequence("api\x1b]0;x\x07");
        let text = text(sequence);
        assert!(
            text.starts_with("api") && !text.contains('\x1b'),
            "{text:?}"
        );
        assert_eq!((text.len(), true), (copied.bytes, copied.whole));
    }

    #[test]
    fn lines_stay_lines() {
        let (sequence, copied) = sequence("a\nb\n");
        assert_eq!((text(sequence).as_str(), copied.bytes), ("a\nb", 3));
    }

    #[test]
    fn of_too_much_goes_out_what_terminals_take() {
        let long = format!("한\n{}", "한".repeat(40_000));
        let (sequence, copied) = sequence(&long);
        assert!(sequence.len() <= LONGEST && sequence.len() > LONGEST - 8);
        assert!(!copied.whole && long.starts_with(&text(sequence)));
        assert_eq!(copied.bytes % 3, 1, "no character is cut");
    }
}
