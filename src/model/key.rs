//! Keys as files write them and as terminals send them, in one normal form.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::fmt;
use std::str::FromStr;

/// One key press in normal form: `G` is a character without shift, `shift-tab` is one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// The keys with a name; what is not here is a single character or `f1`–`f12`.
const NAMED: &[(&str, KeyCode)] = &[
    ("esc", KeyCode::Esc),
    ("enter", KeyCode::Enter),
    ("tab", KeyCode::Tab),
    ("shift-tab", KeyCode::BackTab),
    ("space", KeyCode::Char(' ')),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
];

/// Letters that terminals cannot tell from another key when ctrl is held.
const SAME_BYTE: &[(char, &str)] = &[('i', "tab"), ('m', "enter"), ('[', "esc")];

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        Self::normal(event.code, event.modifiers)
    }
}

impl Key {
    fn normal(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let kept = modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let unshifted = kept - KeyModifiers::SHIFT;
        match code {
            KeyCode::Char(c) if kept.contains(KeyModifiers::CONTROL) => Self {
                code: KeyCode::Char(c.to_ascii_lowercase()),
                modifiers: unshifted,
            },
            KeyCode::Char(c) if kept.contains(KeyModifiers::SHIFT) => Self {
                code: KeyCode::Char(c.to_ascii_uppercase()),
                modifiers: unshifted,
            },
            KeyCode::Tab if kept.contains(KeyModifiers::SHIFT) => Self {
                code: KeyCode::BackTab,
                modifiers: unshifted,
            },
            KeyCode::BackTab => Self {
                code,
                modifiers: unshifted,
            },
            _ => Self {
                code,
                modifiers: kept,
            },
        }
    }

    /// A sequence as files write it: keys separated by spaces (`g g`).
    pub fn sequence(written: &str) -> Result<Vec<Self>, String> {
        let keys: Vec<Self> = written
            .split_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        if keys.is_empty() {
            return Err(
                "a key is missing between the quotes (the space bar is “space”)".to_owned(),
            );
        }
        Ok(keys)
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        let (modifiers, name) = modifiers_of(written);
        let code = code_of(name).ok_or_else(|| no_such_key(written))?;
        match (code, modifiers) {
            (KeyCode::Char(c), m) if m.contains(KeyModifiers::CONTROL) => reachable(c, written)?,
            (KeyCode::Char(c), m) if m.contains(KeyModifiers::SHIFT) && !c.is_ascii_lowercase() => {
                return Err(format!("“{written}”: write the character that shift gives"));
            }
            _ => {}
        }
        Ok(Self::normal(code, modifiers))
    }
}

/// Splits `ctrl-`, `alt-` and `shift-` off the front.
fn modifiers_of(written: &str) -> (KeyModifiers, &str) {
    let known = [
        ("ctrl-", KeyModifiers::CONTROL),
        ("alt-", KeyModifiers::ALT),
        ("shift-", KeyModifiers::SHIFT),
    ];
    let mut found = KeyModifiers::NONE;
    let mut rest = written;
    while let Some((prefix, modifier)) = known
        .iter()
        .find(|(p, _)| rest.len() > p.len() && rest.starts_with(p))
    {
        found |= *modifier;
        rest = &rest[prefix.len()..];
    }
    (found, rest)
}

fn code_of(name: &str) -> Option<KeyCode> {
    let mut chars = name.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => Some(KeyCode::Char(c)).filter(|_| !c.is_control()),
        _ => NAMED
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, code)| *code)
            .or_else(|| function_key(name)),
    }
}

fn function_key(name: &str) -> Option<KeyCode> {
    let number: u8 = name.strip_prefix('f')?.parse().ok()?;
    (1..=12).contains(&number).then_some(KeyCode::F(number))
}

fn reachable(c: char, written: &str) -> Result<(), String> {
    match SAME_BYTE
        .iter()
        .find(|(letter, _)| *letter == c.to_ascii_lowercase())
    {
        Some((_, twin)) => Err(format!(
            "“{written}” cannot be told from {twin}: terminals send the same byte"
        )),
        None => Ok(()),
    }
}

fn no_such_key(written: &str) -> String {
    let names = NAMED.iter().map(|(name, _)| *name);
    format!(
        "“{written}” is not a key. {}",
        super::source::did_you_mean(written, names)
    )
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (KeyModifiers::CONTROL, "ctrl-"),
            (KeyModifiers::ALT, "alt-"),
            (KeyModifiers::SHIFT, "shift-"),
        ];
        for (_, prefix) in parts.iter().filter(|(m, _)| self.modifiers.contains(*m)) {
            f.write_str(prefix)?;
        }
        match (NAMED.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, KeyCode::Char(c)) if c.is_ascii() => write!(f, "{c}"),
            (None, KeyCode::Char(c)) => write!(f, "U+{:04X}", c as u32),
            (None, KeyCode::F(n)) => write!(f, "f{n}"),
            (None, other) => write!(f, "{}", format!("{other:?}").to_lowercase()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(written: &str) -> Key {
        written.parse().unwrap()
    }

    #[test]
    fn a_key_is_written_back_as_it_was_read() {
        for written in [
            "a",
            "G",
            "?",
            ":",
            "-",
            "ctrl-r",
            "alt-x",
            "esc",
            "space",
            "shift-tab",
            "pageup",
            "f5",
            "ctrl-left",
            "shift-up",
            "alt--",
        ] {
            assert_eq!(key(written).to_string(), written);
        }
    }

    #[test]
    fn what_terminals_send_equals_what_files_say() {
        let sent = |code, modifiers| Key::from(KeyEvent::new(code, modifiers));
        assert_eq!(sent(KeyCode::Char('G'), KeyModifiers::SHIFT), key("G"));
        assert_eq!(sent(KeyCode::Char('g'), KeyModifiers::SHIFT), key("G"));
        assert_eq!(sent(KeyCode::Char('G'), KeyModifiers::NONE), key("shift-g"));
        assert_eq!(sent(KeyCode::Char('?'), KeyModifiers::SHIFT), key("?"));
        assert_eq!(
            sent(KeyCode::BackTab, KeyModifiers::SHIFT),
            key("shift-tab")
        );
        assert_eq!(sent(KeyCode::Tab, KeyModifiers::SHIFT), key("shift-tab"));
        assert_eq!(
            sent(
                KeyCode::Char('R'),
                KeyModifiers::CONTROL | KeyModifiers::SHIFT
            ),
            key("ctrl-r")
        );
        assert_eq!(sent(KeyCode::Char(' '), KeyModifiers::NONE), key("space"));
    }

    #[test]
    fn a_key_that_terminals_cannot_send_is_refused() {
        let refused = |written: &str| written.parse::<Key>().unwrap_err();
        assert!(refused("ctrl-i").contains("cannot be told from tab"));
        assert!(refused("ctrl-m").contains("cannot be told from enter"));
        assert!(refused("shift-1").contains("the character that shift gives"));
        assert!(refused("pgup").contains("pageup"), "{}", refused("pgup"));
        assert!(refused("f13").contains("not a key"));
        assert!(Key::sequence("  ").is_err());
    }

    #[test]
    fn a_sequence_is_keys_with_spaces_between() {
        assert_eq!(Key::sequence("g g").unwrap(), [key("g"), key("g")]);
    }
}
