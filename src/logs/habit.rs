//! How the lines of one source are written: the same names in the same order, line
//! after line. What stood between two values is looked for as a whole, so that of
//! most members only the value is read.

use super::field::Known;
use super::marks::Marks;
use super::names::Names;
use super::parse::Kind;
use super::scan::{Raw, Walk};
use std::ops::Range;

/// No joint that is remembered is longer.
const LONGEST: usize = 32;
/// Members of one line remembered at most.
const MEMBERS: usize = 64;
/// Lines in a row that are written otherwise until their habit is taken on.
const PATIENCE: u8 = 4;

/// What stands between two values: `{"server":"` at the begin, then `","path":"`, `","status":`, `,"message":"`.
#[derive(Clone, Copy, Debug)]
struct Joint {
    bytes: [u8; LONGEST],
    /// All bits of the bytes that count.
    mask: [u8; LONGEST],
    length: usize,
    name_length: usize,
    /// The value behind it is a string.
    text: bool,
    known: Option<Known>,
}

impl Joint {
    fn new(bytes: &[u8], name_length: usize, known: Option<Known>) -> Option<Self> {
        let (mut room, mut mask) = ([0; LONGEST], [0; LONGEST]);
        room.get_mut(..bytes.len())?.copy_from_slice(bytes);
        mask[..bytes.len()].fill(u8::MAX);
        Some(Self {
            bytes: room,
            mask,
            length: bytes.len(),
            name_length,
            text: bytes.ends_with(b"\""),
            known,
        })
    }

    #[inline]
    fn stands_at(&self, bytes: &[u8], at: usize) -> bool {
        let Some(rest) = bytes.get(at..) else {
            return false;
        };
        match rest.first_chunk() {
            Some(rest) => self.differs(rest, 0) | self.differs(rest, LONGEST / 2) == 0,
            None => rest.starts_with(&self.bytes[..self.length]),
        }
    }

    /// The bits of a half that are others and count.
    #[inline]
    fn differs(&self, other: &[u8; LONGEST], from: usize) -> u128 {
        let half = |of: &[u8; LONGEST]| {
            of[from..]
                .first_chunk()
                .map_or(0, |half| u128::from_le_bytes(*half))
        };
        (half(&self.bytes) ^ half(other)) & half(&self.mask)
    }

    /// The value that begins at a place, up to its quote or end; whether there is a backslash in it.
    #[inline]
    fn value_end(&self, text: &str, start: usize, marks: &mut Marks<'_>) -> (Option<usize>, bool) {
        if self.text {
            marks.pass(start);
            marks.closing()
        } else {
            (literal_end(text, start), false)
        }
    }
}

/// A member that was read by habit; it counts when what follows it is as usual.
#[derive(Clone, Copy, Debug)]
struct Member<'h> {
    joint: &'h Joint,
    /// Of the value, without quotes.
    start: usize,
    end: usize,
    escaped: bool,
}

impl Member<'_> {
    #[inline]
    fn name(&self) -> Range<usize> {
        let end = self.start - 2 - usize::from(self.joint.text);
        end - self.joint.name_length..end
    }

    /// What it tells, where its name has a meaning.
    #[inline]
    fn told(&self) -> Option<(Known, Raw)> {
        let raw = || Raw {
            name: self.name(),
            value: self.start..self.end,
            kind: if self.joint.text {
                Kind::Text
            } else {
                Kind::Literal
            },
            escaped: self.escaped,
        };
        self.joint.known.map(|known| (known, raw()))
    }

    /// Whether the line ends behind it as usual.
    #[inline]
    fn is_last(&self, text: &str) -> bool {
        let rest = text.as_bytes().get(self.end..).unwrap_or_default();
        rest == if self.joint.text {
            b"\"}" as &[u8]
        } else {
            b"}"
        }
    }
}

#[inline]
fn literal_end(text: &str, start: usize) -> Option<usize> {
    let mut end = start;
    while text.as_bytes().get(end)?.is_ascii_alphanumeric() {
        end += 1;
    }
    Some(end).filter(|end| *end > start)
}

/// What is left of a line when its habit was followed as far as it goes.
pub(super) enum Rest<'t> {
    /// The line was read to its end.
    Nothing,
    /// Members were read, and here it goes on in another way.
    Other(Walk<'t>),
    /// Nothing was read: the line begins in another way.
    Whole,
}

/// The joints of a line, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Habit {
    joints: Vec<Joint>,
    /// Lines in a row that were written otherwise.
    misses: u8,
}

