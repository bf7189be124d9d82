//! Bytes to keys and pastes, however the bytes are split.

use crate::model::message::Input;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::time::Duration;

/// So long the rest of a key's sequence may take before what came counts by itself.
const KEY_REST: Duration = Duration::from_millis(30);

/// So long a paste may stall. Then it is dropped: its rest must not become keys,
/// and the keyboard must not stay dead.
const PASTE_REST: Duration = Duration::from_secs(10);

/// `ctrl-c` and `ctrl-z`.
const INTERRUPT: u8 = 0x03;
const SUSPEND: u8 = 0x1a;

const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// More than this of a paste is dropped; more than this of an escape sequence is not one.
const LONGEST_PASTE: usize = 1 << 20;
const LONGEST_SEQUENCE: usize = 64;

/// What has come of a key that is not yet whole.
#[derive(Debug, Default)]
pub struct Decoder {
    held: Vec<u8>,
    paste: Option<Vec<u8>>,
}

/// What the first bytes held are.
enum Token {
    Key(usize, KeyEvent),
    /// Understood, and of no interest (focus, reports, mouse).
    Skip(usize),
    PasteBegins(usize),
    /// More bytes are needed.
    Partial,
}

impl Decoder {
    /// Takes bytes in; answers with every key and paste that is whole.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Input> {
        if self.paste.is_some() && bytes.iter().all(|b| *b == INTERRUPT) {
            // A paste whose end was lost: typed by itself, this is somebody who wants out.
            return vec![key(KeyCode::Char('c'), KeyModifiers::CONTROL)];
        }
        self.held.extend_from_slice(bytes);
        self.drain()
    }

    /// How long to wait for the rest of what is held; `None` when nothing is.
    pub fn patience(&self) -> Option<Duration> {
        match (&self.paste, self.held.is_empty()) {
            (Some(_), _) => Some(PASTE_REST),
            (None, false) => Some(KEY_REST),
            (None, true) => None,
        }
    }

    /// The rest did not come: what is held counts by itself.
    pub fn overdue(&mut self) -> Vec<Input> {
        let pasting = self.paste.take().is_some();
        let held = std::mem::take(&mut self.held);
        match held.as_slice() {
            _ if pasting => Vec::new(),
            [0x1b] => vec![key(KeyCode::Esc, KeyModifiers::NONE)],
            [0x1b, c @ (b'[' | b'O')] => {
                vec![key(KeyCode::Char(char::from(*c)), KeyModifiers::ALT)]
            }
            _ => Vec::new(),
        }
    }

    fn drain(&mut self) -> Vec<Input> {
        let mut typed = Vec::new();
        loop {
            if self.paste.is_some() {
                let Some(text) = self.paste_until_end() else {
                    return typed;
                };
                typed.push(Input::Paste(text));
            }
            match token(&self.held) {
                Token::Partial if self.held.len() > LONGEST_SEQUENCE => self.held.clear(),
                Token::Partial => return typed,
                Token::Skip(n) => drop(self.held.drain(..n)),
                Token::PasteBegins(n) => {
                    self.held.drain(..n);
                    self.paste = Some(Vec::new());
                }
                Token::Key(n, event) => {
                    self.held.drain(..n);
                    typed.push(Input::Key(event));
                }
            }
        }
    }

    /// Moves what is held into the paste; its whole text once the end mark is there.
    fn paste_until_end(&mut self) -> Option<String> {
        let paste = self.paste.as_mut()?;
        let end = memchr::memmem::find(&self.held, PASTE_ENDS);
        let take = end.unwrap_or(self.held.len().saturating_sub(PASTE_ENDS.len() - 1));
        let room = LONGEST_PASTE.saturating_sub(paste.len());
        paste.extend(self.held.drain(..take).take(room));
        end?;
        self.held.drain(..PASTE_ENDS.len());
        self.paste
            .take()
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Input {
    Input::Key(KeyEvent::new(code, modifiers))
}

fn plain(length: usize, code: KeyCode) -> Token {
    Token::Key(length, KeyEvent::new(code, KeyModifiers::NONE))
}

fn token(held: &[u8]) -> Token {
    match held {
        [] | [0x1b] => Token::Partial,
        [0x1b, b'[', rest @ ..] => csi(rest),
        [0x1b, b'O', rest @ ..] => ss3(rest),
        // Typed fast, or sent in one packet, these are two keys: whoever wants out must not be taken for Alt.
        [0x1b, 0x1b | INTERRUPT | SUSPEND, ..] => plain(1, KeyCode::Esc),
        [0x1b, rest @ ..] => with_alt(character(rest)),
        _ => character(held),
    }
}

fn with_alt(token: Token) -> Token {
    match token {
        Token::Key(n, event) => Token::Key(
            n + 1,
            KeyEvent::new(event.code, event.modifiers | KeyModifiers::ALT),
        ),
        Token::Skip(n) => Token::Skip(n + 1),
        other => other,
    }
}

/// A control character, or one character of UTF-8.
fn character(held: &[u8]) -> Token {
    let control = |c: u8| {
        Token::Key(
            1,
            KeyEvent::new(KeyCode::Char(char::from(c)), KeyModifiers::CONTROL),
        )
    };
    match held.first() {
        None => Token::Partial,
        Some(b'\r') => plain(1, KeyCode::Enter),
        Some(b'\t') => plain(1, KeyCode::Tab),
        Some(0x7f) => plain(1, KeyCode::Backspace),
        Some(0) => control(b' '),
        Some(&c @ 0x01..=0x1a) => control(c - 1 + b'a'),
        Some(&c @ 0x1c..=0x1f) => control(c - 0x1c + b'4'),
        Some(_) => utf8(held),
    }
}

fn utf8(held: &[u8]) -> Token {
    let length = match held[0] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        0x80.. => return Token::Skip(1),
        _ => 1,
    };
    let Some(bytes) = held.get(..length) else {
        return Token::Partial;
    };
    let Some(c) = std::str::from_utf8(bytes)
        .ok()
        .and_then(|s| s.chars().next())
    else {
        return Token::Skip(1);
    };
    let shift = if c.is_uppercase() {
        KeyModifiers::SHIFT
    } else {
        KeyModifiers::NONE
    };
    Token::Key(length, KeyEvent::new(KeyCode::Char(c), shift))
}

