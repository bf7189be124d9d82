//! A filter over a whole chunk at once: text is looked for in all lines as one,
//! and what costs most is asked of the fewest lines.

use super::super::bits::Bits;
use super::super::chunk::{Chunk, Line};
use super::super::field::Known;
use super::super::line::hash;
use super::super::needle::Needle;
use super::super::paths::Says;
use super::term::{Measure, Op, Term, Test, Within};
use super::{Expr, Filter};

/// Where fewer lines than one in so many are left, they are searched one by one.
const SPARSE: usize = 16;

impl Filter {
    /// The lines that pass, each for itself; as [`Filter::passes`] says of each.
    pub(in crate::logs) fn select(&self, chunk: &Chunk) -> Bits {
        let all = Bits::all(chunk.lines().len());
        match &self.expr {
            None => all,
            Some(expr) => expr.select(chunk, &all),
        }
    }
}

impl Expr {
    /// The lines among `within` that pass.
    fn select(&self, chunk: &Chunk, within: &Bits) -> Bits {
        match self {
            Self::Term(term) => term.select(chunk, within),
            Self::Not(inner) => inner.select(chunk, within).not().and(within),
            Self::All(all) => {
                let mut terms: Vec<&Self> = all.iter().collect();
                terms.sort_by_key(|term| term.cost());
                terms
                    .into_iter()
                    .fold(within.clone(), |left, term| term.select(chunk, &left))
            }
            Self::Any(any) => any
                .iter()
                .map(|term| term.select(chunk, within))
                .fold(Bits::none(chunk.lines().len()), |found, more| {
                    found.or(&more)
                }),
        }
    }

    fn cost(&self) -> u8 {
        match self {
            Self::Term(Term::Test(test)) if test.is_quick() => 0,
            Self::Term(Term::Text(_)) => 1,
            Self::Term(Term::Regex(_)) => 2,
            Self::Term(Term::Test(_)) => 3,
            Self::Not(inner) => inner.cost(),
            Self::All(many) | Self::Any(many) => many.iter().map(Self::cost).max().unwrap_or(0),
        }
    }
}

impl Term {
    fn select(&self, chunk: &Chunk, within: &Bits) -> Bits {
        match self {
            Self::Text(needle) | Self::Regex(needle) => found(needle, chunk, within),
            Self::Test(test) => test.measured(chunk, within).unwrap_or_else(|| {
                let likely = test.likely(chunk, within);
                let held = each(chunk, &likely, |line| test.holds(chunk, line));
                if test.op == Op::IsNot {
                    held.or(&likely.not().and(within))
                } else {
                    held
                }
            }),
        }
    }
}

impl Test {
    /// A number against the metadata: one comparison a line.
    fn measured(&self, chunk: &Chunk, within: &Bits) -> Option<Bits> {
        let op = self.op;
        if op == Op::IsNot {
            return self.is_not(chunk, within);
        }
        match (&self.within, self.measure) {
            (Within::Known(Known::Status), Measure::Number(wished)) if op != Op::Has => {
                let ordered = |status| f64::from(status).partial_cmp(&wished);
                let holds =
                    |line: &Line| line.status().and_then(ordered).is_some_and(|o| op.holds(o));
                Some(each(chunk, within, holds))
            }
            (Within::Known(Known::Duration), Measure::Time(wished)) if op != Op::Has => {
                let holds = |line: &Line| {
                    line.duration()
                        .is_some_and(|took| op.holds(took.cmp(&wished)))
                };
                Some(each(chunk, within, holds))
            }
            (Within::Known(Known::Level), Measure::Level(wished)) if op != Op::Has => {
                let holds = |line: &Line| {
                    line.severity()
                        .is_some_and(|found| op.holds(found.cmp(&wished)))
                };
                Some(each(chunk, within, holds))
            }
            (Within::Known(known @ (Known::Path | Known::Trace | Known::Layer)), _)
                if op == Op::Is =>
            {
                Some(self.part(*known, chunk, within))
            }
            _ => None,
        }
    }

    /// All lines that are not as the same test says of equality.
    fn is_not(&self, chunk: &Chunk, within: &Bits) -> Option<Bits> {
        let equal = Self {
            op: Op::Is,
            ..self.clone()
        };
        Some(equal.measured(chunk, within)?.not().and(within))
    }

    /// One comparison of bytes a line, and of texts only where that does not tell.
    fn part(&self, known: Known, chunk: &Chunk, within: &Bits) -> Bits {
        let word = self.value.word();
        let asked = (word.len(), hash(word.as_bytes()));
        let says = match known {
            Known::Path => chunk.paths.says(&chunk.text, word),
            _ => Says::Perhaps,
        };
        each(chunk, within, |line| {
            line.may_be(known, asked)
                && match says {
                    Says::Same if !line.is_apart(known) => true,
                    Says::Other if !line.is_apart(known) => false,
                    _ => self.holds(chunk, line),
                }
        })
    }
}

#[inline]
fn each(chunk: &Chunk, within: &Bits, holds: impl Fn(&Line) -> bool) -> Bits {
    let lines = chunk.lines();
    if within.count() == lines.len() {
        return Bits::of(lines, holds);
    }
    let mut found = Bits::none(lines.len());
    for place in within.iter().filter(|place| holds(&lines[*place])) {
        found.set(place);
    }
    found
}

/// The lines among `within` that hold the needle.
pub(in crate::logs) fn found(needle: &Needle, chunk: &Chunk, within: &Bits) -> Bits {
    let sparse = within.count() < chunk.lines().len() / SPARSE;
    if sparse || !needle.is_literal() {
        return each(chunk, within, |line| needle.is_in(chunk.clean(line)));
    }
    let mut found = Bits::none(chunk.lines().len());
    let mut line = 0;
    needle.scan(&chunk.text, &mut |place| {
        line = chunk.line_at(line, place);
        found.set(line);
        chunk.end_of(line)
    });
    found.and(within)
}
