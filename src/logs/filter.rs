//! What the operator wants to see of the lines: words joined by space are AND,
//! `|` is OR, `!` turns one round, `field>=500` looks at one member, `/…/` is a
//! regular expression, quotes hold what is to be taken as it stands.

mod likely;
mod mistake;
mod say;
pub(super) mod select;
mod syntax;
mod term;

pub use mistake::Mistake;

use super::chunk::{Chunk, Line};
use super::needle::Needle;
use term::{Term, Within};

/// Terms joined.
#[derive(Clone, Debug, PartialEq)]
enum Expr {
    Term(Term),
    Not(Box<Expr>),
    All(Vec<Expr>),
    Any(Vec<Expr>),
}

/// A parsed filter; the empty one shows everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    source: String,
    expr: Option<Expr>,
}

impl Filter {
    /// Parses what the operator typed; the mistake says where it goes wrong, and what was expected.
    pub fn parse(source: &str) -> Result<Self, Mistake> {
        Ok(Self {
            source: source.to_owned(),
            expr: syntax::parse(source)?,
        })
    }

    /// What the operator typed.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it shows everything.
    pub fn is_empty(&self) -> bool {
        self.expr.is_none()
    }

    /// Whether a line is shown, for itself.
    pub fn passes(&self, chunk: &Chunk, line: &Line) -> bool {
        self.passes_any(&[(chunk, line)])
    }

    /// Whether a line and those folded under it are shown: together they are one, and a word may stand in any of
    /// them.
    pub fn passes_any(&self, lines: &[(&Chunk, &Line)]) -> bool {
        self.expr.as_ref().is_none_or(|expr| expr.holds(lines))
    }

    /// The names of the fields it asks for that no line has to have.
    pub fn fields(&self) -> Vec<&str> {
        let mut names = Vec::new();
        if let Some(expr) = &self.expr {
            expr.each_term(&mut |term| {
                if let Term::Test(test) = term
                    && !matches!(test.within, Within::Group | Within::Stream)
                {
                    names.push(test.name.as_str());
                }
            });
        }
        names
    }
}

impl Expr {
    fn holds(&self, lines: &[(&Chunk, &Line)]) -> bool {
        match self {
            Self::Term(term) => lines.iter().any(|(chunk, line)| term.holds(chunk, line)),
            Self::Not(inner) => !inner.holds(lines),
            Self::All(all) => all.iter().all(|inner| inner.holds(lines)),
            Self::Any(any) => any.iter().any(|inner| inner.holds(lines)),
        }
    }

    fn each_term<'e>(&'e self, told: &mut dyn FnMut(&'e Term)) {
        match self {
            Self::Term(term) => told(term),
            Self::Not(inner) => inner.each_term(told),
            Self::All(many) | Self::Any(many) => {
                for inner in many {
                    inner.each_term(told);
                }
            }
        }
    }
}

impl Term {
    fn holds(&self, chunk: &Chunk, line: &Line) -> bool {
        match self {
            Self::Text(needle) | Self::Regex(needle) => needle.is_in(chunk.clean(line)),
            Self::Test(test) => test.holds(chunk, line),
        }
    }
}

#[cfg(test)]
mod tests;