/// What follows `ESC O`.
fn ss3(rest: &[u8]) -> Token {
    let Some(&last) = rest.first() else {
        return Token::Partial;
    };
    letter(last).map_or(Token::Skip(3), |code| plain(3, code))
}

/// What follows `ESC [`: parameters, then a final byte.
fn csi(rest: &[u8]) -> Token {
    if let [b'[', which, ..] = rest {
        // The Linux console's own function keys.
        return match which {
            b'A'..=b'E' => plain(4, KeyCode::F(which - b'A' + 1)),
            _ => Token::Skip(4),
        };
    }
    let Some(end) = rest
        .iter()
        .position(|b| (0x40..=0x7e).contains(b) && *b != b'[')
    else {
        return Token::Partial;
    };
    let length = end + 3;
    let parameters = std::str::from_utf8(&rest[..end]).unwrap_or("");
    if rest[end] == b'M' && end == 0 {
        return if rest.len() < 4 {
            Token::Partial
        } else {
            Token::Skip(6)
        };
    }
    if rest[0] >= b'<' && end > 0 {
        return Token::Skip(length);
    }
    let mut numbers = parameters
        .split(';')
        .map(|p| p.split(':').next().and_then(|n| n.parse::<u32>().ok()));
    let first = numbers.next().flatten();
    let modifiers = modifiers(numbers.next().flatten().unwrap_or(1));
    let pressed = |code| Token::Key(length, KeyEvent::new(code, modifiers));
    match rest[end] {
        b'~' if first == Some(200) => Token::PasteBegins(length),
        b'~' => first
            .and_then(numbered)
            .map_or(Token::Skip(length), pressed),
        b'u' => first.and_then(kitty).map_or(Token::Skip(length), pressed),
        b'Z' => Token::Key(
            length,
            KeyEvent::new(KeyCode::BackTab, modifiers | KeyModifiers::SHIFT),
        ),
        b'R' | b'M' => Token::Skip(length),
        last => letter(last).map_or(Token::Skip(length), pressed),
    }
}

fn letter(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        b'M' => KeyCode::Enter,
        b'P'..=b'S' => KeyCode::F(last - b'P' + 1),
        _ => return None,
    })
}

fn numbered(n: u32) -> Option<KeyCode> {
    Some(match n {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(n as u8 - 10),
        17..=21 => KeyCode::F(n as u8 - 11),
        23..=26 => KeyCode::F(n as u8 - 12),
        _ => return None,
    })
}

/// A code point of the kitty protocol's `CSI u`, where a terminal sends it unasked.
fn kitty(n: u32) -> Option<KeyCode> {
    Some(match n {
        9 => KeyCode::Tab,
        13 => KeyCode::Enter,
        27 => KeyCode::Esc,
        127 => KeyCode::Backspace,
        _ => KeyCode::Char(char::from_u32(n).filter(|c| !c.is_control())?),
    })
}

