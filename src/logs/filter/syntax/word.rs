//! One word of a filter: its letters, each quoted or bare, and what they say.

use super::super::mistake::Mistake;
use super::super::term::Op;
use super::Reader;

/// One character of a word, and whether quotes hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    /// Nothing stands for an opening quote: an empty pair of quotes is a text as well.
    c: Option<char>,
    quoted: bool,
    /// Its place in the source, from 0.
    at: usize,
}

impl Letter {
    fn is_bare(&self, of: impl Fn(char) -> bool) -> bool {
        !self.quoted && self.c.is_some_and(of)
    }
}

impl Reader {
    /// A word up to the blank, bar or parenthesis that ends it; parentheses within it are its own.
    pub(super) fn letters(&mut self) -> Result<Vec<Letter>, Mistake> {
        let (mut letters, mut open) = (Vec::new(), 0_usize);
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    self.quoted(&mut letters)?;
                    continue;
                }
                '|' => break,
                ')' if open == 0 => break,
                c if c.is_whitespace() => break,
                '(' => open += 1,
                ')' => open -= 1,
                _ => {}
            }
            let at = self.at;
            letters.push(Letter {
                c: Some(c),
                quoted: false,
                at,
            });
            self.at += 1;
        }
        Ok(letters)
    }

    fn quoted(&mut self, letters: &mut Vec<Letter>) -> Result<(), Mistake> {
        let opened = self.at;
        self.at += 1;
        let mark = |c, at| Letter {
            c,
            quoted: true,
            at,
        };
        letters.push(mark(None, opened));
        while let Some(mut c) = self.peek() {
            self.at += 1;
            if c == '"' {
                return Ok(());
            }
            if c == '\\' && matches!(self.peek(), Some('"' | '\\')) {
                c = self.source[self.at];
                self.at += 1;
            }
            letters.push(mark(Some(c), self.at - 1));
        }
        Err(Mistake::new(
            opened + 1,
            "this quote is not closed",
            "Close it with \", or leave it out",
        ))
    }
}

pub(super) fn text(letters: &[Letter]) -> String {
    letters.iter().filter_map(|letter| letter.c).collect()
}

/// A test as it was typed.
pub(super) struct Said {
    pub name: String,
    pub op: Op,
    /// None = nothing stands there, not even quotes.
    pub value: Option<String>,
    /// Where the value begins, from 0.
    pub at: Option<usize>,
}

/// `name op value`, where the left side could be a name and the right side is not the rest of a URL.
pub(super) fn test(letters: &[Letter]) -> Option<Said> {
    let named = |l: &&Letter| l.is_bare(|c| c.is_alphanumeric() || "_-.@".contains(c));
    let length = letters.iter().take_while(named).count();
    let (name, rest) = (text(&letters[..length]), &letters[length..]);
    let begins = name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '@'));
    if !begins || name.ends_with('-') {
        return None;
    }
    let bare = rest.iter().take(2).take_while(|l| !l.quoted);
    let op = Op::at_start(&bare.filter_map(|l| l.c).collect::<String>())?;
    let rest = &rest[op.sign().len()..];
    let value = text(rest);
    let url = value.starts_with("//");
    if op == Op::Has && (rest.is_empty() || url) {
        return None;
    }
    Some(Said {
        name,
        op,
        value: (!rest.is_empty()).then_some(value),
        at: rest.first().map(|letter| letter.at),
    })
}
