//! The proof that two documents differ in one place only.

use super::decimal::Decimal;
use super::members::{Members, elements, string};
use crate::domain::text::Text;
use std::fmt;

/// One step into a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Member(String),
    Index(usize),
}

/// A place in a document: `Rules[2].Action`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(pub Vec<Step>);

impl Path {
    fn member(&self, name: &str) -> Self {
        self.with(Step::Member(name.to_owned()))
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The place for people.
    pub fn text(&self) -> Text {
        Text::clean(&self.to_string())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                Step::Member(name) if i == 0 => f.write_str(name)?,
                Step::Member(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// The first place, other than the allowed one, where two documents differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub path: Path,
}

/// Deeper than AWS nests; a document beyond it is reported, not followed.
const DEPTH: usize = 100;

/// Checks that two `WebACL` documents mean the same but for the value at `path`.
///
/// Spacing, the spelling of numbers and strings, and the order of members do not
/// count; the order of elements does. Null equals nothing, and so does an empty
/// description, because AWS takes none but may show one. Lock tokens do not count.
pub fn differs_only_at(before: &str, after: &str, path: &Path) -> Result<(), Difference> {
    Comparison { allowed: path }.value(before.trim(), after.trim(), &Path::default())
}

struct Comparison<'p> {
    allowed: &'p Path,
}

impl Comparison<'_> {
    fn value(&self, before: &str, after: &str, here: &Path) -> Result<(), Difference> {
        if here == self.allowed && !here.0.is_empty() || before == after {
            return Ok(());
        }
        let difference = || Difference { path: here.clone() };
        if here.0.len() > DEPTH {
            return Err(difference());
        }
        match (before.as_bytes().first(), after.as_bytes().first()) {
            (Some(b'{'), Some(b'{')) => {
                let pair = Members::of(before).zip(Members::of(after));
                let (before, after) = pair.ok_or_else(difference)?;
                self.object(&before, &after, here)
            }
            (Some(b'['), Some(b'[')) => {
                let pair = elements(before).zip(elements(after));
                let (before, after) = pair.ok_or_else(difference)?;
                self.array(&before, &after, here)
            }
            _ if same_scalar(before, after) => Ok(()),
            _ => Err(difference()),
        }
    }

    fn object(
        &self,
        before: &Members<'_>,
        after: &Members<'_>,
        here: &Path,
    ) -> Result<(), Difference> {
        for member in before.iter() {
            self.member(
                &member.name,
                Some(member.value),
                after.get(&member.name),
                here,
            )?;
        }
        for member in after.iter().filter(|m| before.get(&m.name).is_none()) {
            self.member(&member.name, None, Some(member.value), here)?;
        }
        Ok(())
    }

    fn member(
        &self,
        name: &str,
        before: Option<&str>,
        after: Option<&str>,
        here: &Path,
    ) -> Result<(), Difference> {
        let path = here.member(name);
        if is_lock_token(&path) {
            return Ok(());
        }
        match (before, after) {
            (Some(before), Some(after)) => self.value(before, after, &path),
            (Some(one), None) | (None, Some(one))
                if is_nothing(&path, one) || path == *self.allowed =>
            {
                Ok(())
            }
            _ => Err(Difference { path }),
        }
    }

    fn array(&self, before: &[&str], after: &[&str], here: &Path) -> Result<(), Difference> {
        for (i, (before, after)) in before.iter().zip(after).enumerate() {
            self.value(before, after, &here.with(Step::Index(i)))?;
        }
        if before.len() == after.len() {
            Ok(())
        } else {
            Err(Difference { path: here.clone() })
        }
    }
}

/// Null, and an empty description, are no settings.
fn is_nothing(path: &Path, value: &str) -> bool {
    value == "null" || path.0 == [Step::Member("Description".to_owned())] && value == "\"\""
}

/// The lock token changes with every update, wherever it is shown.
fn is_lock_token(path: &Path) -> bool {
    path.0 == [Step::Member("LockToken".to_owned())]
}

fn same_scalar(before: &str, after: &str) -> bool {
    let numbers = Decimal::parse(before).zip(Decimal::parse(after));
    let strings = string(before).zip(string(after));
    numbers.is_some_and(|(a, b)| a == b) || strings.is_some_and(|(a, b)| a == b)
}