fn modifiers(parameter: u32) -> KeyModifiers {
    let bits = parameter.saturating_sub(1);
    let on = |bit: u32, modifier| {
        if bits & bit == 0 {
            KeyModifiers::NONE
        } else {
            modifier
        }
    };
    on(1, KeyModifiers::SHIFT) | on(2, KeyModifiers::ALT) | on(4, KeyModifiers::CONTROL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decoded(bytes: &[u8]) -> Vec<Input> {
        let mut decoder = Decoder::default();
        let mut typed = decoder.feed(bytes);
        typed.extend(decoder.overdue());
        typed
    }

    fn one(code: KeyCode, modifiers: KeyModifiers) -> Vec<Input> {
        vec![key(code, modifiers)]
    }

    #[test]
    fn letters_controls_and_umlauts_are_keys() {
        assert_eq!(decoded(b"a"), one(KeyCode::Char('a'), KeyModifiers::NONE));
        assert_eq!(decoded(b"G"), one(KeyCode::Char('G'), KeyModifiers::SHIFT));
        assert_eq!(
            decoded(b"\x03"),
            one(KeyCode::Char('c'), KeyModifiers::CONTROL)
        );
        assert_eq!(
            decoded("ö".as_bytes()),
            one(KeyCode::Char('ö'), KeyModifiers::NONE)
        );
        assert_eq!(decoded(b"\r"), one(KeyCode::Enter, KeyModifiers::NONE));
        assert_eq!(
            decoded(b"\x1bx"),
            one(KeyCode::Char('x'), KeyModifiers::ALT)
        );
    }

    #[test]
    fn arrows_and_function_keys_come_in_all_their_forms() {
        for form in [b"\x1b[A".as_slice(), b"\x1bOA", b"\x1b[1A"] {
            assert_eq!(
                decoded(form),
                one(KeyCode::Up, KeyModifiers::NONE),
                "{form:?}"
            );
        }
        assert_eq!(
            decoded(b"\x1b[1;5C"),
            one(KeyCode::Right, KeyModifiers::CONTROL)
        );
        assert_eq!(
            decoded(b"\x1b[5~"),
            one(KeyCode::PageUp, KeyModifiers::NONE)
        );
        assert_eq!(decoded(b"\x1b[15~"), one(KeyCode::F(5), KeyModifiers::NONE));
        assert_eq!(
            decoded(b"\x1b[Z"),
            one(KeyCode::BackTab, KeyModifiers::SHIFT)
        );
        assert_eq!(decoded(b"\x1b[[A"), one(KeyCode::F(1), KeyModifiers::NONE));
    }

    #[test]
    fn escape_alone_counts_once_nothing_follows() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.feed(b"\x1b"), []);
        assert_eq!(decoder.patience(), Some(KEY_REST));
        assert_eq!(decoder.overdue(), one(KeyCode::Esc, KeyModifiers::NONE));
        assert_eq!(decoder.patience(), None);
    }

    #[test]
    fn a_paste_is_one_thing_and_never_keys() {
        let pasted = decoded(b"\x1b[200~y\r\x1b[Ay\x1b[201~j");
        let expected = [
            Input::Paste("y\r\x1b[Ay".into()),
            key(KeyCode::Char('j'), KeyModifiers::NONE),
        ];
        assert_eq!(pasted, expected);
    }

    #[test]
    fn ctrl_c_right_after_escape_is_ctrl_c() {
        let expected = [
            key(KeyCode::Esc, KeyModifiers::NONE),
            key(KeyCode::Char('c'), KeyModifiers::CONTROL),
        ];
        assert_eq!(decoded(b"\x1b\x03"), expected);
    }

    #[test]
    fn ctrl_c_is_heard_although_the_end_of_a_paste_was_lost() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.feed(b"\x1b[200~half a paste"), []);
        assert_eq!(
            decoder.feed(b"\x03"),
            one(KeyCode::Char('c'), KeyModifiers::CONTROL)
        );
        let rest = [Input::Paste("half a paste, its rest".into())];
        assert_eq!(decoder.feed(b", its rest\x1b[201~"), rest);
    }

    #[test]
    fn reports_of_mouse_focus_and_cursor_are_no_keys() {
        for report in [
            b"\x1b[I".as_slice(),
            b"\x1b[<0;10;5M",
            b"\x1b[M !!",
            b"\x1b[12;40R",
            b"\x1b[?1;2c",
        ] {
            assert_eq!(decoded(report), [], "{report:?}");
        }
    }

    proptest! {
        #[test]
        fn a_split_anywhere_gives_the_same_keys(
            parts in proptest::collection::vec(prop_oneof![
                Just(b"\x1b[A".to_vec()), Just(b"\x1b[1;5C".to_vec()), Just("漢".as_bytes().to_vec()),
                Just(b"\x1b[200~paste \x1b[20 y\x1b[201~".to_vec()), Just(b"q".to_vec()), Just(b"\x1bOP".to_vec()),
            ], 0..6),
            at in 0usize..200,
        ) {
            let bytes = parts.concat();
            let at = at.min(bytes.len());
            let mut decoder = Decoder::default();
            let mut split = decoder.feed(&bytes[..at]);
            split.extend(decoder.feed(&bytes[at..]));
            prop_assert_eq!(split, Decoder::default().feed(&bytes));
        }

        #[test]
        fn no_bytes_can_upset_it(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            decoded(&bytes);
        }
    }
}
