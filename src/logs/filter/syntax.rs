//! The filter language.
//!
//! ```text
//! any   = all ("|" all)*
//! all   = one+
//! one   = "!" one | "(" any ")" | "/" regex "/" | test | text
//! test  = name (":" | "=" | "!=" | ">" | ">=" | "<" | "<=") text
//! text  = a word, with "quotes" around what is to be taken as it stands (\" and \\ within)
//! ```

mod word;

use super::mistake::Mistake;
use super::term::{Term, Test};
use super::{Expr, Needle};
use word::{Said, test, text};

/// Parentheses within parentheses, at most: deeper ones are nobody's.
const DEPTH: usize = 32;

/// Reads a filter; none for an empty one.
pub(super) fn parse(source: &str) -> Result<Option<Expr>, Mistake> {
    let mut reader = Reader {
        source: source.chars().collect(),
        at: 0,
        depth: 0,
    };
    reader.skip_blanks();
    if reader.at == reader.source.len() {
        return Ok(None);
    }
    let expr = reader.any()?;
    if reader.at < reader.source.len() {
        let mend = "Leave it out, or put the text in quotes";
        return Err(reader.mistake("this parenthesis closes nothing", mend));
    }
    Ok(Some(expr))
}

struct Reader {
    source: Vec<char>,
    at: usize,
    depth: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.source.get(self.at).copied()
    }

    fn eat(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        self.at += usize::from(found);
        found
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn mistake(&self, expected: &str, mend: &str) -> Mistake {
        Mistake::new(self.at + 1, expected, mend)
    }

    fn any(&mut self) -> Result<Expr, Mistake> {
        let mut any = vec![self.all()?];
        while self.eat('|') {
            any.push(self.all()?);
        }
        Ok(one_or(any, Expr::Any))
    }

    fn all(&mut self) -> Result<Expr, Mistake> {
        let mut all = Vec::new();
        loop {
            self.skip_blanks();
            match self.peek() {
                None | Some('|' | ')') => break,
                Some(_) => all.push(self.one()?),
            }
        }
        if all.is_empty() {
            let mend = "Say what is looked for, or leave the | out";
            return Err(self.mistake("a word is expected here", mend));
        }
        Ok(one_or(all, Expr::All))
    }

    fn one(&mut self) -> Result<Expr, Mistake> {
        if self.eat('!') {
            self.skip_blanks();
            return match self.peek() {
                None | Some('|' | ')') => Err(self.mistake(
                    "a word is expected after !",
                    "Say what must not be there, or put the ! in quotes",
                )),
                Some(_) => self
                    .deeper(Self::one)
                    .map(|inner| Expr::Not(Box::new(inner))),
            };
        }
        if self.eat('(') {
            return self.deeper(Self::group);
        }
        if self.peek() == Some('/')
            && let Some(found) = self.regex()?
        {
            return Ok(Expr::Term(found));
        }
        self.word()
    }

    fn deeper(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Expr, Mistake>,
    ) -> Result<Expr, Mistake> {
        if self.depth == DEPTH {
            return Err(self.mistake("this is nested too deep", "Say it more simply"));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn group(&mut self) -> Result<Expr, Mistake> {
        let opened = self.at;
        let inner = self.any()?;
        if self.eat(')') {
            return Ok(inner);
        }
        Err(Mistake::new(
            self.at + 1,
            format!("a ) is expected for the ( at character {opened}"),
            "Close it, or put the text in quotes",
        ))
    }

    /// `/…/`, where the first bare slash ends it and nothing stands right behind: a path is none.
    fn regex(&mut self) -> Result<Option<Term>, Mistake> {
        let Some((pattern, end)) = self.slashed() else {
            return Ok(None);
        };
        let needle = Needle::pattern(&pattern).map_err(|why| {
            let mend = "Mend the expression, or put the text in quotes";
            Mistake::new(
                self.at + 2,
                format!("this is no regular expression ({why})"),
                mend,
            )
        })?;
        self.at = end;
        Ok(Some(Term::Regex(needle)))
    }

    fn slashed(&self) -> Option<(String, usize)> {
        let mut pattern = String::new();
        let mut rest = self.source.iter().enumerate().skip(self.at + 1);
        loop {
            match rest.next()? {
                (at, '/') => {
                    let ends = |c: &char| c.is_whitespace() || matches!(c, '|' | ')');
                    let alone = self.source.get(at + 1).is_none_or(ends);
                    return (alone && !pattern.is_empty()).then_some((pattern, at + 1));
                }
                (_, '\\') => match rest.next()?.1 {
                    '/' => pattern.push('/'),
                    other => pattern.extend(['\\', *other]),
                },
                (_, other) => pattern.push(*other),
            }
        }
    }

    fn word(&mut self) -> Result<Expr, Mistake> {
        let letters = self.letters()?;
        let term = match test(&letters) {
            Some(Said {
                name,
                op,
                value,
                at,
            }) => {
                let end = at.unwrap_or(self.at);
                Term::Test(Test::new(&name, op, value, end + 1)?)
            }
            None => Term::Text(Needle::new(&text(&letters))),
        };
        Ok(Expr::Term(term))
    }
}

fn one_or(mut exprs: Vec<Expr>, many: impl FnOnce(Vec<Expr>) -> Expr) -> Expr {
    match exprs.pop() {
        Some(only) if exprs.is_empty() => only,
        last => {
            exprs.extend(last);
            many(exprs)
        }
    }
}
