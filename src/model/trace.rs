//! The words of a trace that is asked of other log groups than those in memory.

use crate::domain::fault::Fault;
use crate::domain::ids::TaskDefinition;
use crate::domain::log::TailSource;
use crate::domain::text::Text;
use crate::logs::chunk::Chunk;
use std::sync::Arc;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// The trace's id, as the lines have it.
    pub id: String,
    /// Milliseconds since 1970: from here on, to before `to`.
    pub from: i64,
    pub to: i64,
    /// Whose containers' log groups are asked …
    pub definitions: Arc<[TaskDefinition]>,
    /// … and these as well, each whole.
    pub groups: Arc<[TailSource]>,
    /// Which time it is asked: another time is another question.
    pub turn: u64,
}

impl Question {
    /// The id as a `CloudWatch` filter pattern: a phrase, whatever stands in it (aws-facts.md §4.4).
    pub fn pattern(&self) -> String {
        let id = self.id.replace('\\', r"\\").replace('"', r#"\""#);
        format!("\"{id}\"")
    }
}

/// What came of it so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// So many groups have answered …
    pub answered: usize,
    /// … of so many; 0 while they are looked up.
    pub of: usize,
    /// The lines that were not told before; they have the id somewhere in their text.
    pub lines: Vec<Arc<Chunk>>,
    /// Who did not answer, or where it is not known which groups there are.
    pub refused: Vec<Refused>,
}

/// A group or a task definition, and why nothing is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    pub what: Text,
    pub fault: Fault,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_one_phrase_of_the_pattern_whatever_stands_in_it() {
        let pattern = |id: &str| {
            let id = id.to_owned();
            let (definitions, groups) = (Arc::default(), Arc::default());
            let question = Question {
                id,
                from: 0,
                to: 1,
                definitions,
                groups,
                turn: 0,
            };
            question.pattern()
        };
        assert_eq!(pattern("40cfde91-0004"), r#""40cfde91-0004""#);
        assert_eq!(pattern(r#"a" ?b \"#), r#""a\" ?b \\""#);
    }
}
