//! A filter written so that it reads back as itself.

use super::term::{Term, Test};
use super::{Expr, Filter};
use std::fmt::{Display, Formatter, Result, Write};

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.expr.as_ref().map_or(Ok(()), |expr| expr.fmt(f))
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Term(term) => term.fmt(f),
            Self::Not(inner) => {
                f.write_char('!')?;
                inner.within(f, matches!(**inner, Self::All(_) | Self::Any(_)))
            }
            Self::All(all) => joined(f, all, " ", |inner| {
                matches!(inner, Self::All(_) | Self::Any(_))
            }),
            Self::Any(any) => joined(f, any, " | ", |inner| matches!(inner, Self::Any(_))),
        }
    }
}

impl Expr {
    fn within(&self, f: &mut Formatter<'_>, parentheses: bool) -> Result {
        if parentheses {
            write!(f, "({self})")
        } else {
            self.fmt(f)
        }
    }
}

fn joined(
    f: &mut Formatter<'_>,
    exprs: &[Expr],
    between: &str,
    is_wrapped: impl Fn(&Expr) -> bool,
) -> Result {
    for (place, expr) in exprs.iter().enumerate() {
        if place > 0 {
            f.write_str(between)?;
        }
        expr.within(f, is_wrapped(expr))?;
    }
    Ok(())
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Text(needle) => text(f, needle.word()),
            Self::Regex(needle) => regex(f, needle.word()),
            Self::Test(test) => test.fmt(f),
        }
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}{}", self.name, self.op.sign())?;
        text(f, self.value.word())
    }
}

/// Bare where nothing in it means anything else, else in quotes.
fn text(f: &mut Formatter<'_>, text: &str) -> Result {
    let means_itself = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    if !text.is_empty() && text.chars().all(means_itself) {
        return f.write_str(text);
    }
    f.write_char('"')?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_char('"')
}

fn regex(f: &mut Formatter<'_>, pattern: &str) -> Result {
    f.write_char('/')?;
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '/' => f.write_str("\\/")?,
            '\\' => {
                f.write_char(c)?;
                rest.next().map_or(Ok(()), |next| f.write_char(next))?;
            }
            c => f.write_char(c)?,
        }
    }
    f.write_char('/')
}
