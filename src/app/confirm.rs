//! The last word before a change. Keys count only once the review has been on
//! the screen for 400 ms; in production the operator types the resource's name.

use super::field::Field;
use crate::domain::text::Text;
use crate::view::lines::Line;
use crate::view::theme::Role;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::time::Duration;

/// A slow line must not confirm what nobody saw.
const GRACE: Duration = Duration::from_millis(400);

/// What a key said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Yes,
    No,
    Nothing,
}

/// What it takes to say yes.
#[derive(Debug)]
enum Ask {
    /// `y`.
    Letter,
    /// This name, typed, and `enter`.
    Name {
        name: Text,
        /// Why a name and no letter, before the name.
        lead: &'static str,
        field: Field,
        missed: bool,
    },
}

/// One confirmation.
#[derive(Debug)]
pub(super) struct Confirm {
    /// When the clock first moved after it was opened.
    shown: Option<Duration>,
    ask: Ask,
}

impl Confirm {
    /// Asks for `y`; with `production` for the typed name.
    pub fn new(production: bool, name: Text) -> Self {
        if production {
            return Self::by_name(name, "Production: type ");
        }
        Self {
            shown: None,
            ask: Ask::Letter,
        }
    }

    /// Asks for the name, whatever the profile.
    pub fn named(name: Text) -> Self {
        Self::by_name(name, "Type ")
    }

    fn by_name(name: Text, lead: &'static str) -> Self {
        let (field, missed) = (Field::empty(), false);
        Self {
            shown: None,
            ask: Ask::Name {
                name,
                lead,
                field,
                missed,
            },
        }
    }

    /// The clock moved: from the first time on it counts as shown.
    pub fn tick(&mut self, now: Duration) {
        self.shown.get_or_insert(now);
    }

    /// When keys begin to count.
    pub fn deadline(&self, now: Duration) -> Option<Duration> {
        match self.shown {
            None => Some(now),
            Some(shown) => Some(shown + GRACE).filter(|armed| now < *armed),
        }
    }

    /// Whether keys count.
    pub fn is_armed(&self, now: Duration) -> bool {
        self.shown.is_some_and(|shown| now >= shown + GRACE)
    }

    /// Judges a key.
    pub fn key(&mut self, key: KeyEvent, now: Duration) -> Verdict {
        if !self.is_armed(now) {
            return Verdict::Nothing;
        }
        if key.code == KeyCode::Esc {
            return Verdict::No;
        }
        match &mut self.ask {
            Ask::Letter => letter(key),
            Ask::Name {
                name,
                field,
                missed,
                ..
            } => {
                if key.code != KeyCode::Enter {
                    *missed = false;
                    field.key(key);
                    return Verdict::Nothing;
                }
                *missed = field.text() != name.as_str();
                if *missed {
                    Verdict::Nothing
                } else {
                    Verdict::Yes
                }
            }
        }
    }

    /// The field to type the name into.
    pub fn field(&self) -> Option<(&'static str, &Field)> {
        match &self.ask {
            Ask::Letter => None,
            Ask::Name { field, .. } => Some(("name: ", field)),
        }
    }

    /// What to press, as the last line of the dialog.
    pub fn line(&self, yes: &str) -> Line {
        match &self.ask {
            Ask::Letter => Line::new("y", Role::Key)
                .and(format!(" {yes}   "), Role::KeyText)
                .with("n", Role::Key)
                .with(" cancel", Role::KeyText),
            Ask::Name {
                name,
                lead,
                missed: false,
                ..
            } => Line::new(*lead, Role::Dialog)
                .with(name.clone(), Role::Strong)
                .and(format!(" and enter to {yes}; esc cancels"), Role::Dialog),
            Ask::Name {
                name, missed: true, ..
            } => Line::new("That is not ", Role::Bad).with(name.clone(), Role::Strong),
        }
    }

    /// The same for the footer.
    pub fn hints(&self, yes: &'static str) -> Vec<(&'static str, &'static str)> {
        match &self.ask {
            Ask::Letter => vec![("y", yes), ("n", "cancel")],
            Ask::Name { .. } => vec![("enter", yes), ("esc", "cancel")],
        }
    }
}

fn letter(key: KeyEvent) -> Verdict {
    if key
        .modifiers
        .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
    {
        return Verdict::Nothing;
    }
    match key.code {
        KeyCode::Char('y') => Verdict::Yes,
        KeyCode::Char('n') => Verdict::No,
        _ => Verdict::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: KeyCode) -> KeyEvent {
        KeyEvent::new(code, KeyModifiers::NONE)
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn no_key_counts_before_it_was_shown_for_400_ms() {
        let mut confirm = Confirm::new(false, "api".into());
        assert_eq!(
            confirm.key(key(KeyCode::Char('y')), ms(9_000)),
            Verdict::Nothing
        );
        confirm.tick(ms(1_000));
        assert_eq!(
            confirm.key(key(KeyCode::Char('y')), ms(1_399)),
            Verdict::Nothing
        );
        assert_eq!(confirm.deadline(ms(1_399)), Some(ms(1_400)));
        assert_eq!(
            confirm.key(key(KeyCode::Char('y')), ms(1_400)),
            Verdict::Yes
        );
        assert_eq!(confirm.deadline(ms(1_400)), None);
    }

    #[test]
    fn enter_does_nothing_and_n_and_esc_cancel() {
        let mut confirm = Confirm::new(false, "api".into());
        confirm.tick(ms(0));
        assert_eq!(confirm.key(key(KeyCode::Enter), ms(500)), Verdict::Nothing);
        assert_eq!(confirm.key(key(KeyCode::Char('n')), ms(500)), Verdict::No);
        assert_eq!(confirm.key(key(KeyCode::Esc), ms(500)), Verdict::No);
        let control = KeyEvent::new(KeyCode::Char('y'), KeyModifiers::CONTROL);
        assert_eq!(confirm.key(control, ms(500)), Verdict::Nothing);
    }

    #[test]
    fn in_production_only_the_whole_name_confirms() {
        let mut confirm = Confirm::new(true, "api".into());
        confirm.tick(ms(0));
        let mut press = |code| confirm.key(key(code), ms(500));
        assert_eq!(press(KeyCode::Char('y')), Verdict::Nothing);
        assert_eq!(press(KeyCode::Enter), Verdict::Nothing);
        press(KeyCode::Backspace);
        for c in "api".chars() {
            assert_eq!(press(KeyCode::Char(c)), Verdict::Nothing);
        }
        assert_eq!(press(KeyCode::Enter), Verdict::Yes);
    }
}
