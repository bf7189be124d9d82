//! A line of text being typed.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::{Input, InputRequest};

/// What is in the field before the operator has touched it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Touch {
    /// The first character replaces the whole.
    Untouched,
    Touched,
}

/// A line of text with a cursor.
#[derive(Clone, Debug)]
pub(super) struct Field {
    input: Input,
    touch: Touch,
}

impl Field {
    /// An empty field.
    pub fn empty() -> Self {
        Self {
            input: Input::default(),
            touch: Touch::Touched,
        }
    }

    /// A field with a text that the first character typed replaces.
    pub fn prefilled(text: String) -> Self {
        Self {
            input: Input::new(text),
            touch: Touch::Untouched,
        }
    }

    /// A field with a text that typing goes on from.
    pub fn typed(text: String) -> Self {
        Self {
            input: Input::new(text),
            touch: Touch::Touched,
        }
    }

    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// The cursor's column from the start of the text.
    pub fn cursor(&self) -> usize {
        self.input.visual_cursor()
    }

    /// Replaces the text, with the cursor at its end.
    pub fn set(&mut self, text: String) {
        *self = Self::typed(text);
    }

    /// Edits; answers whether the key was one of editing.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let Some(request) = request(key) else {
            return false;
        };
        if let InputRequest::InsertChar(_) = request
            && self.touch == Touch::Untouched
        {
            self.input.reset();
        }
        self.touch = Touch::Touched;
        self.input.handle(request);
        true
    }

    /// Types pasted text, without what is no character of one line.
    pub fn paste(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_control()).take(1_000) {
            self.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        }
    }
}

fn request(key: KeyEvent) -> Option<InputRequest> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    if key.modifiers.contains(KeyModifiers::ALT) {
        return None;
    }
    Some(match key.code {
        KeyCode::Char('a') if control => InputRequest::GoToStart,
        KeyCode::Char('e') if control => InputRequest::GoToEnd,
        KeyCode::Char('u') if control => InputRequest::DeleteLine,
        KeyCode::Char('w') if control => InputRequest::DeletePrevWord,
        KeyCode::Char('k') if control => InputRequest::DeleteTillEnd,
        KeyCode::Char(_) if control => return None,
        KeyCode::Char(c) => InputRequest::InsertChar(c),
        KeyCode::Backspace => InputRequest::DeletePrevChar,
        KeyCode::Delete => InputRequest::DeleteNextChar,
        KeyCode::Left => InputRequest::GoToPrevChar,
        KeyCode::Right => InputRequest::GoToNextChar,
        KeyCode::Home => InputRequest::GoToStart,
        KeyCode::End => InputRequest::GoToEnd,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(field: &mut Field, code: KeyCode) {
        field.key(KeyEvent::new(code, KeyModifiers::NONE));
    }

    #[test]
    fn the_first_digit_replaces_what_was_prefilled() {
        let mut field = Field::prefilled("8".into());
        press(&mut field, KeyCode::Char('1'));
        press(&mut field, KeyCode::Char('2'));
        assert_eq!(field.text(), "12");
    }

    #[test]
    fn moving_first_keeps_what_was_prefilled() {
        let mut field = Field::prefilled("2/4/6".into());
        press(&mut field, KeyCode::Backspace);
        press(&mut field, KeyCode::Char('8'));
        assert_eq!(field.text(), "2/4/8");
    }

    #[test]
    fn pasted_line_ends_are_not_typed() {
        let mut field = Field::empty();
        field.paste("1\r\n2");
        assert_eq!(field.text(), "12");
    }
}
