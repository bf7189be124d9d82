//! The clipboard by OSC 52: the terminal of the operator takes it, across SSH and tmux.

use crate::domain::fault::{Fault, FaultKind};
use crate::domain::text::Text;
use crate::domain::text::mask;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The most that is sent; terminals drop longer sequences without a word.
const LONGEST: usize = 64 * 1024;

/// The sequence that puts this text on the clipboard, and the text's length in
/// bytes. Each line is sanitized and its secrets are masked.
pub fn sequence(text: &str) -> Result<(Vec<u8>, usize), Fault> {
    let clean: Vec<Text> = text
        .lines()
        .map(|line| Text::clean(&mask::mask(Text::clean(line).as_str())))
        .collect();
    let clean = clean
        .iter()
        .map(Text::as_str)
        .collect::<Vec<_>>()
        .join("\n");
    let sequence = format!("\x1b]52;c;{}\x07", STANDARD.encode(&clean));
    if sequence.len() > LONGEST {
        return Err(Fault::new(
            FaultKind::Refused,
            format!("{} kB are too much for the clipboard", clean.len() / 1000),
        )
        .means("Terminals take 64 KiB at most; nothing was copied")
        .next("Copy less, or write it to a file"));
    }
    Ok((sequence.into_bytes(), clean.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_out_sanitized_in_base64() {
        let (sequence, length) = sequence("api\x1b]0;x\x07").unwrap();
        let body = String::from_utf8(sequence).unwrap();
        let encoded = body
            .strip_prefix("\x1b]52;c;")
            .and_then(|b| b.strip_suffix('\x07'))
            .unwrap();
        let text = String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap();
        assert!(
            text.starts_with("api") && !text.contains('\x1b'),
            "{text:?}"
        );
        assert_eq!(text.len(), length);
    }

    #[test]
    fn lines_stay_lines() {
        let (_, length) = sequence("a\nb\n").unwrap();
        assert_eq!(length, 3);
    }

    #[test]
    fn too_much_is_refused_with_a_reason() {
        let fault = sequence(&"x y ".repeat(20_000)).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Refused);
    }
}