impl Habit {
    /// Reads a line as long as it is written by habit, and tells of the members whose names have a meaning.
    #[inline]
    pub fn read<'t>(&self, text: &'t str, mut told: impl FnMut(Known, &Raw)) -> Rest<'t> {
        let mut marks = Marks::from(text, 0);
        let mut last: Option<Member<'_>> = None;
        let mut at = 0;
        for joint in &self.joints {
            if !joint.stands_at(text.as_bytes(), at) {
                break;
            }
            let start = at + joint.length;
            let (Some(end), escaped) = joint.value_end(text, start, &mut marks) else {
                break;
            };
            if let Some((known, raw)) = last.and_then(|member| member.told()) {
                told(known, &raw);
            }
            let member = Member {
                joint,
                start,
                end,
                escaped,
            };
            (last, at) = (Some(member), end);
        }
        let Some(member) = last else {
            return Rest::Whole;
        };
        if !member.is_last(text) {
            let value = member.start - usize::from(member.joint.text);
            return Rest::Other(Walk::at_value(text, &member.name(), value));
        }
        if let Some((known, raw)) = member.told() {
            told(known, &raw);
        }
        Rest::Nothing
    }

    /// The line was written by habit as far as it could.
    #[inline]
    pub fn held(&mut self) {
        self.misses = 0;
    }

    /// The line was written otherwise: the habit of lines to come, if others have done so too.
    pub fn missed(&mut self, text: &str, names: &mut Names) {
        self.misses += 1;
        if self.joints.is_empty() || self.misses >= PATIENCE {
            self.misses = 0;
            self.learn(text, names);
        }
    }

    fn learn(&mut self, text: &str, names: &mut Names) {
        self.joints.clear();
        let (mut walk, mut at) = (Walk::new(text), 0);
        while let Some(raw) = walk.as_mut().and_then(Walk::usual)
            && self.joints.len() < MEMBERS
        {
            let bytes = |range: Range<usize>| &text.as_bytes()[range];
            let known = names
                .known(bytes(raw.name.clone()))
                .filter(|known| known.is_fact());
            let joint = Joint::new(bytes(at..raw.value.start), raw.name.len(), known);
            let Some(joint) = joint else { return };
            self.joints.push(joint);
            at = raw.value.end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"server":"api","path":"/a","status":200,"took":"1ms","note":"x"}"#;

    fn habit() -> Habit {
        let mut habit = Habit::default();
        habit.missed(LINE, &mut Names::default());
        habit
    }

    /// What is read by habit, and what kind of rest is left.
    fn read(text: &str) -> (Vec<(Known, String)>, &'static str) {
        let mut found = Vec::new();
        let rest = habit().read(text, |known, raw| {
            found.push((known, text[raw.value.clone()].to_owned()));
        });
        let kind = match rest {
            Rest::Nothing => "nothing",
            Rest::Other(_) => "other",
            Rest::Whole => "whole",
        };
        (found, kind)
    }

    #[test]
    fn a_line_like_the_one_before_is_read_to_its_end() {
        let line = r#"{"server":"b","path":"/b\"","status":404,"took":"22ms","note":"another one, which is longer"}"#;
        let (found, rest) = read(line);
        let path = (Known::Path, r#"/b\""#.to_owned());
        let status = (Known::Status, "404".to_owned());
        let took = (Known::Duration, "22ms".to_owned());
        assert_eq!((found, rest), (vec![path, status, took], "nothing"));
    }

    #[test]
    fn a_member_counts_only_when_what_follows_is_as_usual() {
        let line = r#"{"server":"b","path":"/b" it, said","status":404}"#;
        assert_eq!(read(line), (vec![], "other"));
        assert_eq!(read(r#"{"other":"b"}"#), (vec![], "whole"));
        assert_eq!(read("plain"), (vec![], "whole"));
        assert_eq!(read(""), (vec![], "whole"));
        assert_eq!(read(r#"{"server":"b"}"#), (vec![], "nothing"));
        assert_eq!(read(r#"{"server":"b"} "#), (vec![], "other"));
        assert_eq!(read(r#"{"server":"b"#), (vec![], "whole"));
    }

    #[test]
    fn a_new_habit_is_taken_on_after_some_lines() {
        let (mut habit, mut names) = (habit(), Names::default());
        let other = r#"{"a":"1","path":"/c"}"#;
        let reads = |habit: &Habit| matches!(habit.read(other, |_, _| ()), Rest::Nothing);
        for _ in 1..PATIENCE {
            habit.missed(other, &mut names);
            assert!(!reads(&habit));
        }
        habit.missed(other, &mut names);
        assert!(reads(&habit));
    }
}
